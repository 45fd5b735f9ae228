"""The bridge's status: what its own entities show, and what the log says once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .device.endpoint import Endpoint
from .device.errors import BlynkError
from .device.values import legible
from .events import EVENTS_PER_DAY
from .problem import Problem, problem_of
from .quota import Quota, QuotaStatus

_LOGGER: Final = logging.getLogger(__name__)

_COUNTER_INTERVAL: Final = 10.0
"""Seconds between two looks at what is counted: no state change for each message."""


@dataclass(frozen=True, slots=True)
class BridgeStatus:
    """What the bridge's own entities show."""

    online: bool = False
    server: str | None = None
    quota: QuotaStatus = field(default_factory=QuotaStatus)
    waiting: int = 0
    """Values and other messages whose turn has not come."""
    problem: Problem | None = None
    """What keeps the device offline."""
    diagnostic: str | None = None
    diagnostics: int = 0
    """What the server said last, and how often it has said something."""
    events_left: int = EVENTS_PER_DAY
    history_waiting: int = 0
    """Points of Blynk's history that wait to be sent."""


class StatusBoard:
    """Tells the entities how the bridge is doing, and the log once in each direction."""

    def __init__(
        self,
        hass: HomeAssistant,
        quota: Quota,
        waiting: Callable[[], int],
        show: Callable[[BridgeStatus], None],
    ) -> None:
        """Start offline; `waiting` is asked, and `show` called with each new status."""
        self._hass = hass
        self._quota = quota
        self._waiting = waiting
        self._show = show
        self._status = BridgeStatus(quota=quota.status)
        self._announced: bool | None = None
        self._diagnostic: str | None = None
        self._diagnostics = 0
        self._history_waiting = 0
        self._count_scheduled: CALLBACK_TYPE | None = None
        self._stopped = False
        show(self._status)

    @callback
    def async_stop(self) -> None:
        """Stop the timer, for good: what is under way may still arrive."""
        self._stopped = True
        if self._count_scheduled is not None:
            self._count_scheduled()
            self._count_scheduled = None

    @callback
    def async_online(self, server: Endpoint) -> None:
        """Say that there is a connection."""
        if self._announced is not True:
            _LOGGER.info("Connected to %s", server)
            self._announced = True
        self._async_set(
            replace(
                self._status,
                online=True,
                server=str(server),
                quota=self._quota.status,
                waiting=self._waiting(),
                problem=None,
            )
        )

    @callback
    def async_offline(self, reason: BlynkError | None = None) -> None:
        """Say that there is no connection, and why where that is known."""
        if reason is not None and self._announced is not False:
            _LOGGER.warning("Not connected to Blynk: %s", reason)
            self._announced = False
        self._async_set(
            replace(
                self._status,
                online=False,
                server=None,
                quota=self._quota.status,
                waiting=self._waiting(),
                problem=None if reason is None else problem_of(reason),
            )
        )
        if reason is not None:
            # What waits meanwhile is shown, too.
            self.async_sent()

    @callback
    def async_count_events(self, left: int) -> None:
        """Show how many events are left today."""
        self._async_set(replace(self._status, events_left=left))

    @callback
    def async_count_history(self, waiting: int) -> None:
        """Show how much of the past waits to be sent, in a while."""
        if waiting != self._history_waiting:
            self._history_waiting = waiting
            self.async_sent()

    @callback
    def async_diagnosed(self, text: str | None, count: int) -> None:
        """Show what the server has complained about, if anything: the first at once."""
        self._diagnostic = None if text is None else legible(text)
        self._diagnostics = count
        if self._count_scheduled is None:
            self.async_count()
        self.async_sent()

    @callback
    def async_sent(self) -> None:
        """Let the sensors follow, without a state change for each message."""
        if self._count_scheduled is None and not self._stopped:
            self._count_scheduled = async_call_later(
                self._hass, _COUNTER_INTERVAL, self._async_look
            )

    @callback
    def async_count(self) -> None:
        """Show what is counted, and what the server said last."""
        self._async_set(
            replace(
                self._status,
                quota=self._quota.status,
                waiting=self._waiting(),
                diagnostic=self._diagnostic,
                diagnostics=self._diagnostics,
                history_waiting=self._history_waiting,
            )
        )

    @callback
    def _async_look(self, now: datetime) -> None:
        """Show what is counted, and go on for as long as something may wait."""
        self._count_scheduled = None
        self.async_count()
        if self._status.waiting or not self._status.online:
            self.async_sent()

    @callback
    def _async_set(self, status: BridgeStatus) -> None:
        """Remember a status, and show it if it is another one."""
        if status != self._status:
            self._status = status
            self._show(status)
