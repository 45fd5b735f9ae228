"""A feed: an exposure on its way up, with the timers that its intervals need."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from .device.outbox import Source
from .device.pacing import Lane
from .exposure import Exposure


@dataclass(slots=True)
class Feed:
    """An exposure, and when it may and when it has to be sent."""

    exposure: Exposure
    source: Source
    lane: Lane
    _not_before: float = 0.0
    _waiting: asyncio.TimerHandle | None = None
    _repeating: asyncio.TimerHandle | None = None
    _read_at: float = 0.0
    delivered: float | None = None
    """Until when Blynk has what there was to tell, as seconds of the epoch."""
    untrack: CALLBACK_TYPE | None = None
    """Stops following what a template uses."""

    @property
    def waits(self) -> bool:
        """Return whether it will be put up when its interval is over."""
        return self._waiting is not None

    @callback
    def async_arrived(self) -> None:
        """Note that Blynk has what was read last."""
        self.delivered = self._read_at

    @callback
    def async_mark(
        self, loop: asyncio.AbstractEventLoop, put: Callable[[Feed], None]
    ) -> None:
        """Put the exposure up, now or when its interval is over."""
        if self._waiting is not None:
            return
        if self._not_before <= loop.time():
            put(self)
            return

        def waited() -> None:
            self._waiting = None
            put(self)

        self._waiting = loop.call_at(self._not_before, waited)

    @callback
    def async_sent(
        self,
        loop: asyncio.AbstractEventLoop,
        repeat: Callable[[Feed], None],
        *,
        repeats: bool,
    ) -> None:
        """Start the intervals of a value that is sent now."""
        self._read_at = dt_util.utcnow().timestamp()
        exposure = self.exposure
        self._not_before = loop.time() + exposure.min_interval
        if self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None
        if repeats and exposure.max_interval and exposure.publishes:

            def again() -> None:
                self._repeating = None
                repeat(self)

            self._repeating = loop.call_later(exposure.max_interval, again)

    @callback
    def async_cancel(self) -> None:
        """Stop both timers, and following a template."""
        if self.untrack is not None:
            self.untrack()
            self.untrack = None
        for timer in (self._waiting, self._repeating):
            if timer is not None:
                timer.cancel()
        self._waiting = self._repeating = None
