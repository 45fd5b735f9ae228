"""The course of a soak: a house is furnished, lives through bad days, and is judged."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import random
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from simulator import Simulator

from ..conftest import as_subentry
from ..skipped_time import SkippedTime
from .app import App
from .books import Books
from .exposures import ALL, TEMPLATE
from .house import House
from .judge import Verdict, judge_commands, judge_traffic, out_of_order
from .leftovers import Holdings, holdings
from .owner import Owner
from .weather import Weather

DAY: Final = 86_400.0
CALM: Final = 3600.0
"""Seconds at the end in which nothing goes wrong any more."""
_PATIENCE: Final = 3 * 3600.0
"""Seconds after which a bucket in debt has earned all that waits."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What soak to run."""

    days: float = 0.5
    seed: int = 1


@dataclass(slots=True)
class Soak:
    """A soak while it runs, and what it has shown."""

    hass: HomeAssistant
    simulator: Simulator
    entry: MockConfigEntry
    skipped: SkippedTime
    plan: Plan
    say: Callable[[str], None]
    verdict: Verdict = field(default_factory=Verdict)
    samples: list[tuple[float, Holdings]] = field(default_factory=list)
    """Days since the beginning, and what was held."""
    settled_after: float = 0.0
    took: float = 0.0
    """Real seconds."""
    house: House = field(init=False)
    books: Books = field(init=False)
    app: App = field(init=False)
    weather: Weather = field(init=False)
    owner: Owner = field(init=False)
    before: Holdings = field(init=False)
    after: Holdings = field(init=False)

    def __post_init__(self) -> None:
        """Let everybody move in."""
        hass, simulator = self.hass, self.simulator
        simulator.cloud.clock = self.skipped.wall
        simulator.cloud.define(TEMPLATE, replace=True)
        self.house = House(hass, self._dice("house"))
        self.books = Books(simulator, self.coordinator)
        self.app = App(
            hass, simulator, self.house, self.books, self.coordinator, self._dice("app")
        )
        self.weather = Weather(
            simulator, self.books, self.coordinator, self._dice("weather")
        )
        self.owner = Owner(
            hass, self.entry, self.house, self.books, self._dice("owner")
        )
        self.house.on_change = self.books.changed

    def _dice(self, name: str) -> random.Random:
        """Return dice of somebody's own: what one does changes nothing for the others."""
        return random.Random(f"{self.plan.seed} {name}")

    def coordinator(self) -> BlynkCoordinator | None:
        """Return the coordinator while the entry is loaded."""
        if self.entry.state is not ConfigEntryState.LOADED:
            return None
        coordinator: BlynkCoordinator = self.entry.runtime_data
        return coordinator

    async def async_run(self) -> None:
        """Run the whole course."""
        began = time.perf_counter()
        self.house.async_furnish()
        self._expose()
        await self._warm_up()
        self.before = holdings(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self._live()
        await self._calm_down()
        judge_traffic(self.verdict, self.books)
        judge_commands(self.verdict, self.app, self.house)
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await asyncio.sleep(60)
        await self.hass.async_block_till_done()
        self.after = holdings(self.hass)
        for what in self.after.more_than(self.before):
            self.verdict.expect(False, f"left behind: {what}")
        self.took = time.perf_counter() - began

    def _expose(self) -> None:
        """Add the exposures, those of registered things bound to the registry."""
        for item in ALL:
            data: dict[str, Any] = dict(item["data"])
            if registry_id := self.house.registry_ids.get(data.get("entity_id", "")):
                data["entity_registry_id"] = registry_id
            self.hass.config_entries.async_add_subentry(
                self.entry, as_subentry({**item, "data": data})
            )

    async def _warm_up(self) -> None:
        """Load and unload once, so that what is kept for good is there before."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await asyncio.sleep(600)
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await asyncio.sleep(60)
        await self.hass.async_block_till_done()

    async def _live(self) -> None:
        """Let everybody live for the days of the plan."""
        loop = self.hass.loop
        tasks = [
            loop.create_task(run, name=f"soak {name}")
            for name, run in (
                ("house", self.house.async_live()),
                ("app", self.app.async_use()),
                ("weather", self.weather.async_change()),
                ("watch", self.weather.async_watch()),
                ("owner", self.owner.async_tinker()),
            )
        ]
        try:
            end = loop.time() + self.plan.days * DAY
            while (left := end - loop.time()) > 0:
                await asyncio.wait(
                    tasks,
                    timeout=min(left, DAY / 4),
                    return_when=asyncio.FIRST_EXCEPTION,
                )
                for task in tasks:
                    if task.done():
                        await task
                self._sample(self.plan.days - (end - loop.time()) / DAY)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def _sample(self, day: float) -> None:
        """Note how much is held, and tell how far it is."""
        held = holdings(self.hass)
        self.samples.append((day, held))
        self.say(
            f"day {day:6.2f}: {self.books.total:6} messages,"
            f" {self.books.connects:5} connections,"
            f" {self.weather.seen.total():4} faults,"
            f" {held.resident:6.1f} MiB, {held.objects.total()} objects of ours,"
            f" {len(self.app.tally.broken)} complaints"
        )

    async def _calm_down(self) -> None:
        """Put everything right, and give it the time to arrive."""
        await self.weather.async_clear()
        await self.owner.async_tidy_up()
        await asyncio.sleep(CALM)
        coordinator: BlynkCoordinator = self.entry.runtime_data
        found = out_of_order(coordinator, self.simulator)
        while found and self.settled_after < _PATIENCE:
            await asyncio.sleep(60)
            self.settled_after += 60
            found = out_of_order(coordinator, self.simulator)
        self.verdict.broken += found
