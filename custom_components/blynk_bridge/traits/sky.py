"""The sun and the weather."""

from typing import Final

from homeassistant.components.sun.const import (
    DOMAIN as SUN_DOMAIN,
    STATE_ABOVE_HORIZON,
    STATE_BELOW_HORIZON,
)
from homeassistant.components.weather import (
    ATTR_CONDITION_CLEAR_NIGHT,
    ATTR_CONDITION_CLOUDY,
    ATTR_CONDITION_EXCEPTIONAL,
    ATTR_CONDITION_FOG,
    ATTR_CONDITION_HAIL,
    ATTR_CONDITION_LIGHTNING,
    ATTR_CONDITION_LIGHTNING_RAINY,
    ATTR_CONDITION_PARTLYCLOUDY,
    ATTR_CONDITION_POURING,
    ATTR_CONDITION_RAINY,
    ATTR_CONDITION_SNOWY,
    ATTR_CONDITION_SNOWY_RAINY,
    ATTR_CONDITION_SUNNY,
    ATTR_CONDITION_WINDY,
    ATTR_CONDITION_WINDY_VARIANT,
)
from homeassistant.components.weather.const import WeatherEntityStateAttribute
from homeassistant.const import DEGREE, PERCENTAGE, UV_INDEX, Platform
from homeassistant.core import State

from .attributes import Measurement
from .base import Description, Limits, OnOffTrait, Reading, Trait, number, on_off
from .notes import Moment
from .states import StateTrait

_WEATHER: Final = frozenset({Platform.WEATHER})
_SUN: Final = frozenset({SUN_DOMAIN})
_PERCENT: Final = Limits(0, 100, 1)
_POINTS: Final = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


class Condition(StateTrait):
    """What the weather is like."""

    key = "condition"
    domains = _WEATHER
    states = (
        ATTR_CONDITION_CLEAR_NIGHT,
        ATTR_CONDITION_CLOUDY,
        ATTR_CONDITION_EXCEPTIONAL,
        ATTR_CONDITION_FOG,
        ATTR_CONDITION_HAIL,
        ATTR_CONDITION_LIGHTNING,
        ATTR_CONDITION_LIGHTNING_RAINY,
        ATTR_CONDITION_PARTLYCLOUDY,
        ATTR_CONDITION_POURING,
        ATTR_CONDITION_RAINY,
        ATTR_CONDITION_SNOWY,
        ATTR_CONDITION_SNOWY_RAINY,
        ATTR_CONDITION_SUNNY,
        ATTR_CONDITION_WINDY,
        ATTR_CONDITION_WINDY_VARIANT,
    )


class Temperature(Measurement):
    """How warm it is."""

    key = "temperature"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.TEMPERATURE
    unit_attribute = WeatherEntityStateAttribute.TEMPERATURE_UNIT
    decimals = 1


class ApparentTemperature(Measurement):
    """How warm it feels."""

    key = "apparent_temperature"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.APPARENT_TEMPERATURE
    unit_attribute = WeatherEntityStateAttribute.TEMPERATURE_UNIT
    decimals = 1


class DewPoint(Measurement):
    """The temperature at which it will be foggy."""

    key = "dew_point"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.DEW_POINT
    unit_attribute = WeatherEntityStateAttribute.TEMPERATURE_UNIT
    decimals = 1


class Humidity(Measurement):
    """How damp the air is."""

    key = "humidity"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.HUMIDITY
    unit = PERCENTAGE
    range = _PERCENT


class Pressure(Measurement):
    """How heavy the air is."""

    key = "pressure"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.PRESSURE
    unit_attribute = WeatherEntityStateAttribute.PRESSURE_UNIT


class WindSpeed(Measurement):
    """How hard the wind blows."""

    key = "wind_speed"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.WIND_SPEED
    unit_attribute = WeatherEntityStateAttribute.WIND_SPEED_UNIT
    decimals = 1


class WindGustSpeed(Measurement):
    """How hard the wind blows at times."""

    key = "wind_gust_speed"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.WIND_GUST_SPEED
    unit_attribute = WeatherEntityStateAttribute.WIND_SPEED_UNIT
    decimals = 1


class WindBearing(Measurement):
    """Where the wind comes from; a point of the compass as its degrees."""

    key = "wind_bearing"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.WIND_BEARING
    unit = DEGREE
    range = Limits(0, 360)

    def read(self, state: State) -> Reading | None:
        """Return the bearing in degrees, 0 for the north."""
        raw = state.attributes.get(self.attribute)
        if isinstance(raw, str) and raw in _POINTS:
            return _POINTS.index(raw) * 360 / len(_POINTS)
        return number(raw)


class CloudCoverage(Measurement):
    """How much of the sky is covered."""

    key = "cloud_coverage"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.CLOUD_COVERAGE
    unit = PERCENTAGE
    range = _PERCENT


class UvIndex(Measurement):
    """How strong the sun is."""

    key = "uv_index"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.UV_INDEX
    unit = UV_INDEX


class Visibility(Measurement):
    """How far one can see."""

    key = "visibility"
    domains = _WEATHER
    attribute = WeatherEntityStateAttribute.VISIBILITY
    unit_attribute = WeatherEntityStateAttribute.VISIBILITY_UNIT


class AboveHorizon(OnOffTrait):
    """Whether the sun is up."""

    key = "above_horizon"
    domains = _SUN

    def describe(self, state: State) -> Description | None:
        """Offer it for the sun."""
        return on_off()

    def read(self, state: State) -> Reading | None:
        """Return whether it is day."""
        return {STATE_ABOVE_HORIZON: True, STATE_BELOW_HORIZON: False}.get(state.state)


class Elevation(Measurement):
    """How high the sun is, below 0 by night."""

    key = "elevation"
    domains = _SUN
    attribute = "elevation"
    unit = DEGREE
    range = Limits(-90, 90)
    decimals = 1


class Azimuth(Measurement):
    """Where the sun is, clockwise from the north."""

    key = "azimuth"
    domains = _SUN
    attribute = "azimuth"
    unit = DEGREE
    range = Limits(0, 360)
    decimals = 1


class NextRising(Moment):
    """When the sun rises next."""

    key = "next_rising"
    domains = _SUN
    attribute = "next_rising"


class NextSetting(Moment):
    """When the sun sets next."""

    key = "next_setting"
    domains = _SUN
    attribute = "next_setting"


TRAITS: Final[tuple[Trait, ...]] = (
    Condition(),
    Temperature(),
    ApparentTemperature(),
    DewPoint(),
    Humidity(),
    Pressure(),
    WindSpeed(),
    WindGustSpeed(),
    WindBearing(),
    CloudCoverage(),
    UvIndex(),
    Visibility(),
    AboveHorizon(),
    Elevation(),
    Azimuth(),
    NextRising(),
    NextSetting(),
)
