"""The timeline of the session: what a diagnosis of the connection needs to know."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from .device.errors import BlynkError
from .device.session import SessionState, SessionStatus
from .device.values import legible

_CONNECTIONS_MAX: Final = 20
_TEXTS_MAX: Final = 50
_TEXT_LENGTH_MAX: Final = 255
_REDIRECTED: Final = "redirected"


@dataclass(slots=True)
class Connection:
    """A connection, or several in a row that failed alike."""

    began: datetime
    server: str
    attempts: int = 1
    ready: float | None = None
    """Seconds that it took until messages could be sent, None if it never came to that."""
    lasted: float | None = None
    """Seconds from then to its end, None while it lasts."""
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class ServerText:
    """What the server has complained about, and when."""

    at: datetime
    text: str


class Timeline:
    """Keeps the last connections, what ended them, and what the server has said."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with nothing; the clock counts seconds."""
        self._clock = clock
        self._since = clock()
        self._is_open = False
        self.status: SessionStatus | None = None
        """What the session is doing."""
        self.connections: deque[Connection] = deque(maxlen=_CONNECTIONS_MAX)
        self.errors: Counter[str] = Counter()
        """How many connections ended with each sort of error."""
        self.texts: deque[ServerText] = deque(maxlen=_TEXTS_MAX)

    @callback
    def async_follow(self, status: SessionStatus) -> None:
        """Take down what the session does now."""
        self.status = status
        match status.state:
            case SessionState.CONNECTING:
                # Nothing was wrong with the last server, if it was not waited.
                self._async_end(_REDIRECTED)
                self._since, self._is_open = self._clock(), True
                self.connections.append(
                    Connection(dt_util.utcnow(), str(status.endpoint))
                )
            case SessionState.READY if self._is_open:
                now = self._clock()
                self.connections[-1].ready = now - self._since
                self._since = now
            case SessionState.WAITING if status.error is not None:
                self.async_failed(status.error)

    @callback
    def async_failed(self, error: BlynkError) -> None:
        """Take down what has ended the connection."""
        self.errors[type(error).__name__] += 1
        self._async_end(f"{type(error).__name__}: {error}")

    @callback
    def async_diagnosed(self, text: str) -> None:
        """Take down what the server complains about."""
        shown = legible(text)[:_TEXT_LENGTH_MAX]
        self.texts.append(ServerText(dt_util.utcnow(), shown))

    @callback
    def _async_end(self, reason: str) -> None:
        """End the connection, and count it to the one before if that went likewise."""
        if not self._is_open:
            return
        self._is_open = False
        last = self.connections[-1]
        last.ended_by = reason
        if last.ready is not None:
            last.lasted = self._clock() - self._since
            return
        if len(self.connections) > 1:
            before = self.connections[-2]
            alike = (before.server, before.ready, before.ended_by)
            if alike == (last.server, None, reason):
                before.attempts += 1
                self.connections.pop()
