"""A datastream's history: points in the order of their times, live ones and imported ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from operator import attrgetter
from typing import NamedTuple

from .datastreams import Value

LENGTH = 50_000
_at = attrgetter("time")


class Point(NamedTuple):
    """One value and its time, epoch seconds."""

    time: float
    value: Value
    imported: bool = False


class History:
    """The newest points of one datastream."""

    def __init__(self) -> None:
        """Begin without any."""
        self._points: list[Point] = []
        self.repeated = 0
        """Imported points that were there already, with that very value."""

    def __len__(self) -> int:
        """Count the points."""
        return len(self._points)

    def __iter__(self) -> Iterator[Point]:
        """Iterate over the points, oldest first."""
        return iter(self._points)

    def __getitem__(self, index: int) -> Point:
        """Return a point by position; -1 is the newest."""
        return self._points[index]

    def newest(self, count: int) -> list[Point]:
        """Return so many of the newest points, oldest first."""
        return self._points[max(0, len(self._points) - count) :]

    def write(self, time: float, value: Value) -> None:
        """Take a point that is written live: two of them at one time are two."""
        index = bisect_right(self._points, time, key=_at)
        self._points.insert(index, Point(time, value))
        self._shorten()

    def put(self, milliseconds: int, value: Value) -> None:
        """Take an imported point; it replaces the one of its millisecond [17]."""
        time = milliseconds / 1000
        start = bisect_left(self._points, time - 0.0005, key=_at)
        end = bisect_right(self._points, time + 0.0005, key=_at)
        same = [
            index
            for index in range(start, end)
            if round(self._points[index].time * 1000) == milliseconds
        ]
        if same:
            self.repeated += self._points[same[-1]].value == value
            self._points[same[-1]] = Point(time, value, imported=True)
        else:
            index = bisect_right(self._points, time, key=_at)
            self._points.insert(index, Point(time, value, imported=True))
            self._shorten()

    def clear(self) -> None:
        """Forget every point."""
        self._points.clear()
        self.repeated = 0

    def _shorten(self) -> None:
        if len(self._points) > LENGTH:
            del self._points[0]
