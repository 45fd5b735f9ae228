"""Gaps: stretches of time of which Blynk's history may lack points, and how they are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

import voluptuous as vol

REACH: Final = 30 * 86400.0
"""Seconds back that Blynk takes points of (Blynk docs, datastreams: a month)."""
GAPS_MAX: Final = 20
"""Of one exposure; more become fewer, with what lies between the nearest of them."""

_NUMBER: Final = vol.Any(int, float)


HISTORY_SCHEMA: Final = vol.Schema(
    {
        vol.Required("device"): str,
        vol.Required("live"): bool,
        vol.Required("booked"): {str: int},
        vol.Required("exposures"): {
            str: {
                vol.Required("datastream"): str,
                vol.Required("until"): _NUMBER,
                vol.Required("gaps"): [vol.ExactSequence([_NUMBER, _NUMBER])],
            }
        },
    }
)


class StoredDue(TypedDict):
    """What Blynk is due of one exposure's history; times in seconds of the epoch."""

    datastream: str
    until: float
    gaps: list[list[float]]


class StoredHistory(TypedDict):
    """How far Blynk's history goes, by the subentry's id."""

    device: str
    live: bool
    """Whether each new value was on its way to Blynk when this was written."""
    booked: dict[str, int]
    """Points that may have been sent, by the hour of the epoch."""
    exposures: dict[str, StoredDue]


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A stretch of time, in seconds of the epoch: after its start, up to its end."""

    start: float
    end: float


def with_gap(gaps: Iterable[Gap], new: Gap) -> list[Gap]:
    """Return gaps in their order with one more, of which no two overlap."""
    united: list[Gap] = []
    for gap in sorted([*gaps, new]):
        if gap.end <= gap.start:
            continue
        if united and gap.start <= united[-1].end:
            united[-1] = Gap(united[-1].start, max(united[-1].end, gap.end))
        else:
            united.append(gap)
    while len(united) > GAPS_MAX:
        _unite_nearest(united)
    return united


def since(gaps: Iterable[Gap], start: float) -> list[Gap]:
    """Return what of the gaps is after a time."""
    return [Gap(max(gap.start, start), gap.end) for gap in gaps if gap.end > start]


def _unite_nearest(gaps: list[Gap]) -> None:
    """Make one gap of the two with the least time between them."""
    index = min(range(len(gaps) - 1), key=lambda at: _between(gaps, at))
    gaps[index : index + 2] = [Gap(gaps[index].start, gaps[index + 1].end)]


def _between(gaps: Sequence[Gap], index: int) -> float:
    """Return the seconds between a gap and the next one."""
    return gaps[index + 1].start - gaps[index].end
