"""Numbers, selects and texts."""

import reprlib

import pytest

from custom_components.blynk_bridge.device.values import DataType, Location, Value
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    Limits,
    NotWritable,
)

from . import an, the

NUMBERS = pytest.mark.parametrize("domain", ["number", "input_number"])
SELECTS = pytest.mark.parametrize("domain", ["select", "input_select"])
TEXTS = pytest.mark.parametrize("domain", ["text", "input_text"])


@NUMBERS
@pytest.mark.parametrize(
    ("attributes", "data_type", "limits"),
    [
        ({"min": 0, "max": 10, "step": 1}, DataType.INTEGER, Limits(0, 10, 1)),
        ({"min": "0", "max": "10", "step": "1"}, DataType.INTEGER, Limits(0, 10, 1)),
        ({"min": -5.0, "max": 5.5, "step": 2.0}, DataType.INTEGER, Limits(-5, 5.5, 2)),
        ({"min": 0, "max": 10, "step": 0.5}, DataType.DOUBLE, Limits(0, 10, 0.5)),
        ({"min": 0.5, "max": 10, "step": 1}, DataType.DOUBLE, Limits(0.5, 10, 1)),
        ({"min": 0, "max": 1e12, "step": 1}, DataType.DOUBLE, Limits(0, 1e12, 1)),
        ({"min": 0, "max": 10}, DataType.DOUBLE, Limits(0, 10)),
        ({"min": 0, "max": 10, "step": 0}, DataType.DOUBLE, Limits(0, 10)),
        ({"min": 0, "max": 10, "step": -1}, DataType.DOUBLE, Limits(0, 10)),
        ({"min": 10, "max": 0, "step": 1}, DataType.DOUBLE, None),
        ({"min": None, "max": 10, "step": 1}, DataType.DOUBLE, None),
        ({"min": 0, "max": "much", "step": 1}, DataType.DOUBLE, None),
        ({}, DataType.DOUBLE, None),
    ],
    ids=str,
)
def test_a_number_is_an_integer_where_minimum_and_step_are_whole(
    domain: str,
    attributes: dict[str, object],
    data_type: DataType,
    limits: Limits | None,
) -> None:
    state = an(f"{domain}.x", "3", unit_of_measurement="rpm", **attributes)
    assert the(domain, "value").describe(state) == Description(
        data_type=data_type,
        unit="rpm",
        limits=limits,
        decimals=limits.decimals if limits else None,
        writable=True,
    )


@NUMBERS
@pytest.mark.parametrize(
    ("raw", "data_type", "value"),
    [
        ("3.0", DataType.INTEGER, 3),
        ("3.5", DataType.DOUBLE, 3.5),
        ("3.5", DataType.INTEGER, 4),
        ("nan", DataType.DOUBLE, None),
        ("unknown", DataType.DOUBLE, None),
        ("unavailable", DataType.STRING, None),
        ("", DataType.DOUBLE, None),
    ],
)
def test_a_number_is_told(
    domain: str, raw: str, data_type: DataType, value: Value | None
) -> None:
    assert the(domain, "value").value(an(f"{domain}.x", raw), data_type) == value


@NUMBERS
@pytest.mark.parametrize(
    ("written", "value"),
    [
        (20, 20),
        (20.2, 20),
        (20.3, 20.5),
        (-40, 7),
        (999, 35),
        ("21.5", 21.5),
        (-(10**14), 7),
    ],
)
def test_a_written_number_is_brought_into_the_range_and_on_a_step(
    domain: str, written: Value, value: float
) -> None:
    state = an(f"{domain}.x", "20", min=7, max=35, step=0.5)
    assert the(domain, "value").action(state, written) == Action(
        domain, "set_value", {"entity_id": f"{domain}.x", "value": value}
    )


@NUMBERS
@pytest.mark.parametrize("attributes", [{"min": 0, "max": 9, "step": 1}, {}], ids=str)
@pytest.mark.parametrize(
    "written",
    [float("nan"), float("inf"), True, "true", "", "x" * 10**6, Location(1, 1)],
)
def test_what_is_no_number_is_refused(
    domain: str, attributes: dict[str, object], written: Value
) -> None:
    with pytest.raises(NotWritable):
        the(domain, "value").action(an(f"{domain}.x", "3", **attributes), written)


@NUMBERS
def test_a_number_without_a_known_range_takes_any_number(domain: str) -> None:
    action = the(domain, "value").action(an(f"{domain}.x", "3"), 1234.5)
    assert action is not None
    assert action.data["value"] == 1234.5


@SELECTS
def test_a_select_is_an_enumeration(domain: str) -> None:
    state = an(f"{domain}.x", "eco", options=["off", "eco"])
    trait = the(domain, "option")
    assert trait.describe(state) == Description(
        data_type=DataType.ENUM, options=("off", "eco"), writable=True
    )
    assert trait.value(state, DataType.ENUM) == 1
    assert trait.action(state, 0) == Action(
        domain, "select_option", {"entity_id": f"{domain}.x", "option": "off"}
    )


@SELECTS
@pytest.mark.parametrize("options", [None, [], "3", {"3": 1}], ids=str)
def test_a_select_without_known_options_tells_and_takes_nothing(
    domain: str, options: object
) -> None:
    state = an(f"{domain}.x", "3", options=options)
    trait = the(domain, "option")
    assert trait.describe(state) == Description(data_type=DataType.ENUM, writable=True)
    assert trait.value(state, DataType.INTEGER) is None
    for written in (0, 3, "3", ""):
        with pytest.raises(NotWritable):
            trait.action(state, written)


@TEXTS
@pytest.mark.parametrize(
    ("raw", "value"),
    [("milk", "milk"), ("", ""), ("unknown", None), ("unavailable", None)],
)
def test_a_text_is_told(domain: str, raw: str, value: str | None) -> None:
    trait = the(domain, "value")
    state = an(f"{domain}.x", raw)
    assert trait.describe(state) == Description(
        data_type=DataType.STRING, writable=True
    )
    assert trait.value(state, DataType.STRING) == value


@TEXTS
@pytest.mark.parametrize(
    ("attributes", "written", "expected"),
    [
        ({}, "milk", "milk"),
        ({}, "", ""),
        ({}, "ü" * 255, "ü" * 255),
        ({"max": 1000}, "x" * 255, "x" * 255),
        ({"min": 2, "max": 4}, "milk", "milk"),
        ({"min": None, "max": None, "pattern": None}, "milk", "milk"),
        ({"min": "two", "max": [], "pattern": 5}, "milk", "milk"),
        ({"pattern": "[a-z]+"}, "milk", "milk"),
        ({"pattern": "[a-z]+"}, "milk 2", "milk 2"),  # HA anchors at the start only
        ({}, 5, "5"),
        ({}, 2.50, "2.5"),
        ({}, True, "1"),
        ({}, "unknown", "unknown"),
    ],
    ids=reprlib.repr,
)
def test_a_text_that_fits_is_set(
    domain: str, attributes: dict[str, object], written: Value, expected: str
) -> None:
    state = an(f"{domain}.x", "bread", **attributes)
    assert the(domain, "value").action(state, written) == Action(
        domain, "set_value", {"entity_id": f"{domain}.x", "value": expected}
    )


@TEXTS
@pytest.mark.parametrize(
    ("attributes", "written"),
    [
        ({"min": 5}, "milk"),
        ({"min": 1}, ""),
        ({"max": 3}, "milk"),
        ({}, "x" * 256),
        ({"max": 1000}, "x" * 256),
        ({}, "x" * 1_000_000),
        ({"pattern": "[a-z]+"}, "Milk"),
        ({"pattern": "^[a-z]+$"}, "milk 2"),
        ({"pattern": "("}, "milk"),
        ({}, "\ud800"),
        ({}, float("nan")),
    ],
    ids=reprlib.repr,
)
def test_a_text_that_does_not_fit_is_refused(
    domain: str, attributes: dict[str, object], written: Value
) -> None:
    with pytest.raises(NotWritable):
        the(domain, "value").action(an(f"{domain}.x", "bread", **attributes), written)


def test_a_number_that_is_set_does_not_wait() -> None:
    assert the("number", "value").urgent
    assert the("input_number", "value").urgent
