"""How long a session waits before its next link, and whom it takes its end to be from."""

from collections.abc import Callable
from typing import Final

from .errors import ConnectionLost, ConnectionRefused, LinkError, TokenInUse, Unheard
from .reasons import BAD_TOKEN, PATIENT, TAKEN_OVER

BACKOFF_FIRST: Final = 1.0
BACKOFF_MAX: Final = 300.0
BACKOFF_PATIENT: Final = 60.0
"""Seconds at least, where coming back sooner is what the server or another client minds."""
HEALTHY_TIME: Final = 60.0
"""Seconds a session must live before its past failures are forgotten."""
_SHORT_LIFE: Final = 10.0
_SHORT_LIVES_MAX: Final = 3


class BackOff:
    """Waits exponentially longer, with full jitter, until a session was healthy again."""

    def __init__(self, jitter: Callable[[float, float], float]) -> None:
        """Start without a past."""
        self._jitter = jitter
        self._failures = 0
        self._short_lives = 0

    def recovered(self) -> None:
        """Forget past failures: a link has lived for HEALTHY_TIME."""
        self._failures = 0

    def judge(self, lifetime: float, error: LinkError) -> LinkError:
        """Return why a link that was ready has ended, or who is behind it.

        A takeover has a code on MQTT 5. Where there is none, three lives of less than
        ten seconds on end tell of another client on the token; a server that has had
        enough of us tells something else.
        """
        if not isinstance(error, ConnectionLost):
            return error
        if error.code == TAKEN_OVER:
            return TokenInUse("the session was taken over")
        if lifetime >= _SHORT_LIFE or error.code in PATIENT:
            self._short_lives = 0
            return error
        self._short_lives += 1
        if self._short_lives >= _SHORT_LIVES_MAX:
            return TokenInUse(f"lost within {_SHORT_LIFE:.0f} s, several times")
        return error

    def pause(self, error: LinkError) -> float:
        """Return the seconds to wait before the next attempt."""
        floor, ceiling = 0.0, BACKOFF_FIRST * 2.0 ** min(self._failures, 16)
        # Whoever took the session over once may have wanted no more than that.
        once = (
            isinstance(error, TokenInUse)
            and not isinstance(error, Unheard)
            and not self._failures
        )
        if _asks_for_patience(error) and not once:
            floor, ceiling = BACKOFF_PATIENT, BACKOFF_MAX
        self._failures += 1
        return self._jitter(floor, min(ceiling, BACKOFF_MAX))


def _asks_for_patience(error: LinkError) -> bool:
    """Return whether coming back soon would make it worse."""
    match error:
        case TokenInUse():
            return True
        # The token is valid all the same, says another part of the server.
        case ConnectionRefused() if error.code in BAD_TOKEN:
            return True
        case ConnectionRefused() | ConnectionLost():
            return error.code in PATIENT
    return False
