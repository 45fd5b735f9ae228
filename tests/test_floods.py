"""Ten thousand writes in a moment: the home lives on, nothing piles up, the last one counts."""

import asyncio
from collections.abc import Callable, Iterator
import gc
import logging
from time import thread_time

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    ServiceCall,
    callback,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from simulator import Simulator
from simulator.datastreams import Datastream, DataType
from simulator.journal import Kind

from .conftest import SetUp, control, exposure
from .device.conftest import eventually
from .skipped_time import SkippedTime, skipped_time

FLOOD = 10_000
RANGE = {"min": 0, "max": 100_000, "step": 1}


class Watch:
    """Looks at every turn of the loop: its CPU time, and how many tasks there are."""

    def __init__(self, *sizes: Callable[[], int]) -> None:
        """Prepare to look at how many wait, too."""
        self._sizes = sizes
        self.longest = 0.0
        self.tasks = 0
        self.most = [0] * len(sizes)

    async def run(self) -> None:
        """Look, for ever."""
        turn, since = 0, thread_time()
        while True:
            await asyncio.sleep(0)
            self.longest = max(self.longest, thread_time() - since)
            turn += 1
            if turn % 50 == 0:
                self.tasks = max(self.tasks, len(asyncio.all_tasks()))
                self.most = [
                    max(most, size())
                    for most, size in zip(self.most, self._sizes, strict=True)
                ]
            since = thread_time()


@pytest.fixture(autouse=True)
def _nothing_old() -> Iterator[None]:
    """Let no garbage of earlier tests be collected within a turn of the loop."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def skipped(hass: HomeAssistant, simulator: Simulator) -> Iterator[SkippedTime]:
    """Skip idle time, for the simulator, too."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        yield skipped


async def flood(
    simulator: Simulator, watch: Watch, messages: Iterator[tuple[str, bytes]]
) -> None:
    """Send as fast as the simulator can, and wait until all of it has been read."""
    before = asyncio.all_tasks()
    watching = asyncio.create_task(watch.run())
    try:
        for number, (topic, payload) in enumerate(messages):
            await simulator.send(topic, payload)
            if number % 20 == 0:
                await asyncio.sleep(0)
        # Its answer comes behind everything else.
        await simulator.ping(timeout=120)
    finally:
        watching.cancel()
    watch.tasks -= len(before)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what we said at level info and above."""
    return [
        r.getMessage()
        for r in caplog.records
        if r.levelno >= logging.INFO and r.name.startswith("custom_components")
    ]


def define(simulator: Simulator, count: int) -> list[str]:
    """Give the template so many datastreams of numbers, and return their names."""
    names = [f"N{number}" for number in range(count)]
    simulator.device.define(
        tuple(
            Datastream(
                name=name, pin=50 + number, type=DataType.INTEGER, min=0, max=100_000
            )
            for number, name in enumerate(names)
        )
    )
    return names


async def numbers(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, count: int
) -> tuple[MockConfigEntry, list[str], list[str]]:
    """Expose so many numbers; return their datastreams, and what they are told."""
    calls: list[str] = []

    async def set_value(call: ServiceCall) -> None:
        (entity_id, value) = (call.data["entity_id"], call.data["value"])
        calls.append(entity_id)
        await asyncio.sleep(0.01)
        hass.states.async_set(entity_id, str(int(value)), RANGE)

    hass.services.async_register("number", "set_value", set_value)
    names = define(simulator, count)
    for number in range(count):
        hass.states.async_set(f"number.n{number}", "0", RANGE)
    entry = await set_up(
        *(
            exposure(f"number.n{number}", "value", name)
            for number, name in enumerate(names)
        )
    )
    await simulator.wait_for(
        lambda: all(
            simulator.device.datastreams[name].value is not None for name in names
        ),
        timeout=600,
    )
    return entry, names, calls


@pytest.mark.parametrize("count", [1, 10, 200])
async def test_writes_to_exposures(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    skipped: SkippedTime,
    caplog: pytest.LogCaptureFixture,
    count: int,
) -> None:
    """Twenty commands a second at most, and the last write to each exposure wins."""
    entry, names, calls = await numbers(hass, simulator, set_up, count)
    coordinator = entry.runtime_data
    events = async_capture_events(hass, EVENT_COMMAND)
    watch = Watch(
        lambda: coordinator._downlink.waiting, lambda: len(coordinator.uplink._outbox)
    )
    caplog.set_level(logging.INFO)
    caplog.clear()
    simulator.journal.clear()
    started = hass.loop.time()
    await flood(
        simulator,
        watch,
        (
            (f"downlink/ds/{names[number % count]}", str(number).encode())
            for number in range(FLOOD)
        ),
    )
    last = {
        f"number.n{number % count}": str(number)
        for number in range(FLOOD - count, FLOOD)
    }
    await eventually(
        lambda: all(hass.states.is_state(key, value) for key, value in last.items()),
        timeout=60,
    )
    await eventually(lambda: not coordinator._downlink.waiting)
    took = hass.loop.time() - started
    assert len(calls) <= 20 * (took + 1)
    assert all(calls.count(entity_id) <= 10 * (took + 1) for entity_id in set(calls))
    assert len(events) == len(calls)
    assert watch.most[0] <= count
    assert watch.most[1] <= count
    assert watch.tasks <= 3 * count + 10
    assert watch.longest < 0.05
    assert not told(caplog)
    await hass.async_block_till_done()

    # A finger on a widget, afterwards.
    calls.clear()
    await simulator.press(names[0], 77)
    await eventually(lambda: hass.states.is_state("number.n0", "77"))
    assert calls == ["number.n0"]
    await simulator.wait_for(
        lambda: simulator.device.datastreams[names[0]].value == 77, timeout=600
    )


@pytest.mark.parametrize("count", [1, 100])
async def test_writes_to_controls(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    skipped: SkippedTime,
    caplog: pytest.LogCaptureFixture,
    count: int,
) -> None:
    """Each state is recorded: an entity has ten a second at most, and the last one."""
    names = define(simulator, count)
    more = {"minimum": 0, "maximum": 100_000, "step": 1}
    entry = await set_up(*(control(n, "number", "integer", **more) for n in names))
    await simulator.wait_for(
        lambda: [e for e in simulator.journal.find(Kind.PUBLISH) if e.topic == "get/ds"]
    )
    changes: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        changes.append(event.data["entity_id"])

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    showings = entry.runtime_data.controls.showings
    watch = Watch(lambda: len(showings._waiting))
    caplog.set_level(logging.INFO)
    caplog.clear()
    started = hass.loop.time()
    await flood(
        simulator,
        watch,
        (
            (f"downlink/ds/{names[number % count]}", str(number).encode())
            for number in range(FLOOD)
        ),
    )
    await eventually(lambda: not showings._waiting and showings._timer is None)
    took = hass.loop.time() - started
    for number in range(FLOOD - count, FLOOD):
        assert hass.states.is_state(f"number.n{number % count}", str(number))
    ours = [entity_id for entity_id in changes if entity_id.startswith("number.")]
    assert len(ours) <= 200 * (took + 1)
    assert all(ours.count(entity_id) <= 10 * (took + 1) for entity_id in set(ours))
    assert watch.most[0] <= count
    assert watch.tasks <= 10
    assert watch.longest < 0.05
    assert not told(caplog)


JUNK: dict[str, Callable[[int], tuple[str, bytes]]] = {
    "names nobody knows": lambda number: (f"downlink/ds/{number}", b"1"),
    "topics nobody knows": lambda number: (f"downlink/{number}", b"1"),
    "values of another type": lambda number: ("downlink/ds/Lamp", b"on and on"),
    "writes to what is read-only": lambda number: ("downlink/ds/Door", b"1"),
    "pings": lambda number: ("downlink/ping", b""),
    "reboots": lambda number: ("downlink/reboot", b""),
    "firmware": lambda number: ("downlink/ota/json", b'{"ver": "%d"}' % number),
    "diagnostics": lambda number: ("downlink/diag", b"%d is wrong" % number),
    "metadata": lambda number: ("downlink/meta/field", b"%d" % number),
    "large payloads": lambda number: ("downlink/ds/Lamp", b"1" * 1_025),
    "nested JSON": lambda number: ("downlink/ota/json", b"[" * 1000),
}


@pytest.mark.parametrize("kind", JUNK)
async def test_junk(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    skipped: SkippedTime,
    caplog: pytest.LogCaptureFixture,
    kind: str,
) -> None:
    """A few states, no line in the log, and a command works afterwards."""
    hass.states.async_set("switch.lamp", "off")

    async def turn_on(call: ServiceCall) -> None:
        hass.states.async_set(call.data["entity_id"], "on")

    hass.services.async_register("switch", "turn_on", turn_on)
    entry = await set_up(
        exposure("switch.lamp", "power", "Lamp"),
        exposure("switch.lamp", "power", "Door", direction="publish"),
    )
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Door"].value is not None
    )
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    watch = Watch(lambda: len(entry.runtime_data.uplink._outbox))
    caplog.set_level(logging.INFO)
    caplog.clear()
    simulator.journal.clear()
    started = hass.loop.time()
    await flood(simulator, watch, (JUNK[kind](number) for number in range(1000)))
    took = hass.loop.time() - started
    assert len(changes) <= 2 * (took + 1)
    sent = simulator.journal.find(Kind.PUBLISH, direction="in")
    assert len(sent) <= 5 * (took + 1)
    assert watch.most[0] <= 2
    assert watch.tasks <= 10
    assert not told(caplog)
    await simulator.press("Lamp", 1)
    await eventually(lambda: hass.states.is_state("switch.lamp", "on"))
