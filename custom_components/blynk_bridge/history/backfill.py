"""Backfill: what Blynk has missed, sent later from Home Assistant's recorder."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Never

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..exposure import Exposure
from ..learned import Learned
from ..reader import Reader
from ..uplink import Uplink
from .daily_points import DailyPoints
from .dues import Due, Dues
from .filling import Filling
from .gaps import REACH, Gap, StoredHistory, with_gap
from .omissions import Omissions
from .recorded import Obstacle, recording_since


class Backfill:
    """Knows the gaps that being offline leaves in Blynk's history, and has them filled.

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
        self._learned = learned
        self._device = device
        self._on_progress = on_progress
        stored = learned.history
        if stored is not None and stored["device"] != device:
            stored = None
        # Killed while each value was on its way: what is missing began with this run.
        self._crashed = stored is not None and stored["live"]
        floor = (recording_since(hass) or _now()) if self._crashed else None
        self._dues = Dues(stored, floor)
        self._daily = DailyPoints(_by_hour(stored))
        self._omissions = Omissions(hass)
        self._filling = Filling(
            hass,
            uplink,
            reader,
            self._dues,
            self._daily,
            self._omissions,
            wait_ready=wait_ready,
            on_progress=self._async_progressed,
            write=self._async_write,
        )
        self._live = False
        self._stopped = False
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

    async def async_run(self) -> Never:
        """Fill the gaps, for ever."""
        await self._filling.async_run()

    @callback
    def async_set_exposures(self, exposures: Iterable[Exposure]) -> None:
        """Follow these exposures from now on."""
        if self._dues.bind(exposures, _now()):
            # Killed again before there is a connection, we know where this run began.
            self._async_store(at_once=self._crashed)
            self._crashed = False
            self._filling.wake()
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
                if self._may_have_changed(due):
                    missed = Gap(max(due.until, now - REACH), now)
                    due.set_gaps(with_gap(due.gaps, missed))
                due.until = now
        self._async_store(at_once=True)
        self._filling.wake()
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
        if self._omissions.async_is_obstructed(due.exposure):
            return False
        state = self._hass.states.get(due.exposure.entity_id)
        return state is None or state.last_updated_timestamp > due.until

    # --- On request ----------------------------------------------------------------

    def obstacle(self, exposure: Exposure) -> Obstacle | None:
        """Return why there is no history of an exposure, None where there is."""
        return self._omissions.obstacle(exposure)

    async def async_request(
        self, exposure: Exposure, start: float, end: float
    ) -> tuple[int, int]:
        """Send what was between two times, too; return how many points and messages.

        Raises RecorderUnavailable.
        """
        gap = Gap(start, end)
        counted = await self._filling.async_count(exposure, gap)
        for due in self._dues:
            if due.exposure == exposure and counted[0]:
                is_all = not due.gaps
                due.set_gaps(with_gap(due.gaps, gap))
                if is_all:
                    due.waiting = counted[0]
        self._filling.wake()
        self._async_progressed()
        return counted

    # --- What is kept, and told ------------------------------------------------------

    @callback
    def _async_progressed(self) -> None:
        """Remember and show that less or more is owed."""
        self._async_store()
        self._on_progress()

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

    async def _async_write(self) -> None:
        """Write down now what has been booked."""
        self._async_store()
        await self._learned.async_save()

    @property
    def waiting(self) -> int:
        """Return how many points wait to be sent, as far as they are counted."""
        return sum(due.waiting or 0 for due in self._dues)

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
                    "left_out": self._omissions.of(due.exposure.datastream),
                }
                for due in self._dues
                if due.exposure.backfill or due.gaps or due.sent
            },
        }


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
