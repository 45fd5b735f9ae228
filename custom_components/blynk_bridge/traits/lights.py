"""Lights: power, brightness, colour, colour temperature and effect."""

from collections.abc import Mapping
import math
import re
from typing import Final

from homeassistant.components.light.const import (
    ATTR_BRIGHTNESS,
    ATTR_BRIGHTNESS_PCT,
    ATTR_COLOR_TEMP_KELVIN,
    ATTR_EFFECT,
    ATTR_HS_COLOR,
    ATTR_RGB_COLOR,
    ATTR_RGBW_COLOR,
    ATTR_RGBWW_COLOR,
    ATTR_XY_COLOR,
    COLOR_MODES_BRIGHTNESS,
    COLOR_MODES_COLOR,
    DEFAULT_MAX_KELVIN,
    DEFAULT_MIN_KELVIN,
    ColorMode,
    LightEntityCapabilityAttribute,
    LightEntityFeature,
    LightEntityStateAttribute,
)
from homeassistant.const import (
    PERCENTAGE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    Platform,
    UnitOfTemperature,
)
from homeassistant.core import State

from ..device.values import DataType
from .attributes import Choice
from .base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    number,
    text,
    texts,
    written_number,
)
from .switches import Power

_PERCENT: Final = Limits(0, 100, 1)
# Home Assistant's brightness is 1…255.
_FULL: Final = 255
_LEVELS: Final = Limits(1, _FULL)
_BYTES: Final = Limits(0, 255)
_HEX: Final = re.compile(r"#[0-9a-f]{6}", re.ASCII | re.IGNORECASE)
_BLACK: Final = (0, 0, 0)
# What says a light's colour exactly in each of its modes; an action takes it as it is.
_EXACT: Final[Mapping[str, str]] = {
    ColorMode.COLOR_TEMP: ATTR_COLOR_TEMP_KELVIN,
    ColorMode.HS: ATTR_HS_COLOR,
    ColorMode.XY: ATTR_XY_COLOR,
    ColorMode.RGB: ATTR_RGB_COLOR,
    ColorMode.RGBW: ATTR_RGBW_COLOR,
    ColorMode.RGBWW: ATTR_RGBWW_COLOR,
}

type _Colour = tuple[int, int, int]


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
        if percent == self.read(state) and (level := _level(state)) is not None:
            # A percentage stands for several levels: the light keeps its own.
            exact = round(_LEVELS.clamp(level))
            return entity_action(state, SERVICE_TURN_ON, **{ATTR_BRIGHTNESS: exact})
        return entity_action(state, SERVICE_TURN_ON, **{ATTR_BRIGHTNESS_PCT: percent})

    def limits(self, state: State) -> Limits | None:
        """Return 0 to 100 %."""
        return _PERCENT


class Colour(Trait):
    """A light's colour, none while it is off: the widget keeps the last one.

    Red, green and blue from 0 to 255, joined by NUL, as Blynk's zeRGBa and RGB Light
    Control have them (Blynk docs, blynk.apps/widgets-controllers/zergba). How bright
    the light is, its brightness says.
    """

    key = "color"
    domains = frozenset({Platform.LIGHT})

    def describe(self, state: State) -> Description | None:
        """Offer it where a colour mode of the light has colours."""
        if not _colourful(state):
            return None
        return Description(data_type=DataType.STRING, writable=True)

    def read(self, state: State) -> Reading | None:
        """Return the colour, of white light too."""
        if (colour := _colour_of(state)) is None:
            return None
        return "\0".join(str(part) for part in colour)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Turn the light on in this colour, or off for black."""
        if not _colourful(state):
            raise NotWritable("no colour")
        colour = _parsed(reading)
        if colour == _colour_of(state):
            return entity_action(state, SERVICE_TURN_ON, **_exact_colour(state, colour))
        if colour == _BLACK:
            return entity_action(state, SERVICE_TURN_OFF)
        return entity_action(state, SERVICE_TURN_ON, **{ATTR_RGB_COLOR: colour})


class ColourTemperature(Trait):
    """The temperature of a light's white, none while it shows a colour.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "color_temp"
    domains = frozenset({Platform.LIGHT})

    def describe(self, state: State) -> Description | None:
        """Offer it where the light has white of different temperatures."""
        if not _tunable(state):
            return None
        return Description(
            data_type=DataType.INTEGER,
            unit=UnitOfTemperature.KELVIN,
            limits=self.limits(state),
            writable=True,
        )

    def read(self, state: State) -> Reading | None:
        """Return the temperature."""
        raw = state.attributes.get(LightEntityStateAttribute.COLOR_TEMP_KELVIN)
        return None if (kelvin := number(raw)) is None else round(kelvin)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Turn the light on in white of this temperature."""
        if not _tunable(state):
            raise NotWritable("no colour temperature")
        kelvin = round(written_number(reading))
        return entity_action(state, SERVICE_TURN_ON, **{ATTR_COLOR_TEMP_KELVIN: kelvin})

    def limits(self, state: State) -> Limits | None:
        """Return the light's range, Home Assistant's own where it does not tell."""
        warmest, coldest = (
            number(state.attributes.get(attribute))
            for attribute in (
                LightEntityCapabilityAttribute.MIN_COLOR_TEMP_KELVIN,
                LightEntityCapabilityAttribute.MAX_COLOR_TEMP_KELVIN,
            )
        )
        if warmest is None or coldest is None or not 0 < warmest <= coldest:
            return Limits(DEFAULT_MIN_KELVIN, DEFAULT_MAX_KELVIN, 1)
        return Limits(math.floor(warmest), math.ceil(coldest), 1)


class Effect(Choice):
    """The effect that a light plays."""

    key = "effect"
    domains = frozenset({Platform.LIGHT})
    feature = LightEntityFeature.EFFECT
    attribute = ATTR_EFFECT
    listed = LightEntityCapabilityAttribute.EFFECT_LIST
    service = SERVICE_TURN_ON


def _dimmable(state: State) -> bool:
    """Return whether the light has brightness.

    Its colour modes tell, which are known even while it is off or unavailable;
    a light of an old integration has none, and only its brightness does.
    """
    if not (modes := _modes(state)):
        return _level(state) is not None
    return not COLOR_MODES_BRIGHTNESS.isdisjoint(modes)


def _colourful(state: State) -> bool:
    """Return whether the light has colours."""
    return not COLOR_MODES_COLOR.isdisjoint(_modes(state))


def _tunable(state: State) -> bool:
    """Return whether the light has white of different temperatures."""
    return ColorMode.COLOR_TEMP in _modes(state)


def _modes(state: State) -> tuple[str, ...]:
    """Return the colour modes that the light can be in."""
    return texts(state, LightEntityCapabilityAttribute.SUPPORTED_COLOR_MODES)


def _level(state: State) -> float | None:
    """Return the brightness as Home Assistant counts it."""
    return number(state.attributes.get(LightEntityStateAttribute.BRIGHTNESS))


def _colour_of(state: State) -> _Colour | None:
    """Return the colour that a light shows, None if it is off or does not tell."""
    raw: object = state.attributes.get(LightEntityStateAttribute.RGB_COLOR)
    if state.state != STATE_ON or not isinstance(raw, list | tuple) or len(raw) != 3:
        return None
    return _colour(*raw)


def _exact_colour(state: State, colour: _Colour) -> dict[str, object]:
    """Return what leaves a light in its colour mode: white light stays white."""
    attribute = _EXACT.get(text(state, LightEntityStateAttribute.COLOR_MODE) or "")
    exact: object = state.attributes.get(attribute) if attribute else None
    if attribute is None or exact is None:
        return {ATTR_RGB_COLOR: colour}
    return {attribute: exact}


def _parsed(reading: Reading) -> _Colour:
    """Return a written colour: three numbers joined by NUL or comma, or `#RRGGBB`.

    What follows the third is ignored: RGB Light Control also tells its mode.
    """
    if not isinstance(reading, str):
        raise NotWritable("not a colour")
    if _HEX.fullmatch(reading):
        red, green, blue = bytes.fromhex(reading[1:])
        return red, green, blue
    parts = reading.split("\0" if "\0" in reading else ",", 3)
    if len(parts) < 3:
        raise NotWritable("not a colour")
    red, green, blue = (
        round(_BYTES.clamp(written_number(part.strip()))) for part in parts[:3]
    )
    return red, green, blue


def _colour(red: object, green: object, blue: object) -> _Colour | None:
    """Return the colour of three parts, each brought into its range."""
    parts = [number(part) for part in (red, green, blue)]
    whole = [round(_BYTES.clamp(part)) for part in parts if part is not None]
    return (whole[0], whole[1], whole[2]) if len(whole) == len(parts) else None


TRAITS: Final[tuple[Trait, ...]] = (
    LightPower(),
    Brightness(),
    Colour(),
    ColourTemperature(),
    Effect(),
)
