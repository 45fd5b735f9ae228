"""Counting calls, and telling apart who has caused them."""

import asyncio
from pathlib import Path

from benchmarks.calls import causing, counted_calls

PACKAGE = Path(__file__).parent
PICK = "test_calls.py: pick"


def pick() -> None:
    """Be counted."""


async def test_what_a_change_leads_to_is_caused_by_it() -> None:
    """At once, by a callback, and by a task; not what was scheduled before."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    with counted_calls(PACKAGE) as calls:
        loop.call_soon(pick)
        with causing():
            pick()
            loop.call_soon(pick)
            task = asyncio.create_task(asyncio.to_thread(pick))
        await task
        loop.call_soon(done.set)
        await done.wait()
    assert calls.caused == {PICK: 3}
    assert calls.others[PICK] == 1


def test_other_packages_are_not_counted_nor_anything_afterwards() -> None:
    """The interpreter is left as it was."""
    with counted_calls(PACKAGE / "samples") as calls:
        pick()
    with counted_calls(PACKAGE) as seen:
        pick()
    pick()
    assert not calls.caused
    assert not calls.others
    assert seen.others == {PICK: 1}
