"""What a reboot from the Blynk app does."""

import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .const import CONF_REBOOT_RELOADS
from .coordinator import BlynkConfigEntry
from .device.messages import Downlink, Reboot

_LOGGER: Final = logging.getLogger(__name__)

_SPACING: Final = 60.0
"""Seconds that the bridge must have run: it reloads once a minute at most."""


@callback
def async_follow_reboots(hass: HomeAssistant, entry: BlynkConfigEntry) -> CALLBACK_TYPE:
    """Reload the bridge at a reboot, if the user wants that; never Home Assistant.

    Returns how to stop that.
    """
    started_at = hass.loop.time()

    @callback
    def heard(message: Downlink) -> None:
        if not isinstance(message, Reboot):
            return
        if not entry.options.get(CONF_REBOOT_RELOADS, False):
            _LOGGER.debug("Ignored a reboot: not wanted")
        elif hass.loop.time() - started_at < _SPACING:
            _LOGGER.debug("Ignored a reboot: just started")
        else:
            _LOGGER.info("Reloading: Blynk asked for a reboot")
            hass.config_entries.async_schedule_reload(entry.entry_id)

    return entry.runtime_data.async_listen(heard)
