"""aiomqtt's client, living in the event loop from the first byte to the last.

aiomqtt connects in a thread, which can't be cancelled, and leaves sockets behind
when it fails. Here the socket is made in the event loop and handed to paho open.
"""

from abc import abstractmethod
import asyncio
import logging
import re
import socket
import ssl
from typing import Any, Final

import aiomqtt
import paho.mqtt.client as paho

from .dial import Resolve
from .endpoint import Endpoint
from .errors import LinkError, NotMqtt
from .transport import open_stream

_LOGGER: Final = logging.getLogger(__name__)
_QUIET: Final = _LOGGER.getChild("mqtt")

_GOODBYE_TIMEOUT: Final = 0.5
_PACKET_SIZE_MAX: Final = 2 * 1024 * 1024
_UNRELEASED_MAX: Final = 10
_CONNACK: Final = 0x20
_KEEPALIVE_PRECISION: Final = 0.05
"""Seconds; a timer may be early by less than the clock can tell."""


class _WebSocket(paho._WebsocketWrapper):
    """paho's WebSocket framing on a stream that is already upgraded."""

    def _do_handshake(self, extra_headers: object) -> None:
        """Do nothing: paho's own hand-shake blocks for a keepalive's length."""
        self.connected = True

    def _create_frame(
        self, opcode: int, data: bytearray, do_masking: int = 1
    ) -> bytearray:
        """Mask every frame: paho's PONG is not, and costs the link (RFC 6455, 5.1).

        paho also answers the server's CLOSE, and then waits for nothing.
        """
        if opcode == self.OPCODE_CONNCLOSE:
            self.connected = False
        return super()._create_frame(opcode, data, 1)


class LoopClient(aiomqtt.Client):
    """An aiomqtt client on a stream of our own, without a thread."""

    def __init__(
        self,
        endpoint: Endpoint,
        tls: ssl.SSLContext | None,
        *,
        password: str,
        resolve: Resolve,
        **options: Any,
    ) -> None:
        """Prepare the client; the options are aiomqtt's."""
        super().__init__(
            endpoint.host,
            endpoint.port,
            password=password,
            logger=_ScrubbingLogger(password),
            **options,
        )
        self._endpoint = endpoint
        self._tls = tls
        self._resolve = resolve
        self._stream: socket.socket | ssl.SSLSocket | None = None
        self._closed = asyncio.Event()

    @abstractmethod
    def end(self, error: LinkError) -> None:
        """End the link, if nothing has ended it before."""

    @abstractmethod
    def _broken(self) -> None:
        """Take note that the stream was closed because of what came over it."""

    async def _open(self) -> None:
        """Open the stream and send CONNECT. Raises LinkError."""
        self._stream = await open_stream(self._endpoint, self._tls, self._resolve)
        vars(self._client).update(
            _create_socket=self._framed, _sock_recv=self._receive_first
        )
        self._client_connect()

    async def _say_goodbye(self) -> None:
        """Send DISCONNECT if the socket is still open, and see it off."""
        if self._stream is not None and not self._closed.is_set():
            # What still comes in is for nobody: who leaves takes no more commands.
            self._loop.remove_reader(self._stream.fileno())
            self._client.disconnect()
            self._write()
        try:
            # A full send buffer: a peer that still reads takes the rest now.
            await asyncio.wait_for(self._closed.wait(), _GOODBYE_TIMEOUT)
        except TimeoutError:
            _LOGGER.debug("The server did not take our DISCONNECT")

    async def _close(self) -> None:
        """Close the socket, and end the task that looks after the keepalive."""
        self._client._sock_close()
        if self._stream is not None:
            self._stream.close()
        if self._misc_task is not None:
            self._misc_task.cancel()
            await asyncio.wait((self._misc_task,))

    def _framed(self) -> socket.socket | ssl.SSLSocket | _WebSocket:
        """Return the open stream as paho wants it."""
        stream = self._stream
        if stream is None:
            raise RuntimeError("no stream to frame")
        if not self._endpoint.transport.websocket:
            return stream
        return _WebSocket(
            stream,
            self._endpoint.host,
            self._endpoint.port,
            self._endpoint.transport.encrypted,
            self._endpoint.path,
            None,
        )

    def _receive_first(self, size: int) -> bytes:
        """Look at the first byte once: paho takes a web page for a long packet."""
        del vars(self._client)["_sock_recv"]
        data = self._client._sock_recv(size)
        if data and data[0] != _CONNACK:
            self.end(NotMqtt("something else than an MQTT server answers"))
            return b""
        return data

    # --- The socket in the event loop ----------------------------------------
    # aiomqtt defers these to the loop's next turn, since it connects in a thread:
    # by then the descriptor may be closed, and be another connection's.

    def _on_socket_open(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        """Read from now on."""
        self._loop.add_reader(sock.fileno(), self._read)

    def _look_after_keepalive(self) -> None:
        """Ping from now on; before CONNACK there is nothing to keep alive."""
        self._misc_task = self._loop.create_task(self._misc_loop())

    async def _misc_loop(self) -> None:
        """Let paho ping, and miss the answer, when that is due.

        aiomqtt has it look once a second: 86,400 times a day for nothing.
        """
        client = self._client
        while client.loop_misc() == paho.MQTT_ERR_SUCCESS:
            oldest = min(client._last_msg_in, client._last_msg_out)
            if client._ping_t:
                oldest = min(oldest, client._ping_t)
            due = oldest + client._keepalive - paho.time_func()
            await asyncio.sleep(max(due, _KEEPALIVE_PRECISION))

    def _on_socket_close(self, client: paho.Client, userdata: Any, sock: Any) -> None:
        """Forget the descriptor before it is closed."""
        self._closed.set()
        if (descriptor := sock.fileno()) > -1:
            self._loop.remove_reader(descriptor)
            self._loop.remove_writer(descriptor)

    def _on_socket_register_write(
        self, client: paho.Client, userdata: Any, sock: Any
    ) -> None:
        """Write when the socket takes more."""
        self._loop.add_writer(sock.fileno(), self._write)

    def _on_socket_unregister_write(
        self, client: paho.Client, userdata: Any, sock: Any
    ) -> None:
        """Wait no more for the socket to take more."""
        if (descriptor := sock.fileno()) > -1:
            self._loop.remove_writer(descriptor)

    def _read(self) -> None:
        """Read a packet, and what TLS has already decrypted behind it."""
        client = self._client
        try:
            while client.loop_read() == paho.MQTT_ERR_SUCCESS:
                if client._in_packet["remaining_length"] > _PACKET_SIZE_MAX:
                    self._break_off("packet too large")
                # QoS 2, which we never ask for, is kept until it is released.
                if len(client._in_messages) > _UNRELEASED_MAX:
                    self._break_off("too many messages of QoS 2")
                stream = client._sock
                if isinstance(stream, _WebSocket) and not stream.connected:
                    self._break_off("WebSocket closed")
                    return
                if not isinstance(stream, ssl.SSLSocket | _WebSocket):
                    return
                if not stream.pending():
                    return
        # paho raises whatever its unpacking meets in a malformed packet.
        except Exception as error:  # noqa: BLE001
            self._break_off(type(error).__name__)

    def _write(self) -> None:
        """Write what waits."""
        try:
            self._client.loop_write()
        # As in _read: paho lets everything through.
        except Exception as error:  # noqa: BLE001
            self._break_off(type(error).__name__)

    def _break_off(self, why: str) -> None:
        """End the link at once: an open socket nobody reads would spin."""
        _LOGGER.debug("Malformed data from the server: %s", why)
        self._client._sock_close()
        self._broken()


class _ScrubbingLogger(logging.Logger):
    """What aiomqtt and paho log: all of it debug, none of it with the token.

    They log errors that the session reports in its own words, and topics that
    a hostile server may have put anything into.
    """

    def __init__(self, token: str) -> None:
        """Keep what must not be logged."""
        super().__init__(_QUIET.name)
        self._secret = re.compile(re.escape(token), re.IGNORECASE)

    def isEnabledFor(self, level: int) -> bool:
        """Return whether debug lines are wanted, whatever the level."""
        return _QUIET.isEnabledFor(logging.DEBUG)

    def handle(self, record: logging.LogRecord) -> None:
        """Pass the record on without the token."""
        _QUIET.debug("%s", self._secret.sub("[token]", record.getMessage()))
