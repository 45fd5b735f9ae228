"""One benchmark in a fresh process, which ends in time and leaves nothing behind."""

from collections.abc import Iterator
import contextlib
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.process import BaseProcess
import os
from pathlib import Path
import signal
import tempfile
import time
import traceback
from typing import Final

from .catalogue import Benchmark
from .results import Result
from .size import Size

_SPAWN: Final = get_context("spawn")
_GRACE: Final = 10.0
"""Seconds in which a benchmark may tidy up when it is over, or told to stop."""
_LINGER: Final = 1.0
"""Seconds in which what it has started may end by itself."""
_KILL_LIMIT: Final = 10.0
_LOOK: Final = 0.05
"""Seconds between two looks at processes that are nobody's children to wait for."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A benchmark that has found nothing."""

    key: str
    reason: str
    """A traceback, or a sentence."""


type Outcome = Result | Failure


def run(benchmark: Benchmark, size: Size) -> Outcome:
    """Measure, and return what was found, or why nothing was."""
    with tempfile.TemporaryDirectory(
        prefix=f"benchmark-{benchmark.key}-", ignore_cleanup_errors=True
    ) as folder:
        inbox, outbox = _SPAWN.Pipe(duplex=False)
        process = _SPAWN.Process(
            target=_measure,
            args=(benchmark.module, size, folder, outbox),
            name=benchmark.key,
        )
        process.start()
        # Else the end of the process would not be the end of the pipe.
        outbox.close()
        try:
            return _receive(process, inbox, benchmark, size)
        except KeyboardInterrupt:
            _interrupt(process)
            raise
        finally:
            inbox.close()
            _end(process, folder)


def _measure(module: str, size: Size, folder: str, outbox: Connection) -> None:
    """Answer with the result, or with the traceback; the new process's whole life."""
    # Ctrl-C is for the command, which tells each benchmark once.
    os.setpgrp()
    # By this folder everything is found that the benchmark makes or starts.
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    try:
        outbox.send(import_module(module).measure(size))
    except BaseException:  # noqa: BLE001 - pytest's skip and fail are no Exception
        outbox.send(traceback.format_exc())


def _receive(
    process: SpawnProcess, inbox: Connection, benchmark: Benchmark, size: Size
) -> Outcome:
    """Wait for the answer as long as the benchmark may take."""
    limit = benchmark.limit(size)
    if not inbox.poll(limit):
        _interrupt(process)
        return Failure(benchmark.key, f"took more than {limit:g} s, and was ended")
    try:
        answer = inbox.recv()
    except EOFError:
        process.join(_GRACE)
        return Failure(benchmark.key, f"ended with exit status {process.exitcode}")
    if isinstance(answer, Result):
        return answer
    return Failure(benchmark.key, str(answer))


def stop_all() -> None:
    """End what other threads run: they wait for it, and have failed."""
    running = active_children()
    for process in running:
        _interrupt(process)
    deadline = time.monotonic() + _GRACE
    for process in running:
        process.join(max(0, deadline - time.monotonic()))
        process.kill()


def _interrupt(process: BaseProcess) -> None:
    """Ask it to stop: its contexts are left, and tidy up."""
    if process.ident is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.ident, signal.SIGINT)


def _end(process: SpawnProcess, folder: str) -> None:
    """End the benchmark and all that it has started, in sessions of their own or not."""
    process.join(_GRACE)
    process.kill()
    process.join()
    deadline = time.monotonic() + _LINGER
    while (left := list(_started_with(folder))) and time.monotonic() < deadline:
        time.sleep(_LOOK)
    if left:
        print(f"{process.name} left {len(left)} processes behind, which are ended")
    deadline = time.monotonic() + _KILL_LIMIT
    while (left := list(_started_with(folder))) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_LOOK)


def _started_with(folder: str) -> Iterator[int]:
    """Give the processes whose temporary files are in the folder."""
    mark = f"TMPDIR={folder}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        # A process of somebody else's, or one that has just ended.
        with contextlib.suppress(OSError):
            if mark in environment.read_bytes().split(b"\0"):
                yield int(environment.parent.name)
