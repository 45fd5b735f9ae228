"""How fast messages may be sent."""

from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Final

MESSAGES_PER_SECOND: Final = 5
"""Whatever the plan: Blynk disconnects a device that floods it (docs: limits)."""
_BURST_SECONDS: Final = 2 * 3600.0
_RESERVE: Final = 0.2
_MONTH_SECONDS: Final = 31 * 86400.0
FREE_PLAN: Final = 100_000
"""Messages a month of a free organization (docs: blynk.console/limits)."""


class Lane(IntEnum):
    """How urgently a value wants to be sent; lower goes first."""

    CONFIRMATION = 0
    URGENT = 1
    ROUTINE = 2
    HISTORY = 3


class Pacer:
    """A token bucket, refilled at the rate that a month of messages sustains.

    A quiet house finds the bucket full, and each change goes at once; a busy
    one is held to the sustainable rate. Routine messages may not touch the
    reserve. A confirmation may be paid for later, up to a bucketful: a finger on
    a widget does not wait, a runaway loop does. History is sent while the bucket
    is more than half full.
    """

    def __init__(
        self, clock: Callable[[], float], messages_per_month: int | None = FREE_PLAN
    ) -> None:
        """Start with a full bucket; None means a plan without a quota.

        The clock counts seconds and never goes back. Raises ValueError for a
        plan that has no messages.
        """
        if messages_per_month is not None and messages_per_month < 1:
            raise ValueError("no messages a month")
        self._clock = clock
        self._rate = (
            None if messages_per_month is None else messages_per_month / _MONTH_SECONDS
        )
        self._capacity = max(1.0, (self._rate or 0.0) * _BURST_SECONDS)
        # The bucket of a small plan must still hold a message beyond the reserve.
        self._reserve = min(self._capacity * _RESERVE, self._capacity - 1.0)
        self._tokens = self._capacity
        self._counted_at = clock()
        self._sent: deque[float] = deque(maxlen=MESSAGES_PER_SECOND)

    def delay(self, lane: Lane) -> float:
        """Return the seconds until a message of this lane may be sent."""
        now = self._clock()
        spacing = 0.0
        if len(self._sent) == MESSAGES_PER_SECOND:
            spacing = max(0.0, self._sent[0] + 1.0 - now)
        if self._rate is None:
            return spacing
        self._refill(now)
        floor = {
            Lane.CONFIRMATION: -self._capacity,
            Lane.URGENT: 0.0,
            Lane.ROUTINE: self._reserve,
            # The bucket of a small plan must still hold a message beyond the half.
            Lane.HISTORY: min(self._capacity * 0.5, self._capacity - 1.0),
        }[lane]
        missing = floor + 1.0 - self._tokens
        return max(spacing, missing / self._rate)

    def spend(self) -> None:
        """Count a message that is sent now."""
        now = self._clock()
        self._sent.append(now)
        if self._rate is not None:
            self._refill(now)
            self._tokens -= 1.0

    def _refill(self, now: float) -> None:
        """Add the tokens that time has brought."""
        if self._rate is not None:
            self._tokens = min(
                self._capacity, self._tokens + (now - self._counted_at) * self._rate
            )
        self._counted_at = now
