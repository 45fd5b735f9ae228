"""How many points of other times Blynk takes a day, and how many it may have been."""

from collections.abc import Mapping
import math
from typing import Final

POINTS_PER_DAY: Final = 10_000
"""Of one device (Blynk docs, blynk.console/limits)."""
_BLOCK: Final = 500
_HOUR: Final = 3600.0
_HOURS: Final = 25
"""Any 24 hours are within so many that have begun."""


class DailyPoints:
    """Counts points by the hour, so that no 24 hours have more than Blynk takes.

    Blynk does not say when its day begins, and drops what is too much without a
    word. Points are booked in blocks, and a block is to be written down before it
    is used: what a crash makes us forget is then less than what was allowed.
    """

    def __init__(self, booked: Mapping[int, int]) -> None:
        """Begin with what may have been sent, by the hour of the epoch."""
        self._booked = dict(booked)
        self._unused = 0

    @property
    def booked(self) -> Mapping[int, int]:
        """Return what may have been sent, by the hour of the epoch."""
        return self._booked

    def left(self, now: float) -> int:
        """Return how many points may be sent now, in seconds of the epoch."""
        self._forget(now)
        return max(0, POINTS_PER_DAY - sum(self._booked.values())) + self._unused

    def more_in(self, now: float) -> float:
        """Return the seconds until there may be more: when another hour begins."""
        return (self._hour(now) + 1) * _HOUR - now

    def book(self, count: int, now: float) -> bool:
        """Count points that are sent next, of those that are left.

        Return whether that has to be written down before.
        """
        left = self.left(now)
        if count > left:
            raise ValueError("more than is left")
        if booking := count > self._unused:
            more = min(max(count, _BLOCK), left) - self._unused
            hour = self._hour(now)
            self._booked[hour] = self._booked.get(hour, 0) + more
            self._unused += more
        self._unused -= count
        return booking

    def give_back(self) -> None:
        """Take back what was booked and not used."""
        if self._unused:
            self._booked[max(self._booked)] -= self._unused
            self._unused = 0

    def _forget(self, now: float) -> None:
        """Forget what is more than a day ago; what was not used is of its own hour.

        What a clock that was ahead has booked counts for the present hour.
        """
        hour = self._hour(now)
        if self._unused and max(self._booked) != hour:
            self.give_back()
        for ahead in [at for at in self._booked if at > hour]:
            self._booked[hour] = self._booked.get(hour, 0) + self._booked.pop(ahead)
        self._booked = {
            at: count for at, count in self._booked.items() if hour - _HOURS < at
        }

    @staticmethod
    def _hour(now: float) -> int:
        """Return the hour of the epoch."""
        return math.floor(now / _HOUR)
