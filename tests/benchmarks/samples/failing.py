"""A benchmark that does not work."""

from typing import Never

from benchmarks.size import Size


def measure(_: Size) -> Never:
    """Raise what says why."""
    raise ValueError("there is no broker")
