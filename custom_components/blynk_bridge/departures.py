"""Departures: what waits leaves, one message after another, when the pace allows."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
import logging
from typing import Final, Never

from .device.errors import ConnectionLost, LinkError, NotConnected, PublishRefused
from .device.messages import Publication
from .device.outbox import Outbox, Parcel
from .device.pacing import Lane, Pacer
from .device.reasons import TOO_LARGE
from .device.session import DeviceSession
from .errands import Compose, Errand, Errands

_LOGGER: Final = logging.getLogger(__name__)

_PATIENCE: Final = 900.0
"""Seconds after which the pacer is asked again: the clock may have been put right."""
_REST: Final = 900.0
"""Seconds in which a server that takes no more is left alone: each try may cost a message."""
_RETRY_TIME: Final = 3600.0
"""Seconds until one of what was refused is tried again."""


class Departures:
    """Sends the outbox's values and the errands, the most urgent first.

    `on_leaving` and `on_answered` are called with a parcel of values when it is sent
    and once the server has dealt with it, the latter also with whether it has
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
        self._woken: asyncio.Future[None] | None = None
        """What is waited for while nothing is to be sent."""
        self._given_up: set[str] = set()
        """Datastreams whose refused value was told of."""
        self._exhausted = False
        self._retry: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """Try nothing again."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def wake(self) -> None:
        """Look again at what waits: there is more of it."""
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    async def async_send(self, compose: Compose, lane: Lane) -> None:
        """Send what is composed when the lane's turn comes, unless that is nothing.

        Raises NotConnected while there is no session, and the LinkError that
        ended the link or the message.
        """
        if not self._session.ready:
            raise NotConnected("no session")
        await self._errands.wait_for(compose, lane, self.wake)

    @property
    def exhausted(self) -> bool:
        """Return whether the server has said that it takes no more for now."""
        return self._exhausted

    @property
    def size_max(self) -> int:
        """Return how many bytes a message may have, as far as is known."""
        return self._outbox.size_max

    @property
    def errands_waiting(self) -> int:
        """Return how many messages wait that are no values."""
        return len(self._errands)

    def drop_errands(self) -> None:
        """Tell everybody who waits for a message that its session is over."""
        self._errands.drop()

    async def async_run(self) -> Never:
        """Send what waits, for ever."""
        while True:
            if not self._session.ready:
                await self._session.wait_ready()
            errand, waiting = self._errands.lane, self._outbox.lane
            lane = waiting if errand is None else _most_urgent(errand, waiting)
            if lane is None:
                await self._async_wait()
            elif (delay := self._pacer.delay(lane)) > 0:
                # Something more urgent may come and be allowed to go earlier.
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(delay, _PATIENCE)):
                        await self._async_wait()
            elif errand is not None and self._errand_is_next(errand, waiting):
                await self._async_run_errand(self._errands.take())
            elif (parcel := self._outbox.take()) is not None:
                await self._async_send_values(parcel)

    async def _async_wait(self) -> None:
        """Wait until there is more to send."""
        self._woken = asyncio.get_running_loop().create_future()
        try:
            await self._woken
        finally:
            self._woken = None

    def _errand_is_next(self, errand: Lane, waiting: Lane | None) -> bool:
        """Return whether a message that is no value is to go now, by both lanes.

        A value of the same lane goes first, though not for ever; and readings that
        never end leave history the turns that the pacer grants it.
        """
        if waiting is None or errand < waiting:
            return True
        if errand > waiting and waiting is not Lane.ROUTINE:
            return False
        return self._errands.overdue and self._pacer.delay(errand) == 0

    async def _async_run_errand(self, errand: Errand) -> None:
        """Send one message that is no value, and tell who waits for it."""
        publication: Publication | None = None
        try:
            if (publication := errand.compose()) is not None:
                await self._session.publish(
                    publication, on_made=partial(self._pacer.spend, errand.lane)
                )
                self._exhausted = False
                self._on_sent()
        except LinkError as error:
            self._rest_after(error)
            if publication is not None:
                self._suspect_size(publication, error)
            errand.fail(error)
        except asyncio.CancelledError:
            # Nobody goes on after us: who waits would do so for ever.
            errand.fail(ConnectionLost())
            raise
        except Exception as error:
            errand.fail(error)
            raise
        else:
            errand.succeed()

    async def _async_send_values(self, parcel: Parcel) -> None:
        """Send one message; what is not acknowledged waits again."""
        arrived = False
        try:
            self._on_leaving(parcel)
            await self._session.publish(
                parcel.publication, on_made=partial(self._pacer.spend, parcel.lane)
            )
        except LinkError as error:
            if isinstance(error, PublishRefused) and not self._rest_after(error):
                self._give_up(self._outbox.refused(parcel), error)
            else:
                _LOGGER.debug("%d values wait again: %s", len(parcel.values), error)
                self._outbox.returned(parcel)
                self._suspect_size(parcel.publication, error)
        except Exception:
            # A bug of ours costs time, and no value; who supervises us tells of it.
            self._outbox.returned(parcel)
            raise
        else:
            self._outbox.acknowledged(parcel)
            self._given_up -= parcel.values.keys()
            self._exhausted = False
            self._on_sent()
            arrived = True
        self._on_answered(parcel, arrived)

    def _suspect_size(self, publication: Publication, error: LinkError) -> None:
        """Make messages smaller if the server ends the connection over their size.

        Only MQTT 5 tells: any other end of a connection may have any other reason.
        """
        if isinstance(error, ConnectionLost) and error.code == TOO_LARGE:
            self._outbox.shrink(publication.size)
            _LOGGER.debug("A message of %d bytes was too large", publication.size)

    def _rest_after(self, error: LinkError) -> bool:
        """Send nothing for a while if the server takes no more; return whether it is so."""
        if not isinstance(error, PublishRefused) or not error.will_pass:
            return False
        if not self._exhausted:
            _LOGGER.warning("Blynk takes no more messages for now: %s", error)
        self._exhausted = True
        self._pacer.rest(_REST)
        return True

    def _give_up(self, names: list[str], error: PublishRefused) -> None:
        """Say once of each datastream that the server does not take its value."""
        for name in names:
            level = logging.DEBUG if name in self._given_up else logging.WARNING
            self._given_up.add(name)
            _LOGGER.log(
                level, "Blynk does not take the value of datastream %s: %s", name, error
            )
        if names:
            self._retry_later()

    def _retry_later(self) -> None:
        """Try what was refused again in a while, and go on until nothing is left of it."""
        if self._retry is None:
            loop = asyncio.get_running_loop()
            self._retry = loop.call_later(_RETRY_TIME, self._try_again)

    def _try_again(self) -> None:
        """Let what was refused wait like anything else."""
        self._retry = None
        if self._outbox.retry():
            self._retry_later()
            self.wake()


def _most_urgent(errand: Lane, waiting: Lane | None) -> Lane:
    """Return the lane that goes first."""
    return errand if waiting is None else min(errand, waiting)
