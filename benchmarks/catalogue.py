"""Which benchmarks there are, and what each may take."""

from dataclasses import dataclass
from typing import Final

from .size import Size


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Where to find one, and how it is run."""

    key: str
    name: str
    """A word for the terminal."""
    module: str
    """Has `measure(size: Size) -> Result`."""
    timed: bool = False
    """Whether it measures time or CPU: those have the machine for themselves."""
    full_limit: float = 900
    quick_limit: float = 420
    """Seconds after which it is ended, and has failed."""

    def limit(self, size: Size) -> float:
        """Return how many seconds it may take."""
        return size.pick(self.full_limit, self.quick_limit)


CATALOGUE: Final = (
    Benchmark("B1", "latency", "benchmarks.latency", timed=True),
    Benchmark("B2", "storm", "benchmarks.storm", timed=True),
    Benchmark("B3", "unexposed", "benchmarks.unexposed"),
    Benchmark("B4", "commands", "benchmarks.commands", timed=True),
    Benchmark("B5", "month", "benchmarks.month"),
    Benchmark("B6", "memory", "benchmarks.memory"),
    Benchmark("B7", "start", "benchmarks.start", timed=True),
    Benchmark("B8", "backfill", "benchmarks.backfill"),
    Benchmark("B9", "growth", "benchmarks.growth"),
)
