"""Thermostats and air conditioners."""

from collections.abc import Mapping
from typing import ClassVar, Final

from homeassistant.components.climate.const import (
    ATTR_FAN_MODE,
    ATTR_HUMIDITY,
    ATTR_HVAC_ACTION,
    ATTR_HVAC_MODE,
    ATTR_PRESET_MODE,
    ATTR_SWING_HORIZONTAL_MODE,
    ATTR_SWING_MODE,
    ATTR_TARGET_TEMP_HIGH,
    ATTR_TARGET_TEMP_LOW,
    SERVICE_SET_FAN_MODE,
    SERVICE_SET_HUMIDITY,
    SERVICE_SET_HVAC_MODE,
    SERVICE_SET_PRESET_MODE,
    SERVICE_SET_SWING_HORIZONTAL_MODE,
    SERVICE_SET_SWING_MODE,
    SERVICE_SET_TEMPERATURE,
    ClimateEntityCapabilityAttribute,
    ClimateEntityFeature,
    HVACAction,
    HVACMode,
)
from homeassistant.const import Platform
from homeassistant.core import State

from ..device.values import DataType
from .attributes import Activity, Choice, CurrentHumidity, CurrentTemperature
from .base import (
    Action,
    Description,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    number,
    supports,
    texts,
    written_number,
)
from .setpoints import TargetHumidity, TargetTemperature
from .switches import FeaturedPower

_CLIMATE: Final = frozenset({Platform.CLIMATE})
_POWER: Final[Mapping[str, bool]] = {mode: mode != HVACMode.OFF for mode in HVACMode}


class ClimateTarget(TargetTemperature):
    """The temperature that a thermostat is set to."""

    domains = _CLIMATE
    feature = ClimateEntityFeature.TARGET_TEMPERATURE
    service = SERVICE_SET_TEMPERATURE


class _TargetEnd(TargetTemperature):
    """One end of the range that a thermostat keeps the temperature in."""

    domains = _CLIMATE
    feature = ClimateEntityFeature.TARGET_TEMPERATURE_RANGE
    service = SERVICE_SET_TEMPERATURE
    other: ClassVar[str]
    """The attribute with the other end."""
    upper: ClassVar[bool]

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set this end, and the other one as it is: the action wants both."""
        if not supports(state, self.feature):
            raise NotWritable("no range of temperatures")
        if (other := number(state.attributes.get(self.other))) is None:
            raise NotWritable("no range of temperatures now")
        wanted = written_number(reading)
        wanted = max(wanted, other) if self.upper else min(wanted, other)
        ends = {self.attribute: wanted, self.other: other}
        return entity_action(state, self.service, **ends)


class TargetLow(_TargetEnd):
    """The lower end: below it, the thermostat heats."""

    key = "target_low"
    attribute = ATTR_TARGET_TEMP_LOW
    other = ATTR_TARGET_TEMP_HIGH
    upper = False


class TargetHigh(_TargetEnd):
    """The upper end: above it, the thermostat cools."""

    key = "target_high"
    attribute = ATTR_TARGET_TEMP_HIGH
    other = ATTR_TARGET_TEMP_LOW
    upper = True


class ClimateTemperature(CurrentTemperature):
    """The temperature that a thermostat measures."""

    domains = _CLIMATE


class ClimateMode(Trait):
    """What a thermostat may do: heat, cool, both, or nothing."""

    key = "mode"
    domains = _CLIMATE

    def describe(self, state: State) -> Description | None:
        """Offer it where the thermostat names its modes."""
        if not (options := self.options(state)):
            return None
        return Description(data_type=DataType.ENUM, options=options, writable=True)

    def read(self, state: State) -> Reading | None:
        """Return the mode, None if it is not one of the thermostat's."""
        return state.state if state.state in self.options(state) else None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the mode."""
        if reading not in self.options(state):
            raise NotWritable("no such mode")
        return entity_action(state, SERVICE_SET_HVAC_MODE, **{ATTR_HVAC_MODE: reading})

    def options(self, state: State) -> tuple[str, ...]:
        """Return the modes in the thermostat's order."""
        return texts(state, ClimateEntityCapabilityAttribute.HVAC_MODES)


class ClimateAction(Activity):
    """What a thermostat does at the moment."""

    key = "action"
    domains = _CLIMATE
    attribute = ATTR_HVAC_ACTION
    activities = tuple(action.value for action in HVACAction)


class ClimatePower(FeaturedPower):
    """Whether a thermostat is in a mode other than off."""

    domains = _CLIMATE
    turns_on = ClimateEntityFeature.TURN_ON
    turns_off = ClimateEntityFeature.TURN_OFF

    def read(self, state: State) -> Reading | None:
        """Return whether it is in a mode other than off."""
        return _POWER.get(state.state)


class ClimateHumidity(TargetHumidity):
    """The humidity that an air conditioner is set to."""

    domains = _CLIMATE
    feature = ClimateEntityFeature.TARGET_HUMIDITY
    attribute = ATTR_HUMIDITY
    service = SERVICE_SET_HUMIDITY


class ClimateCurrentHumidity(CurrentHumidity):
    """The humidity that an air conditioner measures."""

    domains = _CLIMATE


class ClimatePreset(Choice):
    """The preset that a thermostat follows."""

    key = "preset"
    domains = _CLIMATE
    feature = ClimateEntityFeature.PRESET_MODE
    attribute = ATTR_PRESET_MODE
    listed = ClimateEntityCapabilityAttribute.PRESET_MODES
    service = SERVICE_SET_PRESET_MODE


class FanMode(Choice):
    """How an air conditioner's fan runs."""

    key = "fan_mode"
    domains = _CLIMATE
    feature = ClimateEntityFeature.FAN_MODE
    attribute = ATTR_FAN_MODE
    listed = ClimateEntityCapabilityAttribute.FAN_MODES
    service = SERVICE_SET_FAN_MODE


class SwingMode(Choice):
    """How an air conditioner's vanes swing."""

    key = "swing_mode"
    domains = _CLIMATE
    feature = ClimateEntityFeature.SWING_MODE
    attribute = ATTR_SWING_MODE
    listed = ClimateEntityCapabilityAttribute.SWING_MODES
    service = SERVICE_SET_SWING_MODE


class HorizontalSwingMode(Choice):
    """How an air conditioner's vanes swing sideways."""

    key = "swing_horizontal_mode"
    domains = _CLIMATE
    feature = ClimateEntityFeature.SWING_HORIZONTAL_MODE
    attribute = ATTR_SWING_HORIZONTAL_MODE
    listed = ClimateEntityCapabilityAttribute.SWING_HORIZONTAL_MODES
    service = SERVICE_SET_SWING_HORIZONTAL_MODE


TRAITS: Final[tuple[Trait, ...]] = (
    ClimateTarget(),
    ClimateTemperature(),
    ClimateMode(),
    ClimateAction(),
    TargetLow(),
    TargetHigh(),
    ClimatePower(),
    ClimatePreset(),
    FanMode(),
    SwingMode(),
    HorizontalSwingMode(),
    ClimateHumidity(),
    ClimateCurrentHumidity(),
)
