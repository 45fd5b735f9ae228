"""An event loop for each example, with its idle time skipped, and what must not outlive it."""

import asyncio
from collections.abc import Callable, Coroutine
import gc
from pathlib import Path
import selectors
from typing import Any

from ..skipped_time import SkippedTime, skipped_time

_DESCRIPTORS = Path("/proc/self/fd")


class Turns:
    """Counts how often a loop has looked at its sockets: what spins does so for ever."""

    def __init__(self, skipped: SkippedTime) -> None:
        """Count from now on."""
        self.count = 0
        self._select = skipped._select
        skipped._select = self.select

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Look, and count it."""
        self.count += 1
        events: list[tuple[selectors.SelectorKey, int]] = self._select(timeout)
        return events


def descriptors() -> set[str]:
    """Return what is open in this process, sockets and pipes and files."""
    found = set()
    for entry in list(_DESCRIPTORS.iterdir()):
        try:
            found.add(f"{entry.name} {entry.readlink()}")
        except FileNotFoundError:
            continue
    return found


def check_closed(before: set[str]) -> None:
    """Check that nothing is open that was not open before."""
    if leaked := descriptors() - before:
        # A transport closes its descriptor when it is collected at the latest.
        gc.collect()
        leaked &= descriptors()
        assert not leaked, leaked


def play[T](story: Callable[[SkippedTime, Turns], Coroutine[Any, Any, T]]) -> T:
    """Run an example in a loop of its own, and check that it leaves nothing behind."""
    errors: list[dict[str, Any]] = []
    before = descriptors()
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    with runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _, context: errors.append(context))
        with skipped_time(loop) as skipped:
            turns = Turns(skipped)

            async def all_of_it() -> T:
                result = await story(skipped, turns)
                left = asyncio.all_tasks() - {asyncio.current_task()}
                assert not left, f"tasks left: {left}"
                return result

            result = runner.run(all_of_it())
    assert not errors, errors
    check_closed(before)
    return result
