"""Fans."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Wording,
)

from . import an, the

SPEED, OSCILLATE, DIRECTION, PRESET, OFF, ON = 1, 2, 4, 8, 16, 32
PRESETS = ["auto", "sleep"]


@pytest.mark.parametrize(
    ("features", "attributes", "keys"),
    [
        (ON | OFF, {}, ["power"]),
        (OFF, {}, ["power"]),
        (0, {}, []),
        (None, {}, []),
        ("63", {}, []),
        (SPEED, {}, ["speed"]),
        (PRESET, {"preset_modes": PRESETS}, ["preset"]),
        (PRESET, {"preset_modes": []}, []),
        (PRESET, {"preset_modes": None}, []),
        (OSCILLATE, {}, ["oscillation"]),
        (DIRECTION, {}, ["direction"]),
        (
            63,
            {"preset_modes": PRESETS},
            ["power", "speed", "preset", "oscillation", "direction"],
        ),
    ],
    ids=str,
)
def test_a_fan_offers_what_it_supports(
    features: object, attributes: dict[str, object], keys: list[str]
) -> None:
    for state in ("on", "unavailable"):
        fan = an("fan.x", state, supported_features=features, **attributes)
        assert [trait.key for trait in traits_of(fan)] == keys


def test_a_fan_that_is_off_is_turned_on() -> None:
    fan = an("fan.x", "off", supported_features=ON | OFF)
    target = {"entity_id": "fan.x"}
    assert the("fan", "power").action(fan, 1) == Action("fan", "turn_on", target)
    assert the("fan", "power").action(fan, 0) == Action("fan", "turn_off", target)


def test_a_fan_that_is_on_keeps_its_speed_when_it_is_turned_on() -> None:
    """Home Assistant would set the default speed."""
    trait = the("fan", "power")
    fan = an("fan.x", "on", supported_features=ON | OFF)
    assert trait.action(fan, 1) is None
    assert trait.action(fan, 0) is not None
    assumed = an("fan.x", "on", supported_features=ON | OFF, assumed_state=True)
    assert trait.action(assumed, 1) is not None


@pytest.mark.parametrize(
    ("features", "possible", "impossible"), [(ON, 1, 0), (OFF, 0, 1)]
)
def test_a_fan_that_switches_one_way_only_refuses_the_other(
    features: int, possible: int, impossible: int
) -> None:
    trait = the("fan", "power")
    fan = an("fan.x", "unknown", supported_features=features)
    assert trait.action(fan, possible) is not None
    with pytest.raises(NotWritable):
        trait.action(fan, impossible)


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        (100 / 3, 33.33),
        (25.0, 25),
        (1, 1),
        (100, 100),
        (None, 1),
        (0, 1),
        (-5, 1),
        (1e-320, 1),
        (500, 100),
        ("much", 1),
        (float("nan"), 1),
        ([], 1),
    ],
    ids=str,
)
def test_a_speed_has_the_steps_of_the_fan(step: object, shown: float) -> None:
    fan = an("fan.x", "on", supported_features=SPEED, percentage_step=step)
    assert the("fan", "speed").describe(fan) == Description(
        data_type=DataType.INTEGER,
        unit="%",
        limits=Limits(0, 100, shown),
        writable=True,
    )


@pytest.mark.parametrize(
    ("state", "percentage", "value"),
    [
        ("on", 66, 66),
        ("on", "66", 66),
        ("on", 0, 0),
        ("on", 500, 100),
        ("on", None, None),
        ("on", [66], None),
        ("off", 66, 0),
        ("off", None, 0),
        ("unknown", 66, None),
        ("unavailable", None, None),
    ],
    ids=str,
)
def test_a_speed_is_told_and_0_while_the_fan_is_off(
    state: str, percentage: object, value: int | None
) -> None:
    fan = an("fan.x", state, percentage=percentage)
    assert the("fan", "speed").value(fan, DataType.INTEGER) == value


@pytest.mark.parametrize("count", range(1, 101))
def test_each_speed_can_be_reached_and_is_kept(count: int) -> None:
    """With the percentages that Home Assistant gives them."""
    trait = the("fan", "speed")
    step = 100 / count
    for speed in range(count + 1):
        percentage = speed * 100 // count
        for now in (0, percentage):
            fan = an(
                "fan.x",
                "on",
                percentage=now,
                percentage_step=step,
                supported_features=SPEED,
            )
            action = trait.action(fan, percentage)
            assert action is not None
            assert action.data["percentage"] == percentage


@pytest.mark.parametrize(
    ("written", "percentage"),
    [(0, 0), (10, 0), (20, 33), ("40", 33), (60, 66), (67, 66), (95, 100), (900, 100)],
)
def test_a_written_speed_is_brought_to_the_nearest(
    written: Value, percentage: int
) -> None:
    fan = an("fan.x", "off", percentage_step=100 / 3, supported_features=SPEED)
    assert the("fan", "speed").action(fan, written) == Action(
        "fan", "set_percentage", {"entity_id": "fan.x", "percentage": percentage}
    )


def test_a_speed_between_two_steps_is_kept() -> None:
    fan = an(
        "fan.x",
        "on",
        percentage=50,
        percentage_step=100 / 3,
        supported_features=SPEED,
    )
    action = the("fan", "speed").action(fan, 50)
    assert action is not None
    assert action.data["percentage"] == 50


@pytest.mark.parametrize("written", [True, "fast", "", float("nan")])
def test_what_is_no_speed_is_refused(written: Value) -> None:
    fan = an("fan.x", "on", supported_features=SPEED)
    with pytest.raises(NotWritable):
        the("fan", "speed").action(fan, written)


def test_a_preset_is_one_of_the_fans() -> None:
    trait = the("fan", "preset")
    fan = an(
        "fan.x",
        "on",
        preset_mode="sleep",
        preset_modes=PRESETS,
        supported_features=PRESET,
    )
    assert trait.describe(fan) == Description(
        data_type=DataType.ENUM,
        options=("auto", "sleep"),
        wording=Wording("preset_mode"),
        writable=True,
    )
    assert trait.value(fan, DataType.ENUM) == 1
    assert trait.action(fan, 0) == Action(
        "fan", "set_preset_mode", {"entity_id": "fan.x", "preset_mode": "auto"}
    )
    for written in (2, -1, "turbo"):
        with pytest.raises(NotWritable):
            trait.action(fan, written)


@pytest.mark.parametrize(
    ("raw", "value"),
    [(True, 1), (False, 0), ("on", 1), (None, None), ("yes", None), ([], None)],
    ids=str,
)
def test_oscillation_goes_both_ways(raw: object, value: int | None) -> None:
    trait = the("fan", "oscillation")
    fan = an("fan.x", "on", oscillating=raw, supported_features=OSCILLATE)
    assert trait.value(fan, DataType.INTEGER) == value
    for written in (1, 0):
        assert trait.action(fan, written) == Action(
            "fan", "oscillate", {"entity_id": "fan.x", "oscillating": written == 1}
        )


def test_a_direction_goes_both_ways() -> None:
    trait = the("fan", "direction")
    fan = an("fan.x", "on", direction="reverse", supported_features=DIRECTION)
    assert trait.describe(fan) == Description(
        data_type=DataType.ENUM,
        options=("forward", "reverse"),
        wording=Wording("direction"),
        writable=True,
    )
    assert trait.value(fan, DataType.ENUM) == 1
    assert trait.action(fan, 0) == Action(
        "fan", "set_direction", {"entity_id": "fan.x", "direction": "forward"}
    )


@pytest.mark.parametrize(
    "key", ["power", "speed", "preset", "oscillation", "direction"]
)
def test_a_fan_refuses_what_it_does_not_support(key: str) -> None:
    fan = an("fan.x", "on", preset_modes=PRESETS, supported_features=0)
    for written in (0, 1):
        with pytest.raises(NotWritable):
            the("fan", key).action(fan, written)


def test_what_somebody_sets_does_not_wait() -> None:
    for key in ("power", "speed", "preset", "oscillation", "direction"):
        assert the("fan", key).urgent
