"""The sun and the weather."""

import pytest

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    Description,
    Limits,
    NotWritable,
    on_off,
)

from . import an, the

WEATHER = an(
    "weather.x",
    "partlycloudy",
    temperature=52.3,
    apparent_temperature=50,
    dew_point=40,
    temperature_unit="°F",
    humidity=61,
    cloud_coverage=45,
    uv_index=3.2,
    pressure=30.01,
    pressure_unit="inHg",
    wind_bearing=248.5,
    wind_speed=9.2,
    wind_gust_speed=19.3,
    wind_speed_unit="mph",
    visibility=13.9,
    visibility_unit="mi",
)
SUN = an(
    "sun.sun",
    "above_horizon",
    next_rising="2026-03-30T04:51:12.345678+00:00",
    next_setting="2026-03-29T17:32:40.123456+00:00",
    elevation=32.71,
    azimuth=173.44,
)


@pytest.mark.parametrize(
    ("key", "value", "unit", "limits", "decimals"),
    [
        ("temperature", 52.3, "°F", None, 1),
        ("apparent_temperature", 50.0, "°F", None, 1),
        ("dew_point", 40.0, "°F", None, 1),
        ("humidity", 61.0, "%", Limits(0, 100, 1), None),
        ("pressure", 30.01, "inHg", None, None),
        ("wind_speed", 9.2, "mph", None, 1),
        ("wind_gust_speed", 19.3, "mph", None, 1),
        ("wind_bearing", 248.5, "°", Limits(0, 360), None),
        ("cloud_coverage", 45.0, "%", Limits(0, 100, 1), None),
        ("uv_index", 3.2, "UV index", None, None),
        ("visibility", 13.9, "mi", None, None),
    ],
)
def test_the_weather_is_measured_in_the_users_units(
    key: str,
    value: float,
    unit: str,
    limits: Limits | None,
    decimals: int | None,
) -> None:
    trait = the("weather", key)
    assert trait.describe(WEATHER) == Description(
        data_type=DataType.DOUBLE, unit=unit, limits=limits, decimals=decimals
    )
    assert trait.value(WEATHER, DataType.DOUBLE) == value
    assert not trait.urgent
    with pytest.raises(NotWritable):
        trait.action(WEATHER, 1)


def test_weather_that_does_not_measure_tells_its_condition() -> None:
    weather = an("weather.x", "rainy", temperature=None, humidity="damp", pressure=[])
    (condition,) = traits_of(weather)
    assert condition.value(weather, DataType.STRING) == "rainy"
    assert condition.value(an("weather.x", "frogs"), DataType.STRING) is None
    assert traits_of(WEATHER)[0] is condition


@pytest.mark.parametrize(
    ("raw", "bearing"),
    [
        ("N", 0.0),
        ("SW", 225.0),
        ("NW", 315.0),
        (90, 90.0),
        ("upwards", None),
        ([], None),
    ],
)
def test_a_point_of_the_compass_is_told_in_degrees(
    raw: object, bearing: float | None
) -> None:
    weather = an("weather.x", "rainy", wind_bearing=raw)
    assert the("weather", "wind_bearing").value(weather, DataType.DOUBLE) == bearing


def test_the_sun_tells_where_it_is() -> None:
    up, elevation, azimuth, rising, setting = traits_of(SUN)
    assert up.describe(SUN) == on_off()
    assert up.value(SUN, DataType.INTEGER) == 1
    assert up.value(an("sun.sun", "below_horizon"), DataType.INTEGER) == 0
    assert elevation.describe(SUN) == Description(
        data_type=DataType.DOUBLE, unit="°", limits=Limits(-90, 90), decimals=1
    )
    assert elevation.value(SUN, DataType.DOUBLE) == 32.71
    assert azimuth.value(SUN, DataType.DOUBLE) == 173.44
    assert rising.value(SUN, DataType.STRING) == "2026-03-30 04:51:12"
    assert setting.value(SUN, DataType.STRING) == "2026-03-29 17:32:40"
