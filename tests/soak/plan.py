"""The plan of a soak; it imports nothing, since pytest is to be first with Home Assistant."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Plan:
    """What soak to run."""

    days: float = 1
    seed: int = 1
    report: Path | None = None
    """Where to write the report."""
