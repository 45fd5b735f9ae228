"""Showings: what Blynk writes to controls, shown as fast as a home can take it."""

import asyncio
from itertools import islice
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

_INTERVAL: Final = 0.1
"""Seconds between two states of one entity."""
_AT_ONCE: Final = 20
"""Entities that are shown within one interval: each state is recorded, and may
set off automations."""


class Showings:
    """Lets entities show the newest of what they have been told.

    An entity that is told more often, in a flood, shows some of it and always the
    last; those that wait take their turns.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Start with nothing to show."""
        self._hass = hass
        self._waiting: dict[CALLBACK_TYPE, None] = {}
        self._shown: set[CALLBACK_TYPE] = set()
        self._timer: asyncio.TimerHandle | None = None

    @callback
    def async_show(self, show: CALLBACK_TYPE) -> None:
        """Call what shows an entity's state: now, or when its turn comes."""
        if show in self._shown or len(self._shown) >= _AT_ONCE:
            self._waiting[show] = None
        else:
            self._async_go(show)

    @callback
    def async_forget(self, show: CALLBACK_TYPE) -> None:
        """Show nothing more of an entity that goes."""
        self._waiting.pop(show, None)

    @callback
    def async_stop(self) -> None:
        """Show nothing more."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @callback
    def _async_go(self, show: CALLBACK_TYPE) -> None:
        """Show an entity's state, and no more of it within the interval."""
        self._waiting.pop(show, None)
        self._shown.add(show)
        if self._timer is None:
            self._timer = self._hass.loop.call_later(_INTERVAL, self._async_due)
        show()

    @callback
    def _async_due(self) -> None:
        """Let those go that have waited longest."""
        self._timer = None
        self._shown.clear()
        for show in list(islice(self._waiting, _AT_ONCE)):
            self._async_go(show)
