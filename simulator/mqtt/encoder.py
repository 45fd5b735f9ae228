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
        case Acknowledgement(packet_type):
            flags = 2 * (packet_type == PacketType.PUBREL)
            return _framed(packet_type, flags, _acknowledgement_body(packet, level))
        case Ping(packet_type):
            return _framed(packet_type, 0, b"")
        case Connack():
            return _framed(PacketType.CONNACK, 0, _connack_body(packet, level))
        case SubscriptionAcknowledgement(packet_type):
            return _framed(packet_type, 0, _subscription_body(packet, level))
        case Disconnect():
            return _framed(PacketType.DISCONNECT, 0, _disconnect_body(packet, level))


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


def _acknowledgement_body(packet: Acknowledgement, level: int) -> bytes:
    body = pack("!H", packet.packet_id)
    if level == V5 and packet.code:
        body += bytes((packet.code,))
    return body


def _connack_body(packet: Connack, level: int) -> bytes:
    body = bytes((0, packet.code))
    return body + write_properties(packet.properties) if level == V5 else body


def _subscription_body(packet: SubscriptionAcknowledgement, level: int) -> bytes:
    body = pack("!H", packet.packet_id)
    if level == V5:
        body += write_properties({})
    if level == V5 or packet.type == PacketType.SUBACK:
        body += bytes(packet.codes)
    return body


def _disconnect_body(packet: Disconnect, level: int) -> bytes:
    if level != V5:
        return b""
    return bytes((packet.code,)) + write_properties(packet.properties)


def _framed(packet_type: PacketType, flags: int, body: bytes) -> bytes:
    return bytes((packet_type << 4 | flags,)) + wire.varint(len(body)) + body
