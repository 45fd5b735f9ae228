"""What a Home Assistant holds in memory since its bridges were set up."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import gc
from pathlib import Path
import tracemalloc
from typing import Any, Final

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
    """Bytes that setting up has allocated and that are still held, by whose they are."""

    bare: Mapping[str, int]
    """Of entries without exposures."""
    exposing: Mapping[str, int]
    """Of as many entries with exposures."""

    @property
    def beyond(self) -> Mapping[str, int]:
        """Return what the exposures hold, beyond what the entries do."""
        owners = dict.fromkeys((*self.exposing, *self.bare))
        return {
            owner: self.exposing.get(owner, 0) - self.bare.get(owner, 0)
            for owner in owners
        }


def owner_of(file: str) -> str:
    """Return whose the memory is that this file's code has allocated."""
    return next((owner for part, owner in _OWNERS if part in file), OTHERS)


def held(line: Line, things: int, options: Mapping[str, Any]) -> Held:
    """Return what a house holds for its bridges, as Python counts its objects.

    Counted from where the entries are there with all that Home Assistant has of them:
    subentries, and entities with states. Run it in a fresh process.
    """
    return asyncio.run(_measured(line, things, options, _grown))


def resident(line: Line, things: int, options: Mapping[str, Any]) -> Held:
    """Return the same as the machine sees it, as nobody's in particular.

    That has what OpenSSL allocates, and what Python sets aside for later.
    """
    return asyncio.run(_measured(line, things, options, _grown_in_all))


type _Grow = Callable[[Awaitable[None]], Awaitable[Mapping[str, int]]]


async def _measured(
    line: Line, things: int, options: Mapping[str, Any], grow: _Grow
) -> Held:
    """Measure entries without exposures, and then as many with them.

    One is there before them: what is loaded once is nobody's cost.
    """
    first, *tokens = line.tokens
    rooms = len(tokens) // 2
    async with home_assistant() as hass:
        furnish(hass, rooms, things)
        await set_up(hass, add_bridges(hass, line, (first,), 0))
        bare = add_bridges(hass, line, tokens[:rooms], 0)
        exposing = add_bridges(hass, line, tokens[rooms:], things, options)
        await hass.async_block_till_done()
        return Held(await grow(set_up(hass, bare)), await grow(set_up(hass, exposing)))


async def _grown(work: Awaitable[None]) -> Mapping[str, int]:
    """Return by whose code the objects were made that some work has left."""
    gc.collect()
    tracemalloc.start()
    try:
        await work
        gc.collect()
        found = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    grown = Counter[str]()
    for statistic in found.statistics("filename"):
        grown[owner_of(statistic.traceback[0].filename)] += statistic.size
    return dict(grown)


async def _grown_in_all(work: Awaitable[None]) -> Mapping[str, int]:
    """Return by how much some work has made this process larger."""
    before = _resident_now()
    await work
    return {"": _resident_now() - before}


def _resident_now() -> int:
    """Return the bytes of this process that are in the machine's memory."""
    gc.collect()
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    found = next(line for line in lines if line.startswith("VmRSS:"))
    return int(found.split()[1]) * 1024
