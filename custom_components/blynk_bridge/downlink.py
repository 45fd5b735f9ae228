"""Downlink: what Blynk's widgets write, on its way to Home Assistant's entities."""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import (
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    ServiceResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
import voluptuous as vol

from .device.errors import InvalidValue
from .device.values import Value, from_text
from .exposure import Exposure
from .traits.base import Action, NotWritable
from .uplink import Uplink

if TYPE_CHECKING:
    from .coordinator import BlynkConfigEntry

_LOGGER: Final = logging.getLogger(__name__)

EVENT_COMMAND: Final = "blynk_bridge_command"
_ACTION_TIMEOUT: Final = 10.0
_SETTLE_TIMEOUT: Final = 1.5
"""Seconds that an entity has to report the state it was told to take."""


class Downlink:
    """Carries out commands, one at a time for each exposure, the newest first."""

    def __init__(
        self, hass: HomeAssistant, entry: BlynkConfigEntry, uplink: Uplink
    ) -> None:
        """Prepare a downlink; confirmations go out through the uplink."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._newest: dict[str, tuple[Exposure, Value]] = {}
        self._newer: dict[str, asyncio.Event] = {}
        self._busy: set[str] = set()

    @callback
    def async_write(self, exposure: Exposure, text: str) -> None:
        """Take what Blynk wrote to an exposure's datastream.

        A payload of the wrong type changes nothing; a write to an exposure that
        is read-only is answered with Home Assistant's own value.
        """
        try:
            value = from_text(text, exposure.data_type)
        except InvalidValue as error:
            _LOGGER.debug("Ignored a write to %s: %s", exposure.datastream, error)
            return
        if exposure.trait.momentary and exposure.accepts_writes and not value:
            return
        if self._uplink.async_is_echo(exposure, value):
            _LOGGER.debug("Ignored the echo of %s", exposure.datastream)
            return
        if not exposure.accepts_writes:
            _LOGGER.debug("Ignored a write to %s: read-only", exposure.datastream)
            self._uplink.async_hold(exposure)
            self._uplink.async_confirm(exposure)
            return
        self._newest[exposure.datastream] = (exposure, value)
        if (newer := self._newer.get(exposure.datastream)) is not None:
            newer.set()
        if exposure.datastream in self._busy:
            return
        self._busy.add(exposure.datastream)
        self._entry.async_create_background_task(
            self._hass,
            self._async_carry_out(exposure.datastream),
            f"blynk_bridge command {exposure.datastream}",
        )

    async def _async_carry_out(self, name: str) -> None:
        """Execute writes to an exposure until none is left, then confirm."""
        try:
            while (newest := self._newest.pop(name, None)) is not None:
                exposure, value = newest
                if not self._uplink.async_feeds(exposure):
                    continue
                self._uplink.async_hold(exposure)
                try:
                    await self._async_execute(exposure, value)
                except Exception:
                    _LOGGER.exception("A command to %s failed", exposure.entity_id)
                finally:
                    self._uplink.async_confirm(exposure)
        finally:
            self._busy.discard(name)

    async def _async_execute(self, exposure: Exposure, value: Value) -> None:
        """Execute one command; whatever it can't do is said once in the log."""
        if (state := self._hass.states.get(exposure.entity_id)) is None:
            _LOGGER.debug("Ignored a write to %s: no entity", exposure.datastream)
            return
        try:
            action = exposure.trait.action(state, value)
        except NotWritable as error:
            _LOGGER.debug("Ignored a write to %s: %s", exposure.datastream, error)
            return
        if action is None:
            return
        context = Context()
        self._hass.bus.async_fire(
            EVENT_COMMAND,
            {
                ATTR_ENTITY_ID: exposure.entity_id,
                "datastream": exposure.datastream,
                "value": value,
                "action": f"{action.domain}.{action.service}",
            },
            context=context,
        )
        try:
            await self._async_call(action, context)
        except (HomeAssistantError, vol.Invalid) as error:
            _LOGGER.warning(
                "%s did not do what Blynk asked of it: %s", exposure.entity_id, error
            )
            return
        await self._async_settle(exposure, value)

    async def _async_call(self, action: Action, context: Context) -> None:
        """Call the action; one that takes long goes on without us."""
        call = self._hass.async_create_task(
            self._hass.services.async_call(
                action.domain,
                action.service,
                dict(action.data),
                blocking=True,
                context=context,
            ),
            f"blynk_bridge action {action.domain}.{action.service}",
        )
        try:
            done, _ = await asyncio.wait((call,), timeout=_ACTION_TIMEOUT)
        except asyncio.CancelledError:
            call.add_done_callback(_log_late)
            raise
        if done:
            call.result()
        else:
            call.add_done_callback(_log_late)

    async def _async_settle(self, exposure: Exposure, value: Value) -> None:
        """Wait for the entity to report what it was told, if it is about to."""
        trait = exposure.trait
        reached = self._newer[exposure.datastream] = asyncio.Event()
        if exposure.datastream in self._newest:
            reached.set()

        @callback
        def compare(event: Event[EventStateChangedData] | None = None) -> None:
            state = self._hass.states.get(exposure.entity_id)
            if trait.momentary or (
                state is not None and trait.value(state, exposure.data_type) == value
            ):
                reached.set()

        untrack = async_track_state_change_event(
            self._hass, exposure.entity_id, compare
        )
        try:
            compare()
            async with asyncio.timeout(_SETTLE_TIMEOUT):
                await reached.wait()
        except TimeoutError:
            _LOGGER.debug("%s is not what Blynk asked for yet", exposure.entity_id)
        finally:
            untrack()
            del self._newer[exposure.datastream]


def _log_late(call: asyncio.Task[ServiceResponse]) -> None:
    """Say that an action failed after we had stopped waiting for it."""
    if not call.cancelled() and (error := call.exception()) is not None:
        _LOGGER.warning("%s failed: %s", call.get_name(), error)
