"""Instructions of the processor, counted by valgrind between marks in a process.

Where a virtual machine does not let `perf` count, valgrind still does, and to the
instruction: it carries each of them out itself.
"""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import shutil
import sys
from tempfile import TemporaryDirectory
from typing import Final

from demo.home_assistant import ROOT

_MARK: Final = "getppid"
"""The function of the C library that a mark calls."""
_READY: Final = b"ready\n"
_LIMIT: Final = 240.0
"""Seconds for the whole run of a process."""


def countable() -> bool:
    """Return whether this machine has what it takes."""
    return all(map(shutil.which, ("valgrind", "vgdb")))


async def counted(module: str, order: bytes, segments: int) -> list[int]:
    """Run a module and return the instructions of each segment between its marks.

    It reads its order, says "ready", reads a line, and then makes one mark more than
    there are segments. Only from there on it is counted, and slow.
    """
    with TemporaryDirectory(prefix="blynk-bridge-instructions-") as name:
        folder = Path(name)
        async with asyncio.timeout(_LIMIT), _running(module, folder) as process:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("the process can't be talked to")
            process.stdin.write(order)
            while (line := await process.stdout.readline()) != _READY:
                if not line:
                    raise RuntimeError(_failure(module, folder))
            await _switch_on(process.pid, folder)
            process.stdin.write(b"go\n")
            await process.stdout.read()
            if await process.wait():
                raise RuntimeError(_failure(module, folder))
        # The first is what came before the first mark.
        numbers = range(2, segments + 2)
        return [total(folder / f"counted.{number}") for number in numbers]


def total(file: Path) -> int:
    """Return the instructions that one of callgrind's files tells of."""
    lines = file.read_text(encoding="utf-8").splitlines()
    _, _, number = next(line for line in lines if line.startswith("totals:")).partition(
        ":"
    )
    return int(number)


@asynccontextmanager
async def _running(module: str, folder: Path) -> AsyncGenerator[Process]:
    """Run a module within valgrind, for as long as the block at most."""
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "valgrind",
            "--tool=callgrind",
            "--instr-atstart=no",
            f"--dump-before={_MARK}",
            f"--callgrind-out-file={folder / 'counted'}",
            f"--vgdb-prefix={folder / 'vgdb'}",
            *(sys.executable, "-m", module),
            stdin=PIPE,
            stdout=PIPE,
            stderr=log,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _switch_on(pid: int, folder: Path) -> None:
    """Begin to count in a process."""
    switch = await asyncio.create_subprocess_exec(
        "vgdb",
        f"--pid={pid}",
        f"--vgdb-prefix={folder / 'vgdb'}",
        *("instrumentation", "on"),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    if await switch.wait():
        raise RuntimeError("valgrind could not be told to count")


def _failure(module: str, folder: Path) -> str:
    """Return what a process has said that did not do as it was told."""
    log = (folder / "log").read_text(encoding="utf-8", errors="replace")
    return f"{module} ended too early:\n{log[-4000:]}"
