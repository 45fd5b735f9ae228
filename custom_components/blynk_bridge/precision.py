"""How many decimals of a number are worth showing."""

from typing import Final

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .traits.base import Description

# The user's choice, then the integration's.
_OPTIONS: Final = ("display_precision", "suggested_display_precision")


@callback
def display_decimals(
    hass: HomeAssistant, entity_id: str, description: Description
) -> int | None:
    """Return the decimals that Home Assistant shows, else those that make sense."""
    entry = er.async_get(hass).async_get(entity_id)
    options = None if entry is None else entry.options.get(SENSOR_DOMAIN)
    known = [] if options is None else [options.get(key) for key in _OPTIONS]
    return next(
        (digits for digits in known if isinstance(digits, int)), description.decimals
    )
