"""What Blynk has missed is sent later, from the recorder's history."""

import asyncio
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from simulator.datastreams import Value
from simulator.history import Point

from .conftest import SetUp, temperature
from .device.conftest import eventually

WARMTH = temperature(backfill=True)


@pytest.fixture(autouse=True)
async def home(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Set up the real recorder, and a sensor."""
    hass.states.async_set("sensor.temperature", "20", {"unit_of_measurement": "°C"})


def warm(hass: HomeAssistant, value: float | str, **attributes: Any) -> float:
    """Let the sensor show a value; return since when it does, in seconds of the epoch."""
    hass.states.async_set(
        "sensor.temperature", str(value), {"unit_of_measurement": "°C", **attributes}
    )
    state = hass.states.get("sensor.temperature")
    assert state is not None
    return state.last_updated_timestamp


def history(simulator: Simulator, name: str = "Temperature") -> list[Point]:
    """Return what Blynk shows of the past."""
    return list(simulator.device.datastreams[name].history)


def imported(simulator: Simulator, name: str = "Temperature") -> list[Value]:
    """Return what has come into the history later."""
    return [point.value for point in history(simulator, name) if point.imported]


async def go_offline(simulator: Simulator, entry: MockConfigEntry) -> None:
    """End the connection for as long as it takes."""
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data._session.ready)


async def come_back(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Let there be a connection again."""
    entry.runtime_data._session._jitter = lambda low, high: 0.01
    await simulator.start_listening()
    await eventually(lambda: entry.runtime_data._session.ready)


async def has(simulator: Simulator, value: float) -> None:
    """Wait until Blynk shows the value."""
    state = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: state.value == value)


async def filled(entry: MockConfigEntry) -> None:
    """Wait until nothing is owed any more."""
    backfill = entry.runtime_data.backfill
    await eventually(lambda: not any(due.gaps for due in backfill._dues))


async def test_what_was_missed_is_in_the_history(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """With the times at which it was so, and nothing twice."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    times = []
    for value in (21, 22, 23):
        times.append(warm(hass, value))
        await asyncio.sleep(0.01)
    await come_back(simulator, entry)
    await has(simulator, 23)
    await filled(entry)
    points = history(simulator)
    assert [point.value for point in points] == [20, 21, 22, 23, 23]
    assert [point.imported for point in points] == [False, True, True, True, False]
    assert [point.time for point in points[1:4]] == pytest.approx(times, abs=0.001)
    warm(hass, 24)
    await has(simulator, 24)
    assert imported(simulator) == [21, 22, 23]
