"""What a sensor may reach that does not say so itself."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.sensor.const import SensorDeviceClass
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    UnitOfTemperature,
)
from homeassistant.core import State

from .traits.base import Limits

_PERCENT: Final = Limits(0, 100)
_ANY: Final = Limits(-1_000_000_000, 1_000_000_000)
_POSITIVE: Final = Limits(0, 1_000_000_000)
# Wide, since Blynk cuts off what is beyond without a word.
_BY_CLASS: Final[Mapping[str, Limits]] = {
    SensorDeviceClass.AQI: Limits(0, 1000),
    SensorDeviceClass.BATTERY: _PERCENT,
    SensorDeviceClass.CO: Limits(0, 10_000),
    SensorDeviceClass.CO2: Limits(0, 50_000),
    SensorDeviceClass.CURRENT: Limits(-10_000, 10_000),
    SensorDeviceClass.FREQUENCY: _POSITIVE,
    SensorDeviceClass.HUMIDITY: _PERCENT,
    SensorDeviceClass.ILLUMINANCE: Limits(0, 200_000),
    SensorDeviceClass.MOISTURE: _PERCENT,
    SensorDeviceClass.PH: Limits(0, 14),
    SensorDeviceClass.PM1: Limits(0, 10_000),
    SensorDeviceClass.PM10: Limits(0, 10_000),
    SensorDeviceClass.PM25: Limits(0, 10_000),
    SensorDeviceClass.POWER: Limits(-10_000_000, 10_000_000),
    SensorDeviceClass.SIGNAL_STRENGTH: Limits(-200, 100),
    SensorDeviceClass.SOUND_PRESSURE: Limits(0, 250),
    SensorDeviceClass.SPEED: Limits(0, 10_000),
    SensorDeviceClass.VOLTAGE: Limits(-1_000_000, 1_000_000),
    SensorDeviceClass.WIND_DIRECTION: Limits(0, 360),
    SensorDeviceClass.WIND_SPEED: Limits(0, 1000),
}
_TEMPERATURES: Final[Mapping[str, Limits]] = {
    UnitOfTemperature.CELSIUS: Limits(-100, 1000),
    UnitOfTemperature.FAHRENHEIT: Limits(-150, 2000),
    UnitOfTemperature.KELVIN: Limits(0, 2000),
}


def likely_range(state: State, unit: str | None) -> Limits:
    """Return a range that leaves room for every number the entity is likely to show."""
    if unit is not None and (known := _TEMPERATURES.get(unit)) is not None:
        return known
    if unit != state.attributes.get(ATTR_UNIT_OF_MEASUREMENT):
        # Not what the entity's class is about.
        return _PERCENT if unit == PERCENTAGE else _ANY
    known = _BY_CLASS.get(str(state.attributes.get(ATTR_DEVICE_CLASS)))
    if known is not None and (known is not _PERCENT or unit == PERCENTAGE):
        return known
    return _ANY
