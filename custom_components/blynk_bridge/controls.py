"""What Blynk has of the controls, and what Home Assistant sets in them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
import logging
import math
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .const import SUBENTRY_CONTROL
from .control import Control
from .device.errors import InvalidValue, LinkError
from .device.messages import Publication, value as value_message
from .device.pacing import Lane
from .device.values import Value, from_text
from .showings import Showings
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

_ANSWER_TIME: Final = 5.0
"""Seconds after the PUBACK of a question in which its answers are expected."""
_LONGEST_WAY: Final = 15.0
"""Seconds after a question has left in which its answers are expected."""
_ECHO_TIME: Final = 5.0
"""Seconds after sending in which an echo of the value is expected."""

type Take = Callable[[Value | None], None]
"""Shows what Blynk has, None for no value; raises InvalidValue for what can't be shown."""


@dataclass(frozen=True, slots=True)
class _Followed:
    """A control, and the entity that shows it."""

    control: Control
    take: Take


@dataclass(slots=True)
class _Question:
    """A datastream that Blynk was asked for."""

    until: float
    overruled: bool = False
    """Home Assistant has set a value since: the answer is older than that."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent of a datastream, and when."""

    value: Value
    at: float


class Controls:
    """Keeps the entities of controls in step with Blynk, which owns their values.

    On connecting Blynk is asked for all of them, except where a value that was
    set here still waits: that one is newer.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, uplink: Uplink) -> None:
        """Prepare without controls; their entities announce themselves."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._followed: dict[str, _Followed] = {}
        self._unasked: dict[str, bool] = {}
        self._questions: dict[str, list[_Question]] = {}
        """What was asked, in the order in which it is answered."""
        self._beside: dict[str, bool] = {}
        """What an action writes, and whether Blynk has written something since."""
        self._sent: dict[str, _Sent] = {}
        self._ask_scheduled: asyncio.Handle | None = None
        self.showings = Showings(hass)
        self.configured: tuple[Control, ...] = ()
        """The controls there are to be; the platforms make entities of them."""
        self.async_configure()

    @callback
    def async_configure(self) -> None:
        """Read from the subentries what is to be a control."""
        self.configured = tuple(
            control
            for subentry in self._entry.get_subentries_of_type(SUBENTRY_CONTROL)
            if (control := Control.from_subentry(subentry)) is not None
        )

    # --- Entities ----------------------------------------------------------------

    @callback
    def async_follow(self, control: Control, take: Take) -> CALLBACK_TYPE:
        """Let an entity follow its datastream; return how to stop that."""
        followed = _Followed(control, take)
        self._followed[control.datastream] = followed
        self._async_ask_for(control.datastream)
        return partial(self._async_unfollow, followed)

    @callback
    def _async_unfollow(self, followed: _Followed) -> None:
        """Take nothing more from Blynk, unless for another entity by now."""
        name = followed.control.datastream
        if self._followed.get(name) is followed:
            del self._followed[name]
            self._questions.pop(name, None)
            self._sent.pop(name, None)

    @callback
    def async_discard(self, control: Control) -> None:
        """Send nothing more of a datastream that no entity follows."""
        if control.datastream not in self._followed:
            self._uplink.async_discard(control.datastream)

    @callback
    def async_put(self, control: Control, value: Value) -> None:
        """Send what Home Assistant has set, now or when there is a connection."""
        name = control.datastream
        self._async_overrule(name)
        self._uplink.async_put(
            name, control.data_type, partial(self._read, name, value), Lane.URGENT
        )

    @callback
    def _async_overrule(self, name: str) -> None:
        """Note that every answer that is still to come is older than what is set now."""
        for question in self._questions.get(name, ()):
            question.overruled = True

    def _read(self, name: str, value: Value) -> Value:
        """Return a value that is packed now, and remember it for its echo."""
        self._sent[name] = _Sent(value, self._hass.loop.time())
        return value

    @callback
    def async_is_unsent(self, control: Control) -> bool:
        """Return whether Blynk does not have what was set here."""
        return self._uplink.async_is_unsent(control.datastream)

    async def async_press(self, control: Control) -> None:
        """Write 1 and then 0, as Blynk's push button does.

        The 0 makes the next 1 a change again, which Blynk's automations react to.
        Raises LinkError where the 1 did not arrive; the 0 waits if it has to.
        """
        name = control.datastream
        await self._uplink.async_send(
            value_message(name, 1, control.data_type), Lane.URGENT
        )
        self._uplink.async_put(name, control.data_type, lambda: 0, Lane.URGENT)

    # --- What an action writes -------------------------------------------------------

    @callback
    def async_leaving(self, values: Mapping[str, Value | None]) -> None:
        """Note what is written beside the entities, and is newer than what waits.

        None stands for a value that is erased.
        """
        for name, value in values.items():
            if name in self._followed:
                self._uplink.async_discard(name)
                self._async_overrule(name)
                self._sent.pop(name, None)
                if value is not None:
                    self._read(name, value)
                self._beside[name] = False

    @callback
    def async_arrived(self, values: Mapping[str, Value | None]) -> None:
        """Show what Blynk has now, unless something newer was set here or there."""
        for name, value in values.items():
            followed = self._followed.get(name)
            is_written = self._beside.pop(name, False)
            if followed is None or self._uplink.async_is_unsent(name):
                continue
            if is_written:
                # Two values have met on the way: only Blynk knows which came last.
                self._async_ask_for(name, insist=True)
                continue
            try:
                followed.take(value)
            except InvalidValue as error:
                _LOGGER.debug("Nothing to show of %s: %s", name, error)

    @callback
    def async_doubt(self, names: Iterable[str]) -> None:
        """Ask Blynk for what it has: nobody here can tell."""
        for name in names:
            self._beside.pop(name, None)
            if name in self._followed:
                self._async_ask_for(name, insist=True)

    # --- What Blynk says -----------------------------------------------------------

    @callback
    def async_written(self, name: str, text: str) -> bool:
        """Take what Blynk has of a datastream; return whether it is a control's."""
        if (followed := self._followed.get(name)) is None:
            return False
        question = self._async_answered(name)
        try:
            value = from_text(text, followed.control.data_type)
        except InvalidValue as error:
            _LOGGER.debug("Ignored a value of %s: %s", name, error)
            return True
        if question is not None and self._is_overruled(question):
            # The answer, most likely; or a write that is newer than both.
            _LOGGER.debug("Ignored a value of %s: asking again", name)
            if all(map(self._is_overruled, self._questions.get(name, ()))):
                self._async_ask_for(name, insist=True)
            return True
        if self._uplink.async_is_unsent(name) and self._is_echo(name, value):
            _LOGGER.debug("Ignored a value of %s: a newer one is on its way", name)
            return True
        if name in self._beside and not self._is_echo(name, value):
            self._beside[name] = True
        try:
            followed.take(value)
        except InvalidValue as error:
            _LOGGER.debug("Ignored a value of %s: %s", name, error)
            return True
        crossed = self._uplink.async_is_under_way(name)
        self._uplink.async_discard(name)
        if crossed and not self._is_echo(name, value):
            # Two values have met on the way: only Blynk knows which came last.
            self._async_ask_for(name, insist=True)
        return True

    @callback
    def async_expect(self, names: Iterable[str] | None) -> None:
        """Take the next write of each for the answer to a question of somebody else's.

        None stands for every control. An answer may be older than what was set since.
        """
        until = self._hass.loop.time() + _LONGEST_WAY
        self._async_expect(list(self._followed) if names is None else names, until)

    @callback
    def _async_expect(self, names: Iterable[str], until: float) -> list[_Question]:
        """Expect an answer more of each of these; return what is expected."""
        questions = []
        for name in names:
            if name in self._followed:
                questions.append(_Question(until))
                self._questions.setdefault(name, []).append(questions[-1])
        return questions

    @callback
    def _async_answered(self, name: str) -> _Question | None:
        """Return the question that a write answers, None for none."""
        now = self._hass.loop.time()
        expected = [item for item in self._questions.pop(name, ()) if now < item.until]
        if further := expected[1:]:
            self._questions[name] = further
        return expected[0] if expected else None

    def _is_overruled(self, question: _Question) -> bool:
        """Return whether a value was set here since Blynk was asked for it."""
        return question.overruled and self._hass.loop.time() < question.until

    def _is_echo(self, name: str, value: Value) -> bool:
        """Return whether this is what was sent a moment ago."""
        sent = self._sent.get(name)
        return (
            sent is not None
            and sent.value == value
            and self._hass.loop.time() - sent.at < _ECHO_TIME
        )

    # --- What Blynk is asked -------------------------------------------------------

    @callback
    def async_connected(self) -> None:
        """Ask for every control: Blynk may have changed any of them meanwhile."""
        for name in self._followed:
            self._async_ask_for(name)

    @callback
    def async_stop(self) -> None:
        """Ask nothing any more, and show nothing."""
        self.showings.async_stop()
        if self._ask_scheduled is not None:
            self._ask_scheduled.cancel()
            self._ask_scheduled = None

    @callback
    def _async_ask_for(self, name: str, *, insist: bool = False) -> None:
        """Ask for a datastream soon, together with the others that come up now.

        One with a value that waits to be sent is only asked for, behind that, if
        there is reason to insist.
        """
        self._unasked[name] = insist or self._unasked.get(name, False)
        if self._ask_scheduled is None:
            self._ask_scheduled = self._hass.loop.call_soon(self._async_start_asking)

    @callback
    def _async_start_asking(self) -> None:
        """Ask in the background: it may have to wait for its turn."""
        self._ask_scheduled = None
        names = sorted(
            name
            for name, insist in self._unasked.items()
            if name in self._followed
            and (insist or not self._uplink.async_is_unsent(name))
        )
        self._unasked.clear()
        if names:
            self._entry.async_create_background_task(
                self._hass, self._async_ask(names), "blynk_bridge controls"
            )

    async def _async_ask(self, names: list[str]) -> None:
        """Ask Blynk for what it has of these datastreams.

        Without a connection nothing is asked: the next one asks for all.
        """
        for asked, question in self._uplink.questions(names):
            await self._async_inquire(asked, question)

    async def _async_inquire(self, names: list[str], question: Publication) -> None:
        """Send one question, and note until when its answers may come."""
        questions = self._async_expect(names, math.inf)
        try:
            await self._uplink.async_send_latest(lambda: question, Lane.URGENT)
        except LinkError as error:
            _LOGGER.debug("Could not ask for %d controls: %s", len(names), error)
            until = 0.0
        else:
            until = self._hass.loop.time() + _ANSWER_TIME
        for asked in questions:
            asked.until = until
