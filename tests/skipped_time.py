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
import time
from typing import Any

from homeassistant.util import dt as dt_util
import paho.mqtt.client as paho
import pytest

_GRACE: float = 0.0
"""Seconds of silence on every socket after which nothing is on the wire any more.

Between sockets of one event loop loopback needs none; a peer in another process does.
"""
_THREAD_SLICE: float = 0.005


class SkippedTime:
    """An event loop's clock that runs ahead whenever the loop has nothing to do."""

    def __init__(self, loop: asyncio.AbstractEventLoop, grace: float = _GRACE) -> None:
        """Take over the loop's clock once the context is entered, see `skipped_time`."""
        self._loop: Any = loop
        self._grace = grace
        self._jobs = 0
        self._select = loop._selector.select  # type: ignore[attr-defined]
        self._run_in_executor = loop.run_in_executor
        self._wall, self._monotonic = time.time, time.monotonic
        self.ahead = 0.0
        """Seconds that were skipped."""
        self.busy: Callable[[], bool] = lambda: False
        """Tells whether something works outside of the loop, which is waited for."""

    def time(self) -> float:
        """Return the loop's time."""
        return self._monotonic() + self.ahead

    def wall(self) -> float:
        """Return the time of day, as seconds of the epoch."""
        return self._wall() + self.ahead

    def now(self) -> datetime:
        """Return the time of day in UTC."""
        return datetime.fromtimestamp(self.wall(), UTC)

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what has happened on the sockets; skip the time in which nothing does."""
        if timeout is None or timeout <= 0:
            return self._events(timeout)
        if events := self._events(min(timeout, self._grace)):
            return events
        while self._jobs or self.busy():
            if events := self._events(_THREAD_SLICE):
                return events
        self.ahead += max(0.0, timeout - self._grace)
        return []

    def _events(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        events: list[tuple[selectors.SelectorKey, int]] = self._select(timeout)
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
        # In debug mode the loop would complain about each jump.
        patch.setattr(loop, "slow_callback_duration", 1e9)
        patch.setattr(time, "time", skipped.wall)
        patch.setattr(dt_util, "utcnow", skipped.now)
        patch.setattr(paho, "time_func", skipped.time)
        yield skipped
