"""Our own translated words, where something of ours is put together from them."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import (
    async_get_cached_translations,
    async_load_integrations,
)

from .const import DOMAIN


async def async_load_texts(hass: HomeAssistant) -> None:
    """Bring our texts into the cache: in a first set-up nothing has done so yet."""
    await async_load_integrations(hass, {DOMAIN})


def number_text(number: int) -> str:
    """Return a large whole number as it is read in any language.

    A comma or a point between the digits would be the decimals' in some: the SI has a
    narrow space there.
    """
    return f"{number:,}".replace(",", "\u202f")


@callback
def option_text(hass: HomeAssistant, selector: str, option: str) -> str:
    """Return what a selector of ours calls an option, in Home Assistant's language.

    An option without a text, or before the texts are loaded, is its own words.
    """
    known = async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    key = f"component.{DOMAIN}.selector.{selector}.options.{option}"
    return known.get(key, option.replace("_", " "))
