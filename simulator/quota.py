"""Blynk's limits in time: messages a month and a second, events a day; how busy the last minute was."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
import math

DAY = 86_400  # s


class MonthlyQuota:
    """Messages used in the calendar month (UTC). One organization shares it."""

    def __init__(self) -> None:
        """Begin with an unused month."""
        self._used = 0
        self._month_ends = 0.0

    def used(self, now: float) -> int:
        """Return the messages used in the month of now, epoch seconds."""
        if now >= self._month_ends:
            self._month_ends = _next_month(now)
            self._used = 0
        return self._used

    def spend(self, now: float, limit: int) -> bool:
        """Count a message; return whether it was within the limit."""
        used = self.used(now)
        self._used = used + 1
        return used < limit

    def reset(self) -> None:
        """Give the month back."""
        self._used = 0


def _next_month(now: float) -> float:
    date = datetime.fromtimestamp(now, UTC)
    year, month = divmod(date.year * 12 + date.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC).timestamp()


class RateLimit:
    """At most so many messages in any one second."""

    def __init__(self) -> None:
        """Begin with silence."""
        self._times: deque[float] = deque()

    def exceeded(self, now: float, limit: int) -> bool:
        """Count a message at now, seconds; return whether it was one too many. Limit 0: never."""
        if not limit:
            return False
        times = self._times
        times.append(now)
        while times[0] <= now - 1.0:
            times.popleft()
        return len(times) > limit


class EventLimits:
    """At most 100 events a day (UTC), and the same one at most once a second.

    Blynk docs: blynk.console/limits.
    """

    DAILY = 100
    INTERVAL = 1.0

    def __init__(self) -> None:
        """Begin with a day without events."""
        self._day = 0
        self._today = 0
        self._last: dict[str, float] = {}

    def objection(self, code: str, now: float) -> str | None:
        """Count an event at now, epoch seconds; return what is wrong with its time, if anything."""
        day = int(now // DAY)
        if day != self._day:
            self._day, self._today = day, 0
            self._last.clear()
        if now - self._last.get(code, -math.inf) < self.INTERVAL:
            return f"less than {self.INTERVAL:g} s after the last one"
        if self._today >= self.DAILY:
            return f"more than {self.DAILY} events today"
        self._today += 1
        self._last[code] = now
        return None


class DailyImports:
    """Imported points of the day (UTC). Blynk docs: blynk.console/limits."""

    def __init__(self) -> None:
        """Begin with a day without any."""
        self._day = 0
        self._today = 0

    def spend(self, now: float, limit: int) -> bool:
        """Count a point at now, epoch seconds; return whether it was within the limit."""
        day = int(now // DAY)
        if day != self._day:
            self._day, self._today = day, 0
        if self._today >= limit:
            return False
        self._today += 1
        return True


class Meter:
    """Messages in the last minute, counted by the second."""

    def __init__(self) -> None:
        """Begin with silence."""
        self._seconds: deque[tuple[int, int]] = deque()

    def count(self, now: float) -> None:
        """Count a message at now, epoch seconds."""
        second, seconds = int(now), self._seconds
        if seconds and seconds[-1][0] == second:
            seconds[-1] = (second, seconds[-1][1] + 1)
        else:
            seconds.append((second, 1))
            self._forget(now)

    def per_minute(self, now: float) -> float:
        """Return the messages of the last 60 seconds."""
        self._forget(now)
        return float(sum(count for _, count in self._seconds))

    def _forget(self, now: float) -> None:
        while self._seconds and self._seconds[0][0] <= now - 60:
            self._seconds.popleft()
