"""The owner: changes the exposures while all is running, and loses things now and then."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
import random
from typing import Final, Never

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import SUBENTRY_DATASTREAM

from .books import Books
from .exposures import BACKFILLED
from .house import House
from .things import RENAMED, THINGS

type Deed = Callable[["Owner"], Awaitable[None]]

MINUTE: Final = 60.0
_PAUSE: Final = 30 * MINUTE
_AWAY: Final = 20 * MINUTE
"""Mean seconds that a thing is unavailable."""


class Owner:
    """Somebody who can't leave a running system alone."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: MockConfigEntry,
        house: House,
        books: Books,
        dice: random.Random,
    ) -> None:
        """Move in; the dice decide what comes to mind."""
        self._hass = hass
        self._entry = entry
        self._house = house
        self._books = books
        self._dice = dice
        self._taken_out: list[ConfigSubentry] = []
        self._returning: set[asyncio.TimerHandle] = set()
        self.done: Counter[str] = Counter()
        """Deeds by kind."""

    async def async_tinker(self) -> Never:
        """Do one thing after the other for ever."""
        while True:
            await asyncio.sleep(self._dice.expovariate(1 / _PAUSE))
            (deed,) = self._dice.choices(
                [*DEEDS], [weight for _, weight in DEEDS.values()]
            )
            self.done[deed] += 1
            self._books.disturb()
            await DEEDS[deed][0](self)
            self._books.disturb()

    async def async_tidy_up(self) -> None:
        """Have everything there, exposed and loaded."""
        for timer in self._returning:
            timer.cancel()
        self._house.async_come_home()
        while self._taken_out:
            await self.put_back()
        for subentry in self._exposed():
            if subentry.data.get("paused"):
                self._edit(subentry, paused=False)

    def _exposed(self) -> list[ConfigSubentry]:
        """Return the exposures that are not left alone."""
        return [
            item
            for item in self._entry.subentries.values()
            if item.subentry_type == SUBENTRY_DATASTREAM
            and item.data["datastream"] not in BACKFILLED
        ]

    def _edit(self, subentry: ConfigSubentry, **changes: object) -> None:
        """Change an exposure."""
        self._hass.config_entries.async_update_subentry(
            self._entry, subentry, data={**subentry.data, **changes}
        )

    # --- Things ------------------------------------------------------------------------

    async def lose(self) -> None:
        """Have some things unavailable, each for a while."""
        loop = self._hass.loop
        for thing in self._dice.sample(THINGS, self._dice.randint(1, 8)):
            if self._house.is_absent(thing.key):
                continue
            self._house.async_vanish(thing.key)
            timer = loop.call_later(
                self._dice.expovariate(1 / _AWAY), self._house.async_return, thing.key
            )
            self._returning.add(timer)
        self._returning = {
            timer for timer in self._returning if timer.when() > loop.time()
        }

    async def rename(self) -> None:
        """Give a thing another entity id."""
        key = self._dice.choice(RENAMED)
        self._house.async_rename(key, f"{key}_{self._dice.randrange(10**6)}")

    # --- Exposures ------------------------------------------------------------------------

    async def take_out(self) -> None:
        """Remove an exposure."""
        subentry = self._dice.choice(self._exposed())
        self._hass.config_entries.async_remove_subentry(
            self._entry, subentry.subentry_id
        )
        self._taken_out.append(subentry)

    async def put_back(self) -> None:
        """Expose again what was removed first."""
        if self._taken_out:
            self._hass.config_entries.async_add_subentry(
                self._entry, self._taken_out.pop(0)
            )

    async def edit(self) -> None:
        """Change the intervals of an exposure."""
        self._edit(
            self._dice.choice(self._exposed()),
            min_interval=self._dice.choice((0, 0, 10, 300)),
            max_interval=self._dice.choice((0, 0, 3600, 14400)),
        )

    async def pause(self) -> None:
        """Let an exposure rest, or have it back."""
        subentry = self._dice.choice(self._exposed())
        self._edit(subentry, paused=not subentry.data.get("paused"))

    # --- The whole ------------------------------------------------------------------------

    async def resync(self) -> None:
        """Send everything again."""
        self._entry.runtime_data.async_resync()

    async def reload(self) -> None:
        """Reload the entry."""
        assert await self._hass.config_entries.async_reload(self._entry.entry_id)

    async def restart(self) -> None:
        """Restart Home Assistant, as far as the integration sees it."""
        entries = self._hass.config_entries
        assert await entries.async_unload(self._entry.entry_id)
        self._hass.set_state(CoreState.starting)
        await asyncio.sleep(self._dice.uniform(5, 5 * MINUTE))
        assert await entries.async_setup(self._entry.entry_id)
        await asyncio.sleep(self._dice.uniform(1, MINUTE))
        self._hass.set_state(CoreState.running)
        self._hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)

    async def set_controls(self) -> None:
        """Set what Blynk owns, and send an event."""
        for domain, action, entity_id, data in (
            (
                "number",
                "set_value",
                "number.limit",
                {"value": self._dice.randint(0, 30)},
            ),
            (
                "text",
                "set_value",
                "text.note",
                {"value": f"note {self._dice.random()}"},
            ),
        ):
            await self._hass.services.async_call(
                domain, action, {"entity_id": entity_id, **data}, blocking=True
            )


DEEDS: Final[dict[str, tuple[Deed, int]]] = {
    "things unavailable": (Owner.lose, 6),
    "entity renamed": (Owner.rename, 2),
    "exposure removed": (Owner.take_out, 2),
    "exposure added": (Owner.put_back, 2),
    "exposure edited": (Owner.edit, 3),
    "exposure paused or resumed": (Owner.pause, 3),
    "resync": (Owner.resync, 1),
    "entry reloaded": (Owner.reload, 1),
    "Home Assistant restarted": (Owner.restart, 1),
    "controls set": (Owner.set_controls, 4),
}
