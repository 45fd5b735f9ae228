"""A listening port on 127.0.0.1 that can go away and come back with the same number."""

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
        mute: Callable[[], bool] = bool,
    ) -> None:
        """Take the port (0: any free one) without listening yet; OSError if it is taken.

        While mute() is true, new connections are accepted and left alone.
        """
        self._mute = mute
        self._factory = factory
        self._tls = tls
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._accepting: asyncio.Task[None] | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self._unanswered: list[socket.socket] = []

    @property
    def listening(self) -> bool:
        """Whether clients can connect."""
        return self._accepting is not None

    def start(self) -> None:
        """Listen."""
        if self._accepting is None:
            self._socket.listen(BACKLOG)
            self._accepting = asyncio.create_task(self._accept())

    async def stop(self) -> None:
        """Refuse connections, and keep the port from being taken by others meanwhile."""
        await self.close()
        self._socket = _bound(self.port)

    async def close(self) -> None:
        """Let go of the port."""
        tasks = [*self._opening]
        if self._accepting is not None:
            tasks.append(self._accepting)
            self._accepting = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._socket.close()
        for unanswered in self._unanswered:
            unanswered.close()
        self._unanswered.clear()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._socket)
            except OSError as error:
                _LOGGER.warning("port %d: %s", self.port, error)
                await asyncio.sleep(0.1)
                continue
            if self._mute():
                self._unanswered.append(connection)
                continue
            task = asyncio.create_task(self._open(connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

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


def _bound(port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.setblocking(False)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((ADDRESS, port))
    except OSError:
        bound.close()
        raise
    return bound
