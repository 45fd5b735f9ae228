"""What a removed entry leaves in Blynk: nothing, if Blynk can be reached."""

import asyncio
from contextlib import suppress
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .connection import configured_endpoint, session_settings, tls_context
from .const import DOMAIN
from .device.errors import BlynkError, PublishRefused
from .device.messages import erase_property
from .device.session import visit
from .learned import Learned
from .network import async_asker, async_resolver

_LOGGER: Final = logging.getLogger(__name__)

_TIMEOUT: Final = 120.0
"""Seconds for all of it: some five hundred properties."""
_PAUSE: Final = 0.2
"""Seconds between messages: five a second are no flood (Blynk docs: limits)."""


def overridden(learned: Learned) -> list[tuple[str, str]]:
    """Return the widget properties that are overridden: datastream and property."""
    return [
        (name, key) for name in learned.overridden for key in learned.overrides(name)
    ]


async def async_take_back(
    hass: HomeAssistant, entry: ConfigEntry, learned: Learned
) -> None:
    """Begin to erase what an entry that is removed has overridden in Blynk.

    In the background: nobody waits for the cloud, and a stop of Home Assistant ends it.
    """
    try:
        configured = configured_endpoint(entry.data)
    except (BlynkError, KeyError, ValueError) as error:
        # Of a later version, or never sound: it can be removed all the same.
        _LOGGER.info("%s is removed, and has no server: %r", entry.title, error)
        return
    await learned.async_load(configured)
    if overridden(learned):
        hass.async_create_background_task(
            _async_erase(hass, entry, learned), f"blynk_bridge removal of {entry.title}"
        )


async def _async_erase(
    hass: HomeAssistant, entry: ConfigEntry, learned: Learned
) -> None:
    """Erase overridden properties in a session of its own; once, and not for ever.

    Blynk keeps them until they are erased, and nobody else would know of them.
    """
    left = overridden(learned)
    integration = await async_get_integration(hass, DOMAIN)
    try:
        settings = session_settings(entry.data, str(integration.version), learned.home)
        context = tls_context(entry.data)
        verify_ssl = entry.data[CONF_VERIFY_SSL]
    except (BlynkError, KeyError, ValueError) as error:
        _tell_of(entry, left, f"its data can't be read ({type(error).__name__})")
        return
    try:
        async with (
            asyncio.timeout(_TIMEOUT),
            visit(
                settings,
                context,
                resolve=async_resolver(hass),
                ask=async_asker(hass, verify_ssl),
            ) as session,
        ):
            while left:
                # What the server does not take, it has not got.
                with suppress(PublishRefused):
                    await session.publish(erase_property(*left[0]))
                del left[0]
                await asyncio.sleep(_PAUSE)
    except (BlynkError, TimeoutError) as error:
        _tell_of(entry, left, error)
    except asyncio.CancelledError as stopping:
        _tell_of(entry, left, stopping)
        raise


def _tell_of(
    entry: ConfigEntry, left: list[tuple[str, str]], reason: BaseException | str
) -> None:
    """Say what stays in Blynk, and how to be rid of it."""
    _LOGGER.info(
        "%s is removed, and %d properties of its widgets stay in Blynk: %s. "
        "Clearing the device's data there resets them",
        entry.title,
        len(left),
        str(reason) or type(reason).__name__,
    )
