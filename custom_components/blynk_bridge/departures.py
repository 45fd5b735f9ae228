"""Departures: what waits leaves, one message after another, when the pace allows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import logging
from typing import Final, Never

from .device.errors import LinkError, NotConnected, PublishRefused
from .device.outbox import Outbox, Parcel
from .device.pacing import Lane, Pacer
from .device.session import DeviceSession
from .errands import Compose, Errand, Errands

_LOGGER: Final = logging.getLogger(__name__)

_PATIENCE: Final = 900.0
"""Seconds after which the pacer is asked again: the clock may have been put right."""


class Departures:
    """Sends the outbox's values and the errands, the most urgent first.

    `on_leaving` and `on_answered` are called with a parcel of values before it is
    sent and once the server has dealt with it, the latter also with whether it has
    arrived, `on_sent` after each message that has.
    """

    def __init__(
        self,
        session: DeviceSession,
        pacer: Pacer,
        outbox: Outbox,
        *,
        on_leaving: Callable[[Parcel], None],
        on_answered: Callable[[Parcel, bool], None],
        on_sent: Callable[[], None],
    ) -> None:
        """Prepare; `async_run` sends."""
        self._session = session
        self._pacer = pacer
        self._outbox = outbox
        self._errands = Errands()
        self._on_leaving = on_leaving
        self._on_answered = on_answered
        self._on_sent = on_sent
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look again at what waits: there is more of it."""
        self._wake.set()

    async def async_send(self, compose: Compose, lane: Lane) -> None:
        """Send what is composed when the lane's turn comes, unless that is nothing.

        Raises NotConnected while there is no session, and the LinkError that
        ended the link or the message.
        """
        if not self._session.ready:
            raise NotConnected("no session")
        await self._errands.wait_for(compose, lane, self.wake)

    @property
    def errands(self) -> int:
        """Return how many messages that are no values wait."""
        return len(self._errands)

    def drop_errands(self) -> None:
        """Tell everybody who waits for a message that its session is over."""
        self._errands.drop()

    async def async_run(self) -> Never:
        """Send what waits, for ever."""
        while True:
            await self._async_next_turn()
            errand, waiting = self._errands.lane, self._outbox.lane
            # The value first: an errand of the same lane can wait, though not for ever.
            if errand is not None and (
                waiting is None
                or errand < waiting
                or (errand == waiting and self._errands.overdue)
            ):
                await self._async_run_errand(self._errands.take())
            elif (parcel := self._outbox.take()) is not None:
                await self._async_send_values(parcel)

    @property
    def _lane(self) -> Lane | None:
        """Return the most urgent lane with something in it."""
        lanes = (self._errands.lane, self._outbox.lane)
        return min((lane for lane in lanes if lane is not None), default=None)

    async def _async_next_turn(self) -> None:
        """Return when the most urgent of what waits may be sent."""
        while True:
            await self._session.wait_ready()
            self._wake.clear()
            if (lane := self._lane) is None:
                await self._wake.wait()
            elif (delay := self._pacer.delay(lane)) > 0:
                # Something more urgent may come and be allowed to go earlier.
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(delay, _PATIENCE)):
                        await self._wake.wait()
            else:
                return

    async def _async_run_errand(self, errand: Errand) -> None:
        """Send one message that is no value, and tell who waits for it."""
        try:
            if (publication := errand.compose()) is not None:
                self._pacer.spend(errand.lane)
                await self._session.publish(publication)
                self._on_sent()
        except LinkError as error:
            errand.fail(error)
        except Exception as error:
            errand.fail(error)
            raise
        else:
            errand.succeed()

    async def _async_send_values(self, parcel: Parcel) -> None:
        """Send one message; what is not acknowledged waits again."""
        self._pacer.spend(parcel.lane)
        self._on_leaving(parcel)
        arrived = False
        try:
            await self._session.publish(parcel.publication)
        except PublishRefused as error:
            # Sent again, it would be refused again: the next change is another try.
            _LOGGER.debug("%d values dropped: %s", len(parcel.values), error)
            self._outbox.refused(parcel)
        except LinkError as error:
            _LOGGER.debug("%d values wait again: %s", len(parcel.values), error)
            self._outbox.returned(parcel)
        else:
            self._outbox.acknowledged(parcel)
            self._on_sent()
            arrived = True
        self._on_answered(parcel, arrived)
