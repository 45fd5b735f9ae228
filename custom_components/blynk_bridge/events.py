"""Events on their way to Blynk, within its limits."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .device.messages import MESSAGE_SIZE_MAX, Publication, event
from .device.pacing import Lane
from .learned import EventCount, Learned
from .requests import PATIENCE, Objected, Requests, Unconfirmed, Unsent

EVENTS_PER_DAY: Final = 100
"""Of one device (Blynk docs, blynk.console/limits)."""
DESCRIPTION_MAX: Final = 300
"""Characters; Blynk drops an event with more (Blynk docs, log-event)."""
_SPACING: Final = 1.0
"""Seconds between two of the same code (Blynk docs, blynk.console/limits)."""

_WAITING_MAX: Final = 10
"""Of one code: what comes too fast piles up nothing."""


class Events:
    """Sends events, and refuses those that Blynk would drop without a word.

    A day begins at Home Assistant's midnight: Blynk does not say when its own does.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        learned: Learned,
        requests: Requests,
        on_counted: Callable[[], None],
    ) -> None:
        """Prepare; today's count is what was learned."""
        self._hass = hass
        self._learned = learned
        self._requests = requests
        self._on_counted = on_counted
        # Before a reload there may have been one just now.
        earliest = hass.loop.time() + _SPACING
        self._not_before: defaultdict[str, float] = defaultdict(lambda: earliest)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[str, int] = defaultdict(int)

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Begin each day anew; return how to stop that."""
        return async_track_time_change(
            self._hass, self._async_day_began, hour=0, minute=0, second=0
        )

    @property
    def left_today(self) -> int:
        """Return how many events Blynk still takes today."""
        return max(0, EVENTS_PER_DAY - self._sent_today)

    async def async_send(self, code: str, description: str) -> None:
        """Log an event in Blynk; two of the same code keep their distance.

        An empty description stands for the one in the template. Raises
        ServiceValidationError for one that is too long, and HomeAssistantError
        when there is no connection, no event left today, no turn for it, or no answer,
        and when Blynk objects to it.
        """
        publication = _publication(code, description)
        self._check_day()
        async with self._turn(code):
            self._check_day()
            self._async_count(1)
            try:
                await self._requests.async_send(
                    lambda: publication, about=(code,), lane=Lane.URGENT
                )
            except Unsent:
                self._async_count(-1)
                raise
            # Counted all the same: it may have arrived.
            except Unconfirmed as error:
                raise HomeAssistantError(
                    translation_domain=DOMAIN, translation_key="event_not_confirmed"
                ) from error
            except Objected as error:
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key="event_refused",
                    translation_placeholders={"text": error.text},
                ) from error
            finally:
                self._not_before[code] = self._hass.loop.time() + _SPACING

    @asynccontextmanager
    async def _turn(self, code: str) -> AsyncGenerator[None]:
        """Wait until an event of this code may be sent; raises Unsent if it takes long."""
        if self._waiting[code] >= _WAITING_MAX:
            raise _too_many()
        lock = self._turns[code]
        self._waiting[code] += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await lock.acquire()
        except TimeoutError as error:
            raise _too_many() from error
        finally:
            self._waiting[code] -= 1
        try:
            await asyncio.sleep(self._not_before[code] - self._hass.loop.time())
            yield
        finally:
            lock.release()

    def _check_day(self) -> None:
        """Raise HomeAssistantError if today's events are used up."""
        if not self.left_today:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="no_events_left",
                translation_placeholders={"limit": str(EVENTS_PER_DAY)},
            )

    @property
    def _sent_today(self) -> int:
        """Return how many events were sent today."""
        count = self._learned.events
        return 0 if count is None or count.day != _today() else count.sent

    @callback
    def _async_count(self, change: int) -> None:
        """Count events, and show how many are left."""
        sent = max(0, self._sent_today + change)
        self._learned.async_set_events(EventCount(_today(), sent))
        self._on_counted()

    @callback
    def _async_day_began(self, now: datetime) -> None:
        """Show that there is a new day's worth of events."""
        self._on_counted()


def _publication(code: str, description: str) -> Publication:
    """Return the event's message; raises ServiceValidationError if it is too long."""
    if len(description) > DESCRIPTION_MAX:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="event_too_long",
            translation_placeholders={
                "length": str(len(description)),
                "limit": str(DESCRIPTION_MAX),
            },
        )
    try:
        publication = event(code, description)
    except UnicodeEncodeError as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="text_not_unicode"
        ) from error
    if publication.size > MESSAGE_SIZE_MAX:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="event_too_large",
            translation_placeholders={"limit": str(MESSAGE_SIZE_MAX)},
        )
    return publication


def _too_many() -> Unsent:
    """Return that events of one code come faster than they can go."""
    return Unsent(
        translation_domain=DOMAIN,
        translation_key="too_many_events",
        translation_placeholders={"limit": str(_WAITING_MAX)},
    )


def _today() -> str:
    """Return the day in Home Assistant's time zone."""
    return dt_util.now().date().isoformat()
