"""Downlink: what Blynk's widgets write, on its way to Home Assistant's entities."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_CODE, ATTR_ENTITY_ID
from homeassistant.core import (
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event
import voluptuous as vol

from .device.errors import InvalidValue
from .device.values import Value, from_text
from .exposure import Exposure
from .labels import option_named
from .traits import tolerant
from .traits.base import Action, Description, NotWritable
from .turns import Turns
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

EVENT_COMMAND: Final = "blynk_bridge_command"
ATTR_ACTION: Final = "action"
ATTR_DATASTREAM: Final = "datastream"
ATTR_VALUE: Final = "value"
_ACTION_TIMEOUT: Final = 10.0
_CANCEL_TIMEOUT: Final = 1.0
"""Seconds that an action has to end when a newer write takes its place."""
_SETTLE_TIMEOUT: Final = 1.5
"""Seconds that an entity has to report the state it was told to take."""
_COMPLAINT_INTERVAL: Final = 60.0
"""Seconds between two warnings about one exposure: each write may fail."""


@dataclass(frozen=True, slots=True)
class _Command:
    """A write that is carried out, and its entity as the write has met it."""

    exposure: Exposure
    state: State
    description: Description
    value: Value = field(repr=False)
    """Perhaps private, and a slow callback is logged with its arguments."""
    context: Context

    def without_secrets(self, error: BaseException) -> str:
        """Return an error's text without what an integration may repeat in it.

        That is the code, and what was written where that is private.
        """
        text = str(error) or type(error).__name__
        written = str(self.value) if self.description.private else None
        for secret in (self.exposure.code, written):
            if secret:
                text = text.replace(secret, "…")
        return text


class Downlink:
    """Carries out what Blynk writes, and confirms it."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, uplink: Uplink) -> None:
        """Prepare a downlink; confirmations go out through the uplink."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._turns = Turns(hass, entry, self._async_carry_out)
        self._settling: dict[str, asyncio.Task[None]] = {}
        self._late: dict[str, asyncio.Task[None]] = {}
        """By datastream, actions that nobody waits for any more: one of each."""
        self._quiet_until: dict[str, float] = {}
        """By datastream, when the next warning about it may be given."""

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
        self._uplink.async_hold(exposure)
        if not exposure.accepts_writes:
            _LOGGER.debug("Ignored a write to %s: read-only", exposure.datastream)
            self._uplink.async_confirm(exposure)
            return
        # The confirmation of this write is the one that counts.
        if (settling := self._settling.pop(exposure.datastream, None)) is not None:
            settling.cancel()
        self._turns.async_wait(exposure, value)

    @property
    def waiting(self) -> int:
        """Return how many writes wait for their turn."""
        return len(self._turns)

    @property
    def late(self) -> int:
        """Return how many actions have not come to their end in time."""
        return len(self._late)

    async def _async_carry_out(self, exposure: Exposure, value: Value) -> None:
        """Carry out a write, and confirm it unless a newer one waits already."""
        name, command = exposure.datastream, None
        # By now it may be read-only, or bound to another entity.
        if self._uplink.async_feeds(exposure):
            try:
                command = await self._async_command(exposure, value)
            except Exception as error:
                # A traceback ends with the error's text, which may repeat a code, or
                # a text that was written: it may be a password.
                _LOGGER.log(
                    self._complaint_level(exposure, logging.ERROR),
                    "A command to %s failed (%s)",
                    exposure.entity_id,
                    type(error).__name__,
                    exc_info=not exposure.code and not isinstance(value, str),
                )
        if self._turns.is_superseded(exposure):
            return
        if command is None:
            self._uplink.async_confirm(exposure)
            return
        self._settling[name] = self._entry.async_create_background_task(
            self._hass,
            self._async_confirm(command),
            f"blynk_bridge confirmation {name}",
            eager_start=False,
        )

    def _complaint_level(self, exposure: Exposure, level: int) -> int:
        """Return the level to complain at: debug for more of it within a minute."""
        now = self._hass.loop.time()
        if now < self._quiet_until.get(exposure.datastream, now):
            return logging.DEBUG
        self._quiet_until[exposure.datastream] = now + _COMPLAINT_INTERVAL
        return level

    async def _async_command(self, exposure: Exposure, value: Value) -> _Command | None:
        """Give one command, and return it if the entity has taken it."""
        name, entity_id = exposure.datastream, exposure.entity_id
        if not await self._async_is_free(exposure):
            _LOGGER.log(
                self._complaint_level(exposure, logging.WARNING),
                "%s is still busy with what Blynk asked of it before: ignored a write",
                entity_id,
            )
            return None
        if (state := self._hass.states.get(entity_id)) is None:
            _LOGGER.debug("Ignored a write to %s: no entity", name)
            return None
        description = tolerant.describe(exposure.trait, state)
        if description is None or not exposure.may_operate(description):
            _LOGGER.debug("Ignored a write to %s: not allowed now", name)
            return None
        command = _Command(
            exposure,
            state,
            description,
            option_named(self._hass, state, description, value),
            Context(),
        )
        try:
            call = self._async_call(command)
        except NotWritable as error:
            _LOGGER.debug("Ignored a write to %s: %s", name, error)
            return None
        if call is None:
            return None
        try:
            await self._async_wait(command, call)
        except (HomeAssistantError, vol.Invalid, TimeoutError) as error:
            _LOGGER.log(
                self._complaint_level(exposure, logging.WARNING),
                "%s did not do what Blynk asked of it: %s",
                entity_id,
                command.without_secrets(error),
            )
            return None
        return command

    async def _async_is_free(self, exposure: Exposure) -> bool:
        """Return whether no earlier action is under way, after ending one that is.

        The newest write wins, over a script that waits for something, too. One that
        does not end would pile up with each write.
        """
        if (late := self._late.get(exposure.datastream)) is None:
            return True
        late.cancel()
        await asyncio.wait((late,), timeout=_CANCEL_TIMEOUT)
        return late.done()

    @callback
    def _async_call(self, command: _Command) -> asyncio.Task[None] | None:
        """Start what a write asks for, None if that is nothing; raises NotWritable."""
        exposure = command.exposure
        name = exposure.datastream
        if (template := exposure.template) is not None:
            self._async_announce(command)
            return self._hass.async_create_task(
                template.async_write(command.value, command.context),
                f"blynk_bridge actions {name}",
            )
        action = tolerant.action(exposure.trait, command.state, command.value)
        if action is None:
            return None
        self._async_announce(command, action)
        data = dict(action.data)
        if exposure.code and command.description.takes_code:
            data[ATTR_CODE] = exposure.code
        return self._hass.async_create_task(
            self._async_act(action, data, command.context),
            f"blynk_bridge action {action.domain}.{action.service}",
        )

    async def _async_act(
        self, action: Action, data: dict[str, object], context: Context
    ) -> None:
        """Call the action, and wait for it."""
        await self._hass.services.async_call(
            action.domain, action.service, data, blocking=True, context=context
        )

    @callback
    def _async_announce(self, command: _Command, action: Action | None = None) -> None:
        """Fire the event that the logbook needs, since a context alone shows nothing."""
        data: dict[str, object] = {
            ATTR_ENTITY_ID: command.exposure.entity_id,
            ATTR_DATASTREAM: command.exposure.datastream,
        }
        # Events are recorded, and shown to whoever may read the logbook.
        if not command.description.private:
            data[ATTR_VALUE] = command.value
        if action is not None:
            data[ATTR_ACTION] = f"{action.domain}.{action.service}"
        self._hass.bus.async_fire(EVENT_COMMAND, data, context=command.context)

    async def _async_wait(self, command: _Command, call: asyncio.Task[None]) -> None:
        """Wait for the call; one that takes long goes on without us."""
        exposure = command.exposure
        try:
            done, _ = await asyncio.wait((call,), timeout=_ACTION_TIMEOUT)
        except asyncio.CancelledError:
            call.add_done_callback(partial(_log_late, command))
            raise
        if done:
            call.result()
            return
        self._late[exposure.datastream] = call
        call.add_done_callback(partial(self._async_forget, exposure.datastream))
        call.add_done_callback(partial(_log_late, command))

    @callback
    def _async_forget(self, name: str, call: asyncio.Task[None]) -> None:
        """Forget an action that has come to its end at last."""
        if self._late.get(name) is call:
            del self._late[name]

    async def _async_confirm(self, command: _Command) -> None:
        """Send the state that a command has led to, once the entity has reported."""
        exposure = command.exposure
        await self._async_settle(exposure, command.value)
        del self._settling[exposure.datastream]
        self._uplink.async_confirm(exposure)

    async def _async_settle(self, exposure: Exposure, value: Value) -> None:
        """Wait for the entity to report what it was told, if it is about to."""
        trait = exposure.trait
        reached = asyncio.Event()

        @callback
        def compare(event: Event[EventStateChangedData] | None = None) -> None:
            state = self._hass.states.get(exposure.entity_id)
            if trait.momentary or (
                state is not None
                and tolerant.value(trait, state, exposure.data_type) == value
            ):
                reached.set()

        if exposure.template is not None:
            untrack = exposure.template.async_track(compare)
        else:
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


def _log_late(command: _Command, call: asyncio.Task[None]) -> None:
    """Say that an action failed after we had stopped waiting for it."""
    if not call.cancelled() and (error := call.exception()) is not None:
        _LOGGER.warning(
            "%s failed: %s", call.get_name(), command.without_secrets(error)
        )
