"""A histogram: percentiles of any number of durations, in little memory."""

from collections import Counter
import math
from typing import Final

_STEPS_PER_E: Final = 40
"""Fineness: each class is 2.5 % wide."""
_OFFSET: Final = 0.01
"""Seconds; what is shorter is told apart less and less."""


class Histogram:
    """How often durations of each magnitude have come up."""

    def __init__(self) -> None:
        """Start empty."""
        self._classes: Counter[int] = Counter()
        self.longest = 0.0

    def __len__(self) -> int:
        """Return how many durations there are."""
        return self._classes.total()

    def add(self, seconds: float) -> None:
        """Count a duration."""
        self._classes[round(_STEPS_PER_E * math.log(_OFFSET + max(seconds, 0.0)))] += 1
        self.longest = max(self.longest, seconds)

    def percentile(self, share: float) -> float:
        """Return the seconds that this share of the durations does not exceed."""
        wanted = share * len(self)
        for number in sorted(self._classes):
            wanted -= self._classes[number]
            if wanted <= 0:
                middle = math.exp(number / _STEPS_PER_E) - _OFFSET
                return min(max(middle, 0.0), self.longest)
        return 0.0
