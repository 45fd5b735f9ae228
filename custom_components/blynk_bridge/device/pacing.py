"""How fast messages may be sent."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
import math
from typing import Final

from .month import MONTH_SECONDS, Month

MESSAGES_PER_SECOND: Final = 5
"""Whatever the plan: Blynk disconnects a device that floods it (docs: limits)."""
_BURST_SECONDS: Final = 2 * 3600.0
_RESERVE: Final = 0.2
"""Of the bucket: what readings may not use."""
_KEPT: Final = 0.25
"""Of the month: what is kept for all that is no reading."""
_SPARE: Final = 0.01
"""Of the month: for what a crash has not counted, and for when nothing else is left."""
_FASTEST: Final = 2.0
"""Times the month's average: what was saved comes back, though not all at once."""
_TRICKLE: Final = 0.05
"""Of the average: what confirmations and urgent values always have."""
_SLOWED: Final = 0.1
"""Of the pace: what is left to readings when the month has little more than is kept."""
_SHORTEST_REST: Final = 3600.0
"""Seconds of the month that what is left is spread over, even in its last hour."""
_HISTORY_SHARE: Final = 0.25
"""Of the readings' pace: what history has in a house that is never quiet."""


class Lane(IntEnum):
    """How urgently a value wants to be sent; lower goes first."""

    CONFIRMATION = 0
    URGENT = 1
    ROUTINE = 2
    HISTORY = 3


@dataclass(frozen=True, slots=True)
class _Pace:
    """What is sustainable now, in messages a second, and the bucket's size."""

    all: float
    readings: float
    capacity: float
    reserve: float


class Pacer:
    """A token bucket, refilled at the rate at which what is left lasts for the month.

    A quiet house finds the bucket full, and each change goes at once; a busy one is
    held to the sustainable rate. Up to the reserve, which readings may not touch, the
    bucket fills with all that is left; above it only with what readings may use: three
    quarters of the month. A confirmation may be paid for later, up to a bucketful: a
    finger on a widget does not wait, a runaway loop does. History is sent while the
    bucket is more than half full, and now and then in a house that is never quiet.

    With nothing left, confirmations and urgent values go on at a trickle, since our
    count need not be Blynk's, and the others wait for the next month.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        month: Month,
        *,
        tokens: float | None = None,
        idle: float = 0.0,
    ) -> None:
        """Start with the tokens there were some idle seconds ago, or a full bucket.

        The clock counts seconds and never goes back.
        """
        self._clock = clock
        self._month = month
        self._tokens = math.inf if tokens is None else tokens
        self._counted_at = clock() - max(0.0, idle)
        self._history_at = -math.inf
        self._rests_until = -math.inf
        self._sent: deque[float] = deque(maxlen=MESSAGES_PER_SECOND)
        if (pace := self._pace()) is not None:
            self._refill(pace)

    @property
    def tokens(self) -> float | None:
        """Return what is in the bucket, negative for a debt; None without a quota."""
        if (pace := self._pace()) is None:
            return None
        self._refill(pace)
        return self._tokens

    @property
    def interval(self) -> float | None:
        """Return the seconds between the messages of readings that never end.

        None while there is nothing left for them.
        """
        if (pace := self._pace()) is None:
            return 1.0 / MESSAGES_PER_SECOND
        return 1.0 / pace.readings if pace.readings else None

    def delay(self, lane: Lane) -> float:
        """Return the seconds until a message of this lane may be sent.

        What is sent, a new month and another plan change them: ask again.
        """
        now = self._clock()
        wait = max(0.0, self._rests_until - now)
        if len(self._sent) == MESSAGES_PER_SECOND:
            wait = max(wait, self._sent[0] + 1.0 - now)
        if (pace := self._pace()) is None:
            return wait
        self._refill(pace)
        return max(wait, self._wait_for_tokens(lane, pace, now))

    def spend(self, lane: Lane) -> None:
        """Take a token for a message that is sent now."""
        now = self._clock()
        self._sent.append(now)
        if lane is Lane.HISTORY:
            self._history_at = now
        if (pace := self._pace()) is not None:
            self._refill(pace)
            self._tokens -= 1.0

    def rest(self, seconds: float) -> None:
        """Send nothing for a while: the server takes no more."""
        self._rests_until = max(self._rests_until, self._clock() + seconds)

    def _pace(self) -> _Pace | None:
        """Return what is sustainable now, None without a quota."""
        plan, left = self._month.plan.messages, self._month.left
        if plan is None or left is None:
            return None
        average = plan / MONTH_SECONDS
        planned = left - _SPARE * plan
        seconds = max(self._month.seconds_left, _SHORTEST_REST)
        most = average * _FASTEST
        pace = min(max(planned / seconds, average * _TRICKLE), most)
        readings = 0.0
        if planned > 0:
            free = (planned - _KEPT * plan) / seconds
            readings = min(max(free, pace * _SLOWED), most)
        # The bucket of a small plan must still hold a message beyond the reserve.
        capacity = max(1.0, pace * _BURST_SECONDS)
        return _Pace(pace, readings, capacity, min(capacity * _RESERVE, capacity - 1.0))

    def _wait_for_tokens(self, lane: Lane, pace: _Pace, now: float) -> float:
        """Return the seconds until the bucket has a token for this lane."""
        capacity = pace.capacity
        match lane:
            case Lane.CONFIRMATION:
                return self._time_to(1.0 - capacity, pace)
            case Lane.URGENT:
                return self._time_to(1.0, pace)
            case Lane.ROUTINE:
                return self._time_to(pace.reserve + 1.0, pace)
            case Lane.HISTORY if pace.readings:
                turn = self._history_at + 1.0 / (pace.readings * _HISTORY_SHARE)
                return min(
                    self._time_to(min(capacity * 0.5, capacity - 1.0) + 1.0, pace),
                    max(turn - now, self._time_to(pace.reserve + 1.0, pace)),
                )
            case Lane.HISTORY:
                return self._month.seconds_left

    def _time_to(self, tokens: float, pace: _Pace) -> float:
        """Return the seconds until the bucket holds this many, the month's end at latest."""
        low = max(0.0, min(tokens, pace.reserve) - self._tokens)
        high = max(0.0, tokens - max(self._tokens, pace.reserve))
        if high and not pace.readings:
            return self._month.seconds_left
        filling = low / pace.all + (high / pace.readings if high else 0.0)
        return min(filling, self._month.seconds_left)

    def _refill(self, pace: _Pace) -> None:
        """Add the tokens that time has brought; a debt is a bucketful at most."""
        now = self._clock()
        seconds, self._counted_at = now - self._counted_at, now
        tokens = max(self._tokens, -pace.capacity)
        if tokens < pace.reserve:
            filling = min(seconds, (pace.reserve - tokens) / pace.all)
            tokens += filling * pace.all
            seconds -= filling
        self._tokens = min(tokens + seconds * pace.readings, pace.capacity)
