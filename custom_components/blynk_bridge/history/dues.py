"""Dues: what Blynk has yet to be told of each exposure's past."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ..exposure import Exposure
from .gaps import REACH, Gap, StoredDue, StoredHistory, since, with_gap
from .past import Past

_CLOCK_SKEW: Final = 86400.0


@dataclass(slots=True, eq=False)
class Due:
    """One exposure: until when Blynk was told all of it, and the gaps before that."""

    exposure: Exposure
    until: float
    """In seconds of the epoch; of use while there is no connection."""
    gaps: list[Gap] = field(default_factory=list)
    past: Past | None = None
    """The first of the gaps, as far as it is read and not sent."""
    waiting: int | None = None
    """Points in the gaps, None as long as nobody has counted."""
    sent: int = 0
    """Points since the entry was set up."""
    refused: bool = False
    """The server has not taken points of it in this session."""

    @property
    def stored(self) -> StoredDue:
        """Return what is kept of it across restarts."""
        return StoredDue(
            datastream=self.exposure.datastream,
            until=self.until,
            gaps=[[gap.start, gap.end] for gap in self.gaps],
        )

    def set_gaps(self, gaps: list[Gap]) -> None:
        """Owe these gaps from now on, to be counted and read anew."""
        self.gaps, self.past = gaps, None
        self.waiting = None if gaps else 0

    def advance(self, count: int) -> None:
        """Note that Blynk has the next points that were read."""
        if self.past is None:
            return
        if (last := self.past.drop(count)) is not None:
            self.gaps[0] = Gap(last.time, self.gaps[0].end)
        self.sent += count
        if self.waiting is not None:
            self.waiting = max(0, self.waiting - count)

    def close_gap(self) -> None:
        """Be done with the first gap."""
        self.gaps, self.past = self.gaps[1:], None
        if not self.gaps:
            self.waiting = 0

    def forget_before(self, time: float) -> None:
        """Owe nothing that is older than what Blynk would keep."""
        if self.gaps and self.gaps[0].start < time:
            self.set_gaps(since(self.gaps, time))


class Dues:
    """Every exposure that publishes, by the id of its subentry."""

    def __init__(self, stored: StoredHistory | None, floor: float | None) -> None:
        """Begin with what was stored; before the floor, Blynk was told as it happened."""
        self._stored = {} if stored is None else dict(stored["exposures"])
        self._floor = floor
        self._dues: dict[str, Due] = {}

    def __iter__(self) -> Iterator[Due]:
        """Iterate over the exposures."""
        return iter(list(self._dues.values()))

    def __contains__(self, due: Due) -> bool:
        """Return whether it is still one of them."""
        return self._dues.get(due.exposure.subentry_id) is due

    def bind(self, exposures: Iterable[Exposure], now: float) -> bool:
        """Follow the exposures; return whether anything is owed to Blynk any different.

        What has become another datastream, or shows something else, begins anew.
        """
        wanted = {item.subentry_id: item for item in exposures if item.publishes}
        before, self._dues = self._dues, {}
        changed = bool(before.keys() - wanted.keys())
        for subentry_id, exposure in wanted.items():
            due = before.get(subentry_id)
            if due is not None and due.exposure == exposure:
                self._dues[subentry_id] = due
                continue
            changed = True
            if due is None:
                self._dues[subentry_id] = self._restored(exposure, now)
                continue
            kept = _is_same(due.exposure, exposure)
            resumed = kept and due.exposure.backfill and exposure.backfill
            self._dues[subentry_id] = renewed = Due(
                exposure, due.until if resumed else now
            )
            if kept:
                renewed.set_gaps(due.gaps)
        self._stored.clear()
        return changed

    def _restored(self, exposure: Exposure, now: float) -> Due:
        """Return what was stored of an exposure, or that it owes nothing so far."""
        stored = self._stored.get(exposure.subentry_id)
        if stored is None or stored["datastream"] != exposure.datastream:
            return Due(exposure, now, waiting=0)
        until = max(stored["until"], self._floor or 0.0)
        # A clock that is not set yet is behind; one that was ahead is of no use.
        due = Due(exposure, until if until < now + _CLOCK_SKEW else now)
        gaps: list[Gap] = []
        for start, end in stored["gaps"]:
            gaps = with_gap(gaps, Gap(max(start, now - REACH), min(end, now)))
        due.set_gaps(gaps)
        return due

    def stored(self) -> dict[str, StoredDue]:
        """Return what is kept across restarts."""
        return {
            subentry_id: due.stored
            for subentry_id, due in self._dues.items()
            if due.exposure.backfill or due.gaps
        }

    def next(self, after: Due | None) -> Due | None:
        """Return who is next to be served: each in turn."""
        dues = list(self._dues.values())
        if after in dues:
            turn = dues.index(after) + 1
            dues = dues[turn:] + dues[:turn]
        return next((due for due in dues if due.gaps and not due.refused), None)


def _is_same(before: Exposure, after: Exposure) -> bool:
    """Return whether an exposure that was changed shows the same in the same place."""
    return (before.datastream, before.trait, before.data_type) == (
        after.datastream,
        after.trait,
        after.data_type,
    )
