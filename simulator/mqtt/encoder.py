"""From the packets a server sends to bytes."""

from __future__ import annotations

from struct import pack

from . import wire
from .packets import (
    V5,
    Acknowledgement,
    Connack,
    Disconnect,
    PacketType,
    Ping,
    Publish,
    ServerPacket,
    SubscriptionAcknowledgement,
)
from .properties import write_properties


def encode(packet: ServerPacket, level: int) -> bytes:
    """Encode a packet for a client of this protocol level."""
    match packet:
        case Publish():
            flags = packet.duplicate << 3 | packet.qos << 1 | packet.retain
            return _framed(PacketType.PUBLISH, flags, _publish_body(packet, level))
        case Acknowledgement(packet_type, packet_id, code):
            body = pack("!H", packet_id)
            if level == V5 and code:
                body += bytes((code,))
            return _framed(packet_type, 2 * (packet_type == PacketType.PUBREL), body)
        case Ping(packet_type):
            return _framed(packet_type, 0, b"")
        case Connack():
            body = bytes((0, packet.code))
            if level == V5:
                body += write_properties(packet.properties)
            return _framed(PacketType.CONNACK, 0, body)
        case SubscriptionAcknowledgement(packet_type, packet_id, codes):
            body = pack("!H", packet_id)
            if level == V5:
                body += write_properties({})
            if level == V5 or packet_type == PacketType.SUBACK:
                body += bytes(codes)
            return _framed(packet_type, 0, body)
        case Disconnect():
            body = b""
            if level == V5:
                body = bytes((packet.code,)) + write_properties(packet.properties)
            return _framed(PacketType.DISCONNECT, 0, body)


def message_size(topic: str, payload: bytes, qos: int, level: int) -> int:
    """Size of a downlink as Blynk counts it: variable header + payload, in bytes."""
    return 2 + len(topic.encode()) + 2 * (qos > 0) + (level == V5) + len(payload)


def _publish_body(packet: Publish, level: int) -> bytes:
    body = wire.text(packet.topic)
    if packet.qos:
        body += pack("!H", packet.packet_id)
    if level == V5:
        body += write_properties(packet.properties)
    return body + packet.payload


def _framed(packet_type: PacketType, flags: int, body: bytes) -> bytes:
    return bytes((packet_type << 4 | flags,)) + wire.varint(len(body)) + body
