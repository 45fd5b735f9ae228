"""From bytes to the packets a client sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .packets import (
    V5,
    V311,
    Acknowledgement,
    ClientPacket,
    Connect,
    Disconnect,
    PacketType,
    Ping,
    Publish,
    Subscribe,
    Subscription,
    Unsubscribe,
    Will,
)
from .properties import NO_PROPERTIES, WILL, Properties, read_properties
from .wire import BodyReader, MalformedPacket, protocol_error

MAX_PACKET = 2 * 1024 * 1024
"""Nothing legitimate is larger: a data converter takes up to 1 MB."""

LEVELS = {("MQTT", V311), ("MQTT", V5)}


class UnsupportedProtocol(MalformedPacket):
    """A CONNECT of another protocol version, 3.1 for example."""

    def __init__(self) -> None:
        """Carry MQTT 5's code; the answer is CONNACK 1, which all versions know."""
        super().__init__("unsupported protocol version", 0x84)


class Decoder:
    """Cuts a connection's bytes into packets, by the version its CONNECT has chosen."""

    def __init__(self) -> None:
        """Begin before CONNECT."""
        self.level = V311
        self._begun = False
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[ClientPacket]:
        """Yield the packets that data completes. Raises MalformedPacket."""
        buffer = self._buffer
        buffer += data
        while (header := self._fixed_header()) is not None:
            start, end = header
            if end > len(buffer):
                return
            first, body = buffer[0], bytes(buffer[start:end])
            del buffer[:end]
            yield self._decode(first, body)

    def _fixed_header(self) -> tuple[int, int] | None:
        """Give start and end of the first packet's body, or None while the length is incomplete."""
        buffer = self._buffer
        if buffer:
            self._check_first_byte(buffer[0])
        length = 0
        for position in range(1, 5):
            if position >= len(buffer):
                return None
            byte = buffer[position]
            length |= (byte & 0x7F) << 7 * (position - 1)
            if not byte & 0x80:
                if length > MAX_PACKET:
                    raise MalformedPacket("packet too large", 0x95)
                return position + 1, position + 1 + length
        raise MalformedPacket("remaining length too long")

    def _check_first_byte(self, first: int) -> None:
        """Refuse what can't become a packet, before a length is believed."""
        packet_type, flags = first >> 4, first & 0x0F
        if not self._begun and packet_type != PacketType.CONNECT:
            raise protocol_error("CONNECT comes first")
        if packet_type not in READERS:
            raise protocol_error(f"packet type {packet_type} is not for a client")
        if packet_type != PacketType.PUBLISH and flags != RESERVED.get(packet_type, 0):
            raise MalformedPacket("reserved bits in the fixed header")

    def _decode(self, first: int, body: bytes) -> ClientPacket:
        reader = BodyReader(body)
        packet = READERS[first >> 4](reader, self.level, first)
        if reader.remaining:
            raise MalformedPacket("bytes left over")
        if isinstance(packet, Connect):
            self.level = packet.level
            self._begun = True
        return packet


def _properties(body: BodyReader, level: int, packet_type: int) -> Properties:
    return read_properties(body, packet_type) if level == V5 else NO_PROPERTIES


def _packet_id(body: BodyReader) -> int:
    packet_id = body.integer(2)
    if not packet_id:
        raise protocol_error("packet identifier 0")
    return packet_id


def _read_connect(body: BodyReader, _level: int, _first: int) -> Connect:
    name, level = body.text(), body.integer(1)
    if (name, level) not in LEVELS:
        body.rest()
        raise UnsupportedProtocol
    flags, keepalive = body.integer(1), body.integer(2)
    if flags & 0x01:
        raise MalformedPacket("reserved connect flag")
    properties = _properties(body, level, PacketType.CONNECT)
    client_id = body.text()
    will = _read_will(body, level, flags)
    username = body.text() if flags & 0x80 else None
    password = body.binary() if flags & 0x40 else None
    if level == V311 and password is not None and username is None:
        raise MalformedPacket("password without user name")
    return Connect(
        level,
        client_id,
        bool(flags & 0x02),
        keepalive,
        username,
        password,
        will,
        properties,
    )


def _read_will(body: BodyReader, level: int, flags: int) -> Will | None:
    qos, retain = flags >> 3 & 3, bool(flags & 0x20)
    if not flags & 0x04:
        if qos or retain:
            raise MalformedPacket("will flags without a will")
        return None
    if qos == 3:
        raise MalformedPacket("QoS 3")
    _properties(body, level, WILL)
    return Will(_topic_name(body), body.binary(), qos, retain)


def _topic_name(body: BodyReader) -> str:
    topic = body.text()
    if "+" in topic or "#" in topic:
        raise MalformedPacket("wildcard in a topic name", 0x90)
    return topic


def _read_publish(body: BodyReader, level: int, first: int) -> Publish:
    size = body.remaining
    qos = first >> 1 & 3
    if qos == 3:
        raise MalformedPacket("QoS 3")
    topic = _topic_name(body)
    packet_id = _packet_id(body) if qos else 0
    properties = _properties(body, level, PacketType.PUBLISH)
    if not topic and level == V311:
        raise MalformedPacket("empty topic name")
    return Publish(
        topic,
        body.rest(),
        qos,
        packet_id,
        bool(first & 0x08),
        bool(first & 0x01),
        properties,
        size,
    )


def _read_acknowledgement(body: BodyReader, level: int, first: int) -> Acknowledgement:
    packet_type = PacketType(first >> 4)
    packet_id = _packet_id(body)
    if level == V311 or not body.remaining:
        return Acknowledgement(packet_type, packet_id)
    code = body.integer(1)
    if body.remaining:
        read_properties(body, packet_type)
    return Acknowledgement(packet_type, packet_id, code)


def _read_subscribe(body: BodyReader, level: int, _first: int) -> Subscribe:
    packet_id = _packet_id(body)
    _properties(body, level, PacketType.SUBSCRIBE)
    subscriptions: list[Subscription] = []
    while body.remaining:
        topic_filter, options = body.text(), body.integer(1)
        if options & (0xC0 if level == V5 else 0xFC) or options & 3 == 3:
            raise MalformedPacket("bad subscription options")
        subscriptions.append(Subscription(topic_filter, options & 3))
    if not subscriptions:
        raise protocol_error("SUBSCRIBE without a topic filter")
    return Subscribe(packet_id, tuple(subscriptions))


def _read_unsubscribe(body: BodyReader, level: int, _first: int) -> Unsubscribe:
    packet_id = _packet_id(body)
    _properties(body, level, PacketType.UNSUBSCRIBE)
    topic_filters: list[str] = []
    while body.remaining:
        topic_filters.append(body.text())
    if not topic_filters:
        raise protocol_error("UNSUBSCRIBE without a topic filter")
    return Unsubscribe(packet_id, tuple(topic_filters))


def _read_ping(_body: BodyReader, _level: int, _first: int) -> Ping:
    return Ping(PacketType.PINGREQ)


def _read_disconnect(body: BodyReader, level: int, _first: int) -> Disconnect:
    if level == V311 or not body.remaining:
        return Disconnect()
    code = body.integer(1)
    if not body.remaining:
        return Disconnect(code)
    return Disconnect(code, read_properties(body, PacketType.DISCONNECT))


type Reader = Callable[[BodyReader, int, int], ClientPacket]

READERS: dict[int, Reader] = {
    PacketType.CONNECT: _read_connect,
    PacketType.PUBLISH: _read_publish,
    PacketType.PUBACK: _read_acknowledgement,
    PacketType.PUBREC: _read_acknowledgement,
    PacketType.PUBREL: _read_acknowledgement,
    PacketType.PUBCOMP: _read_acknowledgement,
    PacketType.SUBSCRIBE: _read_subscribe,
    PacketType.UNSUBSCRIBE: _read_unsubscribe,
    PacketType.PINGREQ: _read_ping,
    PacketType.DISCONNECT: _read_disconnect,
}

RESERVED: dict[int, int] = {
    PacketType.PUBREL: 2,
    PacketType.SUBSCRIBE: 2,
    PacketType.UNSUBSCRIBE: 2,
}
"""The flags of the fixed header, where they are not 0."""
