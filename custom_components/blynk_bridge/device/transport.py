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

from .dial import Resolve, dial
from .endpoint import Endpoint
from .errors import LinkError, NotMqtt
from .tls import tls_error

_WEBSOCKET_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_HTTP_HEAD_MAX: Final = 8192


async def open_stream(
    endpoint: Endpoint, tls: ssl.SSLContext | None, resolve: Resolve
) -> socket.socket | ssl.SSLSocket:
    """Return a connected, non-blocking socket, all hand-shakes done.

    The caller sets the time limit. Raises HostNotFound for a name without an
    address, TlsError where the certificate or the TLS version is refused, NotMqtt
    where a WebSocket is, LinkError for everything else.
    """
    if endpoint.transport.encrypted and tls is None:
        raise LinkError("no TLS context")
    stream: socket.socket | ssl.SSLSocket = await dial(
        endpoint.host, endpoint.port, resolve
    )
    try:
        if endpoint.transport.encrypted and tls is not None:
            stream = await _secure(stream, tls, endpoint.host)
        if endpoint.transport.websocket:
            await _upgrade(stream, endpoint)
    except BaseException as error:
        stream.close()
        if isinstance(error, OSError):
            raise LinkError(error.strerror or type(error).__name__) from error
        raise
    return stream


async def _secure(
    stream: socket.socket, tls: ssl.SSLContext, host: str
) -> ssl.SSLSocket:
    """Return the stream under TLS."""
    secured = tls.wrap_socket(
        stream, server_hostname=host, do_handshake_on_connect=False
    )
    try:
        await _patiently(secured, secured.do_handshake)
    except BaseException as error:
        secured.close()
        if isinstance(error, OSError):
            raise tls_error(error) from error
        raise
    return secured


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
            raise NotMqtt("no WebSocket at this address")
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
        raise NotMqtt("no WebSocket at this address")


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
