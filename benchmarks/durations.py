"""Durations by the million: how long things took, to the millisecond, in little memory."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
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
        return self._quantiles([share])[0]

    @property
    def longest(self) -> float:
        """Return the longest of them. Raises ValueError without any."""
        return self.quantile(1)

    def curve(self, points: int) -> tuple[list[float], list[float]]:
        """Return so many seconds, and the percentage that took no longer than each.

        Raises ValueError without durations.
        """
        shares = [number / points for number in range(1, points + 1)]
        return self._quantiles(shares), [100 * share for share in shares]

    def _quantiles(self, shares: Iterable[float]) -> list[float]:
        """Return what each of the shares is not beyond."""
        ticks = sorted(self._counts)
        ranks = list(accumulate(self._counts[each] for each in ticks))
        if not ranks:
            raise ValueError("no durations")
        return [
            ticks[bisect_left(ranks, max(1, math.ceil(share * ranks[-1])))] / _FINENESS
            for share in shares
        ]
