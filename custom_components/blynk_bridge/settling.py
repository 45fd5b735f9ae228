"""When Home Assistant has settled after its start, so that what is missing is missing."""

from collections.abc import Callable
from typing import Final

from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

SETTLE_TIME: Final = 15.0
"""Seconds after Home Assistant's start in which entities may still come."""
_STARTED_AT: Final[HassKey[float]] = HassKey(f"{DOMAIN}.started_at")


@callback
def async_when_settled(
    hass: HomeAssistant, action: Callable[[], None]
) -> CALLBACK_TYPE:
    """Call the action once Home Assistant has settled; return how to stop that.

    At once where it has long been running: an entry that is added or reloaded
    later has nothing to wait for.
    """
    if hass.state is CoreState.running:
        hass.data.setdefault(_STARTED_AT, hass.loop.time() - SETTLE_TIME)
    stops: list[CALLBACK_TYPE] = []

    @callback
    def started(_: HomeAssistant) -> None:
        now = hass.loop.time()
        at = hass.data.setdefault(_STARTED_AT, now) + SETTLE_TIME
        if at <= now:
            action()
        else:
            stops.append(hass.loop.call_at(at, action).cancel)

    @callback
    def stop() -> None:
        for each in stops:
            each()

    stops.append(async_at_started(hass, started))
    return stop
