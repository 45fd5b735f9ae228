"""Messages: topics and payloads, read and written."""

import json
import random
import reprlib

import pytest

from custom_components.blynk_bridge.device.errors import (
    InvalidMessage,
    InvalidName,
    InvalidValue,
)
from custom_components.blynk_bridge.device.messages import (
    DATASTREAM_NAME_MAX,
    MESSAGE_SIZE_MAX,
    DatastreamWrite,
    DeviceInfo,
    Diagnostic,
    Downlink,
    FirmwareOffer,
    MetadataValue,
    Ping,
    Publication,
    Reboot,
    Reconfigure,
    Redirect,
    batch,
    device_info,
    get_values,
    parse,
    questions,
    valid_name,
    value,
)
from custom_components.blynk_bridge.device.values import DataType, Location, Value

# Blynk docs, device-mqtt-api/authentication: variable header and payload together.
BLYNK_LIMIT = 1024

# --- Downlinks -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "payload", "message"),
    [
        ("downlink/ds/Switch", b"1", DatastreamWrite("Switch", "1")),
        (
            "downlink/ds/Set Temperature",
            b"21.5",
            DatastreamWrite("Set Temperature", "21.5"),
        ),
        (
            "downlink/ds/Küche ☕",
            "an ☕".encode(),
            DatastreamWrite("Küche ☕", "an ☕"),
        ),
        (
            "downlink/ds/Colour",
            b"255\x000\x0010",
            DatastreamWrite("Colour", "255\x000\x0010"),
        ),
        ("downlink/ds/Empty", b"", DatastreamWrite("Empty", "")),
        ("downlink/ds/a/b", b"x", DatastreamWrite("a/b", "x")),
        ("downlink/ds/redirect", b"x", DatastreamWrite("redirect", "x")),
        ("downlink/ds/Text", b"x" * 1024, DatastreamWrite("Text", "x" * 1024)),
        ("downlink/meta/Device Name", b"Home", MetadataValue("Device Name", "Home")),
        (
            "downlink/redirect",
            b"mqtts://ny3.blynk.cloud:8883",
            Redirect("mqtts://ny3.blynk.cloud:8883"),
        ),
        ("downlink/diag", b"no such datastream", Diagnostic("no such datastream")),
        ("downlink/ping", b"", Ping()),
        ("downlink/ping", b"whatever", Ping()),
        ("downlink/reboot", b"", Reboot()),
        ("downlink/reconfigure", b"", Reconfigure()),
        (
            "downlink/ota/json",
            b'{"url":"https://x/f.bin","size":9,"ver":"1.2"}',
            FirmwareOffer("1.2"),
        ),
        ("downlink/ota/json", b"{}", FirmwareOffer(None)),
        ("downlink/ota/json", b'{"ver":null}', FirmwareOffer(None)),
        ("downlink/ota/json", b'{"ver":12}', FirmwareOffer(None)),
        ("downlink/ota/json", b'{"ver":["1.2"]}', FirmwareOffer(None)),
        # Half of a surrogate pair has no form in UTF-8, and would break who shows it.
        ("downlink/ota/json", b'{"ver":"\\ud800"}', FirmwareOffer(None)),
        ("downlink/ota/json", b'{"ver":"1\\n2"}', FirmwareOffer(None)),
    ],
    ids=reprlib.repr,
)
def test_each_topic_has_its_message(
    topic: str, payload: bytes, message: Downlink
) -> None:
    assert parse(topic, payload) == message


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "downlink",
        "downlink/",
        "downlink//",
        "downlink/ds",
        "downlink/ds/",
        "downlink/meta",
        "downlink/meta/",
        "downlink/nonsense",
        "downlink/redirect/",
        "downlink/redirect/x",
        "downlink/ota",
        "downlink/Ping",
        "Downlink/ping",
        " downlink/ping",
        "ds/Switch",
        "xdownlink/ds/Switch",
        "dev/downlink/ping",
        "$SYS/broker",
    ],
    ids=reprlib.repr,
)
def test_an_unknown_topic_is_refused(topic: str) -> None:
    with pytest.raises(InvalidMessage):
        parse(topic, b"1")


@pytest.mark.parametrize(
    "topic",
    [
        "downlink/ds/Text",
        "downlink/meta/Device Name",
        "downlink/redirect",
        "downlink/diag",
        "downlink/ota/json",
        "downlink/ping",
    ],
)
@pytest.mark.parametrize(
    "payload",
    [
        b"\xff\xfe",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        "ü".encode()[:1],
        b"x" * 1025,
        b"x" * 1_000_000,
    ],
    ids=reprlib.repr,
)
def test_a_payload_that_is_no_text_or_too_long_is_refused(
    topic: str, payload: bytes
) -> None:
    with pytest.raises(InvalidMessage):
        parse(topic, payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"x",
        b"[1]",
        b"[" * 1024,
        b'"1.2"',
        b"7",
        b"null",
        b'{"ver":',
        b'{"ver":"1"}}',
    ],
    ids=reprlib.repr,
)
def test_a_firmware_offer_of_the_wrong_shape_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidMessage):
        parse("downlink/ota/json", payload)


def test_no_packet_raises_anything_but_invalid_message() -> None:
    """Whatever the server sends is a message or an error of ours."""
    dice = random.Random(1)
    levels = (
        "downlink",
        "ds",
        "meta",
        "ota",
        "json",
        "redirect",
        "diag",
        "",
        "ü",
        "\0",
        "#",
    )
    parts = (
        b"{",
        b"}",
        b"[",
        b'"ver":',
        b'"1"',
        b"1e999",
        b"\xff",
        b"\0",
        b"\\ud800",
        b" ",
    )
    understood = 0
    for _ in range(20_000):
        tail = "/".join(dice.choices(levels, k=dice.randrange(4)))
        topic = tail if dice.random() < 0.2 else f"downlink/{tail}"
        payload = b"".join(dice.choices(parts, k=dice.randrange(12)))
        if dice.random() < 0.2:
            payload = dice.randbytes(dice.randrange(1100))
        try:
            parse(topic, payload)
        except InvalidMessage:
            continue
        understood += 1
    assert understood > 500


def test_an_error_does_not_repeat_what_was_sent() -> None:
    for topic, payload in (
        ("downlink/secret", b"secret"),
        ("downlink/ota/json", b"secret"),
        ("downlink/ds/secret", b"secret\xff"),
        ("secret/ds", b"secret"),
    ):
        with pytest.raises(InvalidMessage) as refused:
            parse(topic, payload)
        assert "secret" not in str(refused.value)


# --- Names -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Switch",
        "V0",
        "Set Temperature",
        "Küche",
        "温度",
        "Light ☕",
        "a" * DATASTREAM_NAME_MAX,
        "ü" * (DATASTREAM_NAME_MAX // 2),
        "a\\b\"c'd:e*f$g",
        "all",
    ],
    ids=reprlib.repr,
)
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert valid_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " Switch",
        "Switch ",
        "Switch\n",
        "\u00a0Switch",
        "a/b",
        "a,b",
        "a+b",
        "a#b",
        "a\0b",
        "a\nb",
        "a\tb",
        "a\x7fb",
        "a\u200bb",
        "a\u202eb",
        "a\ud800b",
        "a" * (DATASTREAM_NAME_MAX + 1),
        "ü" * (DATASTREAM_NAME_MAX // 2) + "a",
        "a" * 1_000_000,
    ],
    ids=reprlib.repr,
)
def test_a_name_that_mqtt_cannot_address_is_refused(name: str) -> None:
    with pytest.raises(InvalidName):
        valid_name(name)


# --- Uplinks ---------------------------------------------------------------------


def test_device_info_says_what_blynk_asks_for() -> None:
    """The five fields of Blynk's documentation, in their order, and no other."""
    publication = device_info(
        DeviceInfo("TMPLabcd1234", "0.1.2", "Jan 19 2024 12:25:30")
    )
    assert publication == Publication(
        "info/mcu",
        b'{"tmpl":"TMPLabcd1234","ver":"0.1.2","build":"Jan 19 2024 12:25:30",'
        b'"type":"TMPLabcd1234","rxbuff":1024}',
    )


@pytest.mark.parametrize(
    ("datum", "data_type", "payload"),
    [
        (21.0, DataType.INTEGER, b"21"),
        (21.5, DataType.DOUBLE, b"21.5"),
        ("Küche", DataType.STRING, "Küche".encode()),
        ("", DataType.STRING, b""),
        (True, DataType.BOOLEAN, b"1"),
        (2, DataType.ENUM, b"2"),
        (Location(13.4, 52.5), DataType.LOCATION, b"13.4\x0052.5"),
    ],
)
def test_a_value_goes_to_its_datastream(
    datum: Value, data_type: DataType, payload: bytes
) -> None:
    name = "Set Temperature"
    assert value(name, datum, data_type) == Publication(f"ds/{name}", payload)


def test_a_value_without_a_form_is_no_message() -> None:
    with pytest.raises(InvalidValue):
        value("Temperature", float("nan"), DataType.DOUBLE)


def test_a_batch_is_one_json_object() -> None:
    publication = batch({"Küche": 21, "On": True, "Where": [13.4, 52.5], "T": 'a"\0'})
    assert publication.topic == "batch_ds"
    assert (
        publication.payload.decode()
        == '{"Küche":21,"On":true,"Where":[13.4,52.5],"T":"a\\"\\u0000"}'
    )


def test_stored_values_are_asked_for_by_name() -> None:
    assert get_values(["Switch", "Küche"]) == Publication(
        "get/ds", "Switch,Küche".encode()
    )
    assert get_values(["Switch"]) == Publication("get/ds", b"Switch")


def test_questions_are_split_by_size() -> None:
    """As few as possible, nothing left out."""
    names = [f"Datastream {number:03}" for number in range(200)]
    split = list(questions(names))
    assert [name for asked, _ in split for name in asked] == names
    assert [question.payload for _, question in split] == [
        ",".join(asked).encode() for asked, _ in split
    ]
    assert max(question.size for _, question in split) <= MESSAGE_SIZE_MAX
    assert len(split) == 4
    assert list(questions([])) == []


# --- Sizes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "payload", "size"),
    [
        # 1,011 bytes of payload fill a batch_ds at QoS 1 on MQTT 5.
        ("batch_ds", b"x" * 1011, BLYNK_LIMIT),
        ("batch_ds", b"", 13),
        ("ds/ü", "ü".encode(), 12),
        ("info/mcu", b"x", 14),
    ],
    ids=reprlib.repr,
)
def test_a_size_counts_header_and_payload(
    topic: str, payload: bytes, size: int
) -> None:
    """Topic with its length, packet identifier, empty properties, payload; in bytes."""
    assert Publication(topic, payload).size == size


def test_our_own_limit_is_within_blynks() -> None:
    assert MESSAGE_SIZE_MAX <= BLYNK_LIMIT


def test_the_longest_device_info_fits() -> None:
    info = DeviceInfo(
        "TMPL" + "x" * 20, "2026.12.31-beta.1+build", "Jan 19 2024 12:25:30"
    )
    publication = device_info(info)
    assert publication.size <= MESSAGE_SIZE_MAX
    assert json.loads(publication.payload)["rxbuff"] == BLYNK_LIMIT
