"""What a bridge learns while it runs, kept across restarts."""

from dataclasses import dataclass
from typing import Final, NotRequired, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .device.endpoint import Endpoint
from .device.errors import InvalidEndpoint

_VERSION: Final = 1
_SAVE_DELAY: Final = 10


class _StoredEvents(TypedDict):
    """How many events were sent, and on which day."""

    day: str
    sent: int


class _Stored(TypedDict):
    """The file's content; servers as URIs."""

    configured: str
    home: str
    events: NotRequired[_StoredEvents]


@dataclass(frozen=True, slots=True)
class EventCount:
    """How many events were sent on a day."""

    day: str
    """As YYYY-MM-DD."""
    sent: int


class Learned:
    """The home server and the count of events of one entry, in a file of its own."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file."""
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self._configured: Endpoint | None = None
        self._unsaved = False
        self.home: Endpoint | None = None
        """Where the configured server has redirected to, None for nowhere."""
        self.events: EventCount | None = None
        """The events of the last day there were any."""

    async def async_load(self, configured: Endpoint) -> None:
        """Read what was learned; of another server's home it says nothing."""
        self._configured = configured
        if (stored := await self._store.async_load()) is None:
            return
        if events := stored.get("events"):
            self.events = EventCount(events["day"], events["sent"])
        if stored["configured"] != str(configured):
            return
        try:
            self.home = Endpoint.parse(stored["home"])
        except InvalidEndpoint:
            self.home = None

    @callback
    def async_set_home(self, home: Endpoint | None) -> None:
        """Remember where redirects have led; None for nowhere."""
        if home != self.home:
            self.home = home
            self._async_save_soon()

    @callback
    def async_set_events(self, events: EventCount) -> None:
        """Remember how many events were sent."""
        self.events = events
        self._async_save_soon()

    @callback
    def _async_save_soon(self) -> None:
        """Save once for what changes within the delay: another call would put it off."""
        if not self._unsaved:
            self._unsaved = True
            self._store.async_delay_save(self._content, _SAVE_DELAY)

    async def async_save(self) -> None:
        """Write what still waits to be written, at once."""
        if self._unsaved:
            await self._store.async_save(self._content())

    def _content(self) -> _Stored:
        """Return the file's content, which is written now."""
        self._unsaved = False
        configured = str(self._configured)
        stored = _Stored(
            configured=configured,
            home=configured if self.home is None else str(self.home),
        )
        if self.events is not None:
            stored["events"] = _StoredEvents(day=self.events.day, sent=self.events.sent)
        return stored

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
