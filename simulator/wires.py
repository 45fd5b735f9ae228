"""MQTT's two ways over a connection: straight over TCP or TLS, and inside a WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import logging

from aiohttp import WSMsgType, web

from .connection import Connection, Wire

_LOGGER = logging.getLogger(__name__)

MAX_FRAME = 4 * 1024 * 1024
CLOSE_TIMEOUT = 0.5

type OpenConnection = Callable[[Wire], Connection]


def _host_port(transport: asyncio.BaseTransport | None) -> str:
    peer = None if transport is None else transport.get_extra_info("peername")
    return f"{peer[0]}:{peer[1]}" if peer else ""


class StreamWire(asyncio.Protocol):
    """MQTT over TCP or TLS."""

    def __init__(self, open_connection: OpenConnection, wires: set[Wire]) -> None:
        """Be counted in wires as long as the socket is open."""
        self._open_connection = open_connection
        self._wires = wires
        self._transport: asyncio.Transport | None = None
        self._connection: Connection | None = None
        self.address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a stream transport is needed")
        self._transport = transport
        self.address = _host_port(transport)
        self._wires.add(self)
        self._connection = self._open_connection(self)

    def data_received(self, data: bytes) -> None:
        """Hand the bytes to the session."""
        if self._connection is not None:
            self._connection.feed(data)

    def connection_lost(self, _exc: Exception | None) -> None:
        """End the session."""
        self._wires.discard(self)
        if self._connection is not None:
            self._connection.lost()

    @property
    def backlog(self) -> int:
        """Bytes written and not sent yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Close when everything is sent."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once, with RST."""
        if self._transport is not None:
            self._transport.abort()


class WebSocketWire:
    """MQTT inside a WebSocket, in binary frames."""

    def __init__(self, websocket: web.WebSocketResponse, request: web.Request) -> None:
        """Wrap a WebSocket that is open."""
        self._websocket = websocket
        self._transport = request.transport
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.address = _host_port(request.transport)
        self.backlog = 0

    def write(self, data: bytes) -> None:
        """Send bytes as one frame."""
        self.backlog += len(data)
        self._queue.put_nowait(data)

    def close(self) -> None:
        """Close when everything is sent."""
        self._queue.put_nowait(None)

    def abort(self) -> None:
        """Close at once, with RST."""
        if self._transport is not None:
            self._transport.abort()
        self._queue.put_nowait(None)

    async def send_all(self) -> None:
        """Send what is written, until the wire is closed from one side or the other."""
        while (data := await self._queue.get()) is not None:
            try:
                await self._websocket.send_bytes(data)
            except ConnectionError:
                return
            self.backlog -= len(data)
        await self._websocket.close()


async def serve_websocket(
    request: web.Request, open_connection: OpenConnection, wires: set[Wire]
) -> web.WebSocketResponse:
    """Serve one WebSocket to its end."""
    websocket = web.WebSocketResponse(
        protocols=("mqtt",),
        timeout=CLOSE_TIMEOUT,
        max_msg_size=MAX_FRAME,
        compress=False,
    )
    await websocket.prepare(request)
    wire = WebSocketWire(websocket, request)
    wires.add(wire)
    connection = open_connection(wire)
    sending = asyncio.create_task(wire.send_all())
    try:
        async for message in websocket:
            if message.type is not WSMsgType.BINARY:
                break
            connection.feed(message.data)
    finally:
        connection.lost()
        wire.close()
        wires.discard(wire)
        await sending
    return websocket
