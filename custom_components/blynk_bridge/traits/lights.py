"""Lights: power and brightness."""

from typing import Final

from homeassistant.components.light.const import (
    ATTR_BRIGHTNESS_PCT,
    COLOR_MODES_BRIGHTNESS,
    LightEntityCapabilityAttribute,
    LightEntityStateAttribute,
)
from homeassistant.const import (
    PERCENTAGE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    Platform,
)
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    number,
    texts,
    written_number,
)
from .switches import Power

_PERCENT: Final = Limits(0, 100, 1)
# Home Assistant's brightness is 1…255.
_FULL: Final = 255


class LightPower(Power):
    """Whether a light is on."""

    domains = frozenset({Platform.LIGHT})


class Brightness(Trait):
    """A light's brightness in percent, 0 while it is off.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "brightness"
    domains = frozenset({Platform.LIGHT})

    def describe(self, state: State) -> Description | None:
        """Offer it where a colour mode of the light has brightness."""
        if not _dimmable(state):
            return None
        return Description(
            data_type=DataType.INTEGER, unit=PERCENTAGE, limits=_PERCENT, writable=True
        )

    def read(self, state: State) -> Reading | None:
        """Return the brightness, at least 1 while the light is on."""
        if state.state == STATE_OFF:
            return 0
        if state.state != STATE_ON or (level := _level(state)) is None:
            return None
        return round(_PERCENT.clamp(max(level / _FULL * 100, 1)))

    def write(self, state: State, reading: Reading) -> Action | None:
        """Turn the light on at this brightness, or off at 0."""
        if not _dimmable(state):
            raise NotWritable("no brightness")
        if not (percent := round(written_number(reading))):
            return entity_action(state, SERVICE_TURN_OFF)
        return entity_action(state, SERVICE_TURN_ON, **{ATTR_BRIGHTNESS_PCT: percent})

    def limits(self, state: State) -> Limits | None:
        """Return 0 to 100 %."""
        return _PERCENT


def _dimmable(state: State) -> bool:
    """Return whether the light has brightness.

    Its colour modes tell, which are known even while it is off or unavailable;
    a light of an old integration has none, and only its brightness does.
    """
    modes = texts(state, LightEntityCapabilityAttribute.SUPPORTED_COLOR_MODES)
    if not modes:
        return _level(state) is not None
    return not COLOR_MODES_BRIGHTNESS.isdisjoint(modes)


def _level(state: State) -> float | None:
    """Return the brightness as Home Assistant counts it."""
    return number(state.attributes.get(LightEntityStateAttribute.BRIGHTNESS))


TRAITS: Final[tuple[Trait, ...]] = (LightPower(), Brightness())
