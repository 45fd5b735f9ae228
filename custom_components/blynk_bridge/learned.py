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
    """The file's content."""

    home: str | None


class Learned:
    """The home server of one entry, in a file of its own."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file."""
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}")
        self.home: Endpoint | None = None

    async def async_load(self) -> None:
        """Read the file; a home that is no endpoint any more is forgotten."""
        stored = await self._store.async_load()
        if stored is None or stored["home"] is None:
            return
        try:
            self.home = Endpoint.parse(stored["home"])
        except InvalidEndpoint:
            self.home = None

    @callback
    def async_set_home(self, home: Endpoint | None) -> None:
        """Remember where redirects have led."""
        if home == self.home:
            return
        self.home = home
        self._store.async_delay_save(
            lambda: {"home": None if self.home is None else str(self.home)},
            _SAVE_DELAY,
        )

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()
