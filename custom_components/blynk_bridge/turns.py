"""Turns: how many of Blynk's writes are carried out, and in which order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .device.values import Value
from .exposure import Exposure

_PER_SECOND: Final = 20
"""Of all entities together."""
_SPACING: Final = 0.1
"""Seconds between two writes to one entity, whatever comes in between."""


class Turns:
    """Lets writes be carried out one at a time for each entity, in their order.

    Of each datastream only the newest write waits, so nothing grows: a slider that
    is dragged holds up no switch of the same lamp.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        carry_out: Callable[[Exposure, Value], Awaitable[None]],
    ) -> None:
        """Prepare to call `carry_out`, which must not raise."""
        self._hass = hass
        self._entry = entry
        self._carry_out = carry_out
        self._recent: deque[float] = deque(maxlen=_PER_SECOND)
        self.waiting: dict[str, dict[str, tuple[Exposure, Value]]] = {}
        """By entity that is busy, and by datastream in the order of arrival."""

    def __len__(self) -> int:
        """Return how many writes wait."""
        return sum(len(writes) for writes in self.waiting.values())

    @callback
    def async_wait(self, exposure: Exposure, value: Value) -> None:
        """Let a write wait for its entity; it replaces an older one."""
        name, entity_id = exposure.datastream, exposure.entity_id
        if (waiting := self.waiting.get(entity_id)) is not None:
            waiting.pop(name, None)
            waiting[name] = (exposure, value)
            return
        self.waiting[entity_id] = {name: (exposure, value)}
        self._entry.async_create_background_task(
            self._hass,
            self._async_serve(entity_id),
            f"blynk_bridge commands {entity_id}",
        )

    def is_superseded(self, exposure: Exposure) -> bool:
        """Return whether a newer write to the datastream waits already."""
        return exposure.datastream in self.waiting.get(exposure.entity_id, ())

    async def _async_serve(self, entity_id: str) -> None:
        """Carry out the writes to an entity until none is left."""
        loop = self._hass.loop
        waiting = self.waiting[entity_id]
        try:
            while waiting:
                await self._async_turn()
                started = loop.time()
                exposure, value = waiting.pop(next(iter(waiting)))
                await self._carry_out(exposure, value)
                await asyncio.sleep(started + _SPACING - loop.time())
        finally:
            del self.waiting[entity_id]

    async def _async_turn(self) -> None:
        """Return when another command may be given: no faster than the house can."""
        now = turn = self._hass.loop.time()
        if len(self._recent) == _PER_SECOND:
            turn = max(now, self._recent[0] + 1)
        self._recent.append(turn)
        if turn > now:
            await asyncio.sleep(turn - now)
