"""What a bridge learns while it runs, kept across restarts."""

from typing import Final, TypedDict

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .device.endpoint import Endpoint
from .device.errors import InvalidEndpoint

_VERSION: Final = 1
_SAVE_DELAY: Final = 10


class _Stored(TypedDict):
    """The file's content, as URIs."""

    configured: str
    home: str


class Learned:
    """The home server of one entry, in a file of its own."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file."""
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self._configured: Endpoint | None = None
        self._unsaved = False
        self.home: Endpoint | None = None
        """Where the configured server has redirected to, None for nowhere."""

    async def async_load(self, configured: Endpoint) -> None:
        """Read what was learned from this server; of another one it says nothing."""
        self._configured = configured
        stored = await self._store.async_load()
        if stored is None or stored["configured"] != str(configured):
            return
        try:
            self.home = Endpoint.parse(stored["home"])
        except InvalidEndpoint:
            self.home = None

    @callback
    def async_set_home(self, home: Endpoint | None) -> None:
        """Remember where redirects have led; None for nowhere."""
        if home == self.home:
            return
        self.home = home
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
        return _Stored(
            configured=configured,
            home=configured if self.home is None else str(self.home),
        )

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
