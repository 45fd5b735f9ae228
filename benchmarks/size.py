"""How much a run measures."""

from enum import Enum


class Size(Enum):
    """The whole, or the two minutes of every day."""

    FULL = "full"
    QUICK = "quick"

    def pick[T](self, full: T, quick: T) -> T:
        """Return what this run takes of the two."""
        return full if self is Size.FULL else quick
