"""Water heaters."""

from typing import Final

from homeassistant.components.water_heater.const import (
    ATTR_AWAY_MODE,
    ATTR_OPERATION_MODE,
    SERVICE_SET_AWAY_MODE,
    SERVICE_SET_OPERATION_MODE,
    SERVICE_SET_TEMPERATURE,
    WaterHeaterCapabilityAttribute,
    WaterHeaterEntityFeature,
)
from homeassistant.const import STATE_OFF, Platform
from homeassistant.core import State

from .attributes import Choice, CurrentTemperature, Flag
from .base import NOT_READINGS, Reading, Trait
from .setpoints import TargetTemperature
from .switches import FeaturedPower

_WATER_HEATER: Final = frozenset({Platform.WATER_HEATER})


class WaterHeaterTarget(TargetTemperature):
    """The temperature that a water heater is set to."""

    domains = _WATER_HEATER
    feature = WaterHeaterEntityFeature.TARGET_TEMPERATURE
    service = SERVICE_SET_TEMPERATURE


class WaterHeaterTemperature(CurrentTemperature):
    """The temperature of a water heater's water."""

    domains = _WATER_HEATER


class OperationMode(Choice):
    """How a water heater heats: with electricity, with its heat pump, not at all."""

    key = "mode"
    domains = _WATER_HEATER
    feature = WaterHeaterEntityFeature.OPERATION_MODE
    attribute = ATTR_OPERATION_MODE
    listed = WaterHeaterCapabilityAttribute.OPERATION_LIST
    service = SERVICE_SET_OPERATION_MODE


class AwayMode(Flag):
    """Whether a water heater saves energy while nobody is at home."""

    key = "away_mode"
    domains = _WATER_HEATER
    feature = WaterHeaterEntityFeature.AWAY_MODE
    attribute = ATTR_AWAY_MODE
    service = SERVICE_SET_AWAY_MODE


class WaterHeaterPower(FeaturedPower):
    """Whether a water heater is in a mode other than off."""

    domains = _WATER_HEATER
    turns_on = WaterHeaterEntityFeature.ON_OFF
    turns_off = WaterHeaterEntityFeature.ON_OFF

    def read(self, state: State) -> Reading | None:
        """Return whether it is in a mode other than off: its modes are its own."""
        return None if state.state in NOT_READINGS else state.state != STATE_OFF


TRAITS: Final[tuple[Trait, ...]] = (
    WaterHeaterTarget(),
    WaterHeaterTemperature(),
    OperationMode(),
    AwayMode(),
    WaterHeaterPower(),
)
