"""B4: how long a write takes until Home Assistant's action is called."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
import random
import time
from typing import Final

from demo.waiting import wait_for
from tests.e2e.home import Home

from .latencies import LONGEST, Round, chart, ratio, table
from .results import Goal, Result
from .rig import COMMANDS, LAMPS, Rig, drive, lamp_datastream, lamp_of, rig
from .size import Size

EXPOSURES: Final = 200
INTERVAL: Final = 0.2
_PATIENCE: Final = 20.0
"""Seconds in which the last action has to be called on a machine with much to do."""
_NAMES: Final = {"bridge": "Blynk Bridge", "peers": "automation with an mqtt trigger"}


def measure(size: Size) -> Result:
    """Write to lamps, through the bridge and through automations by turns."""
    return result(asyncio.run(_measure(size)))


async def _measure(size: Size) -> list[Round]:
    """Return the rounds' latencies."""
    rounds, writes = size.pick(3, 1), size.pick(200, 30)
    chance = random.Random(4)
    async with rig(EXPOSURES, size) as running:
        await _round(running, chance, 2 * LAMPS)
        measured = []
        for number in range(rounds):
            measured.append(await _round(running, chance, writes))
            print(f"B4: round {number + 1} of {rounds}", flush=True)
    return measured


async def _round(running: Rig, chance: random.Random, writes: int) -> Round:
    """Return the latencies of some writes, alternately on and off for each lamp."""
    homes = {name: running.homes[name] for name in _NAMES}
    for home in homes.values():
        await drive(home, "calls")
    begun: dict[str, dict[str, list[int]]] = {
        name: defaultdict(list) for name in _NAMES
    }
    start = time.monotonic() + 0.2
    lamps = [chance.randrange(LAMPS) for _ in range(writes)]
    is_on = [False] * LAMPS
    for index, lamp in enumerate(lamps):
        is_on[lamp] = not is_on[lamp]
        for place, name in enumerate(_NAMES):
            due = start + (index + place / len(_NAMES)) * INTERVAL
            await asyncio.sleep(due - time.monotonic())
            begun[name][lamp_of(lamp)].append(time.monotonic_ns())
            await _write(running, name, lamp, is_on[lamp])
    latencies: dict[str, list[float]] = {}
    for name, home in homes.items():
        called = await _calls(home, writes)
        latencies[name] = [
            (at - since) / 1e6
            for entity_id, times in begun[name].items()
            for since, at in zip(times, called[entity_id], strict=True)
        ]
        # Each lamp is off again for the next round.
        for lamp in range(LAMPS):
            if is_on[lamp]:
                await _write(running, name, lamp, on=False)
    await asyncio.sleep(1)
    return latencies


async def _calls(home: Home, count: int) -> Mapping[str, Sequence[int]]:
    """Return when so many actions were called, by entity."""
    called: dict[str, list[int]] = defaultdict(list)

    async def calls() -> int:
        for entity_id, at in (await drive(home, "calls"))["calls"]:
            called[entity_id].append(at)
        return sum(map(len, called.values()))

    await wait_for(
        calls, _PATIENCE, f"{count} actions are called", lambda found: found >= count
    )
    return called


async def _write(running: Rig, name: str, lamp: int, on: bool) -> None:
    """Tell one of the two to switch a lamp."""
    topic = {
        "bridge": f"downlink/ds/{lamp_datastream(lamp)}",
        "peers": f"{COMMANDS}/lamp_{lamp:02}",
    }[name]
    await running.speaker.publish(topic, b"1" if on else b"0", qos=1)


def result(rounds: Sequence[Round]) -> Result:
    """Return what the rounds come to."""
    return Result(
        key="B4",
        title="A command",
        work=(
            f"{len(rounds[0]['bridge'])} writes at the broker to {LAMPS} lamps, one every"
            f" {INTERVAL * 1000:.0f} ms, in {len(rounds)} rounds: from the write until"
            " Home Assistant calls the action that switches the lamp. By turns to the"
            " bridge, as Blynk writes, and to a Home Assistant with an automation for each"
            " lamp and payload, with an mqtt trigger and that action."
        ),
        goals=(
            Goal(
                "p50, times the automation's",
                ratio(rounds, "peers", 0.5),
                1.0,
            ),
            Goal(
                "p99, times the automation's",
                ratio(rounds, "peers", 0.99),
                1.0,
                reason=LONGEST,
            ),
        ),
        tables=(table(rounds, _NAMES),),
        charts=(
            chart(
                rounds,
                _NAMES,
                name="commands",
                title="From a write at the broker to the action in Home Assistant",
                done="actions that are called",
            ),
        ),
    )
