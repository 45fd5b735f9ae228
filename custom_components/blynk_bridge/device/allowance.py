"""How much of the event loop's time a connection may take."""

from collections.abc import Callable
from typing import Final

_SHARE: Final = 0.5
"""Of the loop's time, in the long run: the rest is for the home."""
_DEPTH: Final = 0.1
"""Seconds at once, after a quiet time: answers to questions come in bursts."""
_REST: Final = 0.005
"""Seconds that a pause saves up, so that pauses are worth their timers."""


class Allowance:
    """Time to spend, a token bucket of seconds.

    What a server sends is not ours to decide, when it is read is: meanwhile the
    socket's window fills up, and holds the server back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with a full bucket; the clock counts seconds."""
        self._clock = clock
        self._left = _DEPTH
        self._counted_at = clock()

    def spend(self, seconds: float) -> float:
        """Count time that was taken, and return for how many seconds to pause now."""
        now = self._clock()
        earned = (now - self._counted_at) * _SHARE
        self._left = min(self._left + earned, _DEPTH) - seconds
        self._counted_at = now
        return 0.0 if self._left > 0 else (_REST - self._left) / _SHARE
