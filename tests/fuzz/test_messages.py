"""Topics and payloads: whatever arrives is a typed message or an InvalidMessage."""

import json
import struct

from hypothesis import example, given, strategies as st
import pytest

from custom_components.blynk_bridge.device import messages
from custom_components.blynk_bridge.device.errors import InvalidMessage, InvalidName
from custom_components.blynk_bridge.device.messages import (
    MESSAGE_SIZE_MAX,
    DatastreamWrite,
    Diagnostic,
    FirmwareOffer,
    MetadataValue,
    Publication,
    Redirect,
    parse,
    valid_name,
)
from simulator.mqtt.decoder import Decoder
from simulator.mqtt.packets import Publish

from .effort import effort
from .made_up import JSON, NAMES, SECRET, TEXTS, complaint

KNOWN = ["redirect", "diag", "ping", "reboot", "reconfigure", "ota/json", "ds", "meta"]
TOPICS = st.one_of(
    st.builds("downlink/{}".format, st.sampled_from(KNOWN)),
    st.builds("downlink/ds/{}".format, NAMES),
    st.builds("downlink/meta/{}".format, NAMES),
    st.builds("downlink/{}/{}".format, st.sampled_from(KNOWN), NAMES),
    st.builds("downlink{}".format, NAMES),
    NAMES,
)
PAYLOADS = st.one_of(
    st.binary(max_size=40),
    st.builds(lambda text: text.encode(errors="surrogatepass"), TEXTS),
    st.builds(lambda value: json.dumps(value).encode(), JSON),
    st.builds(lambda value: json.dumps({"ver": value}).encode(), JSON),
    st.integers(1000, 1100).map(bytes),
    st.just(b'{"ver":' + b"[" * 1000),
)
ENCODABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TOPICS, PAYLOADS)
@example("downlink/ds/a/b", b"")
@example("downlink/ota/json", b'{"ver":"\\ud800"}')
@effort(1000)
def test_a_packet_is_a_message_or_an_invalid_message(
    topic: str, payload: bytes
) -> None:
    """And a message says what was sent, no more and no less."""
    try:
        message = parse(topic, payload)
    except InvalidMessage:
        return
    assert len(payload) <= 1024
    text = payload.decode()
    match message:
        case DatastreamWrite():
            assert (f"downlink/ds/{message.name}", message.text) == (topic, text)
            assert message.name
        case MetadataValue():
            assert (f"downlink/meta/{message.field}", message.text) == (topic, text)
        case Redirect():
            assert (topic, message.target) == ("downlink/redirect", text)
        case Diagnostic():
            assert (topic, message.text) == ("downlink/diag", text)
        case FirmwareOffer():
            assert message.version is None or message.version.isprintable()
            assert message.version is None or json.loads(text)["ver"] == message.version
        case _:
            assert topic == f"downlink/{type(message).__name__.lower()}"


@given(TOPICS, PAYLOADS)
@effort(300)
def test_an_error_repeats_nothing_of_a_packet(topic: str, payload: bytes) -> None:
    """It goes to the log."""
    for packet in (
        (topic + SECRET, payload),
        (topic, payload + SECRET.encode()),
        (topic, b"\xff" + SECRET.encode()),
    ):
        assert SECRET not in complaint(InvalidMessage, parse, *packet)


@given(NAMES)
@effort(1000)
def test_a_valid_name_survives_its_topics(name: str) -> None:
    """A name is taken as it is or not at all, and comes back in every topic that has it."""
    try:
        assert valid_name(name) is name
    except InvalidName:
        return
    assert parse(f"downlink/ds/{name}", b"") == DatastreamWrite(name, "")
    assert messages.get_values([name, name]).payload.decode().split(",") == [name, name]
    assert messages.erase(name).topic.split("/") == ["ds", name, "erase"]
    assert messages.erase_property(name, "label").topic.split("/")[1] == name
    alone = Publication(f"ds/{name}")
    assert not {"+", "#", "\0"} & set(alone.topic)
    assert alone.size < MESSAGE_SIZE_MAX


@given(st.lists(NAMES, max_size=60))
@effort(300)
def test_questions_ask_for_each_once_and_fit(names: list[str]) -> None:
    """In the order given."""
    asked = [name for name in names if _is_valid(name)]
    found: list[str] = []
    for part, question in messages.questions(asked):
        assert question.size <= MESSAGE_SIZE_MAX
        assert question.payload.decode().split(",") == part
        found += part
    assert found == asked


@given(ENCODABLE, st.dictionaries(ENCODABLE, JSON, max_size=3), st.binary(max_size=300))
@effort(300)
def test_a_size_is_what_a_server_counts(
    name: str, values: dict[str, object], payload: bytes
) -> None:
    """Of the packet as it is on the wire: at QoS 1, on MQTT 5."""
    topic = f"ds/{name}".replace("\0", "").replace("+", "").replace("#", "")
    batch = messages.batch(values)  # type: ignore[arg-type]
    assert json.loads(batch.payload) == values
    for publication in (Publication(topic, payload), batch):
        assert _counted(publication) == publication.size


def _counted(publication: Publication) -> int:
    """Return the size that the simulator's decoder finds."""
    topic = publication.topic.encode()
    body = struct.pack("!H", len(topic)) + topic + b"\x00\x01\x00" + publication.payload
    length = bytes((len(body) & 0x7F | 0x80, len(body) >> 7))
    hello = b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00"
    _, packet = Decoder().feed(hello + b"\x32" + length + body)
    assert isinstance(packet, Publish)
    return packet.size


def _is_valid(name: str) -> bool:
    try:
        valid_name(name)
    except InvalidName:
        return False
    return True


@pytest.mark.parametrize("text", ["[" * 1000, '{"ver":' * 140, "9" * 1000])
def test_json_too_deep_is_refused(text: str) -> None:
    """Not with a RecursionError."""
    with pytest.raises(InvalidMessage):
        parse("downlink/ota/json", text.encode())
