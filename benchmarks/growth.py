"""B9: what storms and memory cost with more and more exposures."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Final

from custom_components.blynk_bridge.device.pacing import MESSAGES_PER_SECOND

from .blynk import cloud_for
from .indoors import Line
from .instructions import countable, counted
from .listening import Listeners
from .marks import order
from .memory import memory_of
from .results import Chart, Goal, Line as Curve, Result, Spread, Table
from .size import Size
from .streaming import broker

SIZES: Final = (50, 100, 200, 400, 800)
_QUICK: Final = (50, 100)
CHANGES: Final = 9
"""Of each thing in a storm."""
STREAMED: Final = 1
"""The same for mqtt_statestream, where each is a message and costs the same."""
_STORMS: Final = 2
_LIMIT: Final = 1.25
_LABELS: Final = (
    (Listeners.BRIDGE, "Blynk Bridge"),
    (Listeners.STREAMING, "mqtt_statestream"),
)

type Costs = Mapping[int, Sequence[float]]
"""Instructions of a change in each storm, by how many things there are."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What one number of exposures costs."""

    exposures: int
    memory: float
    """Bytes, beyond Home Assistant's own objects."""
    costs: Mapping[Listeners, Sequence[float]]
    """Instructions of a change in each storm; empty where nothing was counted."""

    def beyond(self, listeners: Listeners) -> list[float]:
        """Return the instructions of a change beyond Home Assistant's own."""
        own = median(self.costs[Listeners.TRACKER])
        return [cost - own for cost in self.costs[listeners]]

    def storm(self, listeners: Listeners) -> float:
        """Return the millions of instructions of a whole storm, beyond the same."""
        return median(self.beyond(listeners)) * self.exposures * CHANGES / 1e6


def measure(size: Size) -> Result:
    """Count in homes of several sizes, and weigh them."""
    sizes = size.pick(SIZES, _QUICK)
    counting = size is Size.FULL and countable()
    costs = asyncio.run(_counted(sizes)) if counting else {}
    grown = []
    for exposures in sizes:
        print(f"B9: memory of {exposures} exposures")
        found = {who: each[exposures] for who, each in costs.items()}
        grown.append(Grown(exposures, memory_of(1, exposures), found))
    return result(size, grown)


async def _counted(sizes: Sequence[int]) -> Mapping[Listeners, Costs]:
    """Return what changes cost with each, and in how large a home.

    A home for each size has a bridge. The others expose nothing that there could be more
    or less of: all their storms are in the largest home.
    """
    bridge: dict[int, Sequence[float]] = {}
    for exposures in sizes:
        async with cloud_for(1, exposures, encrypted=False) as line:
            told = await _storms(Listeners.BRIDGE, line, (exposures,), CHANGES)
            bridge.update(told)
    async with broker() as line:
        return {
            Listeners.BRIDGE: bridge,
            Listeners.TRACKER: await _storms(Listeners.TRACKER, line, sizes, CHANGES),
            Listeners.STREAMING: await _storms(
                Listeners.STREAMING, line, sizes, STREAMED
            ),
        }


async def _storms(
    listeners: Listeners, line: Line, sizes: Sequence[int], changes: int
) -> Costs:
    """Raise storms of each size in one home, and return what a change costs."""
    print(f"B9: instructions, {listeners} of {', '.join(map(str, sizes))}")
    # The largest first: what changes has then been in the storm before, each time.
    things = [each for each in sorted(sizes, reverse=True) for _ in range(_STORMS)]
    told = order(listeners, asdict(line), things, changes)
    segments = await counted("benchmarks.storming", told, 2 * len(things) - 1)
    return costs_of(things, changes, segments[::2])


def costs_of(things: Sequence[int], changes: int, storms: Sequence[int]) -> Costs:
    """Return the instructions of a change, by how many things each storm was of."""
    costs: dict[int, list[float]] = {}
    for count, instructions in zip(things, storms, strict=True):
        costs.setdefault(count, []).append(instructions / count / changes)
    return costs


def result(size: Size, grown: Sequence[Grown]) -> Result:
    """Return what it comes to; per exposure, the largest home is held to the smallest."""
    counting = bool(grown[0].costs)
    first, last = grown[0], grown[-1]
    memory = last.memory / first.memory * first.exposures / last.exposures
    goals = [
        Goal(
            f"memory of an exposure among {last.exposures}, times that among"
            f" {first.exposures}",
            Spread.of((memory,)),
            _LIMIT,
        )
    ]
    charts = [_memory_chart(grown)]
    if counting:
        goals.insert(0, _of_a_change(first, last))
        charts.insert(0, _storm_chart(grown))
    return Result(
        key="B9",
        title="Growth",
        work=_work(grown, counting=counting),
        goals=goals,
        tables=(_table(grown, counting=counting),),
        charts=charts,
        notes=_notes(size, counting=counting),
    )


def _of_a_change(first: Grown, last: Grown) -> Goal:
    """Return the goal: what a change costs is to be the same in any home."""
    pairs = zip(
        first.beyond(Listeners.BRIDGE), last.beyond(Listeners.BRIDGE), strict=True
    )
    return Goal(
        f"instructions of a change among {last.exposures} exposures, times those among"
        f" {first.exposures}",
        Spread.of(large / small for small, large in pairs),
        _LIMIT,
    )


def _work(grown: Sequence[Grown], *, counting: bool) -> str:
    first, last = grown[0].exposures, grown[-1].exposures
    sizes = ", ".join(str(each.exposures) for each in grown)
    storm = _storm_work() if counting else ""
    return (
        f"The memory of B6 (one entry){' and a storm' if counting else ''} with {sizes} "
        f"exposures.{storm} Linear growth means that an exposure costs the same among "
        f"{last} as among {first}; a ratio of 1 says so, and up to {_LIMIT} is taken for "
        "it."
    )


def _storm_work() -> str:
    """Tell what a storm is, and what is counted of it."""
    return (
        f" In a storm each of them changes {CHANGES} times, as fast as possible: half are "
        "sensors, the others windows, lamps and switches that go on and off. The "
        "processor's instructions are counted by valgrind (callgrind, the hash seed "
        "fixed) from the first change until the cloud has acknowledged all final values, "
        f"in {_STORMS} storms of one process for each size. What takes a moment takes "
        "seconds within valgrind: the clock therefore stands still until the last "
        f"change, and the {MESSAGES_PER_SECOND} messages that the pace allows at once "
        "are spent before the first one. What the same changes cost in a Home Assistant "
        "without us, in which one of the entities is tracked by somebody else, is "
        "subtracted. For `mqtt_statestream` each change is a message that costs as much "
        f"as any other: each thing changes {STREAMED} × in its storms, and the plot "
        f"shows {CHANGES // STREAMED} times what that comes to."
    )


def _table(grown: Sequence[Grown], *, counting: bool) -> Table:
    """Return what each size costs."""
    columns = ["exposures", "memory, KiB", "KiB an exposure"]
    rows = [
        [
            f"{each.exposures}",
            f"{each.memory / 1024:.0f}",
            f"{each.memory / 1024 / each.exposures:.2f}",
        ]
        for each in grown
    ]
    if counting:
        columns[1:1] = [
            f"instructions of a storm, millions ({CHANGES} changes of each)",
            "instructions a change",
            "mqtt_statestream's",
        ]
        for each, row in zip(grown, rows, strict=True):
            row[1:1] = [
                f"{each.storm(Listeners.BRIDGE):,.1f}",
                f"{median(each.beyond(Listeners.BRIDGE)):,.0f}",
                f"{median(each.beyond(Listeners.STREAMING)):,.0f}",
            ]
    return Table(columns, rows)


def _storm_chart(grown: Sequence[Grown]) -> Chart:
    return Chart(
        name="growth-storm",
        title=f"Instructions of a storm: {CHANGES} changes of each exposure",
        x_label="exposures",
        y_label="millions beyond Home Assistant's own",
        lines=[
            Curve(
                label,
                [float(each.exposures) for each in grown],
                [each.storm(listeners) for each in grown],
                dots=True,
            )
            for listeners, label in _LABELS
        ],
        y_log=True,
        x_log=True,
    )


def _memory_chart(grown: Sequence[Grown]) -> Chart:
    return Chart(
        name="growth-memory",
        title="Memory of one entry",
        x_label="exposures",
        y_label="KiB beyond Home Assistant's own objects",
        lines=[
            Curve(
                "Blynk Bridge",
                [float(each.exposures) for each in grown],
                [each.memory / 1024 for each in grown],
                dots=True,
            )
        ],
    )


def _notes(size: Size, *, counting: bool) -> list[str]:
    """Tell what was not counted."""
    if counting:
        return []
    reason = (
        "Instructions could not be counted: valgrind is not installed. What a storm "
        "costs is left out."
        if size is Size.FULL
        else "Instructions are counted in the full run only."
    )
    return [reason]
