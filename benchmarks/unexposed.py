"""B3: what changes cost of entities that are not exposed; it should be nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Final

from .blynk import cloud_for
from .calls import Calls
from .changing import THINGS, called
from .fresh import in_fresh_process
from .indoors import Line
from .instructions import countable, counted
from .listening import Listeners
from .marks import order
from .results import Goal, Result, Spread, Table
from .size import Size
from .streaming import broker

_ROUNDS: Final = 3
_NOISE: Final = 0.005
"""Of the instructions: nothing less is told apart, however well repeated runs agree."""


@dataclass(frozen=True, slots=True)
class Run:
    """A process that is counted in: who listens, and how often things change."""

    listeners: Listeners
    few: int = 200
    many: int = 1200

    @property
    def counts(self) -> list[int]:
        """Return how many changes there are in each segment."""
        return [self.few, self.many] * _ROUNDS

    def costs(self, segments: Sequence[int]) -> list[float]:
        """Return the instructions of a change, by each round's difference of two."""
        more = self.many - self.few
        return [
            (large - small) / more
            for small, large in zip(segments[::2], segments[1::2], strict=True)
        ]


_RUNS: Final = (
    Run(Listeners.TRACKER),
    Run(Listeners.BRIDGE),
    Run(Listeners.LEAVING_OUT),
    Run(Listeners.NOBODY),
    Run(Listeners.BRIDGE_ALONE),
    Run(Listeners.BRIDGE),
    Run(Listeners.TRACKER),
    Run(Listeners.STREAMING, few=50, many=250),
)
"""What is compared is repeated, the other way round."""

type _Costs = Mapping[Listeners, Sequence[float]]
"""Instructions of a change, in each round of each process."""


def measure(size: Size) -> Result:
    """Count our calls, and in a full run the processor's instructions."""
    return asyncio.run(_measure(size))


async def _measure(size: Size) -> Result:
    changes = size.pick(100_000, 10_000)
    async with cloud_for(1, THINGS, encrypted=False) as line:
        print(f"B3: calls during {changes:,} changes")
        calls = await in_fresh_process(called, line, changes)
        counting = size is Size.FULL and countable()
        costs = await _counted(line) if counting else {}
    goals = [
        Goal(
            f"calls into our code by {changes:,} changes",
            Spread.of((float(calls.caused.total()),)),
            0,
            "calls",
            _named(calls.caused),
        )
    ]
    if costs:
        goals.append(_instructions(costs))
    return Result(
        key="B3",
        title="Changes of what is not exposed",
        work=_work(changes, costs),
        goals=goals,
        tables=(_table(costs),) if costs else (),
        notes=_notes(size, calls, costs),
    )


async def _counted(line: Line) -> _Costs:
    """Run a process within valgrind for each that is compared."""
    costs: dict[Listeners, list[float]] = {each: [] for each in Listeners}
    async with broker() as there:
        for run in _RUNS:
            print(f"B3: instructions, {run.listeners}")
            told = order(
                run.listeners,
                asdict(there if run.listeners.streams else line),
                run.counts,
            )
            segments = await counted("benchmarks.changing", told, len(run.counts))
            costs[run.listeners] += run.costs(segments)
    return costs


def _instructions(costs: _Costs) -> Goal:
    """Return the goal: what is no more than the noise is nothing."""
    return Goal(
        "instructions of a change, times those without Blynk Bridge, within the noise",
        ratio(costs[Listeners.BRIDGE], costs[Listeners.TRACKER]),
        1 + noise(costs[Listeners.TRACKER]),
    )


def noise(costs: Sequence[float]) -> float:
    """Return the share by which repeated runs of the same differ, or what we take for it."""
    return max(_NOISE, (max(costs) - min(costs)) / median(costs))


def ratio(costs: Sequence[float], others: Sequence[float]) -> Spread:
    """Return what these cost, times what the others cost, round by round."""
    return Spread.of(one / other for one, other in zip(costs, others, strict=True))


def _work(changes: int, costs: _Costs) -> str:
    text = (
        f"A Home Assistant in a fresh process has {THINGS} entities exposed to a "
        f"simulated Blynk.Cloud, and is online. Then {changes:,} changes are made of 100 "
        "entities that are not exposed, and all that these lead to is waited for, while "
        "the interpreter counts the calls into our code (`sys.monitoring`): those that a "
        "change causes, at once or by a callback or task that it has made, apart from "
        "those of timers and connections that were there before. As a check, one change "
        "of an exposed entity has to be seen."
    )
    if costs:
        run = _RUNS[0]
        text += (
            " The processor's instructions are counted by valgrind (callgrind, the hash "
            "seed fixed) in a process for each row of the table: the difference between "
            f"{run.few} and {run.many:,} changes, {_ROUNDS} rounds in each of two "
            "processes for what the goal compares, and in one for the others. In all of "
            "them but the two that say so one entity is tracked by somebody else, as in "
            "any home with an automation, a group or a template."
        )
    return text


def _table(costs: _Costs) -> Table:
    """Return what a change costs with each."""
    without = median(costs[Listeners.TRACKER])
    rows = (
        ("Home Assistant", Listeners.TRACKER),
        ("with Blynk Bridge", Listeners.BRIDGE),
        ("with `mqtt_statestream` that leaves them out", Listeners.LEAVING_OUT),
        ("with `mqtt_statestream` that publishes them", Listeners.STREAMING),
        ("Home Assistant in which nobody tracks anything", Listeners.NOBODY),
        ("the same with Blynk Bridge", Listeners.BRIDGE_ALONE),
    )
    return Table(
        ("listening", "instructions a change", "low to high", "times Home Assistant's"),
        [
            (
                text,
                f"{median(costs[who]):,.0f}",
                f"{min(costs[who]):,.0f} to {max(costs[who]):,.0f}",
                f"{median(costs[who]) / without:.3f}",
            )
            for text, who in rows
        ],
    )


def _notes(size: Size, calls: Calls, costs: _Costs) -> list[str]:
    """Tell what else ran, and what was not counted."""
    others = _named(calls.others)
    notes = [
        f"Meanwhile our own timers and connection have called: {others}."
        if others
        else "Nothing else of ours ran meanwhile, not even a timer."
    ]
    if costs:
        alone = median(costs[Listeners.BRIDGE_ALONE]) / median(costs[Listeners.NOBODY])
        notes.append(
            "Where nobody tracks any entity, the first one to do so, whoever it is, has "
            "Home Assistant ask at each change whether that entity is tracked: with "
            f"Blynk Bridge a change then costs {alone:.3f} times what it did. All who "
            "track share that question."
        )
        notes.append(
            "What a process does by the clock counts too, and as valgrind takes its "
            "time, for more than in a home: a keepalive here, MQTT's housekeeping there."
        )
    elif size is Size.FULL:
        notes.append(
            "Instructions could not be counted: valgrind is not installed. That goal is "
            "left out."
        )
    else:
        notes.append("Instructions are counted in the full run only.")
    return notes


def _named(calls: Mapping[str, int]) -> str:
    """Return which functions were called, and how often."""
    return ", ".join(f"`{name}` × {count}" for name, count in sorted(calls.items()))
