"""State sync: what was set in Blynk while nobody listened, carried out on connecting."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
import logging
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.start import async_at_started

from .device.errors import InvalidValue, LinkError, PublishRefused
from .device.messages import Publication
from .device.pacing import Lane
from .device.values import from_text
from .exposure import Exposure
from .reader import Reader
from .traits import tolerant
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

_PATIENCE: Final = 5.0
"""Seconds to wait for the stored values: what has none is not answered for."""
_LATE: Final = 30.0
"""Seconds after an inquiry in which its answer may still come."""

_ANSWER_WINDOW: Final = 30.0
"""Seconds in which a late answer still is an answer, and no command."""


class StateSync:
    """Asks for the stored values of the exposures whose values are Blynk's to tell.

    Until the answer, which is carried out as a command, their own values do not go
    up: they would overwrite it.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        uplink: Uplink,
        reader: Reader,
    ) -> None:
        """Prepare to ask."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._reader = reader
        self._awaited: dict[str, Exposure] = {}
        self._compared: dict[str, tuple[Exposure, float]] = {}
        """Of which Blynk's value is only asked for, and until when that is an answer."""
        self._has_asked = False
        """Whether what is awaited has been asked for, or is about to be."""
        self._complete = asyncio.Event()
        self._inquiries = 0
        self._late_until = 0.0
        self._heard: set[str] = set()
        """The datastreams that have answered the last inquiry, or have told so since."""
        self._asking: asyncio.Task[None] | None = None
        self._started = asyncio.Event()
        self._stop: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Ask nothing before there are entities that could take a command."""
        self._stop = async_at_started(self._hass, self._async_started)

    @callback
    def _async_started(self, _: HomeAssistant) -> None:
        """Let the questions go."""
        self._started.set()

    @callback
    def async_stop(self) -> None:
        """Stop listening."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    @callback
    def async_connected(self, exposures: Iterable[Exposure]) -> None:
        """Hold the values back that are to be asked for."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        self._has_asked = False
        self._compared.clear()
        earlier = self._awaited.keys()
        self._awaited = {
            exposure.datastream: exposure
            for exposure in exposures
            if exposure.sync_from_blynk
            and exposure.accepts_writes
            and not exposure.trait.momentary
        }
        for name in earlier - self._awaited.keys():
            self._uplink.async_resume(name)
        for name in self._awaited:
            self._uplink.async_defer(name)

    @callback
    def async_ask(self, compared: Iterable[Exposure]) -> None:
        """Ask in the background for what is held back, and for what is to be compared."""
        wanted = {
            item.datastream: item
            for item in compared
            if item.datastream not in self._awaited
        }
        if not self._awaited and not wanted:
            return
        self._complete.clear()
        self._asking = self._entry.async_create_background_task(
            self._hass, self._async_ask(wanted), "blynk_bridge state sync"
        )

    @contextmanager
    def inquiry(self) -> Iterator[None]:
        """Take what comes for the answer to a question, and for no command.

        For who asks what Blynk has without meaning to carry it out: nothing in an
        answer says that it is one. One that comes late opens no door: what is guarded
        takes its first write for the answer for some time afterwards.
        """
        self._inquiries += 1
        self._heard.clear()
        try:
            yield
        finally:
            self._inquiries -= 1
            self._late_until = self._hass.loop.time() + _LATE

    def awaits(self, exposure: Exposure) -> bool:
        """Return whether Blynk was asked for this datastream, and has not answered."""
        return exposure.datastream in self._awaited

    @callback
    def async_is_answer(self, exposure: Exposure, text: str) -> bool:
        """Return whether a write is a stored value that asks for nothing.

        Nobody wants it carried out, or it is what the entity is like anyway, or it
        was asked for when the datastream was bound to another exposure, or was no door.
        """
        awaited = self._awaited.get(exposure.datastream)
        if awaited is None:
            return self._answers_inquiry(exposure)
        # What was guarded was not asked for: this has become so since.
        if awaited != exposure or (self._has_asked and self.is_guarded(exposure)):
            return True
        try:
            value = from_text(text, exposure.data_type)
        except InvalidValue:
            return False
        return value == self._reader.read(exposure)

    def _answers_inquiry(self, exposure: Exposure) -> bool:
        """Return whether a write is to be taken for the answer to an inquiry."""
        first = exposure.datastream not in self._heard
        self._heard.add(exposure.datastream)
        if self._inquiries:
            return True
        late = self._hass.loop.time() < self._late_until
        return late and first and self.is_guarded(exposure)

    @callback
    def async_answered(self, exposure: Exposure) -> None:
        """Let the exposure's own value go up again: the answer has been dealt with."""
        if self._awaited.pop(exposure.datastream, None) is not None and (
            not self._awaited
        ):
            self._complete.set()
        self._uplink.async_resume(exposure.datastream)

    @callback
    def async_compares(self, name: str, text: str) -> bool:
        """Return whether a write is an answer to compare; send our value if it differs.

        A widget's write that it is mistaken for is not lost: the answer follows, says
        the same, and is carried out.
        """
        exposure, until = self._compared.pop(name, (None, 0.0))
        if exposure is None or self._hass.loop.time() > until:
            return False
        self.async_mend(exposure, text)
        return True

    @callback
    def async_mend(self, exposure: Exposure, text: str) -> None:
        """Send our value if Blynk has told another one, and ours is not on its way.

        It was dropped there without a word, or a write was taken for an answer.
        """
        name = exposure.datastream
        try:
            same = from_text(text, exposure.data_type) == self._reader.read(exposure)
        except InvalidValue:
            same = False
        if not same and not self._uplink.async_is_unsent(name):
            self._uplink.async_send_again((name,))

    async def _async_ask(self, compared: Mapping[str, Exposure]) -> None:
        """Ask, and wait for the answers for a while."""
        await self._started.wait()
        for exposure in list(self._awaited.values()):
            if self.is_guarded(exposure):
                self.async_answered(exposure)
        self._has_asked = True
        try:
            for names, question in self._uplink.questions([*self._awaited, *compared]):
                asked = {name: compared[name] for name in names if name in compared}
                await self._uplink.async_send_latest(
                    partial(self._compose, question, asked), Lane.URGENT
                )
            if not self._awaited:
                return
            async with asyncio.timeout(_PATIENCE):
                await self._complete.wait()
        except PublishRefused as error:
            # The link lives on: nobody would ask again.
            _LOGGER.debug("Stored values are not told: %s", error)
        except LinkError as error:
            # The values stay where they are: the next connection asks again.
            _LOGGER.debug("Stored values were not asked for: %s", error)
            return
        except TimeoutError:
            _LOGGER.debug("%d stored values did not come", len(self._awaited))
        for exposure in list(self._awaited.values()):
            self.async_answered(exposure)

    def _compose(
        self, question: Publication, compared: Mapping[str, Exposure]
    ) -> Publication:
        """Expect answers to compare from when the question leaves, which may be late."""
        until = self._hass.loop.time() + _ANSWER_WINDOW
        self._compared |= {name: (item, until) for name, item in compared.items()}
        return question

    def is_guarded(self, exposure: Exposure) -> bool:
        """Return whether a write could let somebody in: no door opens by itself.

        What can't be told is taken for guarded.
        """
        if (state := self._hass.states.get(exposure.entity_id)) is None:
            return True
        description = tolerant.describe(exposure.trait, state)
        return description is None or description.guarded
