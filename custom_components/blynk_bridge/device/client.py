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
from time import perf_counter
from typing import Any, Final

import aiomqtt
import paho.mqtt.client as paho

from .allowance import Allowance
from .dial import Resolve
from .endpoint import Endpoint
from .errors import LinkError, NotMqtt
from .framing import DATA_FRAMES, Frame, head_size
from .transport import open_stream

_LOGGER: Final = logging.getLogger(__name__)
_QUIET: Final = _LOGGER.getChild("mqtt")

_GOODBYE_TIMEOUT: Final = 0.5
_PACKET_SIZE_MAX: Final = 2 * 1024 * 1024
_UNRELEASED_MAX: Final = 10
_CONNACK: Final = 0x20
_KEEPALIVE_PRECISION: Final = 0.05
"""Seconds; a timer may be early by less than the clock can tell."""
_UNSENT_MAX: Final = 1000
"""Packets that the server may leave in our send queue: it has us answer, and reads nothing."""
_PACKETS_AT_ONCE: Final = 20
"""Packets that one turn of the loop reads: a TLS record may hold a thousand."""


class _WebSocket(paho._WebsocketWrapper):
    """paho's WebSocket framing on a stream that is already upgraded."""

    def __init__(self, *args: Any) -> None:
        """Begin before the first frame."""
        self._head = bytearray()
        self._frame: Frame | None = None
        super().__init__(*args)

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

    def _recv_impl(self, length: int) -> bytes:
        """Return what has come of a binary frame's payload, and keep nothing of it.

        paho keeps a frame until it is complete, and copies all of it at each read:
        one without an end fills the memory. Raises BlockingIOError where there is
        nothing yet, ValueError for a frame that no MQTT server sends.
        """
        try:
            if self._frame is None:
                self._frame = self._begun_frame()
            frame = self._frame
            if frame.opcode in DATA_FRAMES:
                data = frame.take(self._received(min(length, frame.left)))
            else:
                frame.control += frame.take(self._received(frame.left))
                data = b""
        except ConnectionError:
            self.connected = False
            return b""
        if not frame.left:
            self._frame = None
            self._answer(frame)
        if not data:
            raise BlockingIOError
        return data

    def _begun_frame(self) -> Frame:
        """Return a frame whose head has come completely."""
        while missing := head_size(self._head) - len(self._head):
            self._head += self._received(missing)
        head, self._head = self._head, bytearray()
        return Frame.of(head)

    def _received(self, size: int) -> bytes:
        """Return at most so many bytes of the stream, at least one if any are wanted."""
        data: bytes = self._socket.recv(size) if size else b""
        if size and not data:
            raise ConnectionAbortedError
        return data

    def _answer(self, frame: Frame) -> None:
        """Answer a PING or a CLOSE, unless a frame of our own is only half sent."""
        reply = {
            self.OPCODE_PING: self.OPCODE_PONG,
            self.OPCODE_CONNCLOSE: self.OPCODE_CONNCLOSE,
        }.get(frame.opcode)
        if reply is not None:
            answer = self._create_frame(reply, frame.control)
            if not self._sendbuffer:
                self._socket.send(answer)


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
        self._allowance = Allowance(self._loop.time)
        self._resuming: asyncio.Handle | None = None
        self._awaiting_room = False
        """The socket has not taken all that was to be written."""

    @abstractmethod
    def end(self, error: LinkError) -> None:
        """End the link, if nothing has ended it before."""

    @abstractmethod
    def _broken(self) -> None:
        """Take note that the stream was closed because of what came over it."""

    async def _open(self) -> None:
        """Open the stream and send CONNECT. Raises LinkError."""
        self._stream = await open_stream(self._endpoint, self._tls, self._resolve)
        self._look_at_first_byte()
        vars(self._client)["_create_socket"] = self._framed
        self._client_connect()

    async def _say_goodbye(self) -> None:
        """Send DISCONNECT if the socket is still open, and see it off."""
        if self._stream is not None and not self._closed.is_set():
            # What still comes in is for nobody: who leaves takes no more commands.
            self._stop_reading(self._stream)
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

    def _look_at_first_byte(self) -> None:
        """End the link if a server does not begin as one of MQTT does.

        paho takes a web page for a long packet, and waits for the rest of it.
        """
        client = self._client
        receive = client._sock_recv

        def first_byte(size: int) -> bytes:
            if not (data := receive(size)):
                return data
            if data[0] != _CONNACK:
                self.end(NotMqtt("something else than an MQTT server answers"))
                return b""
            del vars(client)["_sock_recv"]
            return data

        vars(client)["_sock_recv"] = first_byte

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
        self._stop_reading(sock)
        if (descriptor := sock.fileno()) > -1:
            self._loop.remove_writer(descriptor)

    def _on_socket_register_write(
        self, client: paho.Client, userdata: Any, sock: Any
    ) -> None:
        """Write at once, and the rest when the socket takes more.

        aiomqtt waits until the loop comes round to it. In paho's callbacks we do, too:
        they hold a lock that paho may want for writing.
        """
        if not client._in_callback_mutex.locked():
            self._write()
        if not self._closed.is_set() and client.want_write():
            self._loop.add_writer(sock.fileno(), self._write)
            self._awaiting_room = True

    def _on_socket_unregister_write(
        self, client: paho.Client, userdata: Any, sock: Any
    ) -> None:
        """Wait no more for the socket to take more, if we do."""
        if self._awaiting_room and (descriptor := sock.fileno()) > -1:
            self._loop.remove_writer(descriptor)
        self._awaiting_room = False

    def _stop_reading(self, sock: Any) -> None:
        """Read no more, neither now nor when a pause is over."""
        if self._resuming is not None:
            self._resuming.cancel()
            self._resuming = None
        if (descriptor := sock.fileno()) > -1:
            self._loop.remove_reader(descriptor)

    def _read(self) -> None:
        """Read what has come, as much as leaves time for everybody else.

        A server that floods is held back by the socket's window. What TLS has
        decrypted already makes the socket readable no more: it is asked for.
        """
        if self._resuming is not None:
            return
        started = perf_counter()
        more = self._read_packets()
        pause = self._allowance.spend(perf_counter() - started)
        stream = self._client._sock
        if stream is None or self._closed.is_set():
            return
        if pause > 0:
            self._stop_reading(stream)
            self._resuming = self._loop.call_later(pause, self._resume)
        elif more:
            self._resuming = self._loop.call_soon(self._resume)

    def _resume(self) -> None:
        """Read on, after a pause or in the next turn of the loop."""
        self._resuming = None
        if (stream := self._client._sock) is not None:
            self._loop.add_reader(stream.fileno(), self._read)
            self._read()

    def _read_packets(self) -> bool:
        """Read a packet, and some of those behind it that TLS has already decrypted.

        Returns whether there are more of these.
        """
        try:
            for _ in range(_PACKETS_AT_ONCE):
                if not self._read_packet():
                    return False
        # paho raises whatever its unpacking meets in a malformed packet.
        except Exception as error:  # noqa: BLE001
            self._break_off(type(error).__name__)
            return False
        return True

    def _read_packet(self) -> bool:
        """Read a packet, and return whether TLS has decrypted more than that."""
        client = self._client
        if client.loop_read() != paho.MQTT_ERR_SUCCESS:
            return False
        if client._in_packet["remaining_length"] > _PACKET_SIZE_MAX:
            self._break_off("packet too large")
        # QoS 2, which we never ask for, is kept until it is released.
        if len(client._in_messages) > _UNRELEASED_MAX:
            self._break_off("too many messages of QoS 2")
        if len(client._out_packet) > _UNSENT_MAX:
            self._break_off("it takes no answers")
        stream = client._sock
        if isinstance(stream, _WebSocket) and not stream.connected:
            self._break_off("WebSocket closed")
            return False
        if not isinstance(stream, ssl.SSLSocket | _WebSocket):
            return False
        return stream.pending() > 0

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
