"""A power cut in the middle of an outage: what was recorded meanwhile reaches Blynk, once."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

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

ROUNDS: Final = 25
"""Changes of each entity in each part of the outage."""
BACKFILL_TIMEOUT: Final = 60.0

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
    max: 255
    step: 1
input_boolean:
  door:
    name: Door
template:
  - light:
      - name: Lamp
        unique_id: lamp
        state: "{{ true }}"
        level: "{{ states('input_number.level') | int(0) }}"
        turn_on: []
        turn_off: []
        set_level: []
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
            level = recorded["attributes"].get(self.attribute)
            return None if level is None else round(level * 100 / 255)
        state = recorded["state"]
        if state in {"on", "off"}:
            return int(state == "on")
        return None if state in {"unknown", "unavailable"} else float(state)


AIR = Exposed(Datastream(name="Air", pin=1), "input_number.air", "value")
DOOR = Exposed(
    Datastream(name="Door", pin=2, type=DataType.INTEGER), "input_boolean.door", "power"
)
LAMP = Exposed(
    Datastream(name="Lamp", pin=3, type=DataType.INTEGER),
    "light.lamp",
    "brightness",
    "brightness",
)
ALL = (AIR, DOOR, LAMP)


@asynccontextmanager
async def recorder_url(database: str, folder: Path) -> AsyncGenerator[str]:
    """Yield where the recorder is to write."""
    if database == "sqlite":
        yield f"sqlite:///{folder / 'recorder.db'}"
        return
    async with postgresql() as url:
        yield url


async def _live(home: Home, start: float) -> None:
    """Change every entity, over and over; no value comes twice in a row."""
    for turn in range(ROUNDS):
        await home.client.call(
            "input_number.set_value", AIR.entity_id, value=start + turn / 10
        )
        await home.client.call("input_boolean.toggle", DOOR.entity_id)
        await home.client.call(
            "input_number.set_value", "input_number.level", value=5 + turn * 10
        )


async def _recorded(
    home: Home, exposed: Exposed, start: datetime, end: datetime
) -> list[tuple[int, float]]:
    """Return what the recorder has: the changes of a trait, by their milliseconds."""
    path = (
        f"/api/history/period/{quote(start.isoformat())}"
        f"?end_time={quote(end.isoformat())}&filter_entity_id={exposed.entity_id}"
        "&significant_changes_only=0&skip_initial_state"
    )
    rows = [
        (round(datetime.fromisoformat(row["last_updated"]).timestamp() * 1000), value)
        for series in await home.client.request("GET", path)
        for row in series
        if (value := exposed.value(row)) is not None
    ]
    return [row for before, row in pairwise([(0, None), *rows]) if before[1] != row[1]]


def _in_blynk(simulator: Simulator, exposed: Exposed) -> list[tuple[int, float]]:
    """Return the points of a datastream that came with a time of their own."""
    history = simulator.device.datastreams[exposed.datastream.name].history
    return [
        (round(point.time * 1000), float(point.value))
        for point in history
        if point.imported and isinstance(point.value, int | float)
    ]


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
            await _live(home, 100)
            await home.kill()
            await home.start_again()
            await _live(home, 200)
            ended = dt_util.utcnow()
            await home.client.call("input_number.set_value", AIR.entity_id, value=8)

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
                # Two parts of the outage were recorded, but for the last second of one.
                assert len(recorded) > ROUNDS
                await simulator.wait_for(
                    lambda e=exposed, r=recorded: {*r} <= {*_in_blynk(simulator, e)},
                    timeout=BACKFILL_TIMEOUT,
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
