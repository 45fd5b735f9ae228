"""Time without its idle parts: while nothing is to be done, the clock jumps to the next timer.

What a test waits for comes as fast as the machine can do it, in the order it would have come.
Sockets, timers and threads stay real; only the clocks are ahead.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime
import selectors
import socket
import struct
import time
from typing import Any

from homeassistant.util import dt as dt_util
import paho.mqtt.client as paho
import pytest

type _Events = list[tuple[selectors.SelectorKey, int]]

_GRACE: float = 0.002
"""Seconds of silence after which nothing is on the wire any more.

Between sockets of one event loop this is plenty; a peer in another process needs more.
"""
_TCP: tuple[int, ...] = (socket.AF_INET, socket.AF_INET6)
_THREAD_SLICE: float = 0.005
# In Linux's struct tcp_info: segments without an acknowledgement; bytes that were
# acknowledged, and received; bytes not sent yet; bytes sent, and how many of them again.
_TCP_INFO_SIZE: int = 216
_UNACKNOWLEDGED: struct.Struct = struct.Struct("24xI")
_BYTES: struct.Struct = struct.Struct("120xQQ")
_UNSENT: struct.Struct = struct.Struct("144xI")
_SENT: struct.Struct = struct.Struct("200xQQ")


class SkippedTime:
    """An event loop's clock that runs ahead whenever the loop has nothing to do."""

    def __init__(self, loop: asyncio.AbstractEventLoop, grace: float) -> None:
        """Prepare to take over the loop's clock, see `skipped_time`."""
        self._selector = loop._selector  # type: ignore[attr-defined]
        self._select = self._selector.select
        self._run_in_executor = loop.run_in_executor
        self._wire = _Wire(self._selector)
        self._grace = grace
        self._jobs = 0
        self._wall, self._monotonic = time.time, time.monotonic
        self.ahead = 0.0
        """Seconds that were skipped."""
        self.shifted = 0.0
        """Seconds by which the time of day is wrong."""
        self.busy: Callable[[], bool] = lambda: False
        """Tells whether something works outside of the loop, which is waited for."""

    def time(self) -> float:
        """Return the loop's time."""
        return self._monotonic() + self.ahead

    def wall(self) -> float:
        """Return the time of day, as seconds of the epoch."""
        return self._wall() + self.ahead + self.shifted

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        return datetime.fromtimestamp(self.wall(), UTC)

    def select(self, timeout: float | None = None) -> _Events:
        """Return what has happened on the sockets; skip the time in which nothing does."""
        if timeout is None or timeout <= 0:
            return self._events(timeout)
        if events := self._events(0):
            return events
        while self._jobs or self.busy():
            if events := self._events(_THREAD_SLICE):
                return events
        # What was sent just now is yet to arrive, and to be answered.
        while self._wire.active():
            if events := self._events(self._grace):
                return events
        self.ahead += timeout
        return []

    def _events(self, timeout: float | None) -> _Events:
        events: _Events = self._select(timeout)
        return events

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run in a thread, whose work is waited for in real time."""
        self._jobs += 1
        future = self._run_in_executor(executor, func, *args)
        future.add_done_callback(self._finished)
        return future

    def _finished(self, _: asyncio.Future[Any]) -> None:
        self._jobs -= 1

    def close(self) -> None:
        """Let go of the sockets."""
        self._wire.close()


class _Wire:
    """Tells whether bytes have moved on any of a selector's TCP connections."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        """Watch what the selector watches."""
        self._selector = selector
        self._sockets: dict[int, socket.SocketType | None] = {}
        self._seen: dict[int, tuple[int, ...]] = {}

    def active(self) -> bool:
        """Return whether anything has moved since the last time, or is under way."""
        seen: dict[int, tuple[int, ...]] = {}
        unacknowledged: list[tuple[socket.SocketType, bytes]] = []
        watched = {fd for fd in self._selector.get_map() if isinstance(fd, int)}
        for fd in watched:
            if (connection := self._socket(fd)) is None:
                continue
            info = connection.getsockopt(
                socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE
            )
            if _UNACKNOWLEDGED.unpack_from(info) > (0,):
                unacknowledged.append((connection, info))
            seen[fd] = _BYTES.unpack_from(info)
        changed = seen != self._seen
        self._seen = seen
        for fd in self._sockets.keys() - watched:
            self._forget(fd)
        return changed or any(
            not self._has_arrived(*item, seen) for item in unacknowledged
        )

    def _has_arrived(
        self,
        connection: socket.SocketType,
        info: bytes,
        seen: dict[int, tuple[int, ...]],
    ) -> bool:
        """Return whether the other end has everything, though it has not said so yet.

        An acknowledgement may be 40 ms late, and only of an end in this loop we know.
        """
        try:
            far = connection.getpeername()
            ends = (
                bytes_[1]
                for fd, bytes_ in seen.items()
                if (end := self._sockets[fd]) is not None and end.getsockname() == far
            )
            (unsent,) = _UNSENT.unpack_from(info)
            sent, again = _SENT.unpack_from(info)
        except OSError, struct.error:
            return False
        return not unsent and next(ends, None) == sent - again

    def _socket(self, fd: int) -> socket.SocketType | None:
        """Return a descriptor as a socket, None where it is no TCP connection."""
        if fd not in self._sockets:
            try:
                # Not socket.socket, which may be out of bounds for a test.
                found = socket.SocketType(fileno=fd)
            except OSError:
                self._sockets[fd] = None
            else:
                listens = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                stream = found.type == socket.SOCK_STREAM
                if found.family in _TCP and stream and not listens:
                    self._sockets[fd] = found
                else:
                    found.detach()
                    self._sockets[fd] = None
        return self._sockets[fd]

    def _forget(self, fd: int) -> None:
        if (connection := self._sockets.pop(fd)) is not None:
            connection.detach()

    def close(self) -> None:
        """Let go of the sockets, which are somebody else's."""
        for fd in list(self._sockets):
            self._forget(fd)


@contextmanager
def skipped_time(
    loop: asyncio.AbstractEventLoop, grace: float = _GRACE
) -> Iterator[SkippedTime]:
    """Skip the loop's idle time within the context; the clocks fall back afterwards."""
    skipped = SkippedTime(loop, grace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "time", skipped.time)
        patch.setattr(loop, "run_in_executor", skipped.run_in_executor)
        patch.setattr(loop._selector, "select", skipped.select)  # type: ignore[attr-defined]
        # Debug mode complains about each jump, and notes a traceback for each timer.
        debug = loop.get_debug()
        loop.set_debug(False)
        patch.setattr(time, "time", skipped.wall)
        patch.setattr(dt_util, "utcnow", skipped.now)
        # Home Assistant's entities have a name of their own for it.
        patch.setattr("homeassistant.helpers.entity.timer", skipped.wall)
        patch.setattr(paho, "time_func", skipped.time)
        try:
            yield skipped
        finally:
            loop.set_debug(debug)
            skipped.close()
            if time.time != skipped.wall:
                raise RuntimeError(
                    "the clock was moved by others, who will put it wrong"
                )
