"""B6: what an exposure costs in memory, in one entry and in twenty."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import Any, Final

from custom_components.blynk_bridge.const import (
    CONF_BACKFILL,
    CONF_MAX_INTERVAL,
    CONF_PROPERTIES,
    CONF_UNAVAILABLE,
)
from custom_components.blynk_bridge.exposure import Unavailable, WidgetProperty

from .blynk import cloud_for
from .fresh import in_fresh_process
from .holding import OURS, Held, held, resident
from .indoors import Line
from .results import Goal, Result, Spread, Table
from .size import Size

_LIMIT: Final = 4.0
"""KiB an exposure."""
_GROWTH: Final = 1.1
_KIB: Final = 1024
_PLAIN: Final[Mapping[str, Any]] = MappingProxyType({})
_EVERYTHING: Final[Mapping[str, Any]] = MappingProxyType(
    {
        CONF_PROPERTIES: [each.value for each in WidgetProperty],
        CONF_UNAVAILABLE: Unavailable.DISABLE.value,
        CONF_MAX_INTERVAL: 3600,
        CONF_BACKFILL: True,
    }
)
_ADORNED: Final = 40
"""Exposures with every option; Blynk takes five properties a second."""


@dataclass(frozen=True, slots=True)
class Case:
    """How many entries, and how many exposures in each."""

    entries: int
    exposures: int

    @property
    def count(self) -> int:
        """Return how many exposures there are in all."""
        return self.entries * self.exposures

    def __str__(self) -> str:
        """Return it as it is read in a table."""
        entries = "entry" if self.entries == 1 else "entries"
        return f"{self.entries} {entries} × {self.exposures}"


@dataclass(frozen=True, slots=True)
class _Round:
    """What was measured once."""

    case: Case
    held: Held

    @property
    def total(self) -> int:
        """Return the bytes of all exposures."""
        return sum(self.held.beyond.values())

    @property
    def kib(self) -> float:
        """Return what one exposure takes."""
        return self.total / self.case.count / _KIB

    @property
    def entry(self) -> float:
        """Return what an entry takes that has none, in KiB."""
        return sum(self.held.bare.values()) / self.case.entries / _KIB


def memory_of(entries: int, exposures: int) -> float:
    """Return the bytes that so many exposures in each entry take.

    Beyond Home Assistant's own subentries, and beyond what entries without any take.
    """
    return float(asyncio.run(_round(held, Case(entries, exposures))).total)


type _Work = Callable[[Line, int, Mapping[str, Any]], Held]


async def _round(
    work: _Work, case: Case, options: Mapping[str, Any] = _PLAIN
) -> _Round:
    """Measure in a fresh process, with a cloud in this one."""
    devices = 1 + 2 * case.entries
    async with cloud_for(devices, case.exposures, encrypted=True) as line:
        found = await in_fresh_process(work, line, case.exposures, dict(options))
    return _Round(case, found)


def measure(size: Size) -> Result:
    """Measure one entry and several, each in processes that have done nothing else."""
    return asyncio.run(_measure(size))


async def _measure(size: Size) -> Result:
    few, many = size.pick((Case(1, 200), Case(20, 200)), (Case(1, 100), Case(4, 100)))
    rounds: dict[Case, list[_Round]] = {few: [], many: []}
    for number in range(size.pick(3, 1)):
        for case, found in rounds.items():
            print(f"B6: {case}, round {number + 1}")
            found.append(await _round(held, case))
    goals = [
        Goal(
            f"memory of an exposure, {case}",
            Spread.of(each.kib for each in found),
            _LIMIT,
            "KiB",
        )
        for case, found in rounds.items()
    ]
    pairs = zip(rounds[many], rounds[few], strict=True)
    goals.append(
        Goal(
            f"memory of an exposure at {many}, times that at {few}",
            Spread.of(more.kib / less.kib for more, less in pairs),
            _GROWTH,
        )
    )
    notes = [_of_an_entry(rounds[many])]
    if size is Size.FULL:
        notes += [await _of_the_machine(many), await _of_every_option()]
    return Result(
        key="B6",
        title="Memory",
        work=_work(few, many),
        goals=goals,
        tables=(_owners(rounds),),
        notes=notes,
    )


def _work(few: Case, many: Case) -> str:
    return (
        "A Home Assistant in a fresh process has entities of six kinds, half of them "
        "sensors, all in its registry, and entries with a subentry for each as exposing "
        "many at once makes them. Python's own count of what it allocates "
        "(`tracemalloc`) begins when all entries are there and not set up, and is taken "
        "when they are online over TLS and the cloud has acknowledged every value: "
        f"{few} and {many} exposures. What as many entries without exposures took just "
        "before, in the same process, is subtracted, and the rest divided by the "
        "exposures. The objects that Home Assistant has of entries, subentries and "
        "states are there before, and not counted."
    )


def _owners(rounds: Mapping[Case, Sequence[_Round]]) -> Table:
    """Return whose the bytes of an exposure are, by the code that has allocated them."""
    shares = {
        case: [
            {owner: size / case.count for owner, size in each.held.beyond.items()}
            for each in found
        ]
        for case, found in rounds.items()
    }
    owners = dict.fromkeys(
        owner for found in shares.values() for share in found for owner in share
    )
    rows = [
        (
            owner,
            *(
                f"{median(share.get(owner, 0.0) for share in found):,.0f}"
                for found in shares.values()
            ),
        )
        for owner in owners
    ]
    rows.sort(key=lambda row: -float(row[1].replace(",", "")))
    return Table(("bytes of an exposure, allocated by", *map(str, rounds)), rows)


def _of_an_entry(found: Sequence[_Round]) -> str:
    """Tell what an entry takes beside its exposures."""
    return (
        f"An entry without exposures holds {median(each.entry for each in found):,.0f} "
        "KiB: its session, its buffers, its own entities. That, and the integration's "
        "code, is not counted above."
    )


async def _of_the_machine(case: Case) -> str:
    """Tell what the machine sees: with OpenSSL's buffers, and what is set aside."""
    found = await _round(resident, case)
    return (
        "As the machine sees it, once (resident memory, with what OpenSSL and the "
        f"allocator take): {found.entry:,.0f} KiB for an entry without exposures, its "
        f"TLS connection included, and {found.kib:.1f} KiB for an exposure ({case})."
    )


async def _of_every_option() -> str:
    """Tell what an exposure takes that has all there is to have."""
    found = await _round(held, Case(1, _ADORNED), _EVERYTHING)
    return (
        "An exposure with every option, that is all five widget properties, a widget "
        "that is disabled with its entity, a repeat and backfill, takes "
        f"{found.kib:.1f} KiB ({found.case}), of which our code has allocated "
        f"{found.held.beyond[OURS] / found.case.count / _KIB:.1f} KiB."
    )
