"""Inquiries: what an action asks Blynk for, and whose each answer is."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .bindings import Bindings
from .const import DOMAIN
from .controls import Controls
from .device.messages import (
    DatastreamWrite,
    Downlink,
    MetadataValue,
    Publication,
    get_all_values,
)
from .device.metadata import metadata_questions
from .requests import Requests, Unconfirmed
from .state_sync import StateSync
from .uplink import Uplink

_PATIENCE: Final = 5.0
"""Seconds after the PUBACK to wait for the answers: what has no value gives none."""
_COLLECT_TIME: Final = 3.0
"""Seconds in which the answers to a question about everything come; nothing marks the last."""
_ANSWER_WINDOW: Final = 30.0
"""Seconds in which a late answer still is an answer, and no command."""
DATASTREAMS_MAX: Final = 256
"""Of a template: a server that names more of them is none of Blynk's."""


@dataclass(slots=True, eq=False)
class _Inquiry:
    """What is asked for, as far as it was, and what has come of it."""

    everything: bool = False
    asked: set[str] = field(default_factory=set)
    found: dict[str, str] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_lost: bool = False

    @callback
    def async_hear(self, name: str, text: str) -> None:
        """Take a value that is asked for; the newest one is true."""
        if name in self.asked or (
            self.everything
            and (name in self.found or len(self.found) < DATASTREAMS_MAX)
        ):
            self.found[name] = text
            self.changed.set()

    @callback
    def async_lose(self) -> None:
        """Wait no more: the answer would have come in the session that has ended."""
        self.is_lost = True
        self.changed.set()


class Inquiries:
    """Asks for values and metadata, as many calls at a time as there are.

    An answer looks like a widget's write, and says nothing of the question. So
    whatever comes is told to all who wait for it; and of each datastream as many
    writes as there are questions are taken for answers, which operate nothing.
    Questions that others ask are counted by those.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        uplink: Uplink,
        requests: Requests,
        bindings: Bindings,
        controls: Controls,
        state_sync: StateSync,
    ) -> None:
        """Prepare to ask."""
        self._hass = hass
        self._uplink = uplink
        self._requests = requests
        self._bindings = bindings
        self._controls = controls
        self._state_sync = state_sync
        self._of_values: list[_Inquiry] = []
        self._of_metadata: list[_Inquiry] = []
        self._expected: dict[str, list[float]] = {}
        """Until when the next writes of a datastream are answers, for each question."""

    # --- Questions ---------------------------------------------------------------

    async def async_values(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the stored values of those of these datastreams that have one.

        Raises HomeAssistantError where they can't be asked for.
        """
        names = list(names)
        with self._listening(self._of_values, names) as inquiry:
            for asked, question in self._uplink.questions(names):
                await self._async_ask(inquiry, asked, question)
            await _async_wait(inquiry, names, _PATIENCE)
        return inquiry.found

    async def async_all_values(self) -> Mapping[str, str]:
        """Return the values of all datastreams that the template syncs.

        Nobody knows which those are. What of ours may be among them is taken for an
        answer as long as the answers come, and what is guarded for some time after.
        Raises HomeAssistantError where they can't be asked for.
        """
        names = list(self._bindings.exposures)
        with self._listening(self._of_values, ()) as inquiry:
            inquiry.everything = True
            await self._async_ask(inquiry, names, get_all_values())
            await _async_wait(inquiry, None, _COLLECT_TIME)
            # What has answered expects nothing more: what is expected is another's.
            for name in inquiry.asked - inquiry.found.keys():
                exposure = self._bindings.exposures.get(name)
                if exposure is not None and not self._state_sync.is_guarded(exposure):
                    self._async_withdraw((name,))
        return inquiry.found

    async def async_metadata(self, fields: Iterable[str]) -> Mapping[str, str]:
        """Return those of these metadata fields that the device has.

        Raises HomeAssistantError where they can't be asked for.
        """
        fields = list(fields)
        with self._listening(self._of_metadata, fields) as inquiry:
            for asked, question in metadata_questions(fields, self._uplink.size_max):
                inquiry.asked.update(asked)
                await self._requests.async_send(partial(_same, question))
            await _async_wait(inquiry, fields, _PATIENCE)
        return inquiry.found

    @contextmanager
    def _listening(
        self, inquiries: list[_Inquiry], names: Iterable[str]
    ) -> Iterator[_Inquiry]:
        """Let an inquiry hear what comes; a complaint about an unknown name is for it."""
        inquiries.append(inquiry := _Inquiry())
        try:
            with self._requests.objections.about(names):
                yield inquiry
        finally:
            inquiries.remove(inquiry)

    async def _async_ask(
        self, inquiry: _Inquiry, names: list[str], question: Publication
    ) -> None:
        """Send one question, and expect answers from when it leaves, which may be late."""
        has_left = False

        def leave() -> Publication:
            nonlocal has_left
            has_left = True
            inquiry.asked.update(names)
            self._async_expect(names)
            self._controls.async_expect(None if inquiry.everything else names)
            return question

        try:
            await self._requests.async_send(leave)
        except Unconfirmed:
            # It may have arrived, and its answer may still come.
            raise
        except HomeAssistantError:
            if has_left:
                self._async_withdraw(names)
            raise

    @callback
    def _async_expect(self, names: Iterable[str]) -> None:
        """Take the next write of each of these for an answer."""
        until = self._hass.loop.time() + _ANSWER_WINDOW
        for name in names:
            self._expected.setdefault(name, []).append(until)

    # --- Answers -----------------------------------------------------------------

    @callback
    def async_heard(self, message: Downlink) -> None:
        """Tell what comes to all who wait for it."""
        match message:
            case DatastreamWrite(name, text):
                inquiries = self._of_values
            case MetadataValue(name, text):
                inquiries = self._of_metadata
            case _:
                return
        for inquiry in inquiries:
            inquiry.async_hear(name, text)

    @callback
    def async_takes(self, name: str) -> bool:
        """Return whether a write is the answer to a question, and no command."""
        now = self._hass.loop.time()
        expected = [until for until in self._expected.pop(name, ()) if now <= until]
        if further := expected[1:]:
            self._expected[name] = further
        return bool(expected)

    @callback
    def _async_withdraw(self, names: Iterable[str]) -> None:
        """Expect an answer less of each of these."""
        for name in names:
            if further := self._expected.pop(name, [])[1:]:
                self._expected[name] = further

    @callback
    def async_disconnected(self) -> None:
        """Expect no answer any more: it would have come in the session that ended."""
        self._expected.clear()
        for inquiry in (*self._of_values, *self._of_metadata):
            inquiry.async_lose()


async def _async_wait(
    inquiry: _Inquiry, names: Iterable[str] | None, patience: float
) -> None:
    """Wait until all of these names have answered, for a while at most.

    Raises HomeAssistantError when the session ends meanwhile.
    """
    wanted = None if names is None else set(names)
    try:
        async with asyncio.timeout(patience):
            while wanted is None or not wanted <= inquiry.found.keys():
                await inquiry.changed.wait()
                inquiry.changed.clear()
                if inquiry.is_lost:
                    break
    except TimeoutError:
        return
    if inquiry.is_lost:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="not_connected"
        )


def _same(question: Publication) -> Publication:
    """Return a question as it is when its turn has come."""
    return question
