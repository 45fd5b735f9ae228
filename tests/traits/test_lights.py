"""Lights."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    Limits,
    NotWritable,
)

from . import an, the

PERCENT = Description(
    data_type=DataType.INTEGER, unit="%", limits=Limits(0, 100, 1), writable=True
)


@pytest.mark.parametrize(
    ("attributes", "dimmable"),
    [
        ({"supported_color_modes": ["brightness"]}, True),
        ({"supported_color_modes": ["color_temp", "hs"]}, True),
        ({"supported_color_modes": ["rgbww"], "brightness": None}, True),
        ({"supported_color_modes": ["onoff"]}, False),
        ({"supported_color_modes": ["onoff"], "brightness": 255}, False),
        ({"supported_color_modes": ["unknown"]}, False),
        ({"supported_color_modes": None}, False),
        ({"supported_color_modes": 7}, False),
        ({"supported_color_modes": "hs"}, False),
        ({"supported_color_modes": [None, {}]}, False),
        ({"brightness": 128}, True),
        ({"brightness": "bright"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_brightness_is_offered_where_a_colour_mode_has_it(
    attributes: dict[str, object], dimmable: bool
) -> None:
    trait = the("light", "brightness")
    lamp = an("light.x", "on", **attributes)
    assert trait.describe(lamp) == (PERCENT if dimmable else None)
    if not dimmable:
        with pytest.raises(NotWritable):
            trait.action(lamp, 50)


@pytest.mark.parametrize(
    ("state", "brightness", "percent"),
    [
        ("on", 255, 100),
        ("on", 128, 50),
        ("on", 3, 1),
        ("on", 1, 1),
        ("on", 0, 1),
        ("on", 999, 100),
        ("on", "64", 25),
        ("on", None, None),
        ("on", "bright", None),
        ("on", [128], None),
        ("on", float("nan"), None),
        ("off", None, 0),
        ("off", 128, 0),
        ("unknown", 128, None),
        ("unavailable", 128, None),
        ("dimmed", 128, None),
    ],
)
def test_brightness_is_told_in_percent_and_0_while_off(
    state: str, brightness: object, percent: int | None
) -> None:
    lamp = an("light.x", state, brightness=brightness)
    trait = the("light", "brightness")
    assert trait.value(lamp, DataType.INTEGER) == percent


LAMP = an("light.x", "on", supported_color_modes=["brightness"], brightness=10)


@pytest.mark.parametrize(
    ("value", "percent"),
    [(1, 1), (50, 50), (50.4, 50), (100, 100), (255, 100), (10**9, 100), ("30", 30)],
)
def test_a_written_percentage_turns_the_light_on(value: Value, percent: int) -> None:
    action = the("light", "brightness").action(LAMP, value)
    assert action == Action(
        "light", "turn_on", {"entity_id": "light.x", "brightness_pct": percent}
    )


@pytest.mark.parametrize("value", [0, 0.0, 0.4, -5, "0"])
def test_0_turns_the_light_off(value: Value) -> None:
    action = the("light", "brightness").action(LAMP, value)
    assert action == Action("light", "turn_off", {"entity_id": "light.x"})


@pytest.mark.parametrize("value", [True, False, float("nan"), float("inf"), "on", ""])
def test_what_is_no_number_is_refused(value: Value) -> None:
    with pytest.raises(NotWritable):
        the("light", "brightness").action(LAMP, value)
