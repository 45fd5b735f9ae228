"""A listening port on this machine that can go away and come back with the same number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import contextlib
import logging
import socket
import ssl

_LOGGER = logging.getLogger(__name__)

ADDRESS = "127.0.0.1"
BACKLOG = 128
HANDSHAKE_TIMEOUT = 10.0
SHUTDOWN_TIMEOUT = 1.0
PAUSE = 0.1
"""Before accepting again when it has failed, seconds."""

type ProtocolFactory = Callable[[], asyncio.Protocol]


class Listener:
    """Accepts connections and hands each to a protocol, after TLS where a context is given.

    It accepts by itself rather than through an asyncio server, so that a mute broker can leave
    a client waiting even for TLS.
    """

    def __init__(
        self,
        factory: ProtocolFactory,
        port: int,
        tls: ssl.SSLContext | None = None,
        *,
        address: str = ADDRESS,
        mute: Callable[[], bool] = bool,
    ) -> None:
        """Take the port (0: any free one) without listening yet; OSError if it is taken.

        While mute() is true, new connections are accepted and left alone.
        """
        self._mute = mute
        self._factory = factory
        self._tls = tls
        self._address = address
        self._socket = _bound(address, port)
        self.port: int = self._socket.getsockname()[1]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pause: asyncio.TimerHandle | None = None
        self._opening: dict[asyncio.Task[None], socket.socket] = {}
        self._unanswered: list[socket.socket] = []

    @property
    def listening(self) -> bool:
        """Whether clients can connect."""
        return self._loop is not None

    def start(self) -> None:
        """Listen."""
        if self._loop is None:
            self._socket.listen(BACKLOG)
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._socket, self._accept)

    async def stop(self) -> None:
        """Refuse connections, and keep the port from being taken by others meanwhile."""
        await self.close()
        self._socket = _bound(self._address, self.port)

    async def close(self) -> None:
        """Let go of the port, and of the connections that are not open yet."""
        if self._pause is not None:
            self._pause.cancel()
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop = None
        opening = dict(self._opening)
        for task in opening:
            task.cancel()
        await asyncio.gather(*opening, return_exceptions=True)
        unopened = [each for task, each in opening.items() if task.cancelled()]
        for each in (self._socket, *unopened, *self._unanswered):
            each.close()
        self._unanswered.clear()

    def _accept(self) -> None:
        """Accept whoever waits."""
        try:
            while True:
                connection, _ = self._socket.accept()
                self._welcome(connection)
        except BlockingIOError, ConnectionAbortedError:
            return
        except OSError as error:  # no file descriptors left, most likely
            _LOGGER.warning("port %d: %s", self.port, error)
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._pause = self._loop.call_later(PAUSE, self._resume)

    def _resume(self) -> None:
        if self._loop is not None:
            self._loop.add_reader(self._socket, self._accept)

    def _welcome(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        if self._mute():
            self._unanswered.append(connection)
            return
        task = asyncio.create_task(self._open(connection))
        self._opening[task] = connection
        task.add_done_callback(self._opening.pop)

    async def _open(self, connection: socket.socket) -> None:
        """Run the TLS handshake if there is one, and connect the protocol."""
        tls_times: dict[str, float] = {}
        if self._tls is not None:
            tls_times["ssl_handshake_timeout"] = HANDSHAKE_TIMEOUT
            tls_times["ssl_shutdown_timeout"] = SHUTDOWN_TIMEOUT
        with contextlib.suppress(OSError):  # a client that does not want TLS, or us
            await asyncio.get_running_loop().connect_accepted_socket(
                self._factory, connection, ssl=self._tls, **tls_times
            )


def _bound(address: str, port: int) -> socket.socket:
    # Without its protocol asyncio would not know that it may send at once (TCP_NODELAY).
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setblocking(False)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((address, port))
    except OSError:
        bound.close()
        raise
    return bound
