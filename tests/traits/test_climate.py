"""Thermostats and air conditioners."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    HOME_TEMPERATURE,
    Action,
    Description,
    Limits,
    NotWritable,
    Wording,
)

from . import an, the

TEMPERATURE, RANGE, HUMIDITY, FAN, PRESET, SWING = 1, 2, 4, 8, 16, 32
OFF, ON, SIDEWAYS = 128, 256, 512
TARGET = {"entity_id": "climate.x"}


# --- Target temperature --------------------------------------------------------------


@pytest.mark.parametrize(
    ("minimum", "maximum", "step", "limits", "decimals"),
    [
        (7, 35, 0.5, Limits(7, 35, 0.5), 1),
        (7, 35, 0.1, Limits(7, 35, 0.1), 1),
        (7, 35, 0.25, Limits(7, 35, 0.25), 2),
        (16, 30, 1, Limits(16, 30, 1), 0),
        ("16", "30", "1", Limits(16, 30, 1), 0),
        (7, 35, None, Limits(7, 35), 1),
        (7, 35, 0, Limits(7, 35), 1),
        (7, 35, -1, Limits(7, 35), 1),
        # 7 to 35 °C in a home with Fahrenheit: steps count from 0.
        (44.6, 95, 1, Limits(45, 95, 1), 0),
        (44.6, 95, 0.5, Limits(45, 95, 0.5), 1),
        (21.1, 21.9, 1, Limits(21.1, 21.9), 1),
        (1.5e308, 1.7e308, 1e308, Limits(1.5e308, 1.7e308), 1),
        (35, 7, 0.5, None, 1),
        (None, 35, 0.5, None, 1),
        (7, "hot", 0.5, None, 1),
        (7, float("inf"), 0.5, None, 1),
    ],
    ids=str,
)
def test_a_target_temperature_has_the_range_of_the_thermostat(
    minimum: object,
    maximum: object,
    step: object,
    limits: Limits | None,
    decimals: int,
) -> None:
    thermostat = an(
        "climate.x",
        "unavailable",
        min_temp=minimum,
        max_temp=maximum,
        target_temp_step=step,
        supported_features=TEMPERATURE | RANGE,
    )
    for key in ("target_temperature", "target_low", "target_high"):
        assert the("climate", key).describe(thermostat) == Description(
            data_type=DataType.DOUBLE,
            unit=HOME_TEMPERATURE,
            limits=limits,
            decimals=decimals,
            writable=True,
        )


@pytest.mark.parametrize(
    ("written", "wanted"),
    [(21, 21), (21.2, 21), (21.3, 21.5), ("19.5", 19.5), (-300, 7), (999, 35)],
)
def test_a_written_temperature_is_brought_into_the_range_and_on_a_step(
    written: Value, wanted: float
) -> None:
    thermostat = an(
        "climate.x",
        "heat",
        min_temp=7,
        max_temp=35,
        target_temp_step=0.5,
        temperature=20,
        supported_features=TEMPERATURE,
    )
    assert the("climate", "target_temperature").action(thermostat, written) == Action(
        "climate", "set_temperature", TARGET | {"temperature": wanted}
    )


@pytest.mark.parametrize(("now", "kept"), [(21.3, 21.3), (99, 35)])
def test_a_temperature_between_two_steps_is_kept_one_out_of_range_is_not(
    now: float, kept: float
) -> None:
    thermostat = an(
        "climate.x",
        "heat",
        min_temp=7,
        max_temp=35,
        target_temp_step=0.5,
        temperature=now,
        supported_features=TEMPERATURE,
    )
    action = the("climate", "target_temperature").action(thermostat, now)
    assert action is not None
    assert action.data["temperature"] == kept


@pytest.mark.parametrize(
    ("raw", "value"),
    [(21.5, 21.5), ("21.5", 21.5), (None, None), ("hot", None), ([21], None)],
    ids=str,
)
def test_a_temperature_is_told(raw: object, value: float | None) -> None:
    thermostat = an("climate.x", "heat", temperature=raw, current_temperature=raw)
    for key in ("target_temperature", "current_temperature"):
        assert the("climate", key).value(thermostat, DataType.DOUBLE) == value


@pytest.mark.parametrize("written", [True, "", "warm", float("nan")])
def test_what_is_no_temperature_is_refused(written: Value) -> None:
    thermostat = an("climate.x", "heat", supported_features=TEMPERATURE)
    with pytest.raises(NotWritable):
        the("climate", "target_temperature").action(thermostat, written)


# --- Range ---------------------------------------------------------------------------

IN_RANGE = an(
    "climate.x",
    "heat_cool",
    min_temp=7,
    max_temp=35,
    target_temp_step=0.5,
    target_temp_low=19,
    target_temp_high=24.3,
    supported_features=RANGE,
)


@pytest.mark.parametrize(
    ("key", "written", "low", "high"),
    [
        ("target_low", 20, 20, 24.3),
        ("target_low", 1, 7, 24.3),
        ("target_low", 30, 24.3, 24.3),
        ("target_low", 19, 19, 24.3),
        ("target_high", 25.2, 19, 25),
        ("target_high", 24.3, 19, 24.3),
        ("target_high", 99, 19, 35),
        ("target_high", 10, 19, 19),
    ],
)
def test_one_end_of_the_range_is_written_and_the_other_kept(
    key: str, written: float, low: float, high: float
) -> None:
    assert the("climate", key).action(IN_RANGE, written) == Action(
        "climate",
        "set_temperature",
        TARGET | {"target_temp_low": low, "target_temp_high": high},
    )


def test_the_ends_of_the_range_are_told() -> None:
    assert the("climate", "target_low").value(IN_RANGE, DataType.DOUBLE) == 19
    assert the("climate", "target_high").value(IN_RANGE, DataType.DOUBLE) == 24.3


@pytest.mark.parametrize("key", ["target_low", "target_high"])
def test_an_end_can_not_be_set_while_the_range_is_not_in_use(key: str) -> None:
    thermostat = an(
        "climate.x",
        "heat",
        target_temp_low=None,
        target_temp_high=None,
        supported_features=RANGE,
    )
    with pytest.raises(NotWritable):
        the("climate", key).action(thermostat, 20)


# --- Mode, action and power -----------------------------------------------------------

COOLING = an(
    "climate.x",
    "cool",
    hvac_modes=["off", "heat", "cool"],
    hvac_action="cooling",
    supported_features=ON | OFF,
)


def test_a_mode_goes_both_ways() -> None:
    trait = the("climate", "mode")
    assert trait.describe(COOLING) == Description(
        data_type=DataType.ENUM, options=("off", "heat", "cool"), writable=True
    )
    assert trait.value(COOLING, DataType.ENUM) == 2
    assert trait.action(COOLING, 1) == Action(
        "climate", "set_hvac_mode", TARGET | {"hvac_mode": "heat"}
    )
    for written in (3, "dry", -1):
        with pytest.raises(NotWritable):
            trait.action(COOLING, written)


@pytest.mark.parametrize("modes", [None, [], "off", 7], ids=str)
def test_a_thermostat_that_names_no_mode_offers_none(modes: object) -> None:
    assert traits_of(an("climate.x", "off", hvac_modes=modes)) == ()


def test_an_action_is_only_told() -> None:
    trait = the("climate", "action")
    description = trait.describe(COOLING)
    assert description is not None
    assert description.data_type is DataType.ENUM
    assert description.wording == Wording("hvac_action")
    assert not description.writable
    assert trait.value(COOLING, DataType.STRING) == "cooling"
    assert trait.value(COOLING, DataType.ENUM) == description.options.index("cooling")
    with pytest.raises(NotWritable):
        trait.action(COOLING, 0)


@pytest.mark.parametrize("raw", ["brewing", None, 5, []], ids=str)
def test_an_action_that_home_assistant_does_not_know_is_not_told(raw: object) -> None:
    thermostat = an("climate.x", "heat", hvac_action=raw)
    assert the("climate", "action").value(thermostat, DataType.ENUM) is None


@pytest.mark.parametrize(
    ("state", "value"),
    [("off", 0), ("heat", 1), ("fan_only", 1), ("brew", None), ("unavailable", None)],
)
def test_a_thermostat_in_any_mode_but_off_is_on(state: str, value: int | None) -> None:
    thermostat = an("climate.x", state, supported_features=ON | OFF)
    assert the("climate", "power").value(thermostat, DataType.INTEGER) == value


def test_a_thermostat_that_is_on_keeps_its_mode_when_it_is_turned_on() -> None:
    """Home Assistant would choose one."""
    trait = the("climate", "power")
    assert trait.action(COOLING, 1) is None
    assert trait.action(COOLING, 0) == Action("climate", "turn_off", TARGET)
    off = an("climate.x", "off", supported_features=ON | OFF)
    assert trait.action(off, 1) == Action("climate", "turn_on", TARGET)


# --- Humidity and the air conditioner's modes -------------------------------------------


def test_a_target_humidity_is_a_whole_percentage() -> None:
    trait = the("climate", "target_humidity")
    conditioner = an(
        "climate.x",
        "dry",
        min_humidity=30,
        max_humidity=99,
        humidity=45.4,
        supported_features=HUMIDITY,
    )
    assert trait.describe(conditioner) == Description(
        data_type=DataType.INTEGER, unit="%", limits=Limits(30, 99, 1), writable=True
    )
    assert trait.value(conditioner, DataType.INTEGER) == 45
    for written, wanted in ((50.4, 50), (5, 30), (200, 99)):
        assert trait.action(conditioner, written) == Action(
            "climate", "set_humidity", TARGET | {"humidity": wanted}
        )


def test_a_measured_humidity_is_only_told() -> None:
    trait = the("climate", "current_humidity")
    conditioner = an("climate.x", "dry", current_humidity=45.4)
    assert trait.describe(conditioner) == Description(
        data_type=DataType.DOUBLE, unit="%"
    )
    assert trait.value(conditioner, DataType.DOUBLE) == 45.4
    assert trait.describe(an("climate.x", "dry")) is None
    with pytest.raises(NotWritable):
        trait.action(conditioner, 50)


@pytest.mark.parametrize(
    ("key", "feature", "attribute", "listed", "service"),
    [
        ("preset", PRESET, "preset_mode", "preset_modes", "set_preset_mode"),
        ("fan_mode", FAN, "fan_mode", "fan_modes", "set_fan_mode"),
        ("swing_mode", SWING, "swing_mode", "swing_modes", "set_swing_mode"),
        (
            "swing_horizontal_mode",
            SIDEWAYS,
            "swing_horizontal_mode",
            "swing_horizontal_modes",
            "set_swing_horizontal_mode",
        ),
    ],
)
def test_a_mode_of_an_air_conditioner_goes_both_ways(
    key: str, feature: int, attribute: str, listed: str, service: str
) -> None:
    trait = the("climate", key)
    attributes = {attribute: "b", listed: ["a", "b"]}
    conditioner = an("climate.x", "cool", supported_features=feature, **attributes)
    assert trait.describe(conditioner) == Description(
        data_type=DataType.ENUM,
        options=("a", "b"),
        wording=Wording(attribute),
        writable=True,
    )
    assert trait.value(conditioner, DataType.ENUM) == 1
    assert trait.action(conditioner, "a") == Action(
        "climate", service, TARGET | {attribute: "a"}
    )
    without = an("climate.x", "cool", supported_features=0, **attributes)
    assert trait.describe(without) is None
    with pytest.raises(NotWritable):
        trait.action(without, "a")


def test_only_what_is_measured_may_wait() -> None:
    waiting = {
        trait.key
        for trait in traits_of(
            an("climate.x", "heat", current_temperature=1, current_humidity=2)
        )
        if not trait.urgent
    }
    assert waiting == {"current_temperature", "current_humidity"}
    for key in ("target_temperature", "target_low", "mode", "action", "power"):
        assert the("climate", key).urgent
