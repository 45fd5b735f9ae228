"""What a benchmark has found: figures, goals they are held against, and curves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import math
from statistics import median
from typing import Self


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure of several rounds: the middle one, the least and the most."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, figures: Iterable[float]) -> Self:
        """Return what the rounds have in common. Raises ValueError without any."""
        found = sorted(figures)
        if not found:
            raise ValueError("nothing was measured")
        return cls(median(found), found[0], found[-1])


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure must not be beyond; most are ratios to a peer."""

    text: str
    """What is measured, as it ends a line: "p50, times mqtt_statestream's"."""
    measured: Spread
    limit: float
    """The goal is met by the middle of the rounds when that is no more than this."""
    unit: str = ""
    """Empty for a ratio."""
    reason: str = ""
    """Why the goal is missed, as far as that was found out; shown where it is."""

    @property
    def met(self) -> bool:
        """Return whether it was reached."""
        return self.measured.middle <= self.limit


@dataclass(frozen=True, slots=True)
class Table:
    """Figures side by side, as they are to be read."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A curve of a chart."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    dots: bool = False
    """Whether each value is to be seen: there are few."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves that belong together; becomes docs/images/benchmark-NAME.png."""

    name: str
    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    x_log: bool = False
    y_log: bool = False
    limit: float | None = None
    """A level of y that is to be seen, such as a quota."""
    limit_label: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """All that one benchmark has found."""

    key: str
    """B1 to B9."""
    title: str
    work: str
    """What was done, with the numbers of this very run: a paragraph of Markdown."""
    goals: Sequence[Goal]
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = field(default=())
    """What else there is to know, a sentence or two each."""


def quantile(figures: Sequence[float], share: float) -> float:
    """Return what this share of the figures is not beyond: the nearest rank.

    Raises ValueError without figures, or for a share that is not in 0 to 1.
    """
    if not figures or not 0 <= share <= 1:
        raise ValueError("no such quantile")
    return sorted(figures)[max(0, math.ceil(share * len(figures)) - 1)]
