"""The quota of an entry: what is counted, kept, and told when little is left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .device.month import FREE_PLAN, MONTH_SECONDS, Month, Plan
from .device.pacing import Pacer
from .issues import async_withdraw
from .learned import Learned
from .spent import Spent
from .texts import number_text, option_text

CONF_FIRST_DAY: Final = "first_day"
CONF_MESSAGES: Final = "messages"
CONF_QUOTA: Final = "quota"
CONF_SHARE: Final = "share"
QUOTA_OPTIONS: Final = (CONF_QUOTA, CONF_MESSAGES, CONF_SHARE, CONF_FIRST_DAY)
"""What of the options is applied live: a reload would cost messages, too."""
MESSAGES_MIN: Final = 1000
MESSAGES_MAX: Final = 1_000_000_000
FIRST_DAY_MAX: Final = 28

ISSUE_NEARLY_USED: Final = "quota_nearly_used"
_LITTLE: Final = 0.1
"""Of the month: what is left when the user is to know."""
_SCANTY: Final = 0.8
"""Of the average pace: what is left does not last as long as the month."""


class QuotaKind(StrEnum):
    """Whose number of messages it is."""

    FREE = "free"
    UNLIMITED = "unlimited"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """What the sensors show of the quota."""

    messages: int = 0
    """This month's."""
    used_percent: float | None = None
    interval: float | None = None
    """Seconds between the messages of a house that is never quiet."""


def plan_of(options: Mapping[str, Any]) -> Plan:
    """Return what an entry's device may send, by the options of the entry."""
    kind = QuotaKind(options.get(CONF_QUOTA, QuotaKind.FREE))
    first_day = int(options.get(CONF_FIRST_DAY, 1))
    if kind is QuotaKind.UNLIMITED:
        return Plan(None, first_day)
    custom = kind is QuotaKind.CUSTOM
    messages = int(options.get(CONF_MESSAGES, FREE_PLAN)) if custom else FREE_PLAN
    share = int(options.get(CONF_SHARE, 100))
    return Plan(max(1, messages * share // 100), first_day)


class Quota:
    """Counts what one entry sends, paces it, and warns when the month's end is far.

    `on_change` is called when there is another plan: who waits has to ask again.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        learned: Learned,
        on_change: Callable[[], None],
    ) -> None:
        """Go on where the last run has ended, with its bucket as it was."""
        self._hass = hass
        self._entry = entry
        self._learned = learned
        self._on_change = on_change
        spent = learned.spent
        self._month = Month(_wall, plan_of(entry.options), spent.tally)
        self.pacer = Pacer(
            hass.loop.time,
            self._month,
            tokens=spent.tokens,
            idle=_wall() - spent.at,
        )
        self._warned_of: datetime | None = None

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Look at the month every hour, when it may begin; return how to stop that.

        A warning that was ignored is over with what it was about.
        """
        left, of = self._month.left, self._month.plan.messages
        if left is None or of is None or not self._is_scanty(left, of):
            self._async_unwarn()
        self._async_warn()
        untrack = async_track_utc_time_change(
            self._hass, self._async_hour_began, minute=0, second=0
        )

        @callback
        def stop() -> None:
            untrack()
            async_withdraw(self._hass, self._issue_id)

        return stop

    @callback
    def async_count(self) -> None:
        """Count a message that is sent now."""
        self._month.count()
        self._async_keep()
        self._async_warn()

    @callback
    def async_entry_updated(self) -> None:
        """Take the plan that the options tell of now."""
        plan = plan_of(self._entry.options)
        if plan == self._month.plan:
            return
        self._month.plan = plan
        self._async_unwarn()
        self._async_keep()
        self._async_warn()
        self._on_change()

    @property
    def status(self) -> QuotaStatus:
        """Return what the sensors show."""
        used, of = self._month.used, self._month.plan.messages
        interval = self.pacer.interval
        if interval is not None and interval >= 1:
            interval = round(interval)
        return QuotaStatus(
            used, None if of is None else round(100 * used / of, 1), interval
        )

    @callback
    def _async_keep(self) -> None:
        """Remember what was used, and what is in the bucket."""
        self._learned.async_set_spent(
            Spent(self._month.tally, self.pacer.tokens, _wall())
        )

    @callback
    def _async_hour_began(self, now: datetime) -> None:
        """Show that time has passed: perhaps to another month."""
        self._async_warn()
        self._on_change()

    # --- The warning -------------------------------------------------------------

    @callback
    def _async_warn(self) -> None:
        """Tell the user once a month that little is left; a new month takes it back."""
        ends = self._month.ends
        if self._warned_of is not None and self._warned_of != ends:
            self._async_unwarn()
        left, of = self._month.left, self._month.plan.messages
        if self._warned_of is not None or ends is None or left is None or of is None:
            return
        if not self._is_scanty(left, of):
            return
        self._warned_of = ends
        day = dt_util.as_local(ends)
        month = option_text(self._hass, "month", day.strftime("%B").lower())
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            data={"entry_id": self._entry.entry_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_NEARLY_USED,
            translation_placeholders={
                "title": self._entry.title,
                "left": number_text(left),
                "messages": number_text(of),
                "day": str(day.day),
                "month": month,
            },
        )

    def _is_scanty(self, left: int, of: int) -> bool:
        """Return whether little is left, and that little does not last."""
        if left >= of * _LITTLE:
            return False
        lasting = of * self._month.seconds_left / MONTH_SECONDS
        return left < lasting * _SCANTY

    @callback
    def _async_unwarn(self) -> None:
        """Take the warning back."""
        self._warned_of = None
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

    @property
    def _issue_id(self) -> str:
        """Return the issue's id of this entry."""
        return f"{ISSUE_NEARLY_USED}_{self._entry.entry_id}"


def _wall() -> float:
    """Return the time of day, as Home Assistant has it, in seconds of the epoch."""
    return dt_util.utcnow().timestamp()
