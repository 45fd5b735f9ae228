"""Downlink: what Blynk's widgets write, on its way to Home Assistant's entities."""

import asyncio
from collections import deque
from dataclasses import dataclass
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
from .traits.base import Action, Description, NotWritable
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

EVENT_COMMAND: Final = "blynk_bridge_command"
ATTR_ACTION: Final = "action"
ATTR_DATASTREAM: Final = "datastream"
ATTR_VALUE: Final = "value"
_ACTION_TIMEOUT: Final = 10.0
_SETTLE_TIMEOUT: Final = 1.5
"""Seconds that an entity has to report the state it was told to take."""
_COMMANDS_PER_SECOND: Final = 20
"""Of all entities together."""
_SPACING: Final = 0.1
"""Seconds between two commands to one entity, whatever comes in between."""


@dataclass(frozen=True, slots=True)
class _Command:
    """A write that is carried out, and its entity as the write has met it."""

    exposure: Exposure
    state: State
    description: Description
    value: Value
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
    """Carries out commands, one at a time for each entity, in their order.

    Of each datastream only the newest write waits, so nothing grows: a slider that
    is dragged holds up no switch of the same lamp.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, uplink: Uplink) -> None:
        """Prepare a downlink; confirmations go out through the uplink."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._waiting: dict[str, dict[str, tuple[Exposure, Value]]] = {}
        """By entity that is busy, and by datastream in the order of arrival."""
        self._settling: dict[str, asyncio.Task[None]] = {}
        self._late: dict[str, asyncio.Task[None]] = {}
        self._turns: deque[float] = deque(maxlen=_COMMANDS_PER_SECOND)

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
        self._async_await_turn(exposure, value)

    @callback
    def _async_await_turn(self, exposure: Exposure, value: Value) -> None:
        """Let the write wait for its entity; it replaces an older one."""
        name, entity_id = exposure.datastream, exposure.entity_id
        # The confirmation of this write is the one that counts.
        if (settling := self._settling.pop(name, None)) is not None:
            settling.cancel()
        if (waiting := self._waiting.get(entity_id)) is not None:
            waiting.pop(name, None)
            waiting[name] = (exposure, value)
            return
        self._waiting[entity_id] = {name: (exposure, value)}
        self._entry.async_create_background_task(
            self._hass,
            self._async_carry_out(entity_id),
            f"blynk_bridge commands {entity_id}",
        )

    async def _async_carry_out(self, entity_id: str) -> None:
        """Execute the writes to an entity until none is left."""
        loop = self._hass.loop
        waiting = self._waiting[entity_id]
        try:
            while waiting:
                await self._async_turn()
                started = loop.time()
                name = next(iter(waiting))
                exposure, value = waiting.pop(name)
                await self._async_execute(exposure, value, superseded=waiting)
                await asyncio.sleep(started + _SPACING - loop.time())
        finally:
            del self._waiting[entity_id]

    async def _async_turn(self) -> None:
        """Return when another command may be given: no faster than the house can."""
        now = turn = self._hass.loop.time()
        if len(self._turns) == _COMMANDS_PER_SECOND:
            turn = max(now, self._turns[0] + 1)
        self._turns.append(turn)
        if turn > now:
            await asyncio.sleep(turn - now)

    async def _async_execute(
        self,
        exposure: Exposure,
        value: Value,
        superseded: dict[str, tuple[Exposure, Value]],
    ) -> None:
        """Execute one command, and confirm it unless a newer one waits already."""
        name, command = exposure.datastream, None
        # By now it may be read-only, or bound to another entity.
        if self._uplink.async_feeds(exposure):
            try:
                command = await self._async_command(exposure, value)
            except Exception as error:
                # A traceback ends with the error's text, which may repeat a code, or
                # a text that was written: it may be a password.
                _LOGGER.exception(
                    "A command to %s failed (%s)",
                    exposure.entity_id,
                    type(error).__name__,
                    exc_info=not exposure.code and not isinstance(value, str),
                )
        if name in superseded:
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

    async def _async_command(self, exposure: Exposure, value: Value) -> _Command | None:
        """Give one command, and return it if the entity has taken it."""
        name, entity_id = exposure.datastream, exposure.entity_id
        if (state := self._hass.states.get(entity_id)) is None:
            _LOGGER.debug("Ignored a write to %s: no entity", name)
            return None
        description = exposure.trait.describe(state)
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
            _LOGGER.warning(
                "%s did not do what Blynk asked of it: %s",
                entity_id,
                command.without_secrets(error),
            )
            return None
        return command

    @callback
    def _async_call(self, command: _Command) -> asyncio.Task[None] | None:
        """Start what a write asks for, None if that is nothing; raises NotWritable."""
        exposure = command.exposure
        name = exposure.datastream
        if (template := exposure.template) is not None:
            # The newest write wins, over a script that waits for something, too.
            if (late := self._late.pop(name, None)) is not None:
                late.cancel()
            self._async_announce(command)
            return self._hass.async_create_task(
                template.async_write(command.value, command.context),
                f"blynk_bridge actions {name}",
            )
        action = exposure.trait.action(command.state, command.value)
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
        call.add_done_callback(partial(_log_late, command))
        if exposure.template is not None:
            self._late[exposure.datastream] = call
            call.add_done_callback(partial(self._async_forget, exposure.datastream))

    @callback
    def _async_forget(self, name: str, call: asyncio.Task[None]) -> None:
        """Forget actions that have come to their end at last."""
        if self._late.get(name) is call:
            del self._late[name]

    async def _async_confirm(self, command: _Command) -> None:
        """Send the state that a command has led to, once the entity has reported."""
        exposure = command.exposure
        try:
            await self._async_settle(exposure, command.value)
        except Exception:
            _LOGGER.exception("Could not read %s", exposure.entity_id)
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
                state is not None and trait.value(state, exposure.data_type) == value
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
