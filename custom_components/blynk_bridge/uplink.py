"""Uplink: Home Assistant's state changes on their way to Blynk."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial
from typing import Never

from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .departures import Departures
from .device.errors import PublishRefused
from .device.messages import Publication, questions
from .device.outbox import Erased, Outbox, Parcel, Source
from .device.pacing import Lane, Pacer
from .device.session import DeviceSession
from .device.values import DataType, Value, to_json
from .echoes import Echoes, Verdict
from .errands import Compose
from .exposure import Exposure
from .feed import Feed
from .reader import Reader


class Uplink:
    """Marks what has changed; it departs when the pace allows.

    A state change only leaves a mark in the outbox: the state is read when its
    message is packed, so a storm of changes costs next to nothing.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        session: DeviceSession,
        pacer: Pacer,
        reader: Reader,
        on_sent: Callable[[], None],
    ) -> None:
        """Prepare an uplink without exposures."""
        self._hass = hass
        self._reader = reader
        self._outbox = Outbox()
        self._departures = Departures(
            session,
            pacer,
            self._outbox,
            on_leaving=self._async_leaving,
            on_answered=self._async_answered,
            on_sent=on_sent,
        )
        self._feeds: dict[str, Feed] = {}
        self._by_entity: dict[str, list[Feed]] = {}
        self._held: set[str] = set()
        self._deferred: set[str] = set()
        self._echoes = Echoes()
        self._untrack: CALLBACK_TYPE | None = None

    # --- What is exposed -------------------------------------------------------

    @callback
    def async_set_exposures(self, exposures: Iterable[Exposure]) -> None:
        """Feed these exposures from now on; what is new or changed goes up."""
        wanted = {item.datastream: item for item in exposures}
        for name, feed in list(self._feeds.items()):
            if wanted.get(name) != feed.exposure:
                feed.async_cancel()
                self._outbox.discard(name)
                self._echoes.forget(name)
                del self._feeds[name]
        for name, exposure in wanted.items():
            if name not in self._feeds:
                feed = self._feeds[name] = Feed(
                    exposure,
                    partial(self._reader.read, exposure),
                    Lane.URGENT if exposure.trait.urgent else Lane.ROUTINE,
                )
                # At first in no hurry: there may be hundreds.
                if exposure.publishes:
                    self._async_put(feed, Lane.ROUTINE)
                    self._async_follow_template(feed)
        self._async_track()

    @callback
    def _async_track(self) -> None:
        """Listen to the entities that are exposed, and to no other."""
        if self._untrack is not None:
            self._untrack()
        by_entity = defaultdict(list)
        for feed in self._feeds.values():
            if feed.exposure.publishes and feed.exposure.template is None:
                by_entity[feed.exposure.entity_id].append(feed)
        self._by_entity = dict(by_entity)
        self._untrack = async_track_state_change_event(
            self._hass, self._by_entity, self._async_state_changed
        )

    @callback
    def _async_follow_template(self, feed: Feed) -> None:
        """Follow all that a template uses, instead of its entity alone."""
        if (template := feed.exposure.template) is not None:
            feed.untrack = template.async_track(partial(self._async_changed, feed))

    @callback
    def async_stop(self) -> None:
        """Stop listening, and all timers."""
        if self._untrack is not None:
            self._untrack()
            self._untrack = None
        for feed in self._feeds.values():
            feed.async_cancel()
        self._departures.stop()

    # --- What has changed ------------------------------------------------------

    @callback
    def _async_state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Mark what the entity is exposed as."""
        for feed in self._by_entity[event.data["entity_id"]]:
            self._async_changed(feed)

    @callback
    def _async_changed(self, feed: Feed) -> None:
        """Mark an exposure, unless it is to be silent."""
        if not self._is_silent(feed.exposure.datastream):
            feed.async_mark(self._hass.loop, self._async_put)

    @callback
    def async_reconsider(self, exposure: Exposure) -> None:
        """Send what an exposure has to tell now that its entity has gone or is back."""
        feed = self._feeds.get(exposure.datastream)
        if feed is not None and feed.exposure == exposure and exposure.publishes:
            self._async_put(feed, Lane.ROUTINE)

    @callback
    def _async_put(
        self, feed: Feed, lane: Lane | None = None, *, forced: bool = False
    ) -> None:
        """Put the exposure into the outbox, in its own lane unless another is given."""
        exposure = feed.exposure
        if self._is_silent(exposure.datastream):
            return
        # In a storm most of them wait already, and nobody need look at all that waits.
        if self._outbox.put(
            exposure.datastream,
            exposure.data_type,
            feed.source,
            feed.lane if lane is None else lane,
            forced=forced,
        ):
            self._departures.wake()

    @callback
    def async_put(
        self, name: str, data_type: DataType, source: Source, lane: Lane
    ) -> None:
        """Let the value of a datastream that is no exposure wait for its message."""
        self._outbox.put(name, data_type, source, lane, forced=True)
        self._departures.wake()

    @callback
    def async_discard(self, name: str) -> None:
        """Forget a datastream that is no longer ours."""
        self._outbox.discard(name)

    @callback
    def async_is_unsent(self, name: str) -> bool:
        """Return whether Blynk has not acknowledged what was put of a datastream."""
        return self._outbox.is_unsent(name)

    @callback
    def async_is_under_way(self, name: str) -> bool:
        """Return whether a datastream's value was sent and not acknowledged yet."""
        return self._outbox.is_under_way(name)

    async def async_send(self, publication: Publication, lane: Lane) -> None:
        """Send a message that is no value when its lane's turn comes.

        Raises NotConnected while there is no session, and the LinkError that
        ended the link or the message: nothing is kept for a later session.
        """
        await self.async_send_composed(lambda: publication, lane)

    async def async_send_composed(self, compose: Compose, lane: Lane) -> None:
        """Send what is composed when its turn comes; raises as `async_send` does."""
        await self._departures.async_send(compose, lane)

    def questions(
        self, names: Iterable[str]
    ) -> Iterator[tuple[list[str], Publication]]:
        """Yield as many questions as it takes, each with the datastreams it is about."""
        return questions(names, self.size_max)

    @property
    def exhausted(self) -> bool:
        """Return whether the server has said that it takes no more for now."""
        return self._departures.exhausted

    @property
    def size_max(self) -> int:
        """Return how many bytes a message may have, as far as is known."""
        return self._departures.size_max

    async def async_send_latest(self, compose: Compose, lane: Lane) -> None:
        """Send what is composed when the lane's turn comes, unless that is nothing.

        What is refused since the server takes no more at present waits for its turn
        again. Raises as `async_send` does.
        """
        while True:
            try:
                await self._departures.async_send(compose, lane)
            except PublishRefused as error:
                if not error.will_pass:
                    raise
            else:
                return

    @callback
    def async_ask_again(self) -> None:
        """Ask the pacer again: it may allow earlier what waits, or later."""
        self._departures.wake()

    @property
    def waiting(self) -> int:
        """Return how many values and other messages wait."""
        return len(self._outbox) + self._departures.errands_waiting

    @callback
    def async_drop_errands(self) -> None:
        """Tell everybody who waits for a message that its session is over."""
        self._departures.drop_errands()

    @callback
    def async_send_all(self) -> None:
        """Send everything, whatever Blynk may have of it."""
        self._async_send_again(lambda exposure: exposure.publishes)

    @callback
    def async_send_writable(self) -> list[Exposure]:
        """Send what Blynk may have overwritten while we were not there to hear it.

        What would be a message of its own is not sent, each time the line flaps:
        what is erased, and what is returned, to be compared with what Blynk has.
        """
        writable = [
            feed.exposure
            for feed in self._feeds.values()
            if feed.exposure.publishes
            and feed.exposure.accepts_writes
            and not self._reader.erases(feed.exposure)
        ]
        alone = [item for item in writable if self._outbox.goes_alone(item.datastream)]
        self.async_send_again(
            {item.datastream for item in writable} - {item.datastream for item in alone}
        )
        return alone

    @callback
    def _async_send_again(self, wanted: Callable[[Exposure], bool]) -> None:
        """Send these exposures, whatever Blynk may have of them."""
        for feed in self._feeds.values():
            if wanted(feed.exposure):
                self._async_put(feed, Lane.ROUTINE, forced=True)

    @callback
    def async_send_again(self, names: Container[str]) -> None:
        """Send these datastreams, whatever Blynk may have of them."""
        self._async_send_again(
            lambda exposure: exposure.publishes and exposure.datastream in names
        )

    def has_arrived(self, name: str) -> bool:
        """Return whether the server has acknowledged a value of this datastream."""
        return self._outbox.has_value(name)

    def delivered_until(self, name: str) -> float | None:
        """Return until when Blynk has what an exposure had to tell, in epoch seconds.

        That is now, where nothing waits; None if nothing has arrived so far.
        """
        if (feed := self._feeds.get(name)) is None:
            return None
        if self._outbox.is_unsent(name) or feed.waits or self._is_silent(name):
            return feed.delivered
        return dt_util.utcnow().timestamp()

    # --- Silence ---------------------------------------------------------------

    def _is_silent(self, name: str) -> bool:
        """Return whether nothing of this datastream may be sent at present."""
        return name in self._held or name in self._deferred

    @callback
    def async_defer(self, name: str) -> None:
        """Send nothing of this datastream before Blynk has told what it has."""
        self._deferred.add(name)
        self._outbox.discard(name)

    @callback
    def async_resume(self, name: str) -> None:
        """Send a deferred datastream's value, whatever Blynk may have of it."""
        self._deferred.discard(name)
        feed = self._feeds.get(name)
        if feed is not None and feed.exposure.publishes:
            self._async_put(feed, Lane.ROUTINE, forced=True)

    # --- Confirmations ---------------------------------------------------------

    @callback
    def async_hold(self, exposure: Exposure) -> None:
        """Send nothing of this exposure while a command for it is carried out."""
        self._held.add(exposure.datastream)
        self._outbox.discard(exposure.datastream)

    @callback
    def async_feeds(self, exposure: Exposure) -> bool:
        """Return whether the exposure is still what its datastream is bound to."""
        feed = self._feeds.get(exposure.datastream)
        return feed is not None and feed.exposure == exposure

    @callback
    def async_confirm(self, exposure: Exposure) -> None:
        """Send the state that a command has led to, even if nothing changed.

        Source: Blynk docs, wait-for-confirmation-from-device: the widget goes
        back to its old value unless the device writes the datastream.
        """
        name = exposure.datastream
        self._held.discard(name)
        if (feed := self._feeds.get(name)) is not None:
            self._async_put(feed, Lane.CONFIRMATION, forced=True)

    @callback
    def async_is_echo(self, exposure: Exposure, value: Value) -> bool:
        """Return whether a write is what we have just sent, and answer it if so."""
        name = exposure.datastream
        form = to_json(value, exposure.data_type)
        verdict = self._echoes.judge(name, form, self._hass.loop.time())
        feed = self._feeds.get(name)
        if verdict is Verdict.REPEATED and feed is not None:
            self._async_put(feed, Lane.CONFIRMATION, forced=True)
        return verdict is not Verdict.COMMAND

    # --- Sending ---------------------------------------------------------------

    async def async_run(self) -> Never:
        """Send what waits, for ever."""
        await self._departures.async_run()

    @callback
    def _async_leaving(self, parcel: Parcel) -> None:
        """Note what is on its way, and start the intervals of its exposures."""
        for name, form in parcel.values.items():
            if (feed := self._feeds.get(name)) is not None:
                self._echoes.sending(name, form)
                feed.async_sent(
                    self._hass.loop,
                    self._async_repeat,
                    repeats=not isinstance(form, Erased),
                )

    @callback
    def _async_answered(self, parcel: Parcel, arrived: bool) -> None:
        """Expect echoes of what the server has dealt with."""
        for name in parcel.values:
            self._echoes.answered(name, self._hass.loop.time())
            if arrived and (feed := self._feeds.get(name)) is not None:
                feed.async_arrived()

    @callback
    def _async_repeat(self, feed: Feed) -> None:
        """Send an unchanged value again, before Blynk calls it stale."""
        self._async_put(feed, Lane.ROUTINE, forced=True)
