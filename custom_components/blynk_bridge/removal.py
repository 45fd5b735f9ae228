"""What a removed entry leaves in Blynk: nothing, if Blynk can be reached."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from .connection import session_settings, tls_context
from .const import DOMAIN
from .device.endpoint import Endpoint
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
    hass: HomeAssistant,
    entry: ConfigEntry,
    home: Endpoint | None,
    properties: Iterable[tuple[str, str]],
) -> None:
    """Erase overridden properties in a session of its own; once, and not for ever.

    Blynk keeps them until they are erased, and nobody else would know of them.
    """
    left = list(properties)
    integration = await async_get_integration(hass, DOMAIN)
    try:
        async with (
            asyncio.timeout(_TIMEOUT),
            visit(
                session_settings(entry.data, str(integration.version), home),
                tls_context(entry.data),
                resolve=async_resolver(hass),
                ask=async_asker(hass, entry.data[CONF_VERIFY_SSL]),
            ) as session,
        ):
            while left:
                # What the server does not take, it has not got.
                with suppress(PublishRefused):
                    await session.publish(erase_property(*left[0]))
                del left[0]
                await asyncio.sleep(_PAUSE)
    except (BlynkError, TimeoutError) as error:
        _LOGGER.info(
            "%s is removed, and %d properties of its widgets stay in Blynk: %s. "
            "Clearing the device's data there resets them",
            entry.title,
            len(left),
            str(error) or type(error).__name__,
        )
