"""What an enumeration's options are called in the user's language."""

from typing import Final

from homeassistant.const import ATTR_DEVICE_CLASS
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_translate_state,
    async_translate_state_attr,
)

from .const import DOMAIN
from .device.values import Value
from .traits.base import Description

_OWN: Final = f"component.{DOMAIN}.selector.option.options"


@callback
def option_labels(
    hass: HomeAssistant, state: State, description: Description
) -> tuple[str, ...]:
    """Return the options' names in their order, an option itself where it has none."""
    wording = description.wording
    if wording.own:
        known = async_get_cached_translations(
            hass, hass.config.language, "selector", DOMAIN
        )
        return tuple(
            known.get(f"{_OWN}.{option}", option) for option in description.options
        )
    entry = er.async_get(hass).async_get(state.entity_id)
    place = (
        state.domain,
        entry.platform if entry else None,
        entry.translation_key if entry else None,
        state.attributes.get(ATTR_DEVICE_CLASS),
    )
    if wording.attribute is None:
        return tuple(
            async_translate_state(hass, option, *place)
            for option in description.options
        )
    return tuple(
        async_translate_state_attr(hass, option, *place, wording.attribute)
        for option in description.options
    )


@callback
def option_named(
    hass: HomeAssistant, state: State, description: Description, value: Value
) -> Value:
    """Return the option that a text names in the user's language, else the value.

    An option's own token names it, too, whatever another one is called.
    """
    if not isinstance(value, str) or value in description.options:
        return value
    names = option_labels(hass, state, description)
    return description.options[names.index(value)] if value in names else value
