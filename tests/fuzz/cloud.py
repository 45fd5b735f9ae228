"""Servers that a token may and may not go to, and what each of them sees of us.

Unlike the simulator they hold no rules of Blynk's: a test tells them what to do, and they
note the order of what happens on the wire.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
import json
import socket
import ssl
from typing import Final

from custom_components.blynk_bridge.device.session import SETTLE_TIME
from simulator.mqtt.decoder import Decoder
from simulator.mqtt.encoder import encode
from simulator.mqtt.packets import (
    V5,
    V311,
    Acknowledgement,
    ClientPacket,
    Connack,
    Connect,
    Disconnect,
    PacketType,
    Ping,
    Publish,
    ServerPacket,
    Subscribe,
    SubscriptionAcknowledgement,
)
from simulator.mqtt.properties import Property
from simulator.mqtt.wire import MalformedPacket

ESTABLISHED: Final = 1
"""Of Linux's TCP states: nobody has closed yet."""
_TOLERANCE: Final = 0.001


@dataclass
class Mood:
    """What a server does of its own accord."""

    refuse: tuple[int, int] | None = None
    """The codes of CONNACK on MQTT 3.1.1 and on MQTT 5, None to let everybody in."""
    refer: str | None = None
    """The Server Reference of a refusal, on MQTT 5."""
    mute: bool = False
    """Accept, and never say anything."""
    hang_up: bool = False
    """Accept, and close at once."""
    suback: bool = True
    puback: bool = True
    pong: bool = True
    puback_code: int = 0
    redirect: str | None = None
    """Sent right after CONNACK."""


class Peer:
    """One connection as the server has it."""

    def __init__(self, host: Host, writer: asyncio.StreamWriter) -> None:
        """Begin with nothing heard."""
        self.host = host
        self.writer = writer
        self.decoder = Decoder()
        self.connected = False
        self.subscribed_at: float | None = None
        self.published = 0
        self.unacknowledged: list[int] = []
        self.disturbed = False
        """Whether it was sent what no server sends: then the answer may be odd, too."""
        self._recent: deque[float] = deque(maxlen=6)
        self.finished = False

    @property
    def alive(self) -> bool:
        """Whether neither side has closed, as the kernel knows it."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        if sock.fileno() < 0:
            return False
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return info[0] == ESTABLISHED

    @property
    def serving(self) -> bool:
        """Whether the client has been told that it is served."""
        return self.alive and self.subscribed_at is not None

    def send(self, *packets: ServerPacket) -> None:
        """Send packets, where that is still possible."""
        self.write(b"".join(encode(packet, self.decoder.level) for packet in packets))

    def write(self, data: bytes) -> None:
        """Send bytes, where that is still possible."""
        if not self.writer.transport.is_closing():
            self.writer.write(data)

    def publish(self, topic: str, payload: bytes, packet_id: int = 0) -> None:
        """Send a message, at QoS 1 if it has a packet identifier."""
        self.send(Publish(topic, payload, int(packet_id > 0), packet_id))

    def close(self, *, abort: bool = False) -> None:
        """Close the connection."""
        self.finished = True
        if abort:
            self.writer.transport.abort()
        else:
            self.writer.close()

    def take(self, packet: ClientPacket) -> None:
        """Answer a packet as the host's mood is, and note what must not be."""
        mood, cloud = self.host.mood, self.host.cloud
        cloud.check(
            isinstance(packet, Connect) is not self.connected, "CONNECT first and once"
        )
        match packet:
            case Connect():
                self.connected = True
                self._admit(packet)
            case Subscribe(packet_id):
                cloud.check(self.subscribed_at is None, "one SUBSCRIBE")
                if mood.suback:
                    self.subscribed_at = cloud.now
                    self.send(
                        SubscriptionAcknowledgement(PacketType.SUBACK, packet_id, (1,))
                    )
            case Publish():
                self._take_publish(packet)
            case Ping() if mood.pong:
                self.send(Ping(PacketType.PINGRESP))
            case Disconnect():
                self.close()

    def _admit(self, packet: Connect) -> None:
        """Answer a CONNECT."""
        mood, cloud = self.host.mood, self.host.cloud
        cloud.check(packet.password == cloud.token.encode(), "the token, nothing else")
        cloud.check(cloud.token not in packet.client_id, "no token as the client id")
        if mood.refuse is not None:
            properties = (
                {Property.SERVER_REFERENCE: mood.refer}
                if mood.refer and self.decoder.level == V5
                else {}
            )
            old, new = mood.refuse
            code = new if self.decoder.level == V5 else old
            self.send(Connack(code, properties))
            self.close()
            return
        self.send(Connack(0))
        if mood.redirect is not None:
            self.publish("downlink/redirect", mood.redirect.encode())

    def _take_publish(self, packet: Publish) -> None:
        """Keep what a message says, and acknowledge it."""
        mood, cloud = self.host.mood, self.host.cloud
        cloud.messages += 1
        self._recent.append(cloud.now)
        crowded = len(self._recent) == 6 and self._recent[-1] - self._recent[0] < 1
        cloud.check(not crowded, "five messages a second")
        cloud.check(packet.size <= 1000, "no message over 1,000 bytes")
        cloud.check(cloud.token.encode() not in packet.payload, "no token in a message")
        if not self.published:
            settled = (
                self.subscribed_at is not None
                and cloud.now - self.subscribed_at >= SETTLE_TIME - _TOLERANCE
            )
            cloud.check(
                settled, "half a second for a redirect before the first message"
            )
            cloud.check(
                packet.topic == "info/mcu" or not cloud.always_announced,
                "info/mcu is the first message",
            )
        self.published += 1
        refused = mood.puback_code if self.published > 1 else 0
        if refused < 0x80 or self.decoder.level == V311:
            cloud.keep(packet)
        if not packet.qos:
            return
        if mood.puback:
            self.acknowledge(packet.packet_id, refused)
        else:
            self.unacknowledged.append(packet.packet_id)

    def acknowledge(self, packet_id: int, code: int = 0) -> None:
        """Send a PUBACK."""
        self.send(
            Acknowledgement(
                PacketType.PUBACK, packet_id, code if self.decoder.level == V5 else 0
            )
        )


@dataclass
class Host:
    """A server: a name, a port, and who is connected."""

    cloud: Cloud
    name: str
    forbidden: bool = False
    """Whether no connection may ever come here."""
    tls: ssl.SSLContext | None = None
    mood: Mood = field(default_factory=Mood)
    port: int = 0
    peers: list[Peer] = field(default_factory=list)
    away: bool = False
    listener: asyncio.Server | None = None

    @property
    def uri(self) -> str:
        """Return what a redirect here says."""
        scheme = "mqtt" if self.tls is None else "mqtts"
        return f"{scheme}://{self.name}:{self.port}"

    async def open(self) -> None:
        """Listen at a free port."""
        self.listener = await asyncio.start_server(
            self.serve, "127.0.0.1", 0, ssl=self.tls
        )
        self.port = self.listener.sockets[0].getsockname()[1]

    def shut(self) -> None:
        """Let nobody in any more; the port is kept, lest somebody else take it."""
        self.away = True

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one connection to its end."""
        cloud = self.cloud
        if self.away:
            writer.transport.abort()
            return
        peer = Peer(self, writer)
        cloud.check(not self.forbidden, f"no connection to {self.name}")
        cloud.check(not any(other.alive for other in cloud.peers), "one connection")
        self.peers.append(peer)
        try:
            if self.mood.hang_up:
                return
            while data := await reader.read(65536):
                if self.mood.mute:
                    continue
                for packet in peer.decoder.feed(data):
                    peer.take(packet)
        except ConnectionError:
            pass
        except MalformedPacket as error:
            cloud.check(peer.disturbed, f"sound packets: {error}")
        finally:
            peer.close()
            self.peers.remove(peer)


class Cloud:
    """All servers, the values they have been given, and what went wrong."""

    def __init__(self, token: str, loop: asyncio.AbstractEventLoop) -> None:
        """Start without a server."""
        self.token = token
        self.always_announced = True
        self.hosts: list[Host] = []
        self.values: dict[str, object] = {}
        self.messages = 0
        self.wrong: list[str] = []
        self.resolved: set[str] = set()
        self._loop = loop

    @property
    def now(self) -> float:
        """Return the time on the loop's clock."""
        return self._loop.time()

    @property
    def peers(self) -> list[Peer]:
        """Return all connections."""
        return [peer for host in self.hosts for peer in host.peers]

    @property
    def serving(self) -> Peer | None:
        """Return the connection on which the client is served."""
        return next((peer for peer in self.peers if peer.serving), None)

    async def resolve(self, name: str) -> Sequence[str]:
        """Find every name here, and note that it was asked for."""
        self.resolved.add(name)
        return ["127.0.0.1"]

    def check(self, holds: bool, what: str) -> None:
        """Note what must hold and does not: here nobody would see an exception."""
        if not holds:
            self.wrong.append(what)

    def keep(self, packet: Publish) -> None:
        """Keep the values of a message."""
        if packet.topic == "batch_ds":
            self.values |= json.loads(packet.payload)
        elif packet.topic.startswith("ds/"):
            _, name, *erase = packet.topic.split("/")
            self.values[name] = None if erase else packet.payload.decode()

    async def close(self) -> None:
        """Close everything, and wait until it is closed."""
        for host in self.hosts:
            if host.listener is not None:
                host.listener.close()
        for peer in self.peers:
            peer.close(abort=True)
        while self.peers:
            await asyncio.sleep(0.01)
