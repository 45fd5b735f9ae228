"""The course of a soak: a house is furnished, lives through bad days, and is judged."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import random
from statistics import linear_regression
import time
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from simulator import Simulator

from ..conftest import as_subentry
from ..faults.proxy import Proxy
from ..skipped_time import SkippedTime
from .app import App
from .books import Books
from .chronicle import Chronicle
from .cloud_faults import CLOUD_FAULTS
from .diligence import Diligence
from .exposures import ALL, TEMPLATE
from .house import House
from .judge import GROWTH, Verdict, judge_commands, judge_traffic, out_of_order
from .leftovers import Holdings, holdings
from .line_faults import LINE_FAULTS
from .logbook import Logbook
from .owner import Owner
from .plan import Plan
from .weather import Weather

DAY: Final = 86_400.0
CALM: Final = 3600.0
"""Seconds at the end in which nothing goes wrong any more."""
SETTLED: Final = 2.5
"""Days after which what is bounded has grown to its bound."""
_SAMPLES_MIN: Final = 4
_PATIENCE: Final = 12 * 3600.0
"""Seconds after which a bucket in debt has earned all that waits, history too."""


@dataclass(slots=True)
class Soak:
    """A soak while it runs, and what it has shown."""

    hass: HomeAssistant
    simulator: Simulator
    entry: MockConfigEntry
    line: Proxy
    recorder: Diligence
    skipped: SkippedTime
    plan: Plan
    logbook: Logbook
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
    chronicle: Chronicle = field(init=False)
    weather: Weather = field(init=False)
    owner: Owner = field(init=False)
    before: Holdings = field(init=False)
    after: Holdings = field(init=False)

    def __post_init__(self) -> None:
        """Let everybody move in."""
        hass, simulator = self.hass, self.simulator
        simulator.cloud.clock = lambda: self.skipped.wall() - self.skipped.shifted
        simulator.cloud.define(TEMPLATE, replace=True)
        self.house = House(hass, self._dice("house"))
        self.books = Books(simulator, self.coordinator)
        self.app = App(
            hass, simulator, self.house, self.books, self.coordinator, self._dice("app")
        )
        self.weather = Weather(
            simulator,
            self.line,
            self.skipped,
            self.recorder,
            self.books,
            LINE_FAULTS | CLOUD_FAULTS,
            self._dice("weather"),
        )
        self.owner = Owner(
            hass, self.entry, self.house, self.books, self._dice("owner")
        )
        self.chronicle = Chronicle(simulator)
        self.house.on_change = self._changed

    def _changed(self, key: str) -> None:
        """Note that a thing has changed."""
        self.books.changed(self.house.entity_id(key))
        self.chronicle.write(key, self.house.state(key))

    def _dice(self, name: str) -> random.Random:
        """Return dice of somebody's own: what one does changes nothing for the others."""
        return random.Random(f"{self.plan.seed} {name}")

    def coordinator(self) -> BlynkCoordinator | None:
        """Return the coordinator while the entry is loaded."""
        if self.entry.state is not ConfigEntryState.LOADED:
            return None
        coordinator: BlynkCoordinator = self.entry.runtime_data
        return coordinator

    @property
    def growth(self) -> float:
        """Return the share of Python's memory by which it grows in a day.

        The first days are left aside: the stand-ins of this soak fill what they keep.
        Too short a soak tells nothing of it.
        """
        settled = [(day, held.blocks) for day, held in self.samples if day >= SETTLED]
        if len(settled) < _SAMPLES_MIN:
            return 0.0
        days, blocks = zip(*settled, strict=True)
        slope: float = linear_regression(days, blocks).slope
        return slope / float(blocks[0])

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
        self.verdict.expect(
            self.line.most_open == 1, f"{self.line.most_open} connections at once"
        )
        judge_commands(self.verdict, self.app, self.house)
        self.verdict.broken += self.chronicle.broken
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await asyncio.sleep(60)
        await self.hass.async_block_till_done()
        self.after = holdings(self.hass)
        for what in self.after.more_than(self.before):
            self.verdict.expect(False, f"left behind: {what}")
        self.verdict.expect(
            self.growth < GROWTH,
            f"memory grows by {self.growth:.2%} a day",
        )
        self.verdict.broken += self.logbook.complaints()
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
        # Home Assistant's own parts begin to listen when it has started.
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
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
        self.chronicle.audit()
        self._forget_connections()
        held = holdings(self.hass)
        self.samples.append((day, held))
        self.say(
            f"day {day:6.2f}: {self.books.total:6} messages,"
            f" {self.books.connects:5} connections,"
            f" {self.weather.seen.total():4} faults,"
            f" {held.resident:6.1f} MiB, {held.all_objects:6} objects,"
            f" {held.objects.total()} of ours,"
            f" {len(self.app.tally.broken)} complaints"
        )

    def _forget_connections(self) -> None:
        """Have the proxy remember no more than what is open."""
        for connection in [*self.line.connections]:
            if connection.open:
                connection.chunks.clear()
            else:
                connection.cut(abort=True)
                self.line.connections.remove(connection)

    async def _calm_down(self) -> None:
        """Put everything right, and give it the time to arrive."""
        await self.weather.async_clear()
        await self.owner.async_tidy_up()
        await asyncio.sleep(CALM)
        coordinator: BlynkCoordinator = self.entry.runtime_data
        while found := self._unsettled(coordinator):
            if self.settled_after >= _PATIENCE:
                break
            await asyncio.sleep(60)
            self.settled_after += 60
        self.verdict.broken += found

    def _unsettled(self, coordinator: BlynkCoordinator) -> list[str]:
        """Return what is not yet as it is to be in the end."""
        self.chronicle.audit()
        return [*out_of_order(coordinator, self.simulator), *self.chronicle.missing]
