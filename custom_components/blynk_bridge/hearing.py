"""Hearing: whether Blynk hears us at all, or only acknowledges what we say."""

import asyncio
from collections.abc import Callable
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .device.errors import LinkError, PublishRefused, Unheard
from .device.messages import get_time
from .device.pacing import Lane
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

_GRACE: Final = 45.0
"""Seconds for something to be heard before anybody asks: less than a healthy session's."""
_PATIENCE: Final = 10.0
"""Seconds to wait for the answer, on a slow line too."""


class Hearing:
    """Ends a session in which everything is acknowledged and nothing answered.

    A second client on the token may be met like that. Whatever comes down shows that
    we are heard. Where nothing does, one question that every device gets an answer to
    tells; it costs a message, once for each time that Blynk is caught up with. A server
    of which nothing was ever heard may just not answer it: that is left alone after the
    second time.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        uplink: Uplink,
        on_unheard: Callable[[LinkError], None],
    ) -> None:
        """Prepare to call `on_unheard` with why the session is of no use."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._on_unheard = on_unheard
        self._heard = asyncio.Event()
        self._turn = asyncio.Lock()
        self._was_unheard = False
        self._ever_heard = False
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[bool] | None = None

    @callback
    def async_connected(self) -> None:
        """Listen anew; with doubts from the last session, ask soon."""
        self.async_disconnected()
        self._heard.clear()
        if self._was_unheard:
            self.async_expect()

    @callback
    def async_expect(self) -> None:
        """Ask in a while, unless something is heard until then."""
        if self._timer is None and not self._heard.is_set():
            self._timer = self._hass.loop.call_later(_GRACE, self._async_ask)

    @callback
    def async_disconnected(self) -> None:
        """Ask nothing in a session that is over."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    @callback
    def async_heard(self) -> None:
        """Note that something came down."""
        self._heard.set()
        self._ever_heard = True
        self._was_unheard = False

    @callback
    def _async_ask(self) -> None:
        """Ask in the background."""
        self._timer = None
        # Whoever refuses has heard, and needs no further message.
        if not self._heard.is_set() and not self._uplink.exhausted:
            self._asking = self._entry.async_create_background_task(
                self._hass, self._async_inquire(), "blynk_bridge hearing"
            )

    async def async_doubt(self) -> bool:
        """Return whether we are heard at this moment; end the session if not."""
        self._heard.clear()
        return await self._async_inquire()

    async def _async_inquire(self) -> bool:
        """Ask for the time, and wait for anything that comes."""
        async with self._turn:
            if self._heard.is_set():
                return True
            try:
                await self._uplink.async_send(get_time(), Lane.ROUTINE)
                async with asyncio.timeout(_PATIENCE):
                    await self._heard.wait()
            except PublishRefused:
                return True
            except LinkError as error:
                _LOGGER.debug("Nobody could be asked whether we are heard: %s", error)
                return False
            except TimeoutError:
                if self._was_unheard and not self._ever_heard:
                    _LOGGER.debug("The server seems to answer no such question")
                    self._heard.set()
                    return True
                self._was_unheard = True
                self._on_unheard(Unheard("the server answers nothing"))
                return False
        return True
