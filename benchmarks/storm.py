"""B2: what a storm of changes costs."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from tests.e2e.home import Home

from .bench_driver import entity_id_of
from .results import Goal, Result, Spread, Table
from .rig import STREAM, Heard, Rig, drive, is_of_bridge, rig, sensor_of, values_of
from .size import Size

EXPOSURES: Final = 200
CHANGES: Final = 50
SETTLE: Final = 2.5
"""Seconds after the last change in which all is to be done."""


@dataclass(frozen=True, slots=True)
class Storm:
    """What one storm has cost, of one way."""

    cpu: float
    """Seconds of processor time, of Home Assistant's own cost beyond nothing."""
    seconds: float
    """Until the last change was made."""
    messages: int
    late: float
    """Seconds from the last change until the last final value was there."""
    missing: int
    """Final values that never came."""


type Storms = Mapping[str, Storm]
"""The storms of one round, by whose Home Assistant."""


def measure(size: Size) -> Result:
    """Raise a storm in each Home Assistant by turns."""
    return result(asyncio.run(_measure(size)))


async def _measure(size: Size) -> list[Storms]:
    """Return what each round of storms has cost."""
    async with rig(EXPOSURES, size) as running:
        values = count(1000, CHANGES)
        await _round(running, next(values))
        return [await _round(running, next(values)) for _ in range(size.pick(15, 1))]


async def _round(running: Rig, base: int) -> Storms:
    """Raise one storm in each, one after another."""
    storms: dict[str, Storm] = {}
    for name, home in running.homes.items():
        await running.listener.take()
        done = await _storm(home, base)
        heard = await running.listener.take()
        mine = [each for each in heard if _is_of(name, each)]
        arrived = _arrivals(mine, base + CHANGES - 1)
        wanted = {_address(name, number) for number in range(EXPOSURES)}
        missing = 0 if name == "bare" else len(wanted - arrived.keys())
        storms[name] = Storm(
            cpu=done["cpu"],
            seconds=done["seconds"],
            messages=len(mine),
            late=max((at - done["last"] for at in arrived.values()), default=0) / 1e9,
            missing=missing,
        )
    print(f"B2: {_summary(storms)}", flush=True)
    return storms


async def _storm(home: Home, base: int) -> dict[str, Any]:
    """Raise a storm, and return what the driver says of it."""
    return await drive(
        home,
        "storm",
        sensors=EXPOSURES,
        rounds=CHANGES,
        base=base,
        settle=SETTLE,
    )


def _summary(storms: Storms) -> str:
    """Return the processor times for who waits."""
    return ", ".join(f"{name} {storm.cpu:.2f} s" for name, storm in storms.items())


def _is_of(name: str, heard: Heard) -> bool:
    """Return whether a message is from a Home Assistant."""
    return is_of_bridge(heard) if name == "bridge" else heard.topic.startswith(STREAM)


def _arrivals(heard: Sequence[Heard], final: float) -> dict[str, int]:
    """Return when the final value of each address came, where it was the last to come."""
    arrived: dict[str, int] = {}
    for each in heard:
        values = (
            values_of(each) if is_of_bridge(each) else {each.topic: float(each.payload)}
        )
        for address, value in values.items():
            if value == final:
                arrived.setdefault(address, each.at)
            else:
                arrived.pop(address, None)
    return arrived


def _address(name: str, number: int) -> str:
    """Return where a sensor's values come."""
    if name == "bridge":
        return sensor_of(number)
    return f"{STREAM}/{entity_id_of(number).replace('.', '/')}/state"


def cpu_beyond(storms: Storms, name: str) -> float:
    """Return the seconds of processor time beyond Home Assistant's own."""
    return storms[name].cpu - storms["bare"].cpu


def result(rounds: Sequence[Storms]) -> Result:
    """Return what the rounds come to."""
    changes = EXPOSURES * CHANGES
    rows = []
    for name, label in (
        ("bare", "neither"),
        ("bridge", "Blynk Bridge"),
        ("peers", "mqtt_statestream"),
    ):
        storms = [each[name] for each in rounds]
        cpu = Spread.of(storm.cpu for storm in storms)
        beyond = Spread.of(cpu_beyond(each, name) for each in rounds)
        rows.append(
            (
                label,
                f"{cpu.middle * 1e3:.0f} ({cpu.low * 1e3:.0f}–{cpu.high * 1e3:.0f})",
                "" if name == "bare" else f"{beyond.middle / changes * 1e6:.1f}",
                f"{Spread.of(storm.messages for storm in storms).middle:.0f}",
                ""
                if name == "bare"
                else f"{Spread.of(storm.late for storm in storms).middle:.2f}",
            )
        )
    return Result(
        key="B2",
        title="A storm of changes",
        work=(
            f"{EXPOSURES} sensors change {CHANGES} times each, as fast as Home Assistant"
            f" can set states: {changes} changes, {len(rounds)} rounds, by turns in a"
            " Home Assistant with nothing else, one with the bridge, and one with"
            f" mqtt_statestream. Processor time of the whole process is counted until"
            f" {SETTLE:g} s after the last change."
        ),
        goals=(
            Goal(
                "processor time beyond Home Assistant's own, times mqtt_statestream's",
                Spread.of(
                    cpu_beyond(each, "bridge") / cpu_beyond(each, "peers")
                    for each in rounds
                ),
                1 / 12,
            ),
            Goal(
                "messages, times mqtt_statestream's",
                Spread.of(
                    each["bridge"].messages / each["peers"].messages for each in rounds
                ),
                1 / 100,
            ),
            Goal(
                "final values that are wrong or missing",
                Spread.of(each["bridge"].missing for each in rounds),
                0,
            ),
            Goal(
                "the last final value, after the last change",
                Spread.of(each["bridge"].late for each in rounds),
                2,
                "s",
            ),
        ),
        tables=(
            Table(
                (
                    "",
                    "processor time, ms",
                    "beyond Home Assistant's own, µs a change",
                    "messages",
                    "last value after, s",
                ),
                rows,
            ),
        ),
    )
