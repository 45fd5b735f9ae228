"""Whether Blynk knows the datastreams: it drops a value of an unknown one silently."""

import asyncio
from collections.abc import Callable, Iterable
import logging
import math
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .device.errors import LinkError, PublishRefused
from .device.messages import Publication
from .device.pacing import Lane
from .exposure import Exposure
from .hearing import Hearing
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

_MINUTE: Final = 60.0
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_UNKNOWN_PAUSE_MAX: Final = 8 * _HOUR
_SETTLE_TIME: Final = 30.0
"""Seconds for values to arrive before anybody asks for them."""
_PATIENCE: Final = 5.0
"""Seconds to wait for an answer."""
_ANSWER_WINDOW: Final = 30.0
"""Seconds in which a late answer still is an answer, and no command."""


class DatastreamCheck:
    """Asks for the values that Blynk has acknowledged; an unknown name gets no answer.

    An answer looks like a widget's write. The first one of a name that was asked for
    is therefore taken for the answer whatever it says: an answer must never operate
    anything. A write that it is mistaken for loses nothing, since the answer, which
    follows it, says the same. Each question costs a message: known datastreams are
    asked for once a day, unknown ones after an hour, then twice as long and so on until
    it is every eight hours, however often the line flaps.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        uplink: Uplink,
        hearing: Hearing,
        on_change: Callable[[], None],
    ) -> None:
        """Prepare to call `on_change` when other datastreams are unknown than before."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._hearing = hearing
        self._on_change = on_change
        self._exposures: dict[str, Exposure] = {}
        self._found: set[str] = set()
        self._unknown: set[str] = set()
        self._asked: dict[str, list[float]] = {}
        """Until when the next writes of a datastream are answers, for each question."""
        self._complete = asyncio.Event()
        self._connected = False
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._found_until = 0.0
        self._unknown_until = 0.0
        self._unknown_pause = _HOUR
        self._retried: set[str] = set()
        """Unknown ones that were sent again, and are to be asked for again."""
        self._deaf_until = 0.0
        self._complained_at = -math.inf
        """When the server last complained, and not about a datastream of ours."""

    @property
    def unknown(self) -> frozenset[str]:
        """Return the datastreams that Blynk does not seem to know."""
        return frozenset(self._unknown)

    @callback
    def async_stop(self) -> None:
        """Stop the timer and what is under way."""
        self._connected = False
        self._async_rest()

    @callback
    def async_set_exposures(self, exposures: Iterable[Exposure]) -> None:
        """Look after these exposures: those that send a value that is kept."""
        wanted = {
            item.datastream: item
            for item in exposures
            if item.publishes and not item.trait.momentary
        }
        if wanted == self._exposures:
            return
        self._exposures = wanted
        self._found &= wanted.keys()
        self._async_set_unknown(self._unknown & wanted.keys())
        self._async_schedule(_SETTLE_TIME, self._async_ask)

    @callback
    def async_connected(self) -> None:
        """Ask for what was never asked for, once its values have arrived."""
        self._connected = True
        self._async_rest()
        self._async_renew()

    @callback
    def async_disconnected(self) -> None:
        """Expect no answer any more: it would have come in the session that ended."""
        self._connected = False
        self._async_rest()

    @callback
    def async_check_again(self) -> None:
        """Look again whether the user has created what was unknown."""
        self._unknown_until = 0.0
        self._unknown_pause = _HOUR
        self._retried.clear()
        self._async_renew()
        # Until the answer, nothing is unknown; what is then, is said anew.
        self._async_set_unknown(set())

    @callback
    def async_diagnosed(self, text: str) -> None:
        """Doubt what the server complains about, at most once an hour.

        The texts are not documented: only the answer to a question counts. One that
        names nothing of ours may be about anything that was sent, a used up quota for
        example: everything is asked for when that may be over.
        """
        now = self._hass.loop.time()
        is_general = not any(name in text for name in self._exposures)
        if is_general:
            self._complained_at = now
        asking = any(now <= untils[-1] for untils in self._asked.values())
        if asking or now < self._deaf_until:
            return
        if doubtful := {name for name in self._found if name in text}:
            self._deaf_until = now + _HOUR
            self._found -= doubtful
            self._async_schedule(_SETTLE_TIME, self._async_ask)
        elif is_general:
            self._deaf_until = self._found_until = now + _HOUR
            self._async_schedule(_HOUR, self._async_renew)

    @callback
    def async_takes(self, name: str) -> bool:
        """Return whether a write is the answer to a question, and no command."""
        now = self._hass.loop.time()
        expected = [until for until in self._asked.pop(name, ()) if now <= until]
        if not expected:
            return False
        if further := expected[1:]:
            self._asked[name] = further
        self._found.add(name)
        if not self._asked:
            self._complete.set()
        if name in self._unknown:
            self._async_set_unknown(self._unknown - {name})
        return True

    # --- When --------------------------------------------------------------------

    @callback
    def _async_schedule(self, delay: float, then: CALLBACK_TYPE) -> None:
        """Do something next, instead of what was to be done before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._connected:
            self._timer = self._hass.loop.call_later(delay, then)

    @callback
    def _async_rest(self) -> None:
        """Forget what was to be done, and what was asked."""
        self._asked.clear()
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @callback
    def _async_renew(self) -> None:
        """Send again what was unknown, since Blynk has dropped it, and ask later."""
        now = self._hass.loop.time()
        if now >= self._found_until:
            self._found.clear()
        if now >= self._unknown_until and not self._retried:
            self._retried = set(self._unknown)
            self._uplink.async_send_again(self._retried)
        self._async_schedule(_SETTLE_TIME, self._async_ask)

    @callback
    def _async_ask(self) -> None:
        """Ask in the background."""
        if self._asking is not None and not self._asking.done():
            self._async_schedule(_SETTLE_TIME, self._async_ask)
            return
        self._asking = self._entry.async_create_background_task(
            self._hass, self._async_check(), "blynk_bridge datastream check"
        )

    # --- The question --------------------------------------------------------------

    async def _async_check(self) -> None:
        """Ask for what has arrived and was not found yet, and judge by the answers."""
        now = self._hass.loop.time()
        if not self._found:
            self._found_until = now + _DAY
        open_names = self._exposures.keys() - self._found
        asked_before = self._unknown - self._retried
        due = sorted(
            name for name in open_names - asked_before if self._uplink.has_arrived(name)
        )
        try:
            await self._async_ask_for(due)
            # A line that has died answers nothing either: the second PUBACK tells.
            await self._async_ask_for(
                [n for n in due if n not in self._found | self._unknown]
            )
        except PublishRefused as error:
            _LOGGER.debug("Datastreams are not told: %s", error)
            self._async_schedule(_HOUR, self._async_renew)
            return
        except LinkError as error:
            # The next connection asks again.
            _LOGGER.debug("Datastreams were not asked for: %s", error)
            return
        silent = {name for name in due if name not in self._found}
        if silent == set(due) and self._complained_at >= now:
            # It drops questions, too: this says nothing about the datastreams.
            self._found_until = 0.0
            self._async_schedule(_HOUR, self._async_renew)
            return
        if due and silent == set(due) and not await self._hearing.async_doubt():
            # Neither does this. The next connection asks again.
            self._found_until = 0.0
            return
        if silent - self._retried:
            self._unknown_pause = _HOUR
        self._async_set_unknown((self._unknown | silent) & self._exposures.keys())
        self._retried.clear()
        now = self._hass.loop.time()
        if silent:
            self._unknown_until = now + self._unknown_pause
            self._unknown_pause = min(2 * self._unknown_pause, _UNKNOWN_PAUSE_MAX)
        if self._unknown and (wait := self._unknown_until - now) > 0:
            delay = wait
        elif open_names - self._found:
            delay = 15 * _MINUTE
        else:
            delay = max(self._found_until - now, _HOUR)
        self._async_schedule(delay, self._async_renew)

    async def _async_ask_for(self, names: list[str]) -> None:
        """Ask for these datastreams, and wait for the answers."""
        for asked, question in self._uplink.questions(names):
            await self._async_inquire(asked, question)

    async def _async_inquire(self, names: list[str], question: Publication) -> None:
        """Send one question, and wait for its answers for a while."""
        self._complete.clear()

        def compose() -> Publication:
            """Expect answers from when the question leaves, which may be late."""
            until = self._hass.loop.time() + _ANSWER_WINDOW
            for name in names:
                self._asked.setdefault(name, []).append(until)
            return question

        await self._uplink.async_send_latest(compose, Lane.ROUTINE)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._complete.wait()
        except TimeoutError:
            _LOGGER.debug("No answer for %d datastreams", len(self._asked))

    @callback
    def _async_set_unknown(self, names: set[str]) -> None:
        """Note what is unknown, and say so if it is something else than before.

        That all are known is said each time: an issue of an earlier run may be left.
        """
        if names != self._unknown or self._exposures.keys() <= self._found:
            self._unknown = names
            self._on_change()
