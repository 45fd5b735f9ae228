"""B1: how long a single change takes until somebody else has it."""

import asyncio
from collections.abc import Mapping, Sequence
import random
import time
from typing import Final

from demo.waiting import wait_for

from .bench_driver import entity_id_of
from .latencies import LONGEST, Round, chart, ratio, table
from .results import Goal, Result
from .rig import FLOOR, STREAM, Rig, drive, is_of_bridge, rig, sensor_of, values_of
from .size import Size

EXPOSURES: Final = 200
INTERVAL: Final = 0.3
_STRETCH: Final = 60
"""Changes in a row, after which the three take stock."""
_PATIENCE: Final = 20.0
"""Seconds in which the last change has to arrive on a machine with much to do."""
_NAMES: Final = {
    "bridge": "Blynk Bridge",
    "stream": "mqtt_statestream",
    "floor": "bare aiomqtt",
}

type _Arrival = tuple[str, float]
"""Where a value comes, and the value."""
type _Arrivals = Mapping[str, Mapping[_Arrival, int]]


def measure(size: Size) -> Result:
    """Change sensors one by one, in three ways by turns, and time their arrival."""
    return result(asyncio.run(_measure(size)))


async def _measure(size: Size) -> list[Round]:
    """Return the rounds' latencies."""
    rounds, changes = size.pick(3, 1), size.pick(300, 20)
    chance = random.Random(1)
    async with rig(EXPOSURES, size) as running:
        await _stretch(running, chance, 5)
        measured: list[Round] = []
        for number in range(rounds):
            latencies: dict[str, list[float]] = {name: [] for name in _NAMES}
            for start in range(0, changes, _STRETCH):
                count = min(_STRETCH, changes - start)
                for name, found in (await _stretch(running, chance, count)).items():
                    latencies[name] += found
            measured.append(latencies)
            print(f"B1: round {number + 1} of {rounds}", flush=True)
    return measured


async def _stretch(running: Rig, chance: random.Random, count: int) -> Round:
    """Return the latencies of some changes, each of the three a third of the time."""
    start = time.monotonic() + 0.5
    # A value of its own for each change: it is known by that.
    values = [chance.randrange(10_000, 1_000_000) / 10 for _ in range(count)]
    numbers = [chance.randrange(EXPOSURES) for _ in range(count)]
    changes = list(zip(numbers, values, strict=True))
    third = INTERVAL / 3
    bridge, stream, floor = await asyncio.gather(
        drive(
            *(running.bridge, "change"),
            start=start,
            interval=INTERVAL,
            changes=changes,
        ),
        drive(
            *(running.peers, "change"),
            start=start + third,
            interval=INTERVAL,
            changes=changes,
        ),
        _publish(running, start + 2 * third, values),
    )
    arrived = await _arrivals(
        running,
        {
            name: {(_address(name, number), value) for number, value in changes}
            for name in _NAMES
        },
    )
    began = {"bridge": bridge["times"], "stream": stream["times"], "floor": floor}
    return {
        name: [
            (arrived[name][_address(name, number), value] - at) / 1e6
            for (number, value), at in zip(changes, began[name], strict=True)
        ]
        for name in _NAMES
    }


async def _arrivals(running: Rig, wanted: Mapping[str, set[_Arrival]]) -> _Arrivals:
    """Return when all that is wanted came, by who carried it."""
    arrived: dict[str, dict[_Arrival, int]] = {name: {} for name in wanted}

    async def missing() -> int:
        for heard in await running.listener.take():
            if is_of_bridge(heard):
                for name, value in values_of(heard).items():
                    arrived["bridge"].setdefault((name, value), heard.at)
            else:
                carrier = "floor" if heard.topic == FLOOR else "stream"
                arrived[carrier][heard.topic, float(heard.payload)] = heard.at
        return sum(len(wanted[name] - arrived[name].keys()) for name in wanted)

    await wait_for(
        missing, _PATIENCE, "every change has arrived", lambda left: not left
    )
    return arrived


async def _publish(running: Rig, start: float, values: Sequence[float]) -> list[int]:
    """Publish with bare aiomqtt, and return when each message was begun."""
    times = []
    for index, value in enumerate(values):
        await asyncio.sleep(start + index * INTERVAL - time.monotonic())
        times.append(time.monotonic_ns())
        await running.speaker.publish(FLOOR, str(value), qos=1)
    return times


def _address(name: str, number: int) -> str:
    """Return where a sensor's value arrives."""
    if name == "bridge":
        return sensor_of(number)
    if name == "stream":
        return f"{STREAM}/{entity_id_of(number).replace('.', '/')}/state"
    return FLOOR


def result(rounds: Sequence[Round]) -> Result:
    """Return what the rounds come to."""
    return Result(
        key="B1",
        title="A single change",
        work=(
            f"{len(rounds[0]['bridge'])} changes of random sensors among {EXPOSURES}, one"
            f" every {INTERVAL * 1000:.0f} ms, in {len(rounds)} rounds: from the change in"
            " Home Assistant until an independent subscriber of the broker has its value."
            " The bridge, mqtt_statestream and a bare aiomqtt client that only publishes"
            " take turns, each in a process of its own. QoS 1, no quota."
        ),
        goals=(
            Goal(
                "p50, times mqtt_statestream's",
                ratio(rounds, "stream", 0.5),
                1.0,
            ),
            Goal(
                "p99, times mqtt_statestream's",
                ratio(rounds, "stream", 0.99),
                1.0,
                reason=LONGEST,
            ),
            Goal("p50, times bare aiomqtt's", ratio(rounds, "floor", 0.5), 1.3),
        ),
        tables=(table(rounds, _NAMES),),
        charts=(
            chart(
                rounds,
                _NAMES,
                name="latency",
                title="From a change in Home Assistant to a subscriber",
                done="changes that have arrived",
            ),
        ),
    )
