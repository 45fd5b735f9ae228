"""A power cut in the middle of an outage: what was recorded meanwhile reaches Blynk, once."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
import contextlib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count
import json
from pathlib import Path
from typing import Any, Final

import aiohttp
from homeassistant.util import dt as dt_util
import pytest

from demo.waiting import wait_for
from simulator import Simulator, SimulatorOptions
from simulator.changes import Change, ChangeKind
from simulator.datastreams import Datastream, DataType
from simulator.journal import Kind
from tests.conftest import TEMPLATE_ID, TOKEN, exposure

from .home import QUIET_LOGGER, Entry, Home
from .postgresql import postgresql

CHANGES: Final = 25
"""Of each entity in each part of the outage, at least."""
BACKFILL_TIMEOUT: Final = 60.0
EPOCH: Final = dt_util.utc_from_timestamp(0)

CONFIGURATION: Final = """\
history:
input_number:
  air:
    name: Air
    min: 0
    max: 1000
    step: 0.1
  level:
    name: Level
    min: 0
    max: 100
    step: 1
input_boolean:
  door:
    name: Door
template:
  - cover:
      - name: Blind
        unique_id: blind
        position: "{{ states('input_number.level') | int(0) }}"
        open_cover: []
        close_cover: []
        set_cover_position: []
"""


@dataclass(frozen=True, slots=True)
class Exposed:
    """A trait whose history is kept whole, and how to read it from a recorded state."""

    datastream: Datastream
    entity_id: str
    trait: str
    attribute: str | None = None

    def value(self, recorded: dict[str, Any]) -> float | None:
        """Return what a recorded state has to show in Blynk, None for nothing."""
        if self.attribute is not None:
            value: float | None = recorded["a"].get(self.attribute)
            return value
        state = recorded["s"]
        if state in {"on", "off"}:
            return int(state == "on")
        return None if state in {"unknown", "unavailable"} else float(state)


AIR = Exposed(Datastream(name="Air", pin=1), "input_number.air", "value")
DOOR = Exposed(
    Datastream(name="Door", pin=2, type=DataType.INTEGER), "input_boolean.door", "power"
)
BLIND = Exposed(
    Datastream(name="Blind", pin=3, type=DataType.INTEGER),
    "cover.blind",
    "position",
    "current_position",
)
"""An attribute; those of a light Home Assistant does not record."""
ALL = (AIR, DOOR, BLIND)


@asynccontextmanager
async def recorder_url(database: str, folder: Path) -> AsyncGenerator[str]:
    """Yield where the recorder is to write."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'recorder.db'}"
        return
    async with postgresql() as url:
        yield url


@asynccontextmanager
async def _living(home: Home, start: float) -> AsyncGenerator[None]:
    """Change every entity, over and over, for as long as there is a Home Assistant."""

    async def live() -> None:
        for turn in count():
            await home.client.call(
                "input_number.set_value", AIR.entity_id, value=start + turn % 500 / 10
            )
            await home.client.call("input_boolean.toggle", DOOR.entity_id)
            await home.client.call(
                "input_number.set_value", "input_number.level", value=1 + turn % 100
            )

    living = asyncio.create_task(live())
    try:
        yield
    finally:
        living.cancel()
        # Where Home Assistant was killed it has ended by itself.
        with contextlib.suppress(asyncio.CancelledError, aiohttp.ClientError):
            await living


async def _until_recorded(home: Home, start: datetime, changes: int) -> None:
    """Wait until the recorder has written so many changes of each trait."""

    async def counts() -> list[int]:
        now = dt_util.utcnow()
        return [len(await _recorded(home, exposed, start, now)) for exposed in ALL]

    await wait_for(
        counts,
        30,
        f"{changes} changes of each trait are recorded",
        lambda found: min(found) >= changes,
    )


async def _recorded(
    home: Home, exposed: Exposed, start: datetime, end: datetime
) -> list[tuple[int, float]]:
    """Return what the recorder has: the changes of a trait, each with its millisecond."""
    found = await home.client.command(
        "history/history_during_period",
        start_time=start.isoformat(),
        end_time=end.isoformat(),
        entity_ids=[exposed.entity_id],
        include_start_time_state=False,
        significant_changes_only=False,
        no_attributes=False,
    )
    changes: list[tuple[int, float]] = []
    for row in found.get(exposed.entity_id, ()):
        value = exposed.value(row)
        if value is not None and (not changes or changes[-1][1] != value):
            changes.append((_millisecond(row["lu"]), value))
    return changes


def _millisecond(timestamp: float) -> int:
    """Return the millisecond of a time as Home Assistant shows it: in microseconds.

    A clock tells finer ones, and the last of a millisecond round up to the next.
    """
    return (dt_util.utc_from_timestamp(timestamp) - EPOCH) // timedelta(milliseconds=1)


def _in_blynk(simulator: Simulator, exposed: Exposed) -> list[tuple[int, float]]:
    """Return the points of a datastream that came with a time of their own."""
    history = simulator.device.datastreams[exposed.datastream.name].history
    return [
        (round(point.time * 1000), float(point.value))
        for point in history
        if point.imported and isinstance(point.value, int | float)
    ]


async def _missing(
    simulator: Simulator, exposed: Exposed, recorded: list[tuple[int, float]]
) -> list[tuple[int, float]]:
    """Return which recorded changes Blynk has not."""
    points = {*_in_blynk(simulator, exposed)}
    return [change for change in recorded if change not in points]


def _batches(simulator: Simulator, exposed: Exposed) -> Iterator[list[int]]:
    """Yield the times in each message of a datastream's past, in milliseconds."""
    topic = f"ds/{exposed.datastream.name}/timestamped_batch"
    for entry in simulator.journal.find(Kind.PUBLISH, topic=topic, direction="in"):
        yield [point[0] for point in json.loads(entry.payload)]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_nothing_of_an_outage_is_lost_in_a_power_cut(
    database: str, tmp_path: Path, socket_enabled: None
) -> None:
    """Killed in the outage, and again when the first of the past has just arrived.

    What counts is what the recorder has written by then: it commits once a second here.
    """
    options = SimulatorOptions(
        token=TOKEN,
        template_id=TEMPLATE_ID,
        datastreams=tuple(exposed.datastream for exposed in ALL),
    )
    async with (
        Simulator(options) as simulator,
        recorder_url(database, tmp_path) as url,
    ):
        configuration = (
            f"{CONFIGURATION}recorder:\n  commit_interval: 1\n  db_url: {url}\n"
            f"{QUIET_LOGGER}"
        )
        entry = Entry(
            port=simulator.entry.mqtt_port,
            exposures=[
                exposure(
                    exposed.entity_id,
                    exposed.trait,
                    exposed.datastream.name,
                    exposed.datastream.type.value,
                    "publish",
                    backfill=True,
                )
                for exposed in ALL
            ],
        )
        async with Home(tmp_path / "home", configuration, [entry]) as home:
            air = simulator.device.datastreams["Air"]
            await home.client.call("input_number.set_value", AIR.entity_id, value=7)
            await simulator.wait_for(lambda: air.value == 7, timeout=30)

            await simulator.stop_listening()
            began = dt_util.utcnow()
            async with _living(home, 100):
                await _until_recorded(home, began, CHANGES)
                await home.kill()
            await home.start_again()
            async with _living(home, 200):
                await _until_recorded(home, began, 2 * CHANGES)
            ended = dt_util.utcnow()

            _withhold_after_the_first_point(simulator)
            await simulator.start_listening()
            await simulator.wait_for(
                lambda: any(_in_blynk(simulator, exposed) for exposed in ALL),
                timeout=BACKFILL_TIMEOUT,
            )
            await home.kill()
            simulator.behaviour.withhold_puback = False
            await home.start_again()

            for exposed in ALL:
                recorded = await _recorded(home, exposed, began, ended)
                assert len(recorded) >= 2 * CHANGES
                await wait_for(
                    partial(_missing, simulator, exposed, recorded),
                    BACKFILL_TIMEOUT,
                    f"all that {exposed.entity_id} has been is in Blynk's history",
                    lambda missing: not missing,
                )
                points = _in_blynk(simulator, exposed)
                # In order, none twice, and nothing that has not been.
                assert [
                    point for point in points if point[0] in {*dict(recorded)}
                ] == recorded
                for times in _batches(simulator, exposed):
                    assert times == sorted({*times})
            repeated = [
                simulator.device.datastreams[exposed.datastream.name].history.repeated
                for exposed in ALL
            ]
            # The second power cut has made us send a message again: with the same times.
            assert sum(repeated) > 0
            assert home.complaints() == []
            assert (await home.take_report()).slow_of_ours == []
            assert await home.stop()


def _withhold_after_the_first_point(simulator: Simulator) -> None:
    """Acknowledge nothing any more once a point of the past has come."""

    def watch(change: Change) -> None:
        if change.kind is ChangeKind.DATASTREAM and any(
            _in_blynk(simulator, exposed) for exposed in ALL
        ):
            simulator.behaviour.withhold_puback = True
            simulator.cloud.watchers.remove(watch)

    simulator.cloud.watchers.append(watch)
