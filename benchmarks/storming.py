"""A Home Assistant in which all that is exposed changes in a storm, to be counted in.

`python -m benchmarks.storming` is run within valgrind, see `instructions`.
"""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final
from unittest.mock import patch

from homeassistant.core import HomeAssistant, State

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from custom_components.blynk_bridge.device.pacing import MESSAGES_PER_SECOND

from .furniture import thing, turned
from .indoors import Line
from .listening import EXPOSED_ROOM, Listeners, house
from .marks import counting, mark, ordered

_AT_ONCE: Final = 20
"""Changes in one turn of the loop: a hub tells of many entities at once."""
_SECOND: Final = 1.1
"""Seconds after which the pace allows as many messages as ever."""
_MOMENT: Final = 0.1
"""Seconds in which the cloud has answered a ping."""
_STARTING: Final = 30
"""Seconds after which nothing is to be done any more that a start has led to."""
_LOOK: Final = 0.5
"""Seconds between looks at what is left to send: each costs instructions."""


class Clock:
    """A loop's clock that can stand still, and be put forward."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Show the loop's time."""
        self._time = loop.time
        self._behind = 0.0
        self._stopped_at: float | None = None

    def time(self) -> float:
        """Return the loop's time."""
        if self._stopped_at is not None:
            return self._stopped_at
        return self._time() - self._behind

    def put_forward(self, seconds: float) -> None:
        """Let what is due by then be due now."""
        self._behind -= seconds

    @contextmanager
    def stopped(self) -> Generator[None]:
        """Stand still during the block, and go on from there."""
        self._stopped_at = self.time()
        try:
            yield
        finally:
            self._behind = self._time() - self._stopped_at
            self._stopped_at = None


@dataclass(slots=True)
class Storms:
    """Raises storms in a house, one after another."""

    hass: HomeAssistant
    clock: Clock
    changes: int
    """Of each thing in a storm; odd, so that a switch ends otherwise than it began."""
    _turn: int = 0
    _coordinators: Sequence[BlynkCoordinator] = field(init=False)

    def __post_init__(self) -> None:
        """Find the bridge, if there is one."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        self._coordinators = [entry.runtime_data for entry in entries]

    async def storm(self, things: int) -> None:
        """Raise one of so many things between two marks, until all is sent.

        What takes a moment in a home takes seconds within valgrind. So the clock
        stands still until the last change: no more is sent meanwhile than in a home.
        The messages that the pace allows at once are spent before, or the few that go
        at the beginning would count for more, the smaller the house is.
        """
        shown = [thing(EXPOSED_ROOM, number) for number in range(things)]
        await asyncio.sleep(_SECOND)
        with self.clock.stopped():
            for number in range(MESSAGES_PER_SECOND):
                await self._spend(shown[0], number + 1)
            mark()
            for _ in range(self.changes):
                self._turn += 1
                await self._change(shown)
        await self.settle()
        mark()

    async def _spend(self, shown: State, tenths: int) -> None:
        """Have the bridge send a message."""
        if not self._coordinators:
            return
        self._set(shown, self._turn + tenths / 10)
        while self._left():
            # Nobody connects anew while the clock stands still.
            if not all(each.data.online for each in self._coordinators):
                raise RuntimeError("the connection was lost before a storm")
            await asyncio.sleep(0)

    async def _change(self, things: Sequence[State]) -> None:
        """Change each thing once."""
        for number, shown in enumerate(things):
            self._set(shown, self._turn)
            if not number % _AT_ONCE:
                await asyncio.sleep(0)

    def _set(self, shown: State, turn: float) -> None:
        """Let a thing show what it does in a turn."""
        self.hass.states.async_set(
            shown.entity_id, turned(shown, turn), shown.attributes
        )

    async def settle(self) -> None:
        """Wait until nothing is left to be sent."""
        await self.hass.async_block_till_done()
        # No sooner may the first message go.
        await asyncio.sleep(_SECOND)
        while self._left():
            await asyncio.sleep(_LOOK)

    def _left(self) -> bool:
        """Return whether there is something that the cloud has not taken yet."""
        return any(
            each.uplink.waiting or any(map(each.uplink.async_is_unsent, each.exposures))
            for each in self._coordinators
        )


async def _run(
    listeners: Listeners, line: Line, things: Sequence[int], changes: int
) -> None:
    """Raise a storm of so many things each time, after one that is not counted."""
    loop = asyncio.get_running_loop()
    clock = Clock(loop)
    with patch.object(loop, "time", clock.time):
        async with house(listeners, line, 1, max(things)) as hass:
            weather = Storms(hass, clock, changes)
            await weather.storm(max(things))
            # Registries are written, and Blynk is asked what it has, some time after
            # the start; that is no part of a storm.
            for _ in range(_STARTING):
                # No further at once, or pings would be missed.
                clock.put_forward(1)
                await asyncio.sleep(_MOMENT)
            await weather.settle()
            await counting()
            for count in things:
                await weather.storm(count)


def main() -> None:
    """Do as ordered."""
    listeners, line, things, changes = ordered()
    asyncio.run(_run(Listeners(listeners), Line(**line), things, changes))


if __name__ == "__main__":
    main()
