"""A TCP proxy that does to a connection what lines, routers and servers do to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
import socket
import struct
from typing import Final

_HOST: Final = "127.0.0.1"
_CHUNK: Final = 65536
_ESTABLISHED: Final = 1
_LINGER: Final = struct.pack("ii", 1, 0)
"""Closing sends RST."""
_SLICES: Final = 10
"""Pieces a second on a line that is throttled."""


class Way(StrEnum):
    """The direction in which bytes travel."""

    UP = "up"
    DOWN = "down"


@dataclass(slots=True)
class Traffic:
    """How one direction of every connection is treated; changeable at any moment."""

    delay: float = 0.0
    """Seconds for which what was read is kept."""
    rate: float | None = None
    """Bytes a second."""
    swallow: bool = False
    """What comes is lost, and so is what follows it on that connection, for ever."""


type Fault = Callable[["Connection", bytes], bytes]
"""Gets a connection and the bytes that are next; returns what goes on instead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A fault that befalls a connection where so many bytes have gone one way."""

    way: Way
    offset: int
    fault: Fault
    repeated: bool = False
    """Whether it befalls every connection, or only the first that comes so far."""


@dataclass(eq=False, slots=True)
class Connection:
    """A client's connection, and the one to the server behind it."""

    client: socket.socket
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    gone: dict[Way, int] = field(default_factory=lambda: dict.fromkeys(Way, 0))
    """Bytes that went each way."""
    chunks: list[tuple[Way, int]] = field(default_factory=list)
    """What was read, piece by piece."""
    lost: set[Way] = field(default_factory=set)
    """The ways that nothing goes any more."""
    pumps: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Return whether the client holds it open, whatever we have read of it."""
        if self.client.fileno() < 0:
            return False
        info = self.client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return info[0] == _ESTABLISHED

    def cut(self, *, abort: bool = False) -> None:
        """Close both sides: with FIN behind what was written, or with RST."""
        self._end_pumps()
        for writer in self.writers:
            raw = writer.get_extra_info("socket")
            if raw.fileno() < 0:
                continue
            if abort:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
                writer.transport.abort()
            else:
                writer.close()
        if not self.writers:
            self.client.close()

    def vanish(self) -> None:
        """Neither read nor write any more, and keep both sockets: the peer is gone."""
        self.lost |= set(Way)
        self._end_pumps()
        for writer in self.writers:
            if isinstance(writer.transport, asyncio.ReadTransport):
                writer.transport.pause_reading()

    def _end_pumps(self) -> None:
        """End all but the one that is at work; that one sees that it is closed."""
        for pump in self.pumps:
            if pump is not asyncio.current_task():
                pump.cancel()
        self.lost |= set(Way)


class Proxy:
    """Stands between a client and its servers, with a port for each, and counts."""

    def __init__(self) -> None:
        """Start without ports."""
        self.traffic = {way: Traffic() for way in Way}
        self.plan: Plan | None = None
        self.mute = False
        """New connections are accepted and left alone."""
        self.connections: list[Connection] = []
        """Every connection there was, the newest last."""
        self.most_open = 0
        """How many connections a client has held open at once."""
        self._doors: dict[socket.socket, int] = {}
        self._loop = asyncio.get_running_loop()

    # --- New connections -------------------------------------------------------

    def listen(self, target: int) -> int:
        """Take a free port that leads to a server's, and return it."""
        return self._listen(0, target)

    def refuse(self) -> None:
        """Refuse new connections, and keep the ports from being taken by others."""
        self._doors = {_bound(port): target for port, target in self._leave().items()}

    def accept(self) -> None:
        """Accept new connections again."""
        for port, target in self._leave().items():
            self._listen(port, target)

    async def close(self) -> None:
        """Close every port and connection."""
        self._leave()
        pumps = [pump for each in self.connections for pump in each.pumps]
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for connection in self.connections:
            connection.cut(abort=True)
        # A transport closes its socket one turn of the loop later.
        await asyncio.sleep(0)

    def close_port(self, port: int) -> None:
        """Give up a port, if it is one of ours."""
        for door in [*self._doors]:
            if door.getsockname()[1] == port:
                del self._doors[door]
                self._loop.remove_reader(door)
                door.close()

    def _listen(self, port: int, target: int) -> int:
        door = _bound(port)
        door.listen()
        self._doors[door] = target
        self._loop.add_reader(door, self._welcome, door, target)
        taken: int = door.getsockname()[1]
        return taken

    def _leave(self) -> dict[int, int]:
        """Close every port; return which there were, with what they lead to."""
        doors, self._doors = self._doors, {}
        ports = {door.getsockname()[1]: target for door, target in doors.items()}
        for door in doors:
            self._loop.remove_reader(door)
            door.close()
        return ports

    def _welcome(self, door: socket.socket, target: int) -> None:
        """Accept a connection, and serve it."""
        client, _ = door.accept()
        client.setblocking(False)
        connection = Connection(client)
        self.connections.append(connection)
        self.most_open = max(
            self.most_open, sum(each.open for each in self.connections)
        )
        if not self.mute:
            serving = self._loop.create_task(self._serve(connection, target))
            connection.pumps.append(serving)

    # --- Open connections ------------------------------------------------------

    async def _serve(self, connection: Connection, target: int) -> None:
        """Connect to the server, and carry bytes both ways."""
        from_client, to_client = await asyncio.open_connection(sock=connection.client)
        connection.writers.append(to_client)
        try:
            from_server, to_server = await asyncio.open_connection(_HOST, target)
        except OSError:
            connection.cut(abort=True)
            return
        connection.writers.append(to_server)
        for way, reader, writer in (
            (Way.UP, from_client, to_server),
            (Way.DOWN, from_server, to_client),
        ):
            pump = self._pump(connection, way, reader, writer)
            connection.pumps.append(asyncio.create_task(pump))

    async def _pump(
        self,
        connection: Connection,
        way: Way,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Carry bytes one way until the end, which the other side is then told of."""
        try:
            while data := await reader.read(_CHUNK):
                connection.chunks.append((way, len(data)))
                traffic = self.traffic[way]
                if traffic.delay:
                    await asyncio.sleep(traffic.delay)
                if traffic.swallow:
                    connection.lost.add(way)
                head, rest = self._parted(connection, way, data)
                await self._send(connection, way, writer, head)
                if rest is not None and way not in connection.lost:
                    plan, tail = rest
                    await self._send(connection, way, writer, plan(connection, tail))
            if way not in connection.lost:
                connection.cut()
        except ConnectionError:
            if way not in connection.lost:
                connection.cut(abort=True)

    def _parted(
        self, connection: Connection, way: Way, data: bytes
    ) -> tuple[bytes, tuple[Fault, bytes] | None]:
        """Return what passes, and where the plan is due, its fault and what it gets."""
        plan, gone = self.plan, connection.gone[way]
        connection.gone[way] += len(data)
        if plan is None or plan.way is not way:
            return data, None
        due = plan.offset - gone
        if not (0 <= due < len(data)):
            return data, None
        if not plan.repeated:
            self.plan = None
        return data[:due], (plan.fault, data[due:])

    async def _send(
        self,
        connection: Connection,
        way: Way,
        writer: asyncio.StreamWriter,
        data: bytes,
    ) -> None:
        """Write at the pace of the line."""
        while data and way not in connection.lost:
            rate = self.traffic[way].rate
            size = len(data) if rate is None else max(1, int(rate / _SLICES))
            writer.write(data[:size])
            await writer.drain()
            data = data[size:]
            if rate is not None:
                await asyncio.sleep(size / rate)


def _bound(port: int) -> socket.socket:
    """Return a socket with a port, 0 for a free one, that does not listen yet."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setblocking(False)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((_HOST, port))
    return bound
