"""Durations by the million: how long things took, to the millisecond, in little memory."""

from collections import Counter
import math
from typing import Final

_FINENESS: Final = 1000
"""Of a second."""


class Durations:
    """How often something took how long; what never came to an end took for ever."""

    def __init__(self) -> None:
        """Start empty."""
        self._counts: Counter[float] = Counter()

    def __len__(self) -> int:
        """Return how many there are."""
        return self._counts.total()

    def add(self, seconds: float, times: int = 1) -> None:
        """Count a duration, infinity where nothing came of it."""
        ticks = math.inf if seconds == math.inf else math.ceil(seconds * _FINENESS)
        self._counts[max(ticks, 0)] += times

    def quantile(self, share: float) -> float:
        """Return the seconds that this share is not beyond: the nearest rank.

        Raises ValueError without durations.
        """
        wanted = max(1, math.ceil(share * len(self)))
        for ticks in sorted(self._counts):
            wanted -= self._counts[ticks]
            if wanted <= 0:
                return ticks / _FINENESS
        raise ValueError("no durations")

    @property
    def longest(self) -> float:
        """Return the longest of them. Raises ValueError without any."""
        return self.quantile(1)

    def curve(self, points: int) -> tuple[list[float], list[float]]:
        """Return so many seconds, and the percentage that took no longer than each."""
        shares = [number / points for number in range(1, points + 1)]
        return [self.quantile(share) for share in shares], [
            100 * share for share in shares
        ]
