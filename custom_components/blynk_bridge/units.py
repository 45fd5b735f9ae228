"""The units of a home, and what Blynk calls them."""

from collections.abc import Mapping
from typing import Final

from homeassistant.const import (
    DEGREE,
    LIGHT_LUX,
    PERCENTAGE,
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfInformation,
    UnitOfLength,
    UnitOfMass,
    UnitOfPower,
    UnitOfPressure,
    UnitOfRatio,
    UnitOfSoundPressure,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
    UnitOfVolumeFlowRate,
)
from homeassistant.core import HomeAssistant, callback

from .traits.base import HOME_TEMPERATURE, Description

# Blynk publishes no full list: these are the names its docs use.
# Source: Blynk docs, console/templates/datastreams/semantic-tags.
_NAMES: Final[Mapping[str, str]] = {
    PERCENTAGE: "Percent",
    UnitOfRatio.PARTS_PER_MILLION: "Particles per million",
    DEGREE: "Degree",
    LIGHT_LUX: "Lux",
    SIGNAL_STRENGTH_DECIBELS_MILLIWATT: "Signal Strength",
    UnitOfElectricCurrent.AMPERE: "Ampere",
    UnitOfElectricPotential.VOLT: "Volt",
    UnitOfEnergy.KILO_WATT_HOUR: "Kilowatt Hour",
    UnitOfInformation.KILOBYTES: "Kilobytes",
    UnitOfLength.CENTIMETERS: "Centimeter",
    UnitOfLength.METERS: "Meters",
    UnitOfMass.KILOGRAMS: "Kilogram",
    UnitOfPower.WATT: "Watt",
    UnitOfPressure.HPA: "Hectopascal",
    UnitOfPressure.PA: "Pascal",
    UnitOfSoundPressure.DECIBEL: "Decibel",
    UnitOfSpeed.KILOMETERS_PER_HOUR: "Kilometer per hour",
    UnitOfTemperature.CELSIUS: "Celsius",
    UnitOfTemperature.FAHRENHEIT: "Fahrenheit",
    UnitOfTime.SECONDS: "Seconds",
    UnitOfVolume.LITERS: "Liter",
    UnitOfVolumeFlowRate.LITERS_PER_SECOND: "Liter per second",
}


@callback
def home_unit(hass: HomeAssistant, description: Description) -> str | None:
    """Return the unit of a trait's numbers, which may be left to the home."""
    if description.unit == HOME_TEMPERATURE:
        return hass.config.units.temperature_unit
    return description.unit


def blynk_unit(unit: str | None) -> str | None:
    """Return the unit as Blynk's console names it, as it is where Blynk names none.

    Blynk has custom units for those (docs: changelog of July 2026).
    """
    return None if unit is None else _NAMES.get(unit, unit)
