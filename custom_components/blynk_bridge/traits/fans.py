"""Fans: power, speed, preset, oscillation and direction."""

import math
from typing import Final

from homeassistant.components.fan.const import (
    ATTR_DIRECTION,
    ATTR_OSCILLATING,
    ATTR_PERCENTAGE,
    ATTR_PRESET_MODE,
    DIRECTION_FORWARD,
    DIRECTION_REVERSE,
    SERVICE_OSCILLATE,
    SERVICE_SET_DIRECTION,
    SERVICE_SET_PERCENTAGE,
    SERVICE_SET_PRESET_MODE,
    FanEntityCapabilityAttribute,
    FanEntityFeature,
    FanEntityStateAttribute,
)
from homeassistant.const import PERCENTAGE, STATE_OFF, STATE_ON, Platform
from homeassistant.core import State

from ..device.values import DataType, Value
from .attributes import Choice, Flag
from .base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    number,
    supports,
    written_number,
)
from .switches import FeaturedPower

_PERCENT: Final = Limits(0, 100, 1)
_SPEEDS: Final = Limits(1, 100)


class FanPower(FeaturedPower):
    """Whether a fan is on."""

    domains = frozenset({Platform.FAN})
    turns_on = FanEntityFeature.TURN_ON
    turns_off = FanEntityFeature.TURN_OFF


class Speed(Trait):
    """A fan's speed in percent, 0 while it is off.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "speed"
    domains = frozenset({Platform.FAN})

    def describe(self, state: State) -> Description | None:
        """Offer it where the speed can be set."""
        if not supports(state, FanEntityFeature.SET_SPEED):
            return None
        return Description(
            data_type=DataType.INTEGER,
            unit=PERCENTAGE,
            limits=self.limits(state),
            writable=True,
        )

    def read(self, state: State) -> Reading | None:
        """Return the speed, None for a fan whose preset has none."""
        if state.state == STATE_OFF:
            return 0
        raw = state.attributes.get(FanEntityStateAttribute.PERCENTAGE)
        if state.state != STATE_ON or (percent := number(raw)) is None:
            return None
        return round(_PERCENT.clamp(percent))

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the speed; 0 turns the fan off."""
        if not supports(state, FanEntityFeature.SET_SPEED):
            raise NotWritable("speed can't be set")
        percent = round(written_number(reading))
        return entity_action(
            state, SERVICE_SET_PERCENTAGE, **{ATTR_PERCENTAGE: percent}
        )

    def limits(self, state: State) -> Limits | None:
        """Return 0 to 100 %, in as many steps as the fan has speeds.

        Rounded down, so that the last of a fan's 3 speeds is still within the range.
        """
        return Limits(0, 100, math.floor(10000 / _speeds(state)) / 100)

    def reading_of(self, state: State, value: Value) -> Reading:
        """Return the nearest of the fan's speeds, as Home Assistant counts them.

        It rounds down: the second of three speeds is 66 %, and 67 would be the third.
        """
        percent = _PERCENT.clamp(written_number(value))
        if percent == self.read(state):
            return percent
        speeds = _speeds(state)
        legal = (speed * 100 // speeds for speed in range(speeds + 1))
        return min(legal, key=lambda speed: abs(speed - percent))


class FanPreset(Choice):
    """The preset that a fan runs in."""

    key = "preset"
    domains = frozenset({Platform.FAN})
    feature = FanEntityFeature.PRESET_MODE
    attribute = ATTR_PRESET_MODE
    listed = FanEntityCapabilityAttribute.PRESET_MODES
    service = SERVICE_SET_PRESET_MODE


class Oscillation(Flag):
    """Whether a fan swings."""

    key = "oscillation"
    domains = frozenset({Platform.FAN})
    feature = FanEntityFeature.OSCILLATE
    attribute = ATTR_OSCILLATING
    service = SERVICE_OSCILLATE


class Direction(Choice):
    """Which way a fan blows."""

    key = "direction"
    domains = frozenset({Platform.FAN})
    feature = FanEntityFeature.DIRECTION
    attribute = ATTR_DIRECTION
    service = SERVICE_SET_DIRECTION

    def options(self, state: State) -> tuple[str, ...]:
        """Return the two ways there are."""
        return DIRECTION_FORWARD, DIRECTION_REVERSE


def _speeds(state: State) -> int:
    """Return how many speeds a fan has besides off."""
    step = number(state.attributes.get(FanEntityStateAttribute.PERCENTAGE_STEP))
    return round(_SPEEDS.clamp(100 / step)) if step and step > 0 else 100


TRAITS: Final[tuple[Trait, ...]] = (
    FanPower(),
    Speed(),
    FanPreset(),
    Oscillation(),
    Direction(),
)
