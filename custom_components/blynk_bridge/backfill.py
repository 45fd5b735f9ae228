"""Backfill: what Blynk has missed, sent later from Home Assistant's recorder."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
import logging
from typing import Any, Final, Never

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .daily_points import DailyPoints
from .device.errors import LinkError, PublishRefused
from .device.messages import Publication, timestamped_batches
from .device.pacing import Lane
from .dues import Due, Dues
from .exposure import Exposure
from .gaps import REACH, Gap, StoredHistory, with_gap
from .learned import Learned
from .past import Past
from .reader import Reader
from .recorded import (
    Obstacle,
    RecorderUnavailable,
    obstacle,
    oldest_state,
    recording_since,
)
from .uplink import Uplink

_LOGGER: Final = logging.getLogger(__name__)

_ENOUGH: Final = 64
"""Points; more do not fit in a message."""
_AT_ONCE: Final = 10
"""Messages that are counted without letting anything else run."""
_RETRY: Final = 300.0
"""Seconds until a recorder that did not answer is asked again."""
_SPACING: Final = 1.0
"""Seconds until the next try after a message that did not arrive."""


class Backfill:
    """Fills the gaps that being offline leaves in Blynk's history, when there is room.

    While there is a connection, values reach Blynk as they come, and nothing is
    written down. When it ends, how far Blynk was told is written for each exposure;
    when it is back, what the recorder has since then is a gap.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        uplink: Uplink,
        reader: Reader,
        learned: Learned,
        device: str,
        *,
        wait_ready: Callable[[], Awaitable[None]],
        on_progress: Callable[[], None],
    ) -> None:
        """Prepare, with what was learned of this very device."""
        self._hass = hass
        self._uplink = uplink
        self._reader = reader
        self._learned = learned
        self._device = device
        self._wait_ready = wait_ready
        self._on_progress = on_progress
        stored = learned.history
        if stored is not None and stored["device"] != device:
            stored = None
        # Killed while each value was on its way: what is missing began with this run.
        self._crashed = stored is not None and stored["live"]
        floor = (recording_since(hass) or _now()) if self._crashed else None
        self._dues = Dues(stored, floor)
        self._daily = DailyPoints(_by_hour(stored))
        self._live = False
        self._stopped = False
        self._said: set[tuple[str, str]] = set()
        self._served: Due | None = None
        self._wake = asyncio.Event()
        self._saves: set[asyncio.Task[None]] = set()
        self._unlisten: CALLBACK_TYPE | None = None

    # --- Life ------------------------------------------------------------------

    @callback
    def async_start(self) -> None:
        """Know when Home Assistant stops: what happens then is not seen by Blynk."""
        self._unlisten = self._hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_home_stops
        )

    @callback
    def _async_home_stops(self, _: Event) -> None:
        """Note how far Blynk was told."""
        self._unlisten = None
        self.async_close()

    @callback
    def async_close(self) -> None:
        """Note how far Blynk was told, for the last time."""
        self._stopped = True
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None
        self._async_note()
        self._live = False
        self._daily.give_back()
        self._async_store()

    @callback
    def async_set_exposures(self, exposures: Iterable[Exposure]) -> None:
        """Follow these exposures from now on."""
        if self._dues.bind(exposures, _now()):
            # Killed again before there is a connection, we know where this run began.
            self._async_store(at_once=self._crashed)
            self._crashed = False
            self._wake.set()
            self._on_progress()

    # --- The connection ----------------------------------------------------------

    @callback
    def async_connected(self) -> None:
        """Take for a gap what has happened since Blynk was told last."""
        if self._live or self._stopped:
            return
        self._live = True
        now = _now()
        for due in self._dues:
            due.refused = False
            if due.exposure.backfill:
                if self._may_have_changed(due) and not self._is_obstructed(due):
                    missed = Gap(max(due.until, now - REACH), now)
                    due.set_gaps(with_gap(due.gaps, missed))
                due.until = now
        self._async_store(at_once=True)
        self._wake.set()
        self._on_progress()

    @callback
    def async_disconnected(self) -> None:
        """Note how far Blynk was told."""
        if self._live:
            self._async_note()
            self._live = False
            self._async_store(at_once=True)

    @callback
    def _async_note(self) -> None:
        """Remember how far Blynk was told, of each exposure."""
        if not self._live:
            return
        for due in self._dues:
            delivered = self._uplink.delivered_until(due.exposure.datastream)
            if delivered is not None:
                due.until = max(due.until, delivered)

    def _may_have_changed(self, due: Due) -> bool:
        """Return whether anything was recorded that Blynk was not told."""
        state = self._hass.states.get(due.exposure.entity_id)
        return state is None or state.last_updated_timestamp > due.until

    @callback
    def _is_obstructed(self, due: Due) -> bool:
        """Return whether there is no history to be had; say so once."""
        due.obstacle = obstacle(self._hass, due.exposure.entity_id)
        if due.obstacle is not None:
            self._say(due, due.obstacle)
        return due.obstacle is not None

    # --- On request ----------------------------------------------------------------

    def obstacle(self, exposure: Exposure) -> Obstacle | None:
        """Return why there is no history of an exposure, None where there is."""
        if exposure.template is not None:
            return Obstacle.TEMPLATE
        return obstacle(self._hass, exposure.entity_id)

    async def async_request(
        self, exposure: Exposure, start: float, end: float
    ) -> tuple[int, int]:
        """Send what was between two times, too; return how many points and messages.

        Raises RecorderUnavailable.
        """
        counted = await self._async_count(exposure, Gap(start, end))
        for due in self._dues:
            if due.exposure == exposure and counted[0]:
                is_all = not due.gaps
                due.set_gaps(with_gap(due.gaps, Gap(start, end)))
                if is_all:
                    due.waiting = counted[0]
        self._async_store()
        self._wake.set()
        self._on_progress()
        return counted

    async def _async_count(self, exposure: Exposure, gap: Gap) -> tuple[int, int]:
        """Return how many points a gap has, and how many messages they take."""
        past = Past(self._hass, self._reader, exposure, gap)
        points = messages = 0
        while await past.async_read(_ENOUGH):
            count, _ = _next_message(exposure.datastream, past, _ENOUGH)
            past.drop(count)
            points += count
            messages += 1
            if not messages % _AT_ONCE:
                await asyncio.sleep(0)
        return points, messages

    # --- Sending ---------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Return how many points wait to be sent, as far as they are counted."""
        return sum(due.waiting or 0 for due in self._dues)

    async def async_run(self) -> Never:
        """Fill the gaps, for ever."""
        while True:
            self._wake.clear()
            try:
                await self._async_count_new()
                await self._async_send_next()
            except RecorderUnavailable as error:
                _LOGGER.warning("The recorder can't be read at present: %s", error)
                await asyncio.sleep(_RETRY)

    async def _async_count_new(self) -> None:
        """Count what has come to be owed."""
        for due in self._dues:
            if due.waiting is None:
                gaps = list(due.gaps)
                counts = [await self._async_count(due.exposure, gap) for gap in gaps]
                if due.gaps == gaps:
                    due.waiting = sum(points for points, _ in counts)
                self._on_progress()

    async def _async_send_next(self) -> None:
        """Send one message, or wait for there to be one."""
        if (due := self._dues.next(self._served)) is None:
            await self._wake.wait()
            return
        await self._wait_ready()
        due.forget_before(_now() - REACH)
        if not due.gaps or self._is_obstructed(due):
            due.set_gaps([])
            self._async_store()
            return
        if due.past is None:
            due.past = Past(self._hass, self._reader, due.exposure, due.gaps[0])
            self._say_purged(due)
        past = due.past
        more = await past.async_read(_ENOUGH)
        if due.past is not past:
            return
        if past.left_out:
            self._say(due, "several_parts")
        if not more:
            due.close_gap()
            self._async_store()
            self._on_progress()
        elif (left := self._daily.left(_now())) == 0:
            await asyncio.sleep(self._daily.more_in(_now()))
        else:
            self._served = due
            await self._async_send(due, past, left)

    async def _async_send(self, due: Due, past: Past, left: int) -> None:
        """Send the next points of a gap; once they have arrived, they are done with."""
        name = due.exposure.datastream
        count, publication = _next_message(name, past, min(left, _ENOUGH))
        if self._daily.book(count, _now()):
            self._async_store()
            await self._learned.async_save()
        try:
            await self._uplink.async_send_latest(
                lambda: publication if self._wants(due, past) else None, Lane.HISTORY
            )
        except PublishRefused as error:
            _LOGGER.debug("Points of %s refused: %s", name, error)
            due.refused = True
        except LinkError as error:
            _LOGGER.debug("Points of %s wait: %s", name, error)
            await asyncio.sleep(_SPACING)
        else:
            if self._wants(due, past):
                due.advance(count)
                self._async_store()
                self._on_progress()

    def _wants(self, due: Due, past: Past) -> bool:
        """Return whether what was read of an exposure is still to be sent."""
        return due in self._dues and due.past is past

    # --- What is kept, and told ------------------------------------------------------

    @callback
    def _async_store(self, *, at_once: bool = False) -> None:
        """Remember how far Blynk's history goes: soon, or at once where it tells a gap."""
        exposures = self._dues.stored()
        if not exposures and self._learned.history is None:
            return
        self._learned.async_set_history(
            StoredHistory(
                device=self._device,
                live=self._live,
                booked={str(hour): n for hour, n in self._daily.booked.items()},
                exposures=exposures,
            )
        )
        if at_once and exposures:
            task = self._hass.async_create_task(self._learned.async_save())
            self._saves.add(task)
            task.add_done_callback(self._saves.discard)

    def _say_purged(self, due: Due) -> None:
        """Say once that some of what is owed is no longer recorded."""
        oldest = oldest_state(self._hass)
        if oldest is not None and due.gaps[0].start < oldest:
            self._say(due, "purged")

    def _say(self, due: Due, what: str) -> None:
        """Say once what is left out of Blynk's history."""
        name = due.exposure.datastream
        if (name, what) not in self._said:
            self._said.add((name, what))
            _LOGGER.warning(
                "Blynk's history of %s (%s) is not complete: %s",
                name,
                due.exposure.entity_id,
                _WORDS[what],
            )

    @callback
    def diagnostics(self) -> dict[str, Any]:
        """Return how far Blynk's history goes, with nothing secret."""
        return {
            "live": self._live,
            "points_waiting": self.waiting,
            "points_left_today": self._daily.left(_now()),
            "datastreams": {
                due.exposure.datastream: {
                    "backfill": due.exposure.backfill,
                    "told_until": _text(due.until),
                    "gaps": [[_text(gap.start), _text(gap.end)] for gap in due.gaps],
                    "points_waiting": due.waiting,
                    "points_sent": due.sent,
                    "refused": due.refused,
                    "left_out": sorted(
                        what
                        for name, what in self._said
                        if name == due.exposure.datastream
                    ),
                }
                for due in self._dues
                if due.exposure.backfill or due.gaps or due.sent
            },
        }


_WORDS: Final = {
    Obstacle.NO_RECORDER: "Home Assistant has no recorder",
    Obstacle.NOT_RECORDED: "the recorder leaves this entity out",
    "purged": "older states are no longer recorded",
    "several_parts": "texts of several parts can't be sent with a time",
}


def _next_message(name: str, past: Past, limit: int) -> tuple[int, Publication]:
    """Return the next message, and how many of the points that wait are in it."""
    rows = [point.timed for point in islice(past.points, limit)]
    return next(timestamped_batches(name, rows))


def _now() -> float:
    """Return the time of day, in seconds of the epoch."""
    return dt_util.utcnow().timestamp()


def _text(time: float) -> str:
    """Return a time for people to read."""
    return dt_util.utc_from_timestamp(time).isoformat()


def _by_hour(stored: StoredHistory | None) -> dict[int, int]:
    """Return the points that were booked, by the hour of the epoch."""
    if stored is None:
        return {}
    return {
        int(hour): count
        for hour, count in stored["booked"].items()
        if hour.isdecimal() and count >= 0
    }
