"""Blynk Bridge: one Home Assistant as one Blynk device, over MQTT."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.helpers.typing import ConfigType
from homeassistant.loader import async_get_integration

from .connection import configured_endpoint
from .const import CONF_DIRECTION, CONF_OPTED_IN, DOMAIN
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .entity import service_device
from .exposure import bound_entity_id, trait_of
from .exposure_checks import OPERATING
from .exposure_data import sound
from .issues import async_forget_issues
from .learned import Learned
from .proposal import entity_state
from .reboot import async_follow_reboots
from .removal import async_take_back
from .services import async_register_services
from .traits import tolerant

PLATFORMS: Final = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.NOTIFY,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
    Platform.TIME,
]
CONFIG_SCHEMA: Final = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which are there whether an entry is loaded or not."""
    # The plan names options in the user's language from the first entry on.
    await async_load_integrations(hass, {DOMAIN})
    async_register_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: BlynkConfigEntry) -> bool:
    """Set up a Blynk device; the cloud is not waited for."""
    learned = Learned(hass, entry.entry_id)
    await learned.async_load(configured_endpoint(entry.data))
    version = str((await async_get_integration(hass, DOMAIN)).version)
    coordinator = BlynkCoordinator(hass, entry, learned, version)
    entry.runtime_data = coordinator
    # Before the platforms, which may be first with a device that is reached through it.
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **service_device(coordinator)
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_async_entry_updated))
    entry.async_on_unload(async_follow_reboots(hass, entry))
    coordinator.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: BlynkConfigEntry) -> bool:
    """Unload a Blynk device; its tasks end with the entry."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded:
        await entry.runtime_data.async_close()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: BlynkConfigEntry) -> None:
    """Leave nothing behind of a device that is removed, here and in Blynk."""
    async_forget_issues(hass, entry)
    learned = Learned(hass, entry.entry_id)
    await async_take_back(hass, entry, learned)
    await learned.async_remove()


async def async_migrate_entry(hass: HomeAssistant, entry: BlynkConfigEntry) -> bool:
    """Bring an entry of an earlier version up to date; a later one is not ours.

    Until minor version 2 choosing a direction was all it took to operate a door.
    """
    if entry.version > 1:
        return False
    if entry.minor_version < 2:
        for subentry in sound(entry.subentries.values()):
            if _operates_guarded(hass, subentry.data):
                hass.config_entries.async_update_subentry(
                    entry, subentry, data={**subentry.data, CONF_OPTED_IN: True}
                )
        hass.config_entries.async_update_entry(entry, minor_version=2)
    return True


@callback
def _operates_guarded(hass: HomeAssistant, data: Mapping[str, Any]) -> bool:
    """Return whether Blynk was to operate what is guarded, by registry and state.

    So it is, too, where nothing tells any more what the user has chosen to operate.
    """
    if data[CONF_DIRECTION] not in OPERATING:
        return False
    if (entity_id := bound_entity_id(hass, data)) is None:
        return False
    state, trait = entity_state(hass, entity_id), trait_of(hass, entity_id, data)
    description = tolerant.describe(trait, state) if state and trait else None
    return description is None or description.guarded


async def _async_entry_updated(hass: HomeAssistant, entry: BlynkConfigEntry) -> None:
    """Apply a changed entry: exposures live, anything else by a reload."""
    entry.runtime_data.async_entry_updated()
