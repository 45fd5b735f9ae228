"""Requests: messages that an action asks for, each of which somebody waits for."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
import math
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN
from .device.errors import LinkError, NotConnected, PublishRefused
from .device.messages import Publication
from .device.pacing import Lane, Pacer
from .device.reasons import meaning
from .objections import Objections
from .uplink import Uplink

PATIENCE: Final = 30.0
"""Seconds that an action waits for its message to be sent and acknowledged."""
WAITING_MAX: Final = 20
"""Messages of actions that may wait at once: what calls in a loop piles up nothing."""
URGENT_MAX: Final = 20
"""Messages of actions within an hour that go before readings; what is more goes with them."""
_HOUR: Final = 3600.0


class Unsent(HomeAssistantError):
    """Nothing was sent, and nothing will be."""


class Unconfirmed(HomeAssistantError):
    """It was sent, and nobody knows whether it has arrived."""


class Objected(HomeAssistantError):
    """It has arrived, and the server says what is wrong with it."""

    def __init__(self, text: str) -> None:
        """Keep what the server says."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key="objected",
            translation_placeholders={"text": text},
        )
        self.text = text


class Requests:
    """Sends what actions ask for: within a time, and without eating up the month.

    The first messages of an hour are urgent, as somebody may wait for them. A broken
    automation that calls on and on gets no more than its turns among the readings.
    """

    def __init__(self, hass: HomeAssistant, uplink: Uplink, pacer: Pacer) -> None:
        """Prepare to send."""
        self._hass = hass
        self._uplink = uplink
        self._pacer = pacer
        self._waiting = 0
        self._stopped = False
        self._urgent: deque[float] = deque(maxlen=URGENT_MAX)
        """When the last urgent ones were asked for, in the loop's time."""
        self.objections = Objections()

    @callback
    def async_stop(self) -> None:
        """Send nothing more; what waits ends with the session."""
        self._stopped = True

    async def async_send(
        self,
        compose: Callable[[], Publication],
        *,
        about: Iterable[str] = (),
        lane: Lane | None = None,
    ) -> None:
        """Send what is composed when its turn comes, and wait until it has arrived.

        What the server says meanwhile that names one of the words in `about` is an
        error. Raises Unsent, Unconfirmed, Objected, or the HomeAssistantError of a
        message that the server refuses.
        """
        if self._stopped:
            raise _unloaded()
        if self._waiting >= WAITING_MAX:
            raise Unsent(
                translation_domain=DOMAIN,
                translation_key="too_many_waiting",
                translation_placeholders={"limit": str(WAITING_MAX)},
            )
        if lane is None:
            lane = self._next_lane()
        if (delay := self._pacer.delay(lane)) > PATIENCE:
            raise self._no_turn(delay)
        has_left = False

        def leave() -> Publication:
            nonlocal has_left
            publication = compose()
            has_left = True
            return publication

        self._waiting += 1
        try:
            with self.objections.about(about) as objection:
                async with asyncio.timeout(PATIENCE):
                    await self._uplink.async_send_composed(leave, lane)
        except TimeoutError as error:
            if has_left:
                raise _unconfirmed() from error
            raise self._no_turn(self._pacer.delay(lane)) from error
        except LinkError as error:
            raise self._failure(error) from error
        finally:
            self._waiting -= 1
        if objection.text:
            raise Objected(objection.text)

    def _next_lane(self) -> Lane:
        """Return the lane of a message that is asked for now."""
        now = self._hass.loop.time()
        if len(self._urgent) == URGENT_MAX and now - self._urgent[0] < _HOUR:
            return Lane.ROUTINE
        self._urgent.append(now)
        return Lane.URGENT

    def _failure(self, error: LinkError) -> HomeAssistantError:
        """Return what a link's error means to who has called the action."""
        if isinstance(error, NotConnected):
            if self._stopped:
                return _unloaded()
            return Unsent(translation_domain=DOMAIN, translation_key="not_connected")
        if not isinstance(error, PublishRefused):
            return _unconfirmed()
        if error.will_pass:
            return self._exhausted(self._pacer.delay(Lane.URGENT))
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="refused",
            translation_placeholders={"reason": meaning(error.code)},
        )

    def _no_turn(self, delay: float) -> Unsent:
        """Return that the plan, or the server, allows no message now."""
        if self._uplink.exhausted:
            return self._exhausted(delay)
        return Unsent(
            translation_domain=DOMAIN,
            translation_key="no_turn",
            translation_placeholders={"minutes": _minutes(delay)},
        )

    def _exhausted(self, delay: float) -> Unsent:
        """Return that the server takes no more for now."""
        return Unsent(
            translation_domain=DOMAIN,
            translation_key="exhausted",
            translation_placeholders={"minutes": _minutes(delay)},
        )


def _minutes(seconds: float) -> str:
    """Return a time to wait, for a text."""
    return str(max(1, math.ceil(seconds / 60)))


def _unloaded() -> Unsent:
    """Return that the device's entry is being unloaded."""
    return Unsent(translation_domain=DOMAIN, translation_key="unloaded")


def _unconfirmed() -> Unconfirmed:
    """Return that nobody knows whether the message has arrived."""
    return Unconfirmed(translation_domain=DOMAIN, translation_key="not_confirmed")
