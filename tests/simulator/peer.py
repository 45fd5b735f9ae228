"""A bare MQTT client for both versions, whose packets come from two independent codecs.

amqtt writes and reads MQTT 3.1.1, moat-lib-mqtt MQTT 5, so that every test of the simulator
also holds the simulator's own codec against somebody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

from amqtt.adapters import BufferReader
from amqtt.mqtt import packet_class
from amqtt.mqtt.connect import ConnectPacket, ConnectPayload, ConnectVariableHeader
from amqtt.mqtt.disconnect import DisconnectPacket
from amqtt.mqtt.packet import MQTTFixedHeader
from amqtt.mqtt.pingreq import PingReqPacket
from amqtt.mqtt.puback import PubackPacket
from amqtt.mqtt.publish import PublishPacket
from amqtt.mqtt.pubrec import PubrecPacket
from amqtt.mqtt.pubrel import PubrelPacket
from amqtt.mqtt.subscribe import SubscribePacket
from amqtt.mqtt.unsubscribe import UnsubscribePacket
from moat.lib.mqtt import _types as moat

from simulator.mqtt.packets import V5, V311, PacketType

TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class Received:
    """A packet of the server, the same for both versions."""

    type: PacketType
    code: int | None = None
    topic: str = ""
    payload: bytes = b""
    qos: int = 0
    packet_id: int = 0
    codes: tuple[int, ...] = ()
    properties: tuple[tuple[str, object], ...] = ()


class ConnectionEnded(Exception):
    """The server has closed the connection."""


class Peer:
    """One connection to a broker; nothing is sent or answered by itself."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, level: int
    ) -> None:
        """Speak this protocol level: 4 for 3.1.1, 5."""
        self.level = level
        self._reader = reader
        self._writer = writer

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int, level: int = V311) -> AsyncGenerator[Self]:
        """Open a TCP connection, without CONNECT."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            yield cls(reader, writer, level)
        finally:
            writer.transport.abort()

    def send_raw(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    def _send(self, old: Any, new: Any) -> None:
        """Send the packet of this connection's version."""
        if self.level == V311:
            self.send_raw(old().to_bytes())
            return
        buffer = bytearray()
        new().encode(buffer)
        self.send_raw(bytes(buffer))

    # Packets

    def connect(
        self,
        token: str,
        *,
        username: str = "device",
        client_id: str = "test",
        keepalive: int = 45,
        clean: bool = True,
        will: tuple[str, bytes] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> None:
        """Send CONNECT. Properties are MQTT 5's, by name."""

        def old() -> Any:
            header = ConnectVariableHeader(keep_alive=keepalive)
            payload = ConnectPayload(client_id=client_id)
            packet = ConnectPacket(variable_header=header, payload=payload)
            header.username_flag = header.password_flag = True
            header.clean_session_flag = clean
            payload.username, payload.password = username, token
            if will is not None:
                header.will_flag = True
                payload.will_topic, payload.will_message = will
            return packet

        def new() -> Any:
            return moat.MQTTConnectPacket(
                client_id=client_id,
                username=username,
                password=token,
                clean_start=clean,
                keep_alive=keepalive,
                will=None
                if will is None
                else moat.Will(topic=will[0], payload=will[1]),
                properties={
                    moat.PropertyType[name]: value
                    for name, value in (properties or {}).items()
                },
            )

        self._send(old, new)

    def subscribe(self, *topic_filters: str, qos: int = 1, packet_id: int = 10) -> None:
        """Send SUBSCRIBE."""
        self._send(
            lambda: SubscribePacket.build(
                [(topic_filter, qos) for topic_filter in topic_filters], packet_id
            ),
            lambda: moat.MQTTSubscribePacket(
                packet_id=packet_id,
                subscriptions=[
                    moat.Subscription(topic_filter, max_qos=moat.QoS(qos))
                    for topic_filter in topic_filters
                ],
            ),
        )

    def unsubscribe(self, *topic_filters: str, packet_id: int = 11) -> None:
        """Send UNSUBSCRIBE."""
        self._send(
            lambda: UnsubscribePacket.build([*topic_filters], packet_id),
            lambda: moat.MQTTUnsubscribePacket(
                packet_id=packet_id,
                patterns=[moat.Pattern(each) for each in topic_filters],
            ),
        )

    def publish(
        self, topic: str, payload: bytes = b"", qos: int = 0, packet_id: int = 1
    ) -> None:
        """Send PUBLISH."""
        self._send(
            lambda: PublishPacket.build(
                topic, payload, packet_id if qos else None, False, qos, False
            ),
            lambda: moat.MQTTPublishPacket(
                topic=topic,
                payload=payload,
                qos=moat.QoS(qos),
                packet_id=packet_id if qos else None,
            ),
        )

    def acknowledge(self, packet_type: PacketType, packet_id: int) -> None:
        """Send PUBACK, PUBREC or PUBREL."""
        old, new = {
            PacketType.PUBACK: (PubackPacket, moat.MQTTPublishAckPacket),
            PacketType.PUBREC: (PubrecPacket, moat.MQTTPublishReceivePacket),
            PacketType.PUBREL: (PubrelPacket, moat.MQTTPublishReleasePacket),
        }[packet_type]
        self._send(
            lambda: old.build(packet_id),
            lambda: new(packet_id=packet_id, reason_code=moat.ReasonCode.SUCCESS),
        )

    def ping(self) -> None:
        """Send PINGREQ."""
        self._send(PingReqPacket, moat.MQTTPingRequestPacket)

    def disconnect(self, code: int = 0) -> None:
        """Send DISCONNECT; the code is MQTT 5's."""
        self._send(
            DisconnectPacket,
            lambda: moat.MQTTDisconnectPacket(reason_code=moat.ReasonCode(code)),
        )

    # Answers

    async def receive(self) -> Received:
        """Return the next packet. Raises ConnectionEnded or TimeoutError."""
        async with asyncio.timeout(TIMEOUT):
            try:
                return await self._decode(await self._packet())
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise ConnectionEnded from error

    async def expect(self, packet_type: PacketType) -> Received:
        """Return the next packet, which must be of this type."""
        packet = await self.receive()
        assert packet.type is packet_type, packet
        return packet

    async def anything(self, seconds: float) -> bytes:
        """Return raw bytes of the server, or none if none come within that time."""
        try:
            async with asyncio.timeout(seconds):
                return await self._reader.read(4096)
        except TimeoutError, ConnectionError:
            return b""

    async def ended(self) -> bool:
        """Wait for the end of the connection, whatever comes before it."""
        while True:
            try:
                await self.receive()
            except ConnectionEnded:
                return True

    async def _packet(self) -> bytes:
        data = await self._reader.readexactly(2)
        length, shift = data[1] & 0x7F, 7
        while data[-1] & 0x80:
            data += await self._reader.readexactly(1)
            length |= (data[-1] & 0x7F) << shift
            shift += 7
        return data + await self._reader.readexactly(length)

    async def _decode(self, data: bytes) -> Received:
        if self.level == V5:
            rest, packet = moat.decode_packet(memoryview(data))
            assert not rest
            return _from_moat(packet)
        reader = BufferReader(data)
        header = await MQTTFixedHeader.from_stream(reader)
        packet = await packet_class(header).from_stream(reader, fixed_header=header)
        return _from_amqtt(packet)

    # Whole steps

    async def connected(self, token: str, **options: Any) -> Received:
        """Send CONNECT and return the CONNACK, which must accept."""
        self.connect(token, **options)
        connack = await self.expect(PacketType.CONNACK)
        assert connack.code == 0, connack
        return connack

    async def subscribed(self, token: str, **options: Any) -> None:
        """Connect and subscribe to downlink/#."""
        await self.connected(token, **options)
        self.subscribe("downlink/#")
        suback = await self.expect(PacketType.SUBACK)
        assert suback.codes == (1,)


def _from_moat(packet: Any) -> Received:
    codes = getattr(packet, "reason_codes", ())
    code = getattr(packet, "reason_code", None)
    payload = getattr(packet, "payload", b"")
    properties = getattr(packet, "properties", {})
    return Received(
        type=PacketType(packet.packet_type),
        code=None if code is None else int(code),
        topic=getattr(packet, "topic", ""),
        payload=payload.encode() if isinstance(payload, str) else bytes(payload),
        qos=int(getattr(packet, "qos", 0)),
        packet_id=getattr(packet, "packet_id", 0) or 0,
        codes=tuple(int(each) for each in codes),
        properties=tuple((key.name, value) for key, value in properties.items()),
    )


def _from_amqtt(packet: Any) -> Received:
    packet_type = PacketType(packet.fixed_header.packet_type)
    header = packet.variable_header
    if packet_type is PacketType.PUBLISH:
        return Received(
            packet_type,
            topic=packet.topic_name,
            payload=bytes(packet.data),
            qos=packet.qos,
            packet_id=packet.packet_id or 0,
        )
    return Received(
        packet_type,
        code=getattr(header, "return_code", None),
        packet_id=getattr(header, "packet_id", 0),
        codes=tuple(getattr(packet.payload, "return_codes", ())),
    )
