"""Who judges a soak finds what is broken: a soak that can't fail shows nothing."""

import asyncio
import random
import socket

from homeassistant.core import HomeAssistant, State
import pytest

from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from custom_components.blynk_bridge.device.outbox import Outbox
from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from simulator import Simulator

from ..conftest import SetUp, temperature
from .app import App
from .books import Books
from .chronicle import Chronicle
from .exposures import TEMPLATE
from .histogram import Histogram
from .house import House
from .judge import Verdict, judge_commands, judge_traffic, out_of_order
from .leftovers import holdings

ENERGY = "Energy Value"


def nobody() -> BlynkCoordinator | None:
    """Return no coordinator."""
    return None


def energy(value: float, at: float) -> State:
    """Return a state of the meter."""
    return State("sensor.energy", str(value), last_updated_timestamp=at)


async def test_a_lost_value_is_found(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And nothing else, as long as none is lost."""
    hass.states.async_set("sensor.temperature", "20")
    entry = await set_up(temperature())
    stored = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: stored.value == 20)
    await asyncio.sleep(0)
    assert not out_of_order(entry.runtime_data, simulator)
    stored.value = 19.0
    (found,) = out_of_order(entry.runtime_data, simulator)
    assert found == "Temperature holds 19.0 instead of 20"


async def test_what_is_left_behind_is_found(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    """A task, a timer, a listener, a socket and an object of ours."""
    before = holdings(hass)
    assert not holdings(hass).more_than(before)
    task = asyncio.create_task(asyncio.sleep(60), name="forgotten")
    timer = hass.loop.call_later(60, print)
    unlisten = hass.bus.async_listen("forgotten", lambda _: None)
    outbox = Outbox()
    with socket.socket():
        found = holdings(hass).more_than(before)
    task.cancel()
    timer.cancel()
    unlisten()
    assert len(outbox) == 0
    assert "tasks: 1 × forgotten" in found
    assert "timers: 1 × <built-in function print>" in found
    assert "listeners: 1 × forgotten" in found
    assert "descriptors: 1 × socket" in found
    assert "objects: 1 × Outbox" in found


async def test_a_gap_in_the_history_is_found(simulator: Simulator) -> None:
    """Until it is filled, with what was so and at the time at which it was."""
    simulator.cloud.define(TEMPLATE, replace=True)
    chronicle = Chronicle(simulator)
    now = simulator.cloud.clock()
    for number in range(3):
        chronicle.write("sensor.energy", energy(number, now + number))
    chronicle.audit()
    assert chronicle.missing == [f"{ENERGY}: 2 points are missing"]
    history = simulator.device.datastreams[ENERGY].history
    for number in (1, 2):
        history.put(int((now + number) * 1000), float(number))
    chronicle.audit()
    assert not chronicle.missing
    assert not chronicle.broken


@pytest.mark.parametrize(("later", "value"), [(0.0, 7.0), (0.5, 1.0)])
async def test_a_point_that_never_was_is_found(
    simulator: Simulator, later: float, value: float
) -> None:
    """Another value, and another time."""
    simulator.cloud.define(TEMPLATE, replace=True)
    chronicle = Chronicle(simulator)
    now = simulator.cloud.clock()
    chronicle.write("sensor.energy", energy(1, now))
    history = simulator.device.datastreams[ENERGY].history
    history.put(int((now + later) * 1000), value)
    chronicle.audit()
    assert len(chronicle.broken) == 1


async def test_a_command_of_nobody_is_found(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """And an action on what is guarded, whoever has asked for it."""
    house = House(hass, random.Random(1))
    house.async_furnish()
    books = Books(simulator, nobody)
    app = App(hass, simulator, house, books, nobody, random.Random(1))
    hass.bus.async_fire(EVENT_COMMAND, {"datastream": "Plug 2 Power", "value": 1})
    await hass.services.async_call(
        "lock", "unlock", {"entity_id": "lock.front"}, blocking=True
    )
    app.close()
    verdict = Verdict()
    judge_commands(verdict, app, house)
    assert len(verdict.broken) == 2
    assert "nobody has asked" in verdict.broken[0]
    assert verdict.broken[1] == "guarded, and operated: lock.unlock lock.front"


async def test_a_flood_is_found(simulator: Simulator) -> None:
    """Too much in a month, and in a second."""
    books = Books(simulator, nobody)
    books.months["2026-11"] = 100_001
    books.busiest_second = 7
    verdict = Verdict()
    judge_traffic(verdict, books)
    assert verdict.broken == [
        "100,001 messages in 2026-11",
        "7 messages within a second",
    ]


def test_percentiles_are_near_enough() -> None:
    """Within a fortieth, and never beyond the longest."""
    histogram = Histogram()
    for number in range(1, 1001):
        histogram.add(number / 10)
    assert histogram.percentile(0.5) == pytest.approx(50, rel=0.03)
    assert histogram.percentile(0.99) == pytest.approx(99, rel=0.03)
    assert histogram.percentile(1) <= histogram.longest == 100
