"""Opens the byte stream that MQTT runs on: TCP, TLS, WebSocket.

All of it happens in the event loop. A thread that waits in a TLS handshake
can't be cancelled, and keeps its process from ending.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable
import hashlib
import os
import socket
import ssl
from typing import Final

from .endpoint import Endpoint
from .errors import LinkError, TlsError

# RFC 8305 recommends this head start of each address over the next.
_HAPPY_EYEBALLS_DELAY: Final = 0.25
_WEBSOCKET_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HTTP_HEAD_MAX: Final = 8192


async def open_stream(
    endpoint: Endpoint, tls: ssl.SSLContext | None
) -> socket.socket | ssl.SSLSocket:
    """Return a connected, non-blocking socket, all hand-shakes done.

    The caller sets the time limit. Raises TlsError where the certificate or
    the TLS version is refused, LinkError for everything else.
    """
    if endpoint.transport.encrypted and tls is None:
        raise TlsError("no TLS context")
    stream: socket.socket | ssl.SSLSocket | None = None
    try:
        stream = await _open_tcp(endpoint)
        if endpoint.transport.encrypted and tls is not None:
            stream = tls.wrap_socket(
                stream, server_hostname=endpoint.host, do_handshake_on_connect=False
            )
            await _patiently(stream, stream.do_handshake)
        if endpoint.transport.websocket:
            await _upgrade(stream, endpoint)
    except BaseException as error:
        if stream is not None:
            stream.close()
        if isinstance(error, ssl.SSLCertVerificationError):
            raise TlsError(error.verify_message) from error
        if isinstance(error, ssl.SSLError):
            raise TlsError(error.reason or "hand-shake failed") from error
        if isinstance(error, OSError | UnicodeError):
            raise LinkError(_reason(error)) from error
        raise
    return stream


class _Opening(asyncio.Protocol):
    """Lets asyncio find and connect the fastest address, and reads nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Leave every byte in the socket."""
        if isinstance(transport, asyncio.ReadTransport):
            transport.pause_reading()


async def _open_tcp(endpoint: Endpoint) -> socket.socket:
    """Resolve and connect, IPv6 and IPv4 side by side."""
    transport, _ = await asyncio.get_running_loop().create_connection(
        _Opening,
        endpoint.host,
        endpoint.port,
        happy_eyeballs_delay=_HAPPY_EYEBALLS_DELAY,
    )
    # The transport closes its own descriptor; the copy is the same connection.
    try:
        stream = socket.socket(
            fileno=os.dup(transport.get_extra_info("socket").fileno())
        )
    finally:
        transport.abort()
    stream.setblocking(False)
    return stream


async def _upgrade(stream: socket.socket | ssl.SSLSocket, endpoint: Endpoint) -> None:
    """Turn an HTTP connection into a WebSocket of subprotocol mqtt (RFC 6455)."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    key = b64encode(os.urandom(16))
    request = (
        f"GET {endpoint.path} HTTP/1.1\r\nHost: {host}:{endpoint.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: mqtt\r\n\r\n"
    ).encode()
    # A fresh connection's send buffer takes the few hundred bytes at once.
    await _patiently(stream, lambda: stream.sendall(request))
    head = bytearray()
    # Byte by byte: what follows the head already belongs to MQTT.
    while not head.endswith(b"\r\n\r\n"):
        byte = await _patiently(stream, lambda: stream.recv(1))
        if not byte or len(head) >= _HTTP_HEAD_MAX:
            raise LinkError("no WebSocket at this address")
        head += byte
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): content.strip()
        for name, _, content in (line.partition(":") for line in lines)
    }
    digest = hashlib.sha1(key + _WEBSOCKET_GUID, usedforsecurity=False).digest()
    if (
        status.split(" ")[1:2] != ["101"]
        or headers.get("sec-websocket-accept") != b64encode(digest).decode()
    ):
        raise LinkError("no WebSocket at this address")


async def _patiently[T](
    stream: socket.socket | ssl.SSLSocket, operation: Callable[[], T]
) -> T:
    """Repeat an operation that would block until it does not."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            return operation()
        except ssl.SSLWantWriteError:
            watch, unwatch = loop.add_writer, loop.remove_writer
        except BlockingIOError, ssl.SSLWantReadError:
            watch, unwatch = loop.add_reader, loop.remove_reader
        ready = loop.create_future()
        watch(stream.fileno(), _wake, ready)
        try:
            await ready
        finally:
            unwatch(stream.fileno())


def _wake(ready: asyncio.Future[None]) -> None:
    """Note that the socket is ready; it may be so twice before we look."""
    if not ready.done():
        ready.set_result(None)


def _reason(error: Exception) -> str:
    """Return the system's words for what failed, without the address."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
