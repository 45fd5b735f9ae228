"""A process that has done nothing before, for what an earlier run would spoil."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
import logging
from multiprocessing import get_context


async def in_fresh_process[**P, R](
    work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Return what a function at the top of its module returns in a process of its own.

    The loop goes on meanwhile: what the work talks to may live in it.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), _quieten) as pool:
        return await asyncio.wrap_future(pool.submit(work, *args, **kwargs))


def _quieten() -> None:
    """Let nobody be warned of a home that has no recorder, and the like."""
    logging.getLogger().setLevel(logging.ERROR)
