"""What is made of the results, for the terminal and for the page."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
import re

import pytest

from benchmarks import machine
from benchmarks.report import Run, page, score, table, write
from benchmarks.results import Result, Table

from .samples import CHART, MET, MISSED, SAMPLE

OTHER = replace(
    SAMPLE, key="B2", title="A storm, 200 × 50", goals=[replace(MISSED, reason="")]
)
ALL = [SAMPLE, replace(OTHER, charts=[replace(CHART, name="storm")], notes=())]
MACHINE = Table(["", ""], [["Processor", "one of them"]])


def run_of(results: list[Result], whole: bool = True) -> Run:
    return Run(results, MACHINE, timedelta(minutes=31), whole)


def test_the_terminal_shows_every_goal() -> None:
    """In columns, the missed ones loudly."""
    lines = [re.split(r"  +", line.strip()) for line in table(ALL).splitlines()]
    assert lines == [
        ["Goal", "Measured", "Limit"],
        ["B1", MET.text, "0.812 (0.75 to 0.9)", "≤ 1", "met"],
        ["B1", MISSED.text, "2.0004 s (1.9 to 31.2)", "≤ 2 s", "MISSED"],
        ["B2", MISSED.text, "2.0004 s (1.9 to 31.2)", "≤ 2 s", "MISSED"],
    ]
    assert score(ALL) == "1 of 3 goals are met"


def test_the_page_shows_every_goal() -> None:
    """In one table, each with a way to its section."""
    text = page(run_of(ALL))
    assert "1 of 3 goals are met." in text
    first = f"| [B1](#b1-latency) | {MET.text} | 0.812 (0.75 to 0.9) | ≤ 1 | met |\n"
    assert first in text
    assert text.count("| **missed** |") == 2
    assert "## B1: Latency\n" in text
    assert "(#b2-a-storm-200--50)" in text


def test_a_section_has_all_that_was_found() -> None:
    """Work, figures, pictures, notes, and why a goal is missed."""
    text = page(run_of(ALL)).partition("## B1")[2].partition("## B2")[0]
    assert "300 changes,\none every 300 ms.\n" in text
    assert (
        "**Missed**: the stop, 2.0004 s (1.9 to 31.2) instead of ≤ 2 s. "
        "Home Assistant itself waits | for the network.\n"
    ) in text
    assert (
        "|  | p50 | p99 |\n| --- | --- | --- |\n| Blynk \\| Bridge | 1.2 ms |" in text
    )
    assert (
        "![From a change to the subscriber: % of the changes against milliseconds, "
        "of Blynk Bridge, peer](images/benchmark-sample.png)"
    ) in text
    assert text.rstrip().endswith("- The floor is a bare client.")


def test_a_reason_that_is_not_known_is_no_secret() -> None:
    """The page says that there is none."""
    text = page(run_of(ALL)).partition("## B2")[2]
    assert "instead of ≤ 2 s. Why is not known yet.\n" in text


def test_the_page_says_what_it_is_of() -> None:
    """Which machine, how long, who has made it; and whether it is all."""
    text = page(run_of(ALL))
    assert "`scripts/bench` has made this page" in text
    assert "| Processor | one of them |" in text
    assert "The run took 31 minutes." in text
    assert "partial" not in text
    assert "short or partial run" in page(run_of(ALL, whole=False))


def test_blocks_are_apart() -> None:
    """A line between any two of them, and no more; else Markdown takes them for one."""
    text = page(run_of(ALL))
    assert "\n\n\n" not in text
    assert not re.search(r"\|\n[^|\n]", text)
    assert text.endswith("\n")


def test_all_pictures_of_the_page_are_drawn(tmp_path: Path) -> None:
    """And those of a former run are gone; pictures of others stay."""
    images = tmp_path / "images"
    images.mkdir()
    for name in ("benchmark-former.png", "journey.png"):
        (images / name).write_bytes(b"")
    write(run_of(ALL), tmp_path)
    text = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\]\(images/(.+?)\)", text))
    assert shown == {"benchmark-sample.png", "benchmark-storm.png"}
    assert {file.name for file in images.iterdir()} == {*shown, "journey.png"}


def test_what_cannot_be_drawn_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    """The folder is written last of all."""
    bad = replace(CHART, lines=[replace(CHART.lines[0], x=[1])])
    with pytest.raises(ValueError, match="same first dimension"):
        write(run_of([replace(SAMPLE, charts=[bad])]), tmp_path)
    assert not [*tmp_path.iterdir()]


def test_the_machine_is_described() -> None:
    """Each line tells something of this very one."""
    rows = {row[0]: row[1] for row in machine.describe().rows}
    assert re.fullmatch(r"\d{4}\.\d+\.\d+\w*", rows["Home Assistant"])
    assert re.fullmatch(r"[\d.]+, [\d.]+", rows["aiomqtt, paho-mqtt"])
    assert re.fullmatch(r"[\d.]+ GiB", rows["Memory"])
    assert all(rows.values())
