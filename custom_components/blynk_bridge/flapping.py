"""How often a line that comes and goes may cost the messages of catching up."""

import asyncio
from collections.abc import Callable
from typing import Final

from homeassistant.core import HomeAssistant, callback

_AT_ONCE: Final = 3
"""Connections in short order that are nothing out of the ordinary."""
_INTERVAL: Final = 300.0
"""Seconds in which another one is granted: what a line that always flaps may cost."""


class CatchingUp:
    """Catches up with Blynk after a connection: at once, unless the line flaps.

    What may have changed in Blynk meanwhile costs questions, and values that are
    sent again. The last of many connections in short order catches up for all.
    """

    def __init__(self, hass: HomeAssistant, catch_up: Callable[[], None]) -> None:
        """Prepare to call `catch_up` while there is a connection."""
        self._hass = hass
        self._catch_up = catch_up
        self._granted = float(_AT_ONCE)
        self._counted_at = hass.loop.time()
        self._timer: asyncio.TimerHandle | None = None

    @callback
    def async_connected(self, *, at_once: bool) -> None:
        """Catch up now, or when it may be: soon enough, in a line that holds."""
        self.async_disconnected()
        self._refill()
        if at_once or self._granted >= 1:
            self._async_go()
        else:
            delay = (1 - self._granted) * _INTERVAL
            self._timer = self._hass.loop.call_later(delay, self._async_due)

    @callback
    def async_disconnected(self) -> None:
        """Leave it to the next connection."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @callback
    def _async_due(self) -> None:
        """Catch up at last."""
        self._timer = None
        self._refill()
        self._async_go()

    @callback
    def _async_go(self) -> None:
        """Catch up, and count it."""
        self._granted = max(self._granted - 1, 0.0)
        self._catch_up()

    def _refill(self) -> None:
        """Grant what time has brought."""
        now = self._hass.loop.time()
        earned = (now - self._counted_at) / _INTERVAL
        self._granted = min(self._granted + earned, float(_AT_ONCE))
        self._counted_at = now
