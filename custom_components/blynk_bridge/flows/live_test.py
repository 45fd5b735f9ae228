"""Trying credentials on the real server before they are kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_TOKEN, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from ..connection import session_settings, tls_context
from ..const import DOMAIN
from ..coordinator import BlynkConfigEntry
from ..device.errors import InvalidToken, LinkError, RedirectRefused, TlsError
from ..device.session import verify
from ..network import async_asker, async_resolver
from ..problem import Problem, problem_of

_LOGGER: Final = logging.getLogger(__name__)

TIMEOUT: Final = 30.0
"""Seconds for all links together: each has a limit of its own, their chain has none."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the device did not come online: the translated error's key."""

    error: str
    redirect_target: str = ""
    problem: Problem | None = None
    """What the error is about, where its text leaves room for it."""


async def async_try(hass: HomeAssistant, data: Mapping[str, Any]) -> Failure | None:
    """Bring the device online once; return why that failed, None if it did not."""
    integration = await async_get_integration(hass, DOMAIN)
    settings = session_settings(data, str(integration.version))
    try:
        async with asyncio.timeout(TIMEOUT):
            await verify(
                settings,
                tls_context(data),
                resolve=async_resolver(hass),
                ask=async_asker(hass, data[CONF_VERIFY_SSL]),
            )
    except InvalidToken:
        return Failure("invalid_auth")
    except TlsError as error:
        return Failure("tls_error", problem=problem_of(error))
    except RedirectRefused as error:
        return Failure("redirect_refused", error.target)
    except (LinkError, TimeoutError) as error:
        _LOGGER.debug("Live test failed: %r", error)
        return Failure("cannot_connect", problem=problem_of(error))
    except Exception:
        _LOGGER.exception("Unexpected exception")
        return Failure("unknown")
    return None


async def async_try_for_entry(
    hass: HomeAssistant, entry: BlynkConfigEntry, data: Mapping[str, Any]
) -> Failure | None:
    """Try new data of an entry, which goes offline for that if it must.

    Blynk allows one session a token: the entry's own would come back and end the
    live test's, again and again. After a failure it does come back; after a
    success the entry is to be loaded with the new data.
    """
    if (
        entry.state is not ConfigEntryState.LOADED
        or entry.data[CONF_TOKEN] != data[CONF_TOKEN]
    ):
        return await async_try(hass, data)
    # The live test's message; once the entry is unloaded, nobody counts any more.
    entry.runtime_data.quota.async_count()
    if not await hass.config_entries.async_unload(entry.entry_id):
        return await async_try(hass, data)
    passed = False
    try:
        failure = await async_try(hass, data)
        passed = failure is None
    finally:
        if not passed and _waits_offline(hass, entry):
            await hass.config_entries.async_setup(entry.entry_id)
    return failure


def _waits_offline(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Return whether the entry is still as we left it: not reloaded, not removed."""
    return (
        entry.state is ConfigEntryState.NOT_LOADED
        and hass.config_entries.async_get_entry(entry.entry_id) is not None
    )
