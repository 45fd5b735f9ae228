"""The codec by itself: what clients may send beyond what the other tests happen to send."""

from __future__ import annotations

from amqtt.mqtt.connect import ConnectPacket, ConnectPayload, ConnectVariableHeader
from moat.lib.mqtt import _types as moat
import pytest

from simulator.mqtt.decoder import Decoder, UnsupportedProtocol
from simulator.mqtt.encoder import encode, message_size
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
    Subscription,
    SubscriptionAcknowledgement,
    Unsubscribe,
    Will,
)
from simulator.mqtt.properties import Property
from simulator.mqtt.wire import BodyReader, MalformedPacket, varint

CONNECTS = {
    V311: b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
    V5: b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00",
}


def decoded(level: int, data: bytes) -> ClientPacket:
    """Return the packet that follows a CONNECT of this level."""
    connect, packet = Decoder().feed(CONNECTS[level] + data)
    assert isinstance(connect, Connect)
    return packet


@pytest.mark.parametrize(
    "value", [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 268_435_455]
)
def test_a_length_survives_the_wire(value: int) -> None:
    reader = BodyReader(varint(value))
    assert reader.varint() == value
    assert not reader.remaining


def test_an_old_connect_is_read_completely() -> None:
    header = ConnectVariableHeader(keep_alive=30)
    payload = ConnectPayload("ich", "ds/Text", b"\0will", "device", "secret")
    packet = ConnectPacket(variable_header=header, payload=payload)
    header.username_flag = header.password_flag = header.will_flag = True
    header.will_retain_flag, header.will_qos = True, 1
    [connect] = Decoder().feed(packet.to_bytes())
    will = Will("ds/Text", b"\0will", 1, True)
    assert connect == Connect(V311, "ich", False, 30, "device", b"secret", will)


def test_a_new_connect_is_read_completely() -> None:
    packet = moat.MQTTConnectPacket(
        client_id="ich",
        username="device",
        password="secret",
        clean_start=True,
        keep_alive=30,
        will=moat.Will(
            topic="ds/Text",
            payload=b"\0will",
            qos=moat.QoS.AT_LEAST_ONCE,
            properties={moat.PropertyType.WILL_DELAY_INTERVAL: 5},
        ),
        properties={
            moat.PropertyType.RECEIVE_MAXIMUM: 20,
            moat.PropertyType.MAXIMUM_PACKET_SIZE: 70_000,
            moat.PropertyType.REQUEST_PROBLEM_INFORMATION: 1,
        },
        user_properties={"a": "b"},
    )
    buffer = bytearray()
    packet.encode(buffer)
    [connect] = Decoder().feed(bytes(buffer))
    assert connect == Connect(
        V5,
        "ich",
        True,
        30,
        "device",
        b"secret",
        Will("ds/Text", b"\0will", 1),
        {
            Property.RECEIVE_MAXIMUM: 20,
            Property.MAXIMUM_PACKET_SIZE: 70_000,
            Property.REQUEST_PROBLEM_INFORMATION: 1,
        },
    )


def test_a_password_may_be_binary_and_without_user_on_mqtt_5() -> None:
    data = b"\x10\x11\x00\x04MQTT\x05\x42\x00\x3c\x00\x00\x00\x00\x02\xff\xfe"
    [connect] = Decoder().feed(data)
    assert isinstance(connect, Connect)
    assert (connect.username, connect.password) == (None, b"\xff\xfe")
    assert "\\xff" not in repr(connect)


@pytest.mark.parametrize("version", [3, 6, 0x84])
def test_other_versions_are_known_as_such(version: int) -> None:
    data = b"\x10\x0c\x00\x04MQTT" + bytes((version,)) + b"\x02\x00\x3c\x00\x00"
    with pytest.raises(UnsupportedProtocol):
        [*Decoder().feed(data)]


@pytest.mark.parametrize(
    ("level", "data", "packet"),
    [
        (V311, b"\x30\x05\x00\x03a/bx"[:7], Publish("a/b", size=5)),
        (
            V311,
            b"\x3b\x08\x00\x03a/b\x00\x07x",
            Publish("a/b", b"x", 1, 7, duplicate=True, retain=True, size=8),
        ),
        (
            V5,
            b"\x30\x0b\x00\x03a/b\x05\x02\x00\x00\x00\x09",
            Publish("a/b", properties={Property.MESSAGE_EXPIRY_INTERVAL: 9}, size=11),
        ),
        (
            V5,
            b"\x30\x0d\x00\x01a\x09\x26\x00\x01k\x00\x03v\xc3\xbc",
            Publish("a", size=13),
        ),
        (V311, b"\x40\x02\x00\x07", Acknowledgement(PacketType.PUBACK, 7)),
        (V5, b"\x40\x02\x00\x07", Acknowledgement(PacketType.PUBACK, 7)),
        (V5, b"\x50\x03\x00\x07\x10", Acknowledgement(PacketType.PUBREC, 7, 0x10)),
        (V5, b"\x62\x04\x00\x07\x92\x00", Acknowledgement(PacketType.PUBREL, 7, 0x92)),
        (V5, b"\x70\x02\x00\x07", Acknowledgement(PacketType.PUBCOMP, 7)),
        (
            V311,
            b"\x82\x0a\x00\x07\x00\x01a\x00\x00\x01b\x02",
            Subscribe(7, (Subscription("a", 0), Subscription("b", 2))),
        ),
        (
            V5,
            b"\x82\x09\x00\x07\x02\x0b\x05\x00\x01a\x2d",
            Subscribe(7, (Subscription("a", 1),)),
        ),
        (V5, b"\xa2\x06\x00\x07\x00\x00\x01a", Unsubscribe(7, ("a",))),
        (V311, b"\xc0\x00", Ping(PacketType.PINGREQ)),
        (V311, b"\xe0\x00", Disconnect()),
        (V5, b"\xe0\x01\x04", Disconnect(4)),
        (
            V5,
            b"\xe0\x07\x00\x05\x11\x00\x00\x00\x09",
            Disconnect(0, {Property.SESSION_EXPIRY_INTERVAL: 9}),
        ),
    ],
)
def test_every_form_of_a_packet_is_read(
    level: int, data: bytes, packet: ClientPacket
) -> None:
    assert decoded(level, data) == packet


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_packets_may_be_cut_anywhere(size: int) -> None:
    data = CONNECTS[V311] + b"\x30\x84\x01\x00\x01a" + b"x" * 129 + b"\xc0\x00"
    decoder = Decoder()
    packets = [
        packet
        for start in range(0, len(data), size)
        for packet in decoder.feed(data[start : start + size])
    ]
    assert packets[1:] == [
        Publish("a", b"x" * 129, size=132),
        Ping(PacketType.PINGREQ),
    ]


def test_good_packets_before_a_bad_one_are_taken() -> None:
    packets = Decoder().feed(CONNECTS[V311] + b"\xc0\x00\x00\x00")
    assert isinstance(next(packets), Connect)
    assert next(packets) == Ping(PacketType.PINGREQ)
    with pytest.raises(MalformedPacket):
        next(packets)


@pytest.mark.parametrize(
    ("packet", "old", "new"),
    [
        (Connack(0), b"\x20\x02\x00\x00", b"\x20\x03\x00\x00\x00"),
        (
            Connack(0x9D, {Property.SERVER_REFERENCE: "x"}),
            b"\x20\x02\x00\x9d",
            b"\x20\x07\x00\x9d\x04\x1c\x00\x01x",
        ),
        (
            Publish("a", b"x", 1, 7),
            b"\x32\x06\x00\x01a\x00\x07x",
            b"\x32\x07\x00\x01a\x00\x07\x00x",
        ),
        (
            Publish("a", properties={Property.CORRELATION_DATA: b"\xff"}),
            b"\x30\x03\x00\x01a",
            b"\x30\x08\x00\x01a\x04\x09\x00\x01\xff",
        ),
        (
            Acknowledgement(PacketType.PUBACK, 7, 0x97),
            b"\x40\x02\x00\x07",
            b"\x40\x03\x00\x07\x97",
        ),
        (Acknowledgement(PacketType.PUBREL, 7), *(b"\x62\x02\x00\x07",) * 2),
        (
            SubscriptionAcknowledgement(PacketType.SUBACK, 7, (1, 0x80)),
            b"\x90\x04\x00\x07\x01\x80",
            b"\x90\x05\x00\x07\x00\x01\x80",
        ),
        (
            SubscriptionAcknowledgement(PacketType.UNSUBACK, 7, (0x11,)),
            b"\xb0\x02\x00\x07",
            b"\xb0\x04\x00\x07\x00\x11",
        ),
        (Ping(PacketType.PINGRESP), b"\xd0\x00", b"\xd0\x00"),
        (Disconnect(0x8E), b"\xe0\x00", b"\xe0\x02\x8e\x00"),
    ],
)
def test_every_packet_is_written_for_both_versions(
    packet: ServerPacket, old: bytes, new: bytes
) -> None:
    assert (encode(packet, V311), encode(packet, V5)) == (old, new)


@pytest.mark.parametrize("level", [V311, V5])
@pytest.mark.parametrize("qos", [0, 1])
def test_the_size_of_a_downlink_is_what_follows_the_fixed_header(
    level: int, qos: int
) -> None:
    packet = Publish("downlink/ds/Größe", b"x" * 10, qos, 1)
    assert len(encode(packet, level)) == 2 + message_size(
        packet.topic, packet.payload, qos, level
    )
