"""Waiting for a condition, never for luck."""

import asyncio
from collections.abc import Awaitable, Callable

INTERVAL = 0.1
ARRIVAL_TIMEOUT = 15.0
"""Seconds for what has happened at one end to be seen at the other."""


class DemoError(Exception):
    """Something the demo needs did not happen; the text is for the person at the terminal."""


async def wait_for[T](
    probe: Callable[[], Awaitable[T]],
    timeout: float,
    what: str,
    accept: Callable[[T], bool] = bool,
) -> T:
    """Return the probe's first accepted answer, or raise DemoError after timeout seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while True:
        answer = await probe()
        if accept(answer):
            return answer
        if loop.time() >= deadline:
            raise DemoError(f"{what}: not within {timeout:g} s (last seen: {answer!r})")
        await asyncio.sleep(INTERVAL)


async def holds_for[T](
    probe: Callable[[], Awaitable[T]],
    seconds: float,
    what: str,
    accept: Callable[[T], bool] = bool,
) -> None:
    """Raise DemoError as soon as the probe's answer is not accepted within the given seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while loop.time() < deadline:
        answer = await probe()
        if not accept(answer):
            raise DemoError(f"{what}: did not hold (seen: {answer!r})")
        await asyncio.sleep(INTERVAL)
