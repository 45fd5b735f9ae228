"""Values: their types, and their forms as text and as JSON."""

import json
import math
import random
import re
import reprlib

import pytest

from custom_components.blynk_bridge.device.errors import InvalidValue
from custom_components.blynk_bridge.device.values import (
    INTEGER_MAX,
    INTEGER_MIN,
    DataType,
    Location,
    Value,
    from_text,
    normalize,
    to_json,
    to_text,
)

WORDS = ["", "on", "21.50", "ä/ü+#", "a\0b", "\n", "𝔘", "x" * 1_000_000, "NaN"]


def some_values(data_type: DataType, dice: random.Random) -> Value:
    """Return a value that has a form in the type, of any size it may have."""
    match data_type:
        case DataType.INTEGER | DataType.ENUM:
            values: list[Value] = [
                dice.randint(INTEGER_MIN, INTEGER_MAX),
                dice.randint(-100, 100),
                dice.uniform(-1000, 1000),
                str(dice.randint(-100, 100)),
                dice.random() < 0.5,
            ]
            return dice.choice(values)
        case DataType.DOUBLE:
            return dice.choice([-1, 1]) * 10 ** dice.uniform(-12, 15)
        case DataType.STRING:
            return dice.choice(WORDS)
        case DataType.BOOLEAN:
            truths: list[Value] = [True, False, 0, 1, 1.0, "on", "FALSE", " true "]
            return dice.choice(truths)
        case DataType.LOCATION:
            return Location(dice.uniform(-180, 180), dice.uniform(-90, 90))


@pytest.mark.parametrize("data_type", DataType)
def test_every_value_survives_its_text_and_its_json(data_type: DataType) -> None:
    dice = random.Random(data_type)
    for _ in range(2000):
        value = some_values(data_type, dice)
        normal = normalize(value, data_type)
        assert normalize(normal, data_type) == normal
        assert from_text(to_text(value, data_type), data_type) == normal
        told = json.loads(json.dumps(to_json(value, data_type), allow_nan=False))
        assert (Location(*told) if isinstance(told, list) else told) == normal


@pytest.mark.parametrize(
    "data_type", [DataType.INTEGER, DataType.ENUM], ids=reprlib.repr
)
def test_an_integer_never_has_a_decimal_point(data_type: DataType) -> None:
    dice = random.Random(1)
    for _ in range(2000):
        value = some_values(data_type, dice)
        assert re.fullmatch(r"-?\d+", to_text(value, data_type))
        assert re.fullmatch(r"-?\d+", json.dumps(to_json(value, data_type)))


def test_a_double_is_never_written_with_an_exponent() -> None:
    dice = random.Random(2)
    for _ in range(5000):
        value = some_values(DataType.DOUBLE, dice)
        written = to_text(value, DataType.DOUBLE)
        assert re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", written)
        assert written != "-0"


@pytest.mark.parametrize(
    ("value", "data_type", "text", "told"),
    [
        (21.0, DataType.INTEGER, "21", 21),
        ("21.0", DataType.INTEGER, "21", 21),
        (True, DataType.INTEGER, "1", 1),
        (0.5, DataType.INTEGER, "1", 1),
        (-0.5, DataType.INTEGER, "-1", -1),
        (-0.4, DataType.INTEGER, "0", 0),
        (2, DataType.ENUM, "2", 2),
        (21.0, DataType.DOUBLE, "21", 21),
        (21.5, DataType.DOUBLE, "21.5", 21.5),
        (0.1 + 0.2, DataType.DOUBLE, "0.3", 0.3),
        (1e-5, DataType.DOUBLE, "0.00001", 1e-5),
        (-1e-11, DataType.DOUBLE, "0", 0),
        (-0.0, DataType.DOUBLE, "0", 0),
        (1e15, DataType.DOUBLE, "1000000000000000", 10**15),
        (3_000_000_000, DataType.DOUBLE, "3000000000", 3_000_000_000),
        (True, DataType.BOOLEAN, "1", True),
        ("off", DataType.BOOLEAN, "0", False),
        ("milk", DataType.STRING, "milk", "milk"),
        (21.50, DataType.STRING, "21.5", "21.5"),
        (3_000_000_000, DataType.STRING, "3000000000", "3000000000"),
        (False, DataType.STRING, "0", "0"),
        (Location(13.4, 52.5), DataType.STRING, "13.4,52.5", "13.4,52.5"),
        (Location(13.4, 52.5), DataType.LOCATION, "13.4\x0052.5", [13.4, 52.5]),
        ("13.4, 52.5", DataType.LOCATION, "13.4\x0052.5", [13.4, 52.5]),
        (Location(-180, 90), DataType.LOCATION, "-180\x0090", [-180, 90]),
    ],
    ids=reprlib.repr,
)
def test_a_value_has_one_form_as_text_and_one_as_json(
    value: Value, data_type: DataType, text: str, told: object
) -> None:
    assert to_text(value, data_type) == text
    json_value = to_json(value, data_type)
    assert json_value == told
    assert type(json_value) is type(told)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        10**400,
        pytest.param(-(10**5000), id="huge"),
        Location(math.nan, 1),
    ],
    ids=reprlib.repr,
)
@pytest.mark.parametrize("data_type", DataType)
def test_what_is_not_finite_has_no_form(value: Value, data_type: DataType) -> None:
    for form in (normalize, to_text, to_json):
        with pytest.raises(InvalidValue):
            form(value, data_type)


@pytest.mark.parametrize(
    ("value", "data_type"),
    [
        (INTEGER_MAX + 1, DataType.INTEGER),
        (INTEGER_MIN - 1, DataType.INTEGER),
        (INTEGER_MAX + 0.5, DataType.INTEGER),
        ("on", DataType.INTEGER),
        ("", DataType.INTEGER),
        (Location(1, 1), DataType.INTEGER),
        (Location(1, 1), DataType.ENUM),
        ("heat", DataType.ENUM),
        (1.1e15, DataType.DOUBLE),
        ("nan", DataType.DOUBLE),
        (Location(1, 1), DataType.DOUBLE),
        (2, DataType.BOOLEAN),
        (0.5, DataType.BOOLEAN),
        ("yes", DataType.BOOLEAN),
        (Location(1, 0), DataType.BOOLEAN),
        ("\ud800", DataType.STRING),
        (5, DataType.LOCATION),
        ("here", DataType.LOCATION),
        ("1,2,3", DataType.LOCATION),
        (Location(181, 0), DataType.LOCATION),
        (Location(0, -90.1), DataType.LOCATION),
    ],
    ids=reprlib.repr,
)
def test_a_value_of_another_type_is_refused(value: Value, data_type: DataType) -> None:
    with pytest.raises(InvalidValue):
        normalize(value, data_type)


@pytest.mark.parametrize(
    "value", [INTEGER_MIN, INTEGER_MAX, INTEGER_MAX + 0.4], ids=reprlib.repr
)
def test_an_integer_reaches_32_bits(value: float) -> None:
    assert normalize(value, DataType.INTEGER) in {INTEGER_MIN, INTEGER_MAX}


@pytest.mark.parametrize(
    ("text", "data_type", "value"),
    [
        ("21", DataType.INTEGER, 21),
        ("21.0", DataType.INTEGER, 21),
        ("+21", DataType.INTEGER, 21),
        ("1e3", DataType.INTEGER, 1000),
        ("-0", DataType.INTEGER, 0),
        ("3", DataType.ENUM, 3),
        ("21", DataType.DOUBLE, 21.0),
        (".5", DataType.DOUBLE, 0.5),
        ("1.5E-3", DataType.DOUBLE, 0.0015),
        ("1", DataType.BOOLEAN, True),
        ("false", DataType.BOOLEAN, False),
        ("", DataType.STRING, ""),
        ("a\0b", DataType.STRING, "a\0b"),
        ("13.4\x0052.5", DataType.LOCATION, Location(13.4, 52.5)),
        ("13.4,52.5", DataType.LOCATION, Location(13.4, 52.5)),
    ],
    ids=reprlib.repr,
)
def test_a_downlink_is_understood(text: str, data_type: DataType, value: Value) -> None:
    understood = from_text(text, data_type)
    assert understood == value
    assert type(understood) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " 1",
        "1 ",
        "1\n",
        "1_0",
        "0x1",
        "nan",
        "-inf",
        "Infinity",
        "1e999",
        "1e1000",
        "٣",
        "--1",
        "1.2.3",
        ".",
        "e5",
        "9" * 65,
        "9" * 1_000_000,
        '{"a": 1}',
        "\0",
    ],
    ids=reprlib.repr,
)
@pytest.mark.parametrize(
    "data_type",
    [DataType.INTEGER, DataType.ENUM, DataType.DOUBLE, DataType.LOCATION],
    ids=reprlib.repr,
)
def test_a_malformed_downlink_is_refused(text: str, data_type: DataType) -> None:
    with pytest.raises(InvalidValue):
        from_text(text, data_type)


@pytest.mark.parametrize(
    "text", ["21.5", "1,5", "2147483648", "1e10"], ids=reprlib.repr
)
def test_an_integer_downlink_is_whole_and_of_32_bits(text: str) -> None:
    with pytest.raises(InvalidValue):
        from_text(text, DataType.INTEGER)


def test_an_error_does_not_repeat_what_the_cloud_sent() -> None:
    with pytest.raises(InvalidValue) as caught:
        from_text("a secret", DataType.INTEGER)
    assert "secret" not in str(caught.value)
    assert "integer" in str(caught.value)
