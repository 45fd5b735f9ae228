"""The month that a quota is for: a plan, and what was used of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Final

FREE_PLAN: Final = 100_000
"""Messages a month of a free organization (docs: blynk.console/limits)."""
MONTH_SECONDS: Final = 31 * 86400.0
"""The longest month there is: what is sustained over it is sustained over any."""
_RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC).timestamp()
"""Before this was written, no clock is right: one that was not set yet, most likely."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a device may send in a month, and on which day of it a month begins."""

    messages: int | None = FREE_PLAN
    """None for a plan without a quota."""
    first_day: int = 1
    """1 to 28, in UTC. Blynk does not document when its own month begins."""

    def __post_init__(self) -> None:
        """Raise ValueError for a plan that has no messages, or no beginning."""
        if self.messages is not None and self.messages < 1:
            raise ValueError("no messages a month")
        if not 1 <= self.first_day <= 28:
            raise ValueError("not a day of every month")


@dataclass(frozen=True, slots=True)
class Tally:
    """What was used: what a restart must not forget."""

    month: date | None = None
    """When the month began; None while no clock has told."""
    used: int = 0
    since_change: int = 0
    """What of it was used since the clock has told of this month."""
    other: date | None = None
    """The month before that: the clock may go back to it."""
    other_used: int = 0


class Month:
    """Counts the messages of the present month, whatever the clock does meanwhile.

    A month that has passed is forgotten. A clock that goes back takes the count
    along, one that returns to the month it came from finds its count there, and
    before there is a right time at all the count goes on.
    """

    def __init__(
        self, clock: Callable[[], float], plan: Plan, tally: Tally | None = None
    ) -> None:
        """Go on with a tally; the clock tells the seconds of the epoch, and may be wrong."""
        self._clock = clock
        self._plan = plan
        self._tally = tally or Tally()
        self._undated = 0
        self._begins = self._ends = 0.0
        if self._tally.month is not None and self._tally.month.day != plan.first_day:
            self._tally = Tally(used=self._tally.used)
        self._follow()

    @property
    def plan(self) -> Plan:
        """Return what the device may send."""
        return self._plan

    @plan.setter
    def plan(self, plan: Plan) -> None:
        """Take another plan; what was used is used, whenever the month begins."""
        self._follow()
        if plan.first_day != self._plan.first_day:
            self._tally = Tally(used=self._tally.used)
            self._begins = self._ends = 0.0
        self._plan = plan
        self._follow()

    @property
    def tally(self) -> Tally:
        """Return what is to be remembered."""
        self._follow()
        return self._tally

    @property
    def used(self) -> int:
        """Return how many messages this month has cost."""
        self._follow()
        return self._tally.used

    @property
    def left(self) -> int | None:
        """Return how many messages are left of this month, None for any number."""
        if self._plan.messages is None:
            return None
        return max(0, self._plan.messages - self.used)

    @property
    def seconds_left(self) -> float:
        """Return the seconds until the next month; a whole month's without a right time."""
        now = self._follow()
        return MONTH_SECONDS if now is None else self._ends - now

    @property
    def ends(self) -> datetime | None:
        """Return when the next month begins, None without a right time."""
        if self._follow() is None:
            return None
        return datetime.fromtimestamp(self._ends, UTC)

    def count(self, messages: int = 1) -> None:
        """Count messages that are sent now."""
        if self._follow() is None:
            self._undated += messages
        tally = self._tally
        self._tally = replace(
            tally,
            used=tally.used + messages,
            since_change=tally.since_change + messages,
        )

    def _follow(self) -> float | None:
        """Go to the month that it is now; return the time, None if that can't be right."""
        now = self._clock()
        if now < _RELEASED:
            return None
        if not self._begins <= now < self._ends:
            month = _month_of(now, self._plan.first_day)
            self._begins, self._ends = _timestamp(month), _timestamp(_next(month))
            if month != self._tally.month:
                self._tally = self._changed(month)
        self._undated = 0
        return now

    def _changed(self, month: date) -> Tally:
        """Return the tally of another month than the one that it was."""
        tally = self._tally
        if tally.month is None:
            return replace(tally, month=month)
        known = tally.other_used if month == tally.other else None
        if month > tally.month:
            # Perhaps it began already, for a clock that was wrong: then or in between.
            used = self._undated if known is None else known
        elif known is None:
            used = tally.used
        else:
            # What was sent at a wrong time was sent in this month.
            used = known + tally.since_change
        return Tally(month, used, 0, tally.month, tally.used)


def _month_of(now: float, first_day: int) -> date:
    """Return the day on which the month of a time, in seconds of the epoch, began."""
    day = datetime.fromtimestamp(now, UTC).date()
    if day.day >= first_day:
        return day.replace(day=first_day)
    year, month = divmod(day.year * 12 + day.month - 2, 12)
    return date(year, month + 1, first_day)


def _next(month: date) -> date:
    """Return the day on which the month after this one begins."""
    year, next_month = divmod(month.year * 12 + month.month, 12)
    return date(year, next_month + 1, month.day)


def _timestamp(day: date) -> float:
    """Return when a day begins in UTC, in seconds of the epoch."""
    return datetime.combine(day, time(), UTC).timestamp()
