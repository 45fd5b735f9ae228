"""What was used of the quota, as it is kept across restarts."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypedDict

import voluptuous as vol

from .device.month import Tally

_COUNT: Final = vol.All(int, vol.Range(min=0))
_MONTH: Final = vol.Any(None, vol.All(str, date.fromisoformat))
SPENT_SCHEMA: Final = vol.Schema(
    {
        vol.Required("month"): _MONTH,
        vol.Required("used"): _COUNT,
        vol.Required("since_change"): _COUNT,
        vol.Required("other"): _MONTH,
        vol.Required("other_used"): _COUNT,
        vol.Required("tokens"): vol.Any(None, int, float),
        vol.Required("at"): vol.Any(int, float),
    }
)


class StoredSpent(TypedDict):
    """What is in the file; months as YYYY-MM-DD."""

    month: str | None
    used: int
    since_change: int
    other: str | None
    other_used: int
    tokens: float | None
    at: float


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used, and what was in the pacer's bucket then."""

    tally: Tally = field(default_factory=Tally)
    tokens: float | None = None
    """None where nobody has counted yet, or for a plan without a quota."""
    at: float = 0.0
    """When that was, in seconds of the epoch; 0 for never."""

    @classmethod
    def from_stored(cls, stored: StoredSpent) -> Spent:
        """Return what was kept; raises Invalid for what can't be that."""
        data = SPENT_SCHEMA(stored)
        tokens, at = data.pop("tokens"), data.pop("at")
        return cls(Tally(**data), tokens, at)

    @property
    def stored(self) -> StoredSpent:
        """Return what is to be kept."""
        tally = self.tally
        return StoredSpent(
            month=None if tally.month is None else tally.month.isoformat(),
            used=tally.used,
            since_change=tally.since_change,
            other=None if tally.other is None else tally.other.isoformat(),
            other_used=tally.other_used,
            tokens=self.tokens,
            at=self.at,
        )
