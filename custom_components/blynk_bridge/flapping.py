"""How often a line that comes and goes may cost the messages of catching up."""

import asyncio
from collections.abc import Callable
from typing import Final

from homeassistant.core import HomeAssistant, callback

from .device.endpoint import Endpoint

_AT_ONCE: Final = 3
"""Connections in short order that are nothing out of the ordinary."""
_INTERVAL: Final = 300.0
"""Seconds in which another one is granted: what a line that always flaps may cost."""


class Grants:
    """What may be done three times in short order, and then once in five minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with all of them; the clock counts seconds and never goes back."""
        self._clock = clock
        self._granted = float(_AT_ONCE)
        self._counted_at = clock()

    @property
    def delay(self) -> float:
        """Return the seconds until the next one is granted."""
        now = self._clock()
        earned = (now - self._counted_at) / _INTERVAL
        self._granted = min(self._granted + earned, float(_AT_ONCE))
        self._counted_at = now
        return max(0.0, (1 - self._granted) * _INTERVAL)

    def take(self) -> None:
        """Use one, granted or not: nothing is owed for what could not wait."""
        self._granted = max(self._granted - 1, 0.0)


class CatchingUp:
    """Catches up with Blynk after a connection: at once, unless the line flaps.

    What may have changed in Blynk meanwhile costs questions, and values that are
    sent again. The last of many connections in short order catches up for all.
    """

    def __init__(self, hass: HomeAssistant, catch_up: Callable[[], None]) -> None:
        """Prepare to call `catch_up` while there is a connection."""
        self._hass = hass
        self._catch_up = catch_up
        self._grants = Grants(hass.loop.time)
        self._timer: asyncio.TimerHandle | None = None

    @callback
    def async_connected(self, *, at_once: bool) -> None:
        """Catch up now, or when it may be: soon enough, in a line that holds."""
        self.async_disconnected()
        delay = self._grants.delay
        if at_once or not delay:
            self._async_go()
        else:
            self._timer = self._hass.loop.call_later(delay, self._async_go)

    @callback
    def async_disconnected(self) -> None:
        """Leave it to the next connection."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @callback
    def _async_go(self) -> None:
        """Catch up, and count it."""
        self._timer = None
        self._grants.take()
        self._catch_up()


class Announcing:
    """Whether a connection announces the device with `info/mcu`, which costs a message.

    Source: Blynk docs, device-mqtt-api/authentication: on every clean connection.
    Nothing in it changes while we run, so a new server is told, and a line that
    flaps tells it now and then.
    """

    def __init__(
        self, clock: Callable[[], float], announced: Callable[[], None]
    ) -> None:
        """Prepare to call `announced` for each connection that tells it."""
        self._grants = Grants(clock)
        self._announced = announced
        self._known: Endpoint | None = None

    def announces(self, server: Endpoint) -> bool:
        """Return whether a connection to this server is to tell it, and count that."""
        if server == self._known and self._grants.delay:
            return False
        self._known = server
        self._grants.take()
        self._announced()
        return True
