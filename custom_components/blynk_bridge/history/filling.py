"""Filling: the points of the gaps on their way to Blynk, one message after another."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice
import logging
from typing import Final, Never

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..device.errors import LinkError, PublishRefused
from ..device.messages import Publication, timestamped_batches
from ..device.pacing import Lane
from ..exposure import Exposure
from ..reader import Reader
from ..uplink import Uplink
from .daily_points import DailyPoints
from .dues import Due, Dues
from .gaps import REACH, Gap
from .omissions import SEVERAL_PARTS, Omissions
from .past import Past
from .recorded import RecorderUnavailable

_LOGGER: Final = logging.getLogger(__name__)

_ENOUGH: Final = 64
"""Points; more do not fit in a message."""
_AT_ONCE: Final = 10
"""Messages that are counted without letting anything else run."""
_RETRY: Final = 300.0
"""Seconds until a recorder that did not answer is asked again."""
_SPACING: Final = 1.0
"""Seconds until the next try after a message that did not arrive."""


class Filling:
    """Sends what is owed when there is room, each exposure in turn.

    `on_progress` is called when less or more is owed, and `write` writes down at
    once what has been booked.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        uplink: Uplink,
        reader: Reader,
        dues: Dues,
        daily: DailyPoints,
        omissions: Omissions,
        *,
        wait_ready: Callable[[], Awaitable[None]],
        on_progress: Callable[[], None],
        write: Callable[[], Awaitable[None]],
    ) -> None:
        """Prepare; `async_run` sends."""
        self._hass = hass
        self._uplink = uplink
        self._reader = reader
        self._dues = dues
        self._daily = daily
        self._omissions = omissions
        self._wait_ready = wait_ready
        self._on_progress = on_progress
        self._write = write
        self._served: Due | None = None
        self._wake = asyncio.Event()
        self._readable = True
        """Whether the recorder has answered the last time: said once in each direction."""

    def wake(self) -> None:
        """Look again at what is owed: there is more of it."""
        self._wake.set()

    async def async_run(self) -> Never:
        """Fill the gaps, for ever."""
        while True:
            self._wake.clear()
            try:
                await self._async_count_new()
                await self._async_send_next()
            except RecorderUnavailable as error:
                if self._readable:
                    _LOGGER.warning("The recorder can't be read at present: %s", error)
                self._readable = False
                await asyncio.sleep(_RETRY)

    def _note_readable(self) -> None:
        """Say so if the recorder answers again."""
        if not self._readable:
            _LOGGER.info("The recorder can be read again")
        self._readable = True

    # --- Counting --------------------------------------------------------------

    async def async_count(self, exposure: Exposure, gap: Gap) -> tuple[int, int]:
        """Return how many points a gap has, and how many messages they take.

        Raises RecorderUnavailable.
        """
        past = Past(self._hass, self._reader, exposure, gap)
        points = messages = 0
        while await past.async_read(_ENOUGH):
            count, _ = _next_message(
                exposure.datastream, past, _ENOUGH, self._uplink.size_max
            )
            past.drop(count)
            points += count
            messages += 1
            if not messages % _AT_ONCE:
                await asyncio.sleep(0)
        return points, messages

    async def _async_count_new(self) -> None:
        """Count what has come to be owed, if it can be had."""
        for due in self._dues:
            if due.waiting is not None:
                continue
            due.forget_before(_now() - REACH)
            if self._omissions.async_is_obstructed(due.exposure):
                due.set_gaps([])
            gaps = list(due.gaps)
            counts = [await self.async_count(due.exposure, gap) for gap in gaps]
            if gaps:
                self._note_readable()
            if due.gaps == gaps:
                due.waiting = sum(points for points, _ in counts)
            self._on_progress()

    # --- Sending ---------------------------------------------------------------

    async def _async_send_next(self) -> None:
        """Send one message, or wait for there to be one."""
        if (due := self._dues.next(self._served)) is None:
            await self._wake.wait()
            return
        await self._wait_ready()
        if (past := self._past(due)) is None:
            return
        more = await past.async_read(_ENOUGH)
        self._note_readable()
        if not self._wants(due, past):
            return
        if past.left_out:
            self._omissions.async_say(due.exposure, SEVERAL_PARTS)
        if not more:
            due.close_gap()
            self._on_progress()
        elif (left := self._daily.left(_now())) == 0:
            await asyncio.sleep(self._daily.more_in(_now()))
        else:
            self._served = due
            await self._async_send(due, past, left)

    def _past(self, due: Due) -> Past | None:
        """Return the first gap as far as it is read, None if nothing is owed any more."""
        if due not in self._dues:
            return None
        due.forget_before(_now() - REACH)
        if not due.gaps:
            self._on_progress()
            return None
        if due.past is None:
            gap = due.gaps[0]
            due.past = Past(self._hass, self._reader, due.exposure, gap)
            self._omissions.async_look_for_purged(due.exposure, gap)
        return due.past

    async def _async_send(self, due: Due, past: Past, left: int) -> None:
        """Send the next points of a gap; once they have arrived, they are done with."""
        name = due.exposure.datastream
        count, publication = _next_message(
            name, past, min(left, _ENOUGH), self._uplink.size_max
        )
        if self._daily.book(count, _now()):
            await self._write()
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
                self._on_progress()

    def _wants(self, due: Due, past: Past) -> bool:
        """Return whether what was read of an exposure is still to be sent."""
        return due in self._dues and due.past is past


def _next_message(
    name: str, past: Past, limit: int, size_max: int
) -> tuple[int, Publication]:
    """Return the next message, and how many of the points that wait are in it."""
    rows = [point.timed for point in islice(past.points, limit)]
    return next(timestamped_batches(name, rows, size_max))


def _now() -> float:
    """Return the time of day, in seconds of the epoch."""
    return dt_util.utcnow().timestamp()
