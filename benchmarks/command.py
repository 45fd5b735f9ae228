"""`scripts/bench`: runs the benchmarks, says what they have found, and writes the page."""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
import os
from pathlib import Path
import tempfile
import time
from typing import Final
from unittest.mock import patch

from . import machine, report
from .catalogue import CATALOGUE, Benchmark
from .results import Result
from .run import Failure, Outcome, run, stop_all
from .size import Size

DOCS: Final = Path(__file__).parents[1] / "docs"
_AT_A_TIME: Final = 2
"""So many of those that only count; more would want too much memory."""
_DESCRIPTION: Final = """\
Measure what Blynk Bridge takes and gives beside what else one could pick for the same.
A run of all takes long, and writes docs/benchmarks.md with its pictures. With
--quick or --only nothing is written, unless --docs says where. A goal that is missed is
no failure; a benchmark that does not work is one.
"""


def main(
    arguments: Sequence[str] | None = None,
    catalogue: Sequence[Benchmark] = CATALOGUE,
    docs: Path = DOCS,
) -> int:
    """Return the exit status."""
    options = _parse(arguments, catalogue)
    size = Size.QUICK if options.quick else Size.FULL
    chosen = [each for each in catalogue if each.key in options.only]
    whole = size is Size.FULL and len(chosen) == len(catalogue)
    folder: Path | None = options.docs or (docs if whole else None)
    measured_on = machine.describe()
    began = time.monotonic()
    with _kept_bytecode():
        outcomes = {each.key: found for each, found in _run_all(chosen, size)}
    took = timedelta(seconds=time.monotonic() - began)
    found = [outcomes[each.key] for each in chosen]
    results = [each for each in found if isinstance(each, Result)]
    failures = [each for each in found if isinstance(each, Failure)]
    if results:
        print(f"\n{report.table(results)}\n\n{report.score(results)}.", flush=True)
    if failures:
        failed = ", ".join(each.key for each in failures)
        print(f"\nDid not work: {failed}; nothing is written.", flush=True)
        return 1
    if folder is not None:
        report.write(report.Run(results, measured_on, took, whole), folder)
        print(f"Written: {folder / report.PAGE}", flush=True)
    return 0


def _parse(
    arguments: Sequence[str] | None, catalogue: Sequence[Benchmark]
) -> argparse.Namespace:
    keys = [each.key for each in catalogue]
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a look of two minutes")
    parser.add_argument(
        "--only",
        nargs="+",
        type=str.upper,
        choices=keys,
        default=keys,
        metavar="B1",
        help="; ".join(f"{each.key} {each.name}" for each in catalogue),
    )
    parser.add_argument(
        "--docs", type=Path, metavar="FOLDER", help="where to write the page"
    )
    return parser.parse_args(arguments)


def _run_all(
    chosen: Sequence[Benchmark], size: Size
) -> Iterator[tuple[Benchmark, Outcome]]:
    """Give what each has found: the timed ones alone, then the others together.

    For a quick look all go together: what they measure is beside each other anyway.
    """
    alone = [item for item in chosen if item.timed and size is Size.FULL]
    for benchmark in alone:
        yield benchmark, _run(benchmark, size)
    counting = [benchmark for benchmark in chosen if benchmark not in alone]
    at_a_time = min(_AT_A_TIME, os.process_cpu_count() or 1)
    with ThreadPoolExecutor(at_a_time) as pool:
        try:
            found = pool.map(lambda benchmark: _run(benchmark, size), counting)
            yield from zip(counting, found, strict=True)
        except KeyboardInterrupt:
            # The threads are not: they wait for their processes.
            pool.shutdown(wait=False, cancel_futures=True)
            stop_all()
            raise


@contextmanager
def _kept_bytecode() -> Iterator[None]:
    """Let Python keep what it compiles, for all that is started during the block.

    As it does in every real home; where it must not, each start compiles everything.
    """
    with (
        tempfile.TemporaryDirectory(
            prefix="benchmarks-bytecode-", ignore_cleanup_errors=True
        ) as folder,
        patch.dict(os.environ, PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX=folder),
    ):
        yield


def _run(benchmark: Benchmark, size: Size) -> Outcome:
    """Run one, and tell of it."""
    name = f"{benchmark.key} {benchmark.name}"
    print(f"{name} …", flush=True)
    began = time.monotonic()
    outcome = run(benchmark, size)
    took = f"{time.monotonic() - began:.0f} s"
    if isinstance(outcome, Failure):
        print(f"{name} failed after {took}: {outcome.reason}", flush=True)
        return outcome
    met = sum(goal.met for goal in outcome.goals)
    print(f"{name}: {met} of {len(outcome.goals)} goals met, in {took}", flush=True)
    return outcome
