"""Humidifiers, dehumidifiers and water heaters."""

import pytest

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.traits.base import (
    HOME_TEMPERATURE,
    Action,
    Description,
    Limits,
    NotWritable,
    Wording,
)

from . import an, the

TARGET = {"entity_id": "humidifier.x"}
TANK = {"entity_id": "water_heater.x"}


def test_a_humidifier_goes_on_and_off() -> None:
    trait = the("humidifier", "power")
    on, off = an("humidifier.x", "on"), an("humidifier.x", "off")
    assert trait.value(on, DataType.INTEGER) == 1
    assert trait.action(off, 1) == Action("humidifier", "turn_on", TARGET)
    assert trait.action(on, 0) == Action("humidifier", "turn_off", TARGET)
    assert trait.action(on, 1) is None


@pytest.mark.parametrize(
    ("minimum", "maximum", "step", "limits"),
    [
        (30, 80, None, Limits(30, 80, 1)),
        (30, 80, 5, Limits(30, 80, 5)),
        (30.5, 79.5, 5.0, Limits(31, 79, 5)),
        (30, 80, 0.5, Limits(30, 80, 1)),
        (30, 80, -5, Limits(30, 80, 1)),
        (30, 80, "five", Limits(30, 80, 1)),
        (-10, 300, 1, Limits(0, 100, 1)),
        (80, 30, 1, Limits(0, 100, 1)),
        (30.2, 30.8, 1, Limits(0, 100, 1)),
        (None, 80, 1, Limits(0, 100, 1)),
        (1.7e308, 1.7e308, 1, Limits(100, 100, 1)),
    ],
    ids=str,
)
def test_a_target_humidity_has_the_range_of_the_humidifier(
    minimum: object, maximum: object, step: object, limits: Limits
) -> None:
    humidifier = an(
        "humidifier.x",
        "unavailable",
        min_humidity=minimum,
        max_humidity=maximum,
        target_humidity_step=step,
    )
    assert the("humidifier", "target_humidity").describe(humidifier) == Description(
        data_type=DataType.INTEGER, unit="%", limits=limits, writable=True
    )


@pytest.mark.parametrize(
    ("written", "wanted"), [(47, 45), (48, 50), (10, 30), (100, 80), ("52.9", 55)]
)
def test_a_written_humidity_is_brought_to_the_nearest(
    written: float | str, wanted: int
) -> None:
    humidifier = an(
        "humidifier.x", "on", min_humidity=30, max_humidity=80, target_humidity_step=5
    )
    assert the("humidifier", "target_humidity").action(humidifier, written) == Action(
        "humidifier", "set_humidity", TARGET | {"humidity": wanted}
    )


@pytest.mark.parametrize(
    ("humidity", "percent", "action"),
    [
        (67, 67, Action("humidifier", "set_humidity", TARGET | {"humidity": 67})),
        # The action takes whole percents: it would change what is there.
        (67.4, 67, None),
    ],
)
def test_a_humidity_between_two_steps_is_kept(
    humidity: float, percent: int, action: Action | None
) -> None:
    trait = the("humidifier", "target_humidity")
    humidifier = an(
        "humidifier.x",
        "on",
        humidity=humidity,
        min_humidity=30,
        max_humidity=80,
        target_humidity_step=5,
    )
    assert trait.value(humidifier, DataType.INTEGER) == percent
    assert trait.action(humidifier, percent) == action


def test_a_humidifiers_mode_goes_both_ways() -> None:
    trait = the("humidifier", "mode")
    humidifier = an(
        "humidifier.x",
        "on",
        mode="auto",
        available_modes=["auto", "baby"],
        supported_features=1,
    )
    assert trait.describe(humidifier) == Description(
        data_type=DataType.ENUM,
        options=("auto", "baby"),
        wording=Wording("mode"),
        writable=True,
    )
    assert trait.value(humidifier, DataType.ENUM) == 0
    assert trait.action(humidifier, 1) == Action(
        "humidifier", "set_mode", TARGET | {"mode": "baby"}
    )


def test_what_a_humidifier_measures_and_does_is_only_told() -> None:
    humidifier = an(
        "humidifier.x", "on", current_humidity=41.5, action="drying", humidity=50
    )
    measured, doing = (the("humidifier", k) for k in ("current_humidity", "action"))
    assert measured.value(humidifier, DataType.DOUBLE) == 41.5
    assert not measured.urgent
    assert doing.value(humidifier, DataType.ENUM) == 1
    assert doing.describe(humidifier) == Description(
        data_type=DataType.ENUM,
        options=("humidifying", "drying", "idle", "off"),
        wording=Wording("action"),
    )
    assert doing.urgent
    for trait in (measured, doing):
        with pytest.raises(NotWritable):
            trait.action(humidifier, 1)


BOILER = an(
    "water_heater.x",
    "eco",
    min_temp=43.3,
    max_temp=60,
    temperature=55.2,
    current_temperature=48.5,
    operation_mode="eco",
    operation_list=["off", "eco", "performance"],
    away_mode="on",
    supported_features=15,
)


def test_a_water_heaters_temperature_goes_both_ways() -> None:
    trait = the("water_heater", "target_temperature")
    assert trait.describe(BOILER) == Description(
        data_type=DataType.DOUBLE,
        unit=HOME_TEMPERATURE,
        limits=Limits(43.3, 60),
        decimals=1,
        writable=True,
    )
    assert trait.value(BOILER, DataType.DOUBLE) == 55.2
    assert trait.action(BOILER, 99) == Action(
        "water_heater", "set_temperature", TANK | {"temperature": 60}
    )


def test_a_water_heaters_own_temperature_is_only_told() -> None:
    trait = the("water_heater", "current_temperature")
    assert trait.describe(BOILER) == Description(
        data_type=DataType.DOUBLE, unit=HOME_TEMPERATURE, decimals=1
    )
    assert trait.value(BOILER, DataType.DOUBLE) == 48.5
    with pytest.raises(NotWritable):
        trait.action(BOILER, 50)


def test_a_water_heaters_mode_goes_both_ways() -> None:
    trait = the("water_heater", "mode")
    assert trait.describe(BOILER) == Description(
        data_type=DataType.ENUM,
        options=("off", "eco", "performance"),
        wording=Wording("operation_mode"),
        writable=True,
    )
    assert trait.value(BOILER, DataType.ENUM) == 1
    assert trait.action(BOILER, 2) == Action(
        "water_heater", "set_operation_mode", TANK | {"operation_mode": "performance"}
    )


def test_away_mode_goes_both_ways() -> None:
    trait = the("water_heater", "away_mode")
    assert trait.value(BOILER, DataType.INTEGER) == 1
    assert trait.action(BOILER, 0) == Action(
        "water_heater", "set_away_mode", TANK | {"away_mode": False}
    )


@pytest.mark.parametrize(
    ("state", "value"),
    [("off", 0), ("eco", 1), ("of its own", 1), ("unknown", None)],
)
def test_a_water_heater_in_any_mode_but_off_is_on(
    state: str, value: int | None
) -> None:
    tank = an("water_heater.x", state, supported_features=8)
    trait = the("water_heater", "power")
    assert trait.value(tank, DataType.INTEGER) == value
    assert trait.action(tank, 0) == Action("water_heater", "turn_off", TANK)


@pytest.mark.parametrize("key", ["target_temperature", "mode", "away_mode", "power"])
def test_a_water_heater_refuses_what_it_does_not_support(key: str) -> None:
    tank = an("water_heater.x", "eco", operation_list=["eco"], supported_features=0)
    assert the("water_heater", key).describe(tank) is None
    with pytest.raises(NotWritable):
        the("water_heater", key).action(tank, 0)
