"""Leftovers: what a loop, a Home Assistant and a Python still hold."""

import asyncio
from collections import Counter
from dataclasses import dataclass
import gc
from pathlib import Path
import resource
import sys
import threading
from typing import Final

from homeassistant.core import HomeAssistant

_PAGE: Final = resource.getpagesize()
_COUNTED: Final = (
    "tasks",
    "timers",
    "listeners",
    "descriptors",
    "threads",
    "objects",
)
# Home Assistant's and the recorder's pools grow to their size; the latter's threads
# each have the database open.
_POOLS: Final = ("SyncWorker", "DbWorker", "ImportExecutor")
_DATABASE: Final = ".db"
_OURS: Final = "custom_components.blynk_bridge"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is held at one moment."""

    tasks: Counter[str]
    timers: Counter[str]
    listeners: Counter[str]
    descriptors: Counter[str]
    threads: Counter[str]
    objects: Counter[str]
    """Instances of the integration's classes, by class."""
    all_objects: int
    blocks: int
    """Blocks of memory that Python has allocated, whatever is in them."""
    resident: float
    """MiB of memory."""

    def more_than(self, other: Holdings) -> list[str]:
        """Return what has been added since other holdings."""
        found: list[str] = []
        for what in _COUNTED:
            more: Counter[str] = getattr(self, what) - getattr(other, what)
            found += [f"{what}: {count} × {name}" for name, count in more.items()]
        return found


def holdings(hass: HomeAssistant) -> Holdings:
    """Return what is held now, once what nobody holds is gone."""
    gc.collect()
    current = asyncio.current_task()
    objects = gc.get_objects()
    ours = Counter(
        type(item).__qualname__
        for item in objects
        if (type(item).__module__ or "").startswith(_OURS)
    )
    # What is frozen was there before the test, and is not among the objects.
    return Holdings(
        tasks=Counter(
            _named(task) for task in asyncio.all_tasks() if task is not current
        ),
        timers=Counter(
            repr(handle._callback)[:80]
            for handle in hass.loop._scheduled  # type: ignore[attr-defined]
            if not handle.cancelled()
        ),
        listeners=Counter(
            {str(kind): n for kind, n in hass.bus.async_listeners().items()}
        ),
        descriptors=_descriptors(),
        threads=Counter(
            thread.name
            for thread in threading.enumerate()
            if not thread.name.startswith(_POOLS)
        ),
        objects=ours,
        all_objects=len(objects),
        blocks=sys.getallocatedblocks(),
        resident=resident(),
    )


def _descriptors() -> Counter[str]:
    """Return what is open, by its sort: a socket's own number tells nothing."""
    found: Counter[str] = Counter()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            target = str(descriptor.readlink())
        # The one that lists them is closed by now.
        except FileNotFoundError:
            continue
        if _DATABASE not in target:
            found[target.partition(":")[0]] += 1
    return found


def resident() -> float:
    """Return the MiB of memory that the process takes."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / 2**20


def _named(task: asyncio.Task[object]) -> str:
    """Return a task's name, or what it runs where it has none of its own."""
    name = task.get_name()
    return repr(task.get_coro())[:80] if name.startswith("Task-") else name
