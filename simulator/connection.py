"""One client's connection below MQTT's rules: bytes, packets, timers, and every way to end."""

from __future__ import annotations

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
import itertools
from typing import Protocol

from .cloud import Cloud
from .journal import Direction, Journal, Kind
from .mqtt.decoder import Decoder, UnsupportedProtocol
from .mqtt.encoder import encode
from .mqtt.packets import ClientPacket, ServerPacket
from .mqtt.wire import MalformedPacket
from .regions import Transport

MAX_BACKLOG = 4 * 1024 * 1024
"""A client that does not read is cut off when so many bytes wait for it."""

_numbers = itertools.count(1)


class Wire(Protocol):
    """The transport under a connection: TCP, TLS or WebSocket."""

    @property
    def address(self) -> str:
        """The client's host:port."""

    @property
    def backlog(self) -> int:
        """Bytes written and not sent yet."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Close when everything is sent."""

    def abort(self) -> None:
        """Close at once, with RST."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a connection arrives."""

    cloud: Cloud
    journal: Journal
    region: str
    transport: Transport


class Connection(ABC):
    """Packets in order in both directions. A session gives them their meaning."""

    def __init__(self, site: Site, wire: Wire) -> None:
        """Begin on a fresh wire."""
        self.site = site
        self.number = next(_numbers)
        self.closed = False
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._decoder = Decoder()
        self._behaviour = site.cloud.behaviour
        self._mute = False
        self._held: list[ClientPacket] | None = None
        self._output: list[bytes] | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._heard_at = self._loop.time()

    @abstractmethod
    def _take(self, packet: ClientPacket) -> None:
        """Do what a packet asks. Raises MalformedPacket when it breaks the protocol."""

    @abstractmethod
    def _refuse_protocol(self) -> None:
        """Answer a CONNECT of an unknown protocol version."""

    @abstractmethod
    def _end(self, code: int) -> None:
        """Close, with a DISCONNECT where the protocol has one."""

    @abstractmethod
    def _over(self, *, clean: bool) -> None:
        """Take leave; clean says whether the client sent DISCONNECT. Called once."""

    # In

    def feed(self, data: bytes) -> None:
        """Take bytes of the client."""
        if self._behaviour.mute:
            self._mute = True
        if self.closed or self._mute:
            return
        self._heard_at = self._loop.time()
        self._take_all(self._decoder.feed(data))

    def _take_all(self, packets: Iterable[ClientPacket]) -> None:
        """Take packet after packet; answer them with one write."""
        self._output = []
        try:
            for packet in packets:
                if self.closed:
                    return
                if self._held is None:
                    self._take(packet)
                else:
                    self._held.append(packet)
        except UnsupportedProtocol:
            self._refuse_protocol()
        except MalformedPacket as error:
            self._note("in", Kind.MALFORMED, code=error.code, detail=str(error))
            self._end(error.code)
        finally:
            self._flush()

    def _hold(self) -> None:
        """Keep what arrives from now on until it is released."""
        self._held = []

    def _release(self) -> None:
        """Take what was held."""
        held, self._held = self._held or [], None
        self._take_all(held)

    def lost(self) -> None:
        """Take notice that the wire is gone."""
        if not self.closed:
            self._note("in", Kind.EOF)
            self._finish(clean=False)

    # Out

    def _send(self, packet: ServerPacket) -> None:
        self._write(encode(packet, self._decoder.level))

    def _write(self, data: bytes) -> None:
        """Write now, or with the other answers to the bytes that are being taken."""
        if self.closed or self._mute:
            return
        if self._output is not None:
            self._output.append(data)
            return
        self._wire.write(data)
        if self._wire.backlog > MAX_BACKLOG:
            self.cut(abort=True)

    def _flush(self) -> None:
        output, self._output = self._output, None
        if output:
            self._write(b"".join(output))

    def send_raw(self, data: bytes) -> None:
        """Put bytes on the wire as they are."""
        self._note("out", Kind.RAW, payload=data)
        self._write(data)

    # The end

    def cut(self, *, abort: bool) -> None:
        """Close the TCP connection without a word: with FIN, or with RST."""
        if self.closed:
            return
        self._flush()
        self._note("out", Kind.CLOSE, detail="abort" if abort else "")
        if abort:
            self._wire.abort()
        else:
            self._wire.close()
        self._finish(clean=False)

    def _finish(self, *, clean: bool) -> None:
        self.closed = True
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._over(clean=clean)

    def _later(self, delay: float, action: Callable[[], None]) -> None:
        """Call action after a delay in seconds, unless the connection ends before."""

        def act() -> None:
            self._timers.discard(timer)
            action()

        timer = self._loop.call_later(delay, act)
        self._timers.add(timer)

    def _note(
        self,
        direction: Direction,
        kind: Kind,
        *,
        topic: str = "",
        payload: bytes = b"",
        qos: int = 0,
        code: int | None = None,
        detail: str = "",
    ) -> None:
        self.site.journal.add(
            self.site.region,
            direction,
            kind,
            topic=topic,
            payload=payload,
            qos=qos,
            code=code,
            link=self.number,
            detail=detail,
        )
