"""Values: one form each, within their type, whatever the text or number they come from."""

import json
import math
import re

from hypothesis import example, given, strategies as st
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

from .effort import effort
from .made_up import NUMBERS, SECRET, TEXTS, complaint

NUMERALS = st.text(st.sampled_from("0123456789.+-eE,\0 _٣"), max_size=12)
WORDS = st.sampled_from(
    ["1", "0", "true", "FALSE", " on ", "off", "nan", "-inf", "1e400", "١", "1_0", "-0"]
)
WIRE = st.one_of(TEXTS, NUMERALS, WORDS, st.floats().map(str), st.integers().map(str))
VALUES: st.SearchStrategy[Value] = st.one_of(
    WIRE, NUMBERS, st.booleans(), st.builds(Location, NUMBERS, NUMBERS)
)
PLAIN = re.compile(r"-?\d+(\.\d*[1-9])?")


def assert_within(value: Value, data_type: DataType) -> None:
    """Hold a value against what its type promises."""
    match data_type:
        case DataType.STRING:
            assert isinstance(value, str)
        case DataType.BOOLEAN:
            assert isinstance(value, bool)
        case DataType.INTEGER | DataType.ENUM:
            assert type(value) is int
            assert INTEGER_MIN <= value <= INTEGER_MAX
        case DataType.DOUBLE:
            assert type(value) is float
            assert abs(value) <= 1e15
            assert math.copysign(1, value) == 1 or value < 0
        case DataType.LOCATION:
            assert isinstance(value, Location)
            assert abs(value.longitude) <= 180
            assert abs(value.latitude) <= 90


@pytest.mark.parametrize("data_type", DataType)
@given(VALUES)
@example("1.0")
@example(2147483647.5)
@example(-2147483648.5)
@example(True)
@effort(1000)
def test_a_value_has_one_form(data_type: DataType, value: Value) -> None:
    """It is within its type, and stays itself however often it travels."""
    try:
        normal = normalize(value, data_type)
    except InvalidValue:
        with pytest.raises(InvalidValue):
            to_json(value, data_type)
        with pytest.raises(InvalidValue):
            to_text(value, data_type)
        return
    assert_within(normal, data_type)
    assert normalize(normal, data_type) == normal
    text = to_text(value, data_type)
    assert text == to_text(normal, data_type)
    text.encode()
    assert from_text(text, data_type) == normal
    if data_type not in {DataType.STRING, DataType.LOCATION}:
        assert PLAIN.fullmatch(text)
    form = to_json(value, data_type)
    again = json.loads(json.dumps(form, allow_nan=False))
    assert again == form
    assert type(again) is type(form)
    back = Location(*again) if isinstance(again, list) else again
    assert normalize(back, data_type) == normal


@pytest.mark.parametrize("data_type", DataType)
@given(WIRE)
@effort(1000)
def test_a_text_from_the_cloud_is_a_value_or_an_invalid_value(
    data_type: DataType, text: str
) -> None:
    """Which means the same when we send it back, and is not repeated in the error."""
    assert SECRET not in complaint(InvalidValue, from_text, text + SECRET, data_type)
    try:
        value = from_text(text, data_type)
    except InvalidValue:
        return
    assert_within(value, data_type)
    if data_type is DataType.STRING and not text.isascii():
        return
    assert from_text(to_text(value, data_type), data_type) == value
