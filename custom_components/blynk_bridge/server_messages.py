"""What the server says about our messages, and how much of it the user wants to see."""

from collections import deque
from collections.abc import Callable, Mapping
from enum import StrEnum
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .complaints import Complaints
from .device.values import legible
from .status import StatusBoard
from .timeline import Timeline

_LOGGER: Final = logging.getLogger(__name__)

CONF_SERVER_MESSAGES: Final = "server_messages"
_LOGGED_MAX: Final = 255
"""Characters of a message in the log: the server may say anything."""
_LINES_MAX: Final = 20
"""In the log within a minute, as often as it may say so."""
_MINUTE: Final = 60.0


class Notice(StrEnum):
    """How much the user wants to see of what the server says."""

    COUNT = "count"
    """Only how many messages there were."""
    SHOW = "show"
    """The last one as a sensor; a repair issue when they repeat."""
    LOG = "log"
    """Each of them in the log as well."""


def notice_of(options: Mapping[str, Any]) -> Notice:
    """Return how much is to be seen, by the options of an entry."""
    return Notice(options.get(CONF_SERVER_MESSAGES, Notice.SHOW))


class ServerMessages:
    """Takes what the server says to where the user wants to see it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        timeline: Timeline,
        status: StatusBoard,
        clock: Callable[[], float],
    ) -> None:
        """Start without having heard anything; the clock counts seconds."""
        self._entry = entry
        self._timeline = timeline
        self._status = status
        self._clock = clock
        self._logged: deque[float] = deque(maxlen=_LINES_MAX)
        self.complaints = Complaints(hass, entry, clock)
        """What it says again and again."""
        self.heard = 0
        """Since the entry was loaded, whatever was shown of them."""

    @callback
    def async_heard(self, text: str) -> None:
        """Take what the server says: it is counted in any case."""
        self.heard += 1
        _LOGGER.debug("Diagnostic from the server: %r", text)
        notice = notice_of(self._entry.options)
        if notice is Notice.COUNT:
            self._status.async_diagnosed(None, self.heard)
            return
        self._timeline.async_diagnosed(text)
        self._status.async_diagnosed(text, self.heard)
        self.complaints.async_heard(text)
        if notice is Notice.LOG:
            self._log(text)

    @callback
    def async_entry_updated(self) -> None:
        """Show nothing any more, if the user does not want to see it."""
        if notice_of(self._entry.options) is Notice.COUNT:
            self._status.async_diagnosed(None, self.heard)
            self.complaints.async_withdraw()

    @callback
    def async_stop(self) -> None:
        """Take back what was said of it."""
        self.complaints.async_withdraw()

    @callback
    def _log(self, text: str) -> None:
        """Write it down: as a warning, since Home Assistant leaves out what is less."""
        now = self._clock()
        if len(self._logged) == _LINES_MAX and now - self._logged[0] < _MINUTE:
            return
        self._logged.append(now)
        title, shown = self._entry.title, legible(text)[:_LOGGED_MAX]
        _LOGGER.warning("%s: Blynk's server says %r", title, shown)
