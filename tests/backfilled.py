"""A home whose sensor is recorded, outages, and what they leave in Blynk's history."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
import logging
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator
from simulator.datastreams import Value
from simulator.history import Point
from simulator.journal import JournalEntry

from .conftest import exposure, temperature
from .device.conftest import eventually
from .skipped_time import SkippedTime, skipped_time

WARMTH = temperature(backfill=True)
LAMP = exposure("switch.lamp", "power", "Lamp", backfill=True)
KEY = f"{DOMAIN}.01TESTENTRY"
TOPIC = "ds/Temperature/timestamped_batch"
STATE = {"unit_of_measurement": "°C"}


@contextmanager
def recorded_home(
    hass: HomeAssistant, recorder: Recorder, simulator: Simulator
) -> Iterator[SkippedTime]:
    """Let a sensor show 20, and nothing be waited for in vain."""
    # Each statement is a line of log, and takes longer to be written than to be run.
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    with skipped_time(hass.loop) as skipped:
        skipped.busy = lambda: not recorder._queue.empty()
        simulator.cloud.clock = skipped.wall
        warm(hass, 20)
        yield skipped


def warm(hass: HomeAssistant, value: float | str, **attributes: Any) -> float:
    """Let the sensor show a value; return since when it does, in seconds of the epoch."""
    hass.states.async_set("sensor.temperature", str(value), STATE | attributes)
    state = hass.states.get("sensor.temperature")
    assert state is not None
    return state.last_updated_timestamp


async def warm_up(hass: HomeAssistant, *values: float | str) -> list[float]:
    """Let the sensor show one value after another; return since when each of them."""
    times = []
    for value in values:
        times.append(warm(hass, value))
        await asyncio.sleep(0.003)
    return times


def history(simulator: Simulator, name: str = "Temperature") -> list[Point]:
    """Return what Blynk shows of the past."""
    return list(simulator.device.datastreams[name].history)


def imported(simulator: Simulator, name: str = "Temperature") -> list[Value]:
    """Return what has come into the history later."""
    return [point.value for point in history(simulator, name) if point.imported]


def chunks(simulator: Simulator, topic: str = TOPIC) -> list[JournalEntry]:
    """Return the messages with points that were sent."""
    return simulator.journal.find(topic=topic, direction="in")


async def go_offline(simulator: Simulator, entry: MockConfigEntry) -> None:
    """End the connection for as long as it takes."""
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data._session.ready)


async def come_back(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Let there be a connection again."""
    entry.runtime_data._session._back_off._jitter = lambda low, high: 0.01
    await simulator.start_listening()
    await eventually(lambda: entry.runtime_data._session.ready)


async def has(simulator: Simulator, value: float, name: str = "Temperature") -> None:
    """Wait until Blynk shows the value."""
    state = simulator.device.datastreams[name]
    await simulator.wait_for(lambda: state.value == value)


async def filled(entry: MockConfigEntry) -> None:
    """Wait until nothing is owed any more."""
    backfill = entry.runtime_data.backfill
    await eventually(lambda: not any(due.gaps for due in backfill._dues))


async def crash(
    hass: HomeAssistant, entry: MockConfigEntry, storage: dict[str, Any]
) -> None:
    """End the entry, and leave its file as it was a moment before."""
    before = deepcopy(storage[KEY])
    assert await hass.config_entries.async_unload(entry.entry_id)
    storage[KEY] = before


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set the entry up again, and wait for the connection."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await eventually(lambda: entry.runtime_data.data.online)
