"""What a Home Assistant holds in memory since its bridges were set up."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
import gc
from pathlib import Path
import tracemalloc
from typing import Final

from custom_components.blynk_bridge.const import DOMAIN

from .indoors import Line, add_bridges, furnish, home_assistant, set_up

OURS: Final = "Blynk Bridge"
_OWNERS: Final = (
    (f"/{DOMAIN}/", OURS),
    ("/homeassistant/helpers/event.py", "Home Assistant's trackers"),
    ("/homeassistant/", "the rest of Home Assistant"),
)
"""By a part of a file's path; the first one that fits."""
OTHERS: Final = "Python and its libraries"
_STATUS: Final = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes that were allocated in setting up and are still held."""

    by_owner: Mapping[str, int]
    by_line: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return all of them."""
        return sum(self.by_owner.values())

    def beyond(self, other: Held) -> Held:
        """Return what is held more than in another process."""
        return Held(
            _difference(self.by_owner, other.by_owner),
            _difference(self.by_line, other.by_line),
        )


def owner_of(file: str) -> str:
    """Return whose the memory is that this file's code has allocated."""
    return next((owner for part, owner in _OWNERS if part in file), OTHERS)


def held(line: Line, things: int) -> Held:
    """Return what a house holds for its bridges, as Python counts its objects.

    Counted from where the entries are there with all that Home Assistant has of them:
    subentries, and entities with states. Run it in a fresh process.
    """
    return asyncio.run(_held(line, things))


async def _held(line: Line, things: int) -> Held:
    tracemalloc.start()
    async with home_assistant() as hass:
        furnish(hass, len(line.tokens), things)
        entries = add_bridges(hass, line, things)
        await hass.async_block_till_done()
        before = _snapshot()
        await set_up(hass, entries)
        after = _snapshot()
    by_owner, by_line = Counter[str](), Counter[str]()
    for difference in after.compare_to(before, "lineno"):
        frame = difference.traceback[0]
        by_owner[owner_of(frame.filename)] += difference.size_diff
        by_line[f"{frame.filename}:{frame.lineno}"] += difference.size_diff
    return Held(by_owner, by_line)


def _snapshot() -> tracemalloc.Snapshot:
    """Return what is held, without what nobody can reach, and without the counting."""
    gc.collect()
    counting = tracemalloc.Filter(False, tracemalloc.__file__)
    return tracemalloc.take_snapshot().filter_traces((counting,))


def resident(line: Line) -> int:
    """Return the bytes of the machine's memory that bridges without exposures take.

    Other than Python's count that has what OpenSSL allocates. Run it in a fresh process.
    """
    return asyncio.run(_resident(line))


async def _resident(line: Line) -> int:
    async with home_assistant() as hass:
        entries = add_bridges(hass, line, 0)
        await hass.async_block_till_done()
        before = _resident_now()
        await set_up(hass, entries)
        return _resident_now() - before


def _resident_now() -> int:
    """Return the bytes of this process that are in the machine's memory."""
    gc.collect()
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    found = next(line for line in lines if line.startswith("VmRSS:"))
    return int(found.split()[1]) * 1024


def _difference(these: Mapping[str, int], those: Mapping[str, int]) -> dict[str, int]:
    """Return what these have more of; negative where they have less."""
    keys = dict.fromkeys((*these, *those))
    return {key: these.get(key, 0) - those.get(key, 0) for key in keys}
