"""`scripts/demo --check`: what the demo promises, seen from both ends, one line each."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
import time

import aiohttp

from .checks import CHECKS, logs_are_clean, stops_in_time
from .processes import free_port
from .stage import put_up
from .terminal import say, show
from .waiting import DemoError

TIME_LIMIT = 170.0


class Report:
    """One line for each check, and whether all of them held."""

    def __init__(self) -> None:
        """Start with nothing checked."""
        self.failed = 0

    async def hold(self, what: str, check: Awaitable[None]) -> None:
        """Run one check and print its line."""
        began = time.monotonic()
        try:
            await check
        except (DemoError, aiohttp.ClientError, TimeoutError) as err:
            self.failed += 1
            verdict, reason = "FAIL", f"\n      {err or type(err).__name__}"
        else:
            verdict, reason = "ok  ", ""
        seconds = time.monotonic() - began
        show(f"{verdict}  {what}  ({seconds:.1f} s){reason}")


async def run_checks(folder: Path, archive: Path | None = None) -> None:
    """Put the demo up on free ports, check it and take it down; DemoError when a check failed."""
    report = Report()
    try:
        async with asyncio.timeout(TIME_LIMIT):
            async with put_up(folder, free_port(), free_port(), archive) as stage:
                for what, check in CHECKS:
                    await report.hold(what, check(stage))
                await report.hold(
                    "Home Assistant stops when asked", stops_in_time(stage)
                )
            await report.hold(
                "no token, no code and no error of Blynk Bridge in any log file, at debug level",
                logs_are_clean(stage),
            )
    except TimeoutError as err:
        raise DemoError(f"the check took longer than {TIME_LIMIT:g} s") from err
    if report.failed:
        raise DemoError(f"{report.failed} of {len(CHECKS) + 2} checks failed")
    say(f"all {len(CHECKS) + 2} checks hold")
