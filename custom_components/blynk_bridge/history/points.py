"""Points: what of an entity's past a chart needs."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..device.messages import TimedValue
from ..device.values import JsonValue

_EPOCH: Final = dt_util.utc_from_timestamp(0)
_FINEST: Final = 1000
"""Microseconds; Blynk's history knows no finer time."""


@dataclass(frozen=True, slots=True)
class Point:
    """A value, and since when it was so."""

    time: float
    """In seconds of the epoch."""
    form: JsonValue

    @property
    def timed(self) -> TimedValue:
        """Return it as it travels."""
        return _microseconds(self.time) // 1000, self.form


class PointFilter:
    """Keeps the last value of each interval, unless it is what was so before.

    Intervals are counted from the epoch. So the same past gives the same points,
    wherever the reading of it begins, and what is sent twice replaces itself.
    """

    def __init__(self, interval: float) -> None:
        """Prepare to keep a point each so many seconds at most."""
        self._interval = max(round(interval * 1_000_000), _FINEST)
        self._before: JsonValue | None = None
        self._newest: Point | None = None
        self._interrupted = False

    def begin(self, form: JsonValue | None) -> None:
        """Note what was so at first, which Blynk has."""
        self._before = form

    def take(self, time: float, form: JsonValue | None) -> Point | None:
        """Take the next value, None for none; return the point that is final now."""
        if form is None:
            # What comes after it is news, whatever it is.
            self._interrupted = True
            return None
        final = None
        newest = self._newest
        if newest is not None and self._slot(newest.time) != self._slot(time):
            final = self.finish()
        if self._interrupted:
            self._before, self._interrupted = None, False
        self._newest = Point(time, form)
        return final

    def finish(self) -> Point | None:
        """Return the last point, if it is one: nothing more will come."""
        newest, self._newest = self._newest, None
        if newest is None or newest.form == self._before:
            return None
        self._before = newest.form
        return newest

    def _slot(self, time: float) -> int:
        """Return which interval a time is in."""
        return _microseconds(time) // self._interval


def _microseconds(time: float) -> int:
    """Return a time as Home Assistant shows it: it has no finer one, a float has."""
    return (dt_util.utc_from_timestamp(time) - _EPOCH) // timedelta(microseconds=1)
