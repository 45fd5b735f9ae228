"""Complaints of the server that keep coming: a repair issue, once they are no passing thing."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
import re
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .device.values import legible
from .issues import async_withdraw
from .plan_formats import escaped
from .texts import number_text

ISSUE_COMPLAINTS: Final = "server_complaints"
_TIMES: Final = 7
"""So often a complaint has to come before it is an issue."""
_APART: Final = 600.0
"""Seconds between those that count: a burst is one, and an hour the least it takes."""
_SPAN: Final = 86400.0
"""Seconds in which they have to come; and how long an accepted one is no issue again."""
_KINDS_MAX: Final = 50
_SHOWN_MAX: Final = 5
_TEXT_LENGTH_MAX: Final = 160
_MINUTES: Final = "%Y-%m-%d %H:%M"
_VARIABLE: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")


@dataclass(slots=True)
class _Complaint:
    """One kind of complaint: texts that differ in names and numbers only."""

    text: str
    since: datetime
    heard: int = 0
    times: deque[float] = field(default_factory=lambda: deque(maxlen=_TIMES))
    accepted_at: float | None = None


class Complaints:
    """Tells the user what the server complains about again and again."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, clock: Callable[[], float]
    ) -> None:
        """Start without having heard anything; the clock counts seconds."""
        self._hass = hass
        self._entry = entry
        self._clock = clock
        self._kinds: OrderedDict[str, _Complaint] = OrderedDict()

    @callback
    def async_heard(self, text: str) -> None:
        """Count a complaint, and raise the issue when it has come often enough."""
        now = self._clock()
        shown = legible(text)[:_TEXT_LENGTH_MAX]
        kind = _VARIABLE.sub("#", shown.casefold())
        complaint = self._kinds.setdefault(kind, _Complaint(shown, dt_util.utcnow()))
        self._kinds.move_to_end(kind)
        if len(self._kinds) > _KINDS_MAX:
            self._kinds.popitem(last=False)
        complaint.text = shown
        complaint.heard += 1
        accepted_at = complaint.accepted_at
        if accepted_at is not None and now - accepted_at < _SPAN:
            return
        if complaint.times and now - complaint.times[-1] < _APART:
            return
        complaint.times.append(now)
        if self._lasting():
            self._async_raise()

    @property
    def texts(self) -> str:
        """Return what keeps coming, since when and how often: in Markdown, the newest last."""
        return "\n".join(
            f"- {escaped(complaint.text)} ({dt_util.as_local(complaint.since):{_MINUTES}}"
            f" … {number_text(complaint.heard)} ×)"
            for complaint in self._lasting()[-_SHOWN_MAX:]
        )

    @callback
    def async_accept(self) -> None:
        """Note that the user knows of these: for a day they are no issue again."""
        for complaint in self._lasting():
            complaint.accepted_at = self._clock()
            complaint.times.clear()
            complaint.since, complaint.heard = dt_util.utcnow(), 0

    @callback
    def async_withdraw(self) -> None:
        """Take the issue back: nobody listens any more, or the user does not want it."""
        self._kinds.clear()
        async_withdraw(self._hass, self._issue_id)

    def _lasting(self) -> list[_Complaint]:
        """Return the complaints that are no passing thing."""
        now = self._clock()
        return [
            complaint
            for complaint in self._kinds.values()
            if len(complaint.times) == _TIMES and now - complaint.times[0] <= _SPAN
        ]

    @callback
    def _async_raise(self) -> None:
        """Raise the issue, with what is known by now."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            data={"entry_id": self._entry.entry_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_COMPLAINTS,
            translation_placeholders={
                "title": self._entry.title,
                "texts": self.texts,
            },
        )

    @property
    def _issue_id(self) -> str:
        """Return the issue's id of this entry."""
        return f"{ISSUE_COMPLAINTS}_{self._entry.entry_id}"
