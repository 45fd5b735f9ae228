"""Units: those of the home, and Blynk's names for them."""

from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import (
    METRIC_SYSTEM,
    US_CUSTOMARY_SYSTEM,
    UnitSystem,
)
import pytest

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.traits.base import Description
from custom_components.blynk_bridge.units import blynk_unit, home_unit

from .traits import an, the


@pytest.mark.parametrize(
    ("system", "unit", "name"),
    [
        (METRIC_SYSTEM, "°C", "Celsius"),
        (US_CUSTOMARY_SYSTEM, "°F", "Fahrenheit"),
    ],
)
@pytest.mark.parametrize("domain", ["climate", "water_heater"])
def test_a_thermostats_temperature_has_the_unit_of_the_home(
    hass: HomeAssistant, domain: str, system: UnitSystem, unit: str, name: str
) -> None:
    hass.config.units = system
    state = an(f"{domain}.x", "off", current_temperature=20, supported_features=1)
    for key in ("current_temperature", "target_temperature"):
        description = the(domain, key).describe(state)
        assert description is not None
        assert home_unit(hass, description) == unit
        assert blynk_unit(unit) == name


@pytest.mark.parametrize("unit", ["°C", "°F", "%", None])
def test_a_unit_that_an_entity_tells_is_its_own(
    hass: HomeAssistant, unit: str | None
) -> None:
    hass.config.units = US_CUSTOMARY_SYSTEM
    description = Description(data_type=DataType.DOUBLE, unit=unit)
    assert home_unit(hass, description) == unit
