"""How Blynk is doing, for the page with the system's health."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import BlynkConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Let the page ask us."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return how the devices are doing, and whether the first one's host is there."""
    entries: list[BlynkConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    all_status = [entry.runtime_data.data for entry in entries]
    info: dict[str, Any] = {
        "devices": len(entries),
        "devices_online": sum(status.online for status in all_status),
        "exposures": sum(len(entry.runtime_data.exposures) for entry in entries),
        "messages_this_month": sum(status.quota.messages for status in all_status),
        "values_waiting": sum(status.waiting for status in all_status),
    }
    if entries:
        host = entries[0].data[CONF_HOST]
        info["can_reach_server"] = system_health.async_check_can_reach_url(
            hass, f"https://{host}"
        )
    return info
