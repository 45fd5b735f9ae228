"""B9: what storms and memory cost with more and more exposures."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .memory import memory_of
from .results import Chart, Goal, Line, Result, Spread, Table
from .size import Size
from .storm import CHANGES, Storms, cpu_beyond, storms_of

SIZES: Final = (50, 100, 200, 400, 800)
_QUICK: Final = (50, 100)
_CHANGES_MIN: Final = 10_000
"""Of all sensors in a storm: less is too short to be measured."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What one number of exposures costs."""

    exposures: int
    storms: Sequence[Storms]
    memory: float
    """Bytes, beyond Home Assistant's own objects."""

    def cost(self, name: str) -> list[float]:
        """Return the microseconds of processor time of a change, in each round.

        Beyond Home Assistant's own.
        """
        changes = self.exposures * _changes_of(self.exposures)
        return [cpu_beyond(each, name) / changes * 1e6 for each in self.storms]

    def storm(self, name: str) -> float:
        """Return the milliseconds of B2's storm."""
        cost = Spread.of(self.cost(name)).middle
        return cost * self.exposures * CHANGES / 1000

    @property
    def messages(self) -> Spread:
        """Return the bridge's messages of a storm."""
        return Spread.of(each["bridge"].messages for each in self.storms)


def measure(size: Size) -> Result:
    """Repeat B2 and B6 in homes of several sizes."""
    grown = [
        Grown(
            exposures,
            asyncio.run(storms_of(size.pick(2, 1), exposures, _changes_of(exposures))),
            memory_of(1, exposures),
        )
        for exposures in size.pick(SIZES, _QUICK)
    ]
    return result(grown)


def _changes_of(exposures: int) -> int:
    """Return how often each sensor changes in a storm."""
    return max(CHANGES, _CHANGES_MIN // exposures)


def result(grown: Sequence[Grown]) -> Result:
    """Return what it comes to; per exposure, the largest home is held to the smallest."""
    first, last = grown[0], grown[-1]
    growth = last.exposures / first.exposures
    cpu = Spread.of(
        after / before
        for before, after in zip(first.cost("bridge"), last.cost("bridge"), strict=True)
    )
    memory = last.memory / first.memory / growth
    x = [float(each.exposures) for each in grown]
    return Result(
        key="B9",
        title="Growth",
        work=(
            f"The storm of B2 ({CHANGES} changes of each sensor, more where there are few"
            f" sensors; {len(first.storms)} rounds) and the memory of B6 (one entry) with"
            f" {', '.join(str(each.exposures) for each in grown)} exposures. Linear growth"
            f" means that an exposure costs the same among {last.exposures} as among"
            f" {first.exposures}; a ratio of 1 says so, and up to 1.25 is taken for it."
        ),
        goals=(
            Goal(
                f"processor time of a change among {last.exposures} exposures, times"
                f" that among {first.exposures}",
                cpu,
                1.25,
            ),
            Goal(
                f"memory of an exposure among {last.exposures}, times that among"
                f" {first.exposures}",
                Spread.of((memory,)),
                1.25,
            ),
        ),
        tables=(
            Table(
                (
                    "exposures",
                    "storm, ms",
                    "µs a change",
                    "mqtt_statestream, ms",
                    "messages",
                    "mqtt_statestream's",
                    "memory, KiB",
                    "KiB an exposure",
                ),
                [
                    (
                        str(each.exposures),
                        f"{each.storm('bridge'):.0f}",
                        f"{Spread.of(each.cost('bridge')).middle:.1f}",
                        f"{each.storm('peers'):.0f}",
                        f"{each.messages.middle:.0f}",
                        f"{each.storms[0]['peers'].messages}",
                        f"{each.memory / 1024:.0f}",
                        f"{each.memory / 1024 / each.exposures:.2f}",
                    )
                    for each in grown
                ],
            ),
        ),
        charts=(
            Chart(
                name="growth-storm",
                title=f"Processor time of a storm: {CHANGES} changes of each exposure",
                x_label="exposures",
                y_label="ms beyond Home Assistant's own",
                lines=[
                    Line(
                        label,
                        x,
                        [each.storm(name) for each in grown],
                        dots=True,
                    )
                    for name, label in (
                        ("bridge", "Blynk Bridge"),
                        ("peers", "mqtt_statestream"),
                    )
                ],
                y_log=True,
                x_log=True,
            ),
            Chart(
                name="growth-memory",
                title="Memory of one entry",
                x_label="exposures",
                y_label="KiB beyond Home Assistant's own objects",
                lines=[
                    Line(
                        "Blynk Bridge",
                        x,
                        [each.memory / 1024 for each in grown],
                        dots=True,
                    )
                ],
            ),
        ),
    )
