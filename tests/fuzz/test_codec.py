"""The simulator's MQTT codec: bytes are packets or malformed, however they are cut."""

from dataclasses import replace
from itertools import pairwise
import struct

from hypothesis import example, given, strategies as st
import pytest

from simulator.mqtt.decoder import Decoder
from simulator.mqtt.encoder import encode
from simulator.mqtt.packets import (
    V5,
    V311,
    Acknowledgement,
    ClientPacket,
    Disconnect,
    PacketType,
    Ping,
    Publish,
    Subscribe,
    Subscription,
)
from simulator.mqtt.properties import Property
from simulator.mqtt.wire import BodyReader, MalformedPacket, text, varint

from ..simulator.test_codec import CONNECTS
from .effort import effort

LEVELS = (V311, V5)
IDS = st.integers(1, 0xFFFF)
MQTT_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20
)
TOPICS = MQTT_TEXTS.map(
    lambda topic: topic.replace("+", "").replace("#", "") or "downlink"
)
PROPERTIES = st.dictionaries(
    st.sampled_from([Property.CONTENT_TYPE, Property.RESPONSE_TOPIC]), MQTT_TEXTS
)


@st.composite
def publishes(draw: st.DrawFn, level: int) -> Publish:
    """Return a message as either side may send it."""
    qos = draw(st.integers(0, 2))
    return Publish(
        topic=draw(TOPICS),
        payload=draw(st.binary(max_size=300)),
        qos=qos,
        packet_id=draw(IDS) if qos else 0,
        duplicate=draw(st.booleans()),
        retain=draw(st.booleans()),
        properties=draw(PROPERTIES) if level == V5 else {},
    )


def packets(level: int) -> st.SearchStrategy[Publish | Acknowledgement | Ping]:
    """Return the packets that both sides may send."""
    acknowledgements = st.builds(
        Acknowledgement,
        st.sampled_from(
            [
                PacketType.PUBACK,
                PacketType.PUBREC,
                PacketType.PUBREL,
                PacketType.PUBCOMP,
            ]
        ),
        IDS,
        st.integers(0, 255) if level == V5 else st.just(0),
    )
    return st.one_of(
        publishes(level), acknowledgements, st.just(Ping(PacketType.PINGREQ))
    )


def outcome(level: int, *parts: bytes) -> list[ClientPacket | str]:
    """Return the packets of these bytes, and what is wrong at the end of them."""
    decoder = Decoder()
    found: list[ClientPacket | str] = []
    try:
        for part in (CONNECTS[level], *parts):
            found.extend(decoder.feed(part))
    except MalformedPacket as error:
        found.append(f"{error.code:x} {error}")
    return found[1:]


@pytest.mark.parametrize("level", LEVELS)
@given(st.data())
@effort(300)
def test_what_is_encoded_is_decoded(level: int, data: st.DataObject) -> None:
    """Every packet that both sides may send, one after the other."""
    sent = data.draw(st.lists(packets(level), min_size=1, max_size=4))
    encoded = [encode(packet, level) for packet in sent]
    found = outcome(level, b"".join(encoded))
    for packet, raw, read in zip(sent, encoded, found, strict=True):
        if isinstance(packet, Publish):
            assert isinstance(read, Publish)
            assert read.size == len(raw) - 1 - len(varint(read.size))
            assert replace(read, size=0) == packet
        else:
            assert read == packet


@given(st.integers(0, 268_435_455))
@effort(200)
def test_every_length_survives_the_wire(value: int) -> None:
    reader = BodyReader(varint(value))
    assert reader.varint() == value
    assert not reader.remaining


@given(
    st.sampled_from(LEVELS),
    IDS,
    st.lists(st.tuples(MQTT_TEXTS, st.integers(0, 2)), min_size=1, max_size=4),
)
@effort(200)
def test_a_subscription_is_read_completely(
    level: int, packet_id: int, wanted: list[tuple[str, int]]
) -> None:
    body = struct.pack("!H", packet_id) + (b"\0" if level == V5 else b"")
    body += b"".join(text(name) + bytes((qos,)) for name, qos in wanted)
    found = outcome(level, b"\x82" + varint(len(body)) + body)
    expected = tuple(Subscription(name, qos) for name, qos in wanted)
    assert found == [Subscribe(packet_id, expected)]


@st.composite
def wires(draw: st.DrawFn) -> bytes:
    """Return bytes that begin like packets, and perhaps go on like some."""
    level = draw(st.sampled_from(LEVELS))
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        raw = bytearray(encode(draw(packets(level)), level))
        for _ in range(draw(st.integers(0, 2))):
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
        parts.append(
            draw(st.sampled_from([bytes(raw), bytes(raw[:-1]), b"\xe0\x00", b""]))
        )
    return b"".join(parts) + draw(st.binary(max_size=8))


@given(
    st.sampled_from(LEVELS),
    st.one_of(wires(), st.binary(max_size=40)),
    st.lists(st.integers(0, 60), max_size=5),
)
@example(V5, b"\x30\xff\xff\xff\xff", [1])
@example(V311, encode(Disconnect(), V311), [1])
@effort(600)
def test_it_does_not_matter_where_bytes_are_cut(
    level: int, data: bytes, cuts: list[int]
) -> None:
    """The same packets, and the same error, which is the codec's own."""
    whole = outcome(level, data)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    parts = [data[start:end] for start, end in pairwise(edges)]
    assert outcome(level, *parts) == whole
    bytewise = [data[index : index + 1] for index in range(len(data))]
    assert outcome(level, *bytewise) == whole
