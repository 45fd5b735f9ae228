"""What a run has found: a table for the terminal, and docs/benchmarks.md for everybody."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
import re
from textwrap import dedent
from typing import Final

from .figures import limit, measured
from .plots import draw
from .results import Chart, Goal, Result, Table

PAGE: Final = "benchmarks.md"
_IMAGES: Final = "images"
_HEAD: Final = ("", "Goal", "Measured", "Limit", "")
_INTRODUCTION: Final = """\
# Benchmarks

What Blynk Bridge takes of a Home Assistant, and what it gives, beside what else one could pick for the same and beside the least that is
possible. `scripts/bench` has made this page and its pictures, all of it in one run on one machine; nothing here is written by hand, and
the next run replaces it.

- **Peers** are what a user would otherwise pick, set up at their best, on the same broker and the same Home Assistant: its own
  `mqtt_statestream` to get states out, and an automation with an MQTT trigger to get commands in. The floor is a bare MQTT client that
  does nothing else. Messages go at QoS 1 on both sides, and the plan is unlimited, unless something else is said.
- **Comparisons are ratios**, measured in turns within one run, in several rounds: times are those of this machine, ratios say
  more about others. Each figure is the middle one of the rounds, with the least and the most of them in brackets.
- **A goal is met** when the middle figure is within its limit. The goals were set before anything was measured. One that is missed
  stays here, with the reason as far as it is known.
- Each benchmark has a process of its own. While times are measured, nothing else is run.
"""
_PARTLY: Final = """\
> This is a short or partial run, for a look in between: its figures are rougher than those of a full one.
"""
_REASON_UNKNOWN: Final = "Why is not known yet."


@dataclass(frozen=True, slots=True)
class Run:
    """All that is reported."""

    results: Sequence[Result]
    machine: Table
    took: timedelta
    whole: bool
    """Whether these are all benchmarks at their full size."""


def write(run: Run, folder: Path) -> None:
    """Write the page and its pictures; those of former runs go."""
    # First all that may fail, then the folder.
    text = page(run)
    pictures = {_file(c): draw(c) for result in run.results for c in result.charts}
    images = folder / _IMAGES
    images.mkdir(parents=True, exist_ok=True)
    for former in images.glob(_file_name("*")):
        former.unlink()
    for file, picture in pictures.items():
        (folder / file).write_bytes(picture)
    (folder / PAGE).write_text(text, encoding="utf-8")


def page(run: Run) -> str:
    """Return the page as Markdown."""
    blocks = [
        _INTRODUCTION,
        *([] if run.whole else [_PARTLY]),
        "## What it was measured on\n",
        _markdown(run.machine),
        f"The run took {_duration(run.took)}.\n",
        "## The goals\n",
        f"{score(run.results)}.\n",
        _markdown(Table(_HEAD, list(_goals(run.results)))),
        *(block for result in run.results for block in _section(result)),
    ]
    return "\n".join(blocks)


def table(results: Iterable[Result]) -> str:
    """Return the goals as a table for the terminal."""
    rows = [_HEAD, *((r.key, *_goal(g, "MISSED")) for r in results for g in r.goals)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def score(results: Iterable[Result]) -> str:
    """Return how many of the goals are met."""
    goals = [goal for result in results for goal in result.goals]
    return f"{sum(goal.met for goal in goals)} of {len(goals)} goals are met"


def _goals(results: Iterable[Result]) -> Iterator[tuple[str, ...]]:
    """Give the rows of the page's first table."""
    for result in results:
        link = f"[{result.key}](#{_anchor(_heading(result))})"
        yield from ((link, *_goal(goal, "**missed**")) for goal in result.goals)


def _goal(goal: Goal, missed: str) -> tuple[str, ...]:
    """Return a goal as cells."""
    verdict = "met" if goal.met else missed
    return goal.text, measured(goal), limit(goal), verdict


def _section(result: Result) -> Iterator[str]:
    """Give what is told of one benchmark."""
    yield f"## {_heading(result)}\n"
    yield f"{dedent(result.work).strip()}\n"
    for goal in result.goals:
        if not goal.met:
            found = f"{measured(goal)} instead of {limit(goal)}"
            yield f"**Missed**: {goal.text}, {found}. {goal.reason or _REASON_UNKNOWN}\n"
    yield from (_markdown(figures) for figures in result.tables)
    yield from (f"![{_alternative(c)}]({_file(c)})\n" for c in result.charts)
    if result.notes:
        yield "".join(f"- {' '.join(note.split())}\n" for note in result.notes)


def _markdown(figures: Table) -> str:
    """Return a table."""
    rule = ("---" for _ in figures.columns)
    lines = (figures.columns, rule, *figures.rows)
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    """Return text as it may be in a table."""
    return re.sub(r"(?<!\\)\|", r"\\|", text).replace("\n", " ")


def _heading(result: Result) -> str:
    return f"{result.key}: {result.title}"


def _anchor(heading: str) -> str:
    """Return how GitHub calls a heading's place."""
    return re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-")


def _alternative(chart: Chart) -> str:
    """Return what a chart shows, for who can't see it."""
    curves = ", ".join(line.label for line in chart.lines)
    return f"{chart.title}: {chart.y_label} against {chart.x_label}, of {curves}"


def _file(chart: Chart) -> str:
    """Return where a chart is, as the page refers to it."""
    return f"{_IMAGES}/{_file_name(chart.name)}"


def _file_name(name: str) -> str:
    return f"benchmark-{name}.png"


def _duration(took: timedelta) -> str:
    seconds = took.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
