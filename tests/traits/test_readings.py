"""Sensors and binary sensors."""

from homeassistant.core import State
import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits.base import Description, Limits, NotWritable

from . import an, named, the

DOUBLE = Description(data_type=DataType.DOUBLE)
STRING = Description(data_type=DataType.STRING)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            an("sensor.x", "21.5", unit_of_measurement="°C"),
            Description(data_type=DataType.DOUBLE, unit="°C"),
        ),
        (an("sensor.x", "unavailable", device_class="humidity"), DOUBLE),
        (an("sensor.x", "unknown", state_class="total_increasing"), DOUBLE),
        (an("sensor.x", "5", unit_of_measurement=""), DOUBLE),
        (
            an("sensor.x", "oops", unit_of_measurement="V"),
            Description(data_type=DataType.DOUBLE, unit="V"),
        ),
        (an("sensor.x", "2026-01-02T03:04:05+00:00", device_class="timestamp"), STRING),
        (an("sensor.x", "2026-01-02", device_class="date"), STRING),
        (an("sensor.x", "2026-01-02T03:04:05+00:00", device_class="uptime"), STRING),
        (an("sensor.x", "wet", device_class="enum"), STRING),
        (an("sensor.x", "wet", device_class="enum", options="wet"), STRING),
        (an("sensor.x", "wet", device_class="a class of one's own"), STRING),
        (an("sensor.x", "wet", device_class=["temperature"]), STRING),
        # Neither unit nor class: the state of the moment tells.
        (an("sensor.people", "3"), DOUBLE),
        (an("sensor.people", "-0.5"), DOUBLE),
        (an("sensor.people", "unavailable"), STRING),
        (an("sensor.code", "007"), STRING),
        (an("sensor.phone", "+49170"), STRING),
        (an("sensor.version", "2026.10.4"), STRING),
        (an("sensor.x", "1e5"), STRING),
        (an("sensor.x", "nan"), STRING),
        (an("sensor.x", ""), STRING),
    ],
    ids=named,
)
def test_a_sensor_is_a_double_if_it_is_a_number_else_a_string(
    state: State, expected: Description
) -> None:
    assert the("sensor", "value").describe(state) == expected
    assert the("sensor", "option").describe(state) is None


@pytest.mark.parametrize(
    ("state", "data_type", "value"),
    [
        (an("sensor.x", "21.50", unit_of_measurement="°C"), DataType.DOUBLE, 21.5),
        (an("sensor.x", "21.50", unit_of_measurement="°C"), DataType.INTEGER, 22),
        (an("sensor.x", "21.50", unit_of_measurement="°C"), DataType.STRING, "21.5"),
        (an("sensor.x", "1e-5", unit_of_measurement="g"), DataType.STRING, "0.00001"),
        (an("sensor.x", "oops", unit_of_measurement="V"), DataType.DOUBLE, None),
        (an("sensor.x", "nan", unit_of_measurement="V"), DataType.DOUBLE, None),
        (an("sensor.x", "inf", unit_of_measurement="V"), DataType.STRING, None),
        (an("sensor.x", "3e9", unit_of_measurement="B"), DataType.INTEGER, None),
        (an("sensor.x", "1e16", unit_of_measurement="B"), DataType.DOUBLE, None),
        (an("sensor.people", "3"), DataType.DOUBLE, 3.0),
        (an("sensor.people", "3"), DataType.INTEGER, 3),
        (an("sensor.version", "1.10"), DataType.STRING, "1.10"),
        (an("sensor.text", "true"), DataType.BOOLEAN, True),
        (an("sensor.text", "true"), DataType.INTEGER, None),
        (an("sensor.text", ""), DataType.STRING, ""),
        (an("sensor.text", "a\nb/ü"), DataType.STRING, "a\nb/ü"),
        (an("sensor.text", "unknown"), DataType.STRING, None),
        (an("sensor.text", "unavailable"), DataType.STRING, None),
        (an("sensor.text", "\ud800"), DataType.STRING, None),
    ],
    ids=named,
)
def test_a_sensor_is_told_in_the_type_of_its_datastream(
    state: State, data_type: DataType, value: Value | None
) -> None:
    told = the("sensor", "value").value(state, data_type)
    assert told == value
    assert type(told) is type(value)


def test_a_sensor_with_options_is_an_enumeration() -> None:
    state = an("sensor.x", "dry", device_class="enum", options=["wet", "dry"])
    trait = the("sensor", "option")
    assert trait.describe(state) == Description(
        data_type=DataType.ENUM, options=("wet", "dry")
    )
    assert the("sensor", "value").describe(state) is None
    assert trait.value(state, DataType.ENUM) == 1
    assert trait.value(state, DataType.STRING) == "dry"


def test_options_count_only_for_an_enum_sensor() -> None:
    state = an("sensor.x", "3", options=["3"], unit_of_measurement="V")
    assert the("sensor", "option").describe(state) is None
    assert the("sensor", "option").value(state, DataType.INTEGER) is None
    assert the("sensor", "value").value(state, DataType.INTEGER) == 3


@pytest.mark.parametrize(
    ("raw", "value"),
    [("on", 1), ("off", 0), ("unknown", None), ("unavailable", None), ("open", None)],
)
def test_a_binary_sensor_is_1_or_0(raw: str, value: int | None) -> None:
    trait = the("binary_sensor", "state")
    state = an("binary_sensor.door", raw, device_class="door")
    assert trait.value(state, DataType.INTEGER) == value
    assert trait.describe(state) == Description(
        data_type=DataType.INTEGER, limits=Limits(0, 1, 1)
    )


@pytest.mark.parametrize(
    ("state", "key"),
    [
        (an("sensor.x", "5", unit_of_measurement="V"), "value"),
        (an("sensor.x", "wet", device_class="enum", options=["wet"]), "option"),
        (an("binary_sensor.x", "on"), "state"),
    ],
    ids=named,
)
@pytest.mark.parametrize("value", [0, 1, True, "5", "wet", 5.0])
def test_a_reading_is_never_written(state: State, key: str, value: Value) -> None:
    trait = the(state.domain, key)
    with pytest.raises(NotWritable):
        trait.action(state, value)
    with pytest.raises(NotWritable):
        trait.write(state, value)


def test_only_numbers_and_texts_may_wait() -> None:
    assert not the("sensor", "value").urgent
    assert the("sensor", "option").urgent
    assert the("binary_sensor", "state").urgent


@pytest.mark.parametrize("device_class", ["timestamp", "uptime"])
@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("2026-01-02T03:04:05+00:00", "2026-01-02 03:04:05"),
        ("unknown", None),
        ("soon", None),
    ],
)
def test_a_moment_is_told_by_the_homes_clock(
    device_class: str, raw: str, told: str | None
) -> None:
    state = an("sensor.x", raw, device_class=device_class)
    assert the("sensor", "value").value(state, DataType.STRING) == told
