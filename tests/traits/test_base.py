"""Limits, and the two ways between a reading and a datastream's value."""

import math
import reprlib

from homeassistant.core import State
import pytest

from custom_components.blynk_bridge.device.values import DataType, Location, Value
from custom_components.blynk_bridge.traits.base import (
    Action,
    Limits,
    NotWritable,
    Reading,
    entity_action,
    number,
    supports,
    text,
    texts,
    written_number,
)
from custom_components.blynk_bridge.traits.inputs import SelectOption

from . import an, the


@pytest.mark.parametrize(
    ("limits", "written", "expected"),
    [
        (Limits(0, 100), 21.37, 21.37),
        (Limits(0, 100), -1, 0),
        (Limits(0, 100), 101, 100),
        (Limits(0, 100, 1), 50.4, 50),
        (Limits(0, 100, 1), 50.5, 51),
        (Limits(7, 35, 0.5), 21.3, 21.5),
        (Limits(7, 35, 0.5), 21.2, 21.0),
        (Limits(0.1, 0.3, 0.1), 0.3, 0.3),
        (Limits(0.1, 0.3, 0.1), 1, 0.3),
        (Limits(0, 1, 0.1), 0.30000000000000004, 0.3),
        (Limits(-10, 10, 3), -9, -10),
        (Limits(-10, 10, 3), -8.4, -7),
        (Limits(1, 10, 2), 4, 5),
        (Limits(0, 100, 7), 100, 98),
        (Limits(0, 100, 0), 21.37, 21.37),
        (Limits(5, 5, 1), 9, 5),
        (Limits(0, 1e15, 1e-9), 1e15, 1e15),
        (Limits(-1e308, 1e308, 1e-9), 5.5, 5.5),
        (Limits(-3.4e38, 3.4e38, 0.01), 21.374, 21.37),
    ],
    ids=reprlib.repr,
)
def test_a_number_is_brought_to_the_nearest_of_the_range(
    limits: Limits, written: float, expected: float
) -> None:
    assert limits.nearest(written) == expected


@pytest.mark.parametrize(
    ("limits", "decimals"),
    [
        (Limits(0, 100, 1), 0),
        (Limits(0, 1000, 100), 0),
        (Limits(0, 100, 0.5), 1),
        (Limits(0.25, 100, 0.5), 2),
        (Limits(0.25, 100, 1), 2),
        (Limits(-0.1, 1, 1e-3), 3),
        (Limits(0, 1e-300, 1e-320), 10),
        (Limits(0, 1e300, 1e290), 0),
        (Limits(0, 100), None),
        (Limits(0, 100, 0), None),
    ],
    ids=reprlib.repr,
)
def test_a_step_tells_how_many_decimals_are_worth_showing(
    limits: Limits, decimals: int | None
) -> None:
    assert limits.decimals == decimals


@pytest.mark.parametrize(
    ("limits", "whole"),
    [
        (Limits(0, 100, 1), True),
        (Limits(-5, 99.5, 5), True),
        (Limits(0, 100), False),
        (Limits(0.5, 100, 1), False),
        (Limits(0, 100, 0.5), False),
        (Limits(0, 2**31, 1), False),
        (Limits(-(2**31) - 1, 0, 1), False),
    ],
    ids=reprlib.repr,
)
def test_a_range_is_whole_if_an_integer_datastream_can_hold_it(
    limits: Limits, whole: bool
) -> None:
    assert limits.whole is whole


@pytest.mark.parametrize(
    ("data_type", "value"),
    [
        (DataType.INTEGER, 1),
        (DataType.ENUM, 1),
        (DataType.DOUBLE, 1.0),
        (DataType.BOOLEAN, True),
        (DataType.STRING, "1"),
        (DataType.LOCATION, None),
    ],
    ids=reprlib.repr,
)
def test_on_has_a_form_in_every_type_but_location(
    data_type: DataType, value: Value | None
) -> None:
    on = an("switch.pump", "on")
    told = the("switch", "power").value(on, data_type)
    assert told == value
    assert type(told) is type(value)


@pytest.mark.parametrize(
    "state", ["unknown", "unavailable", "", "ON", "1"], ids=reprlib.repr
)
def test_what_is_neither_on_nor_off_is_never_sent(state: str) -> None:
    assert the("switch", "power").value(an("switch.x", state), DataType.INTEGER) is None


@pytest.mark.parametrize(
    "value", [1, 1.0, True, "1", "on", "ON", "true", " True "], ids=reprlib.repr
)
def test_what_means_on_switches_on(value: Value) -> None:
    action = the("switch", "power").action(an("switch.pump", "off"), value)
    assert action == Action("switch", "turn_on", {"entity_id": "switch.pump"})


@pytest.mark.parametrize(
    "value", [0, 0.0, -0.0, False, "0", "off", "false", "FALSE"], ids=reprlib.repr
)
def test_what_means_off_switches_off(value: Value) -> None:
    action = the("switch", "power").action(an("switch.pump", "on"), value)
    assert action == Action("switch", "turn_off", {"entity_id": "switch.pump"})


@pytest.mark.parametrize(
    "value",
    [2, -1, 255, 0.5, math.nan, math.inf, "", "yes", "2", "x" * 10**6, Location(0, 0)],
    ids=reprlib.repr,
)
def test_what_means_neither_is_refused(value: Value) -> None:
    with pytest.raises(NotWritable):
        the("switch", "power").action(an("switch.pump", "on"), value)


OPTIONS = ["eco", "comfort", "1", "eco"]


@pytest.mark.parametrize(
    ("data_type", "state", "value"),
    [
        (DataType.ENUM, "comfort", 1),
        (DataType.INTEGER, "comfort", 1),
        (DataType.DOUBLE, "comfort", 1.0),
        (DataType.STRING, "comfort", "comfort"),
        (DataType.BOOLEAN, "comfort", None),
        (DataType.LOCATION, "comfort", None),
        (DataType.INTEGER, "1", 2),
        (DataType.INTEGER, "eco", 0),
        (DataType.INTEGER, "gone", None),
        (DataType.STRING, "gone", None),
    ],
    ids=reprlib.repr,
)
def test_an_option_is_told_by_its_index_or_as_text(
    data_type: DataType, state: str, value: Value | None
) -> None:
    entity = an("select.mode", state, options=OPTIONS)
    told = the("select", "option").value(entity, data_type)
    assert told == value
    assert type(told) is type(value)


def test_a_reading_that_is_no_option_is_never_sent() -> None:
    class Broken(SelectOption):
        def read(self, state: State) -> Reading | None:
            return "gone"

    entity = an("select.mode", "eco", options=OPTIONS)
    assert Broken().value(entity, DataType.ENUM) is None


@pytest.mark.parametrize(
    ("value", "option"),
    [
        (0, "eco"),
        (1, "comfort"),
        (1.0, "comfort"),
        (2, "1"),
        ("1", "1"),
        ("comfort", "comfort"),
    ],
    ids=reprlib.repr,
)
def test_an_index_or_the_text_chooses_an_option(value: Value, option: str) -> None:
    action = the("select", "option").action(
        an("select.mode", "eco", options=OPTIONS), value
    )
    assert action == Action(
        "select", "select_option", {"entity_id": "select.mode", "option": option}
    )


@pytest.mark.parametrize(
    "value",
    [
        4,
        -1,
        0.5,
        10**400,
        math.nan,
        math.inf,
        True,
        False,
        "",
        "0",
        "Comfort",
        "unavailable",
        "x" * 1_000_000,
        Location(0, 1),
    ],
    ids=reprlib.repr,
)
def test_anything_else_is_no_option(value: Value) -> None:
    with pytest.raises(NotWritable):
        the("select", "option").action(an("select.mode", "eco", options=OPTIONS), value)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("21.50", 21.5),
        ("-3", -3.0),
        (7, 7.0),
        ("1e3", 1000.0),
        ("", None),
        ("n/a", None),
        ("nan", None),
        ("-inf", None),
        (math.nan, None),
        (None, None),
        (True, None),
        ([1], None),
        ({}, None),
        pytest.param(10**5000, None, id="huge"),
        ("9" * 1_000_000, None),
    ],
    ids=reprlib.repr,
)
def test_a_number_is_read_from_a_state_or_attribute(
    raw: object, expected: float | None
) -> None:
    assert number(raw) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, 5.0), (5.25, 5.25), ("5.25", 5.25), ("-0", 0.0)],
    ids=reprlib.repr,
)
def test_a_written_number_is_a_number_or_its_plain_text(
    value: Value, expected: float
) -> None:
    assert written_number(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        math.nan,
        math.inf,
        1e16,
        10**400,
        "",
        "true",
        "on",
        "nan",
        "1_0",
        " 5",
        "5 ",
        "0x5",
        "٣",
        "9" * 1_000_000,
        Location(5, 5),
    ],
    ids=reprlib.repr,
)
def test_nothing_else_is_a_written_number(value: Value) -> None:
    with pytest.raises(NotWritable):
        written_number(value)


def test_attributes_of_another_type_count_as_missing() -> None:
    state = an(
        "light.x",
        "on",
        name=3,
        options="abc",
        modes=("a", "b"),
        supported_features="15",
    )
    assert text(state, "name") is None
    assert texts(state, "options") == ()
    assert texts(state, "modes") == ("a", "b")
    assert not supports(state, 1)
    assert supports(an("light.x", "on", supported_features=5), 4 | 1)
    assert not supports(an("light.x", "on", supported_features=5), 4 | 2)


def test_an_entity_action_is_aimed_at_the_entity() -> None:
    state = an("light.x", "on")
    assert entity_action(state, "turn_on", transition=2) == Action(
        "light", "turn_on", {"entity_id": "light.x", "transition": 2}
    )
