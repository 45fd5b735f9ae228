"""The arithmetic of instructions."""

from pathlib import Path

import pytest

from benchmarks.instructions import total
from benchmarks.listening import Listeners
from benchmarks.unexposed import Run, noise, ratio


def test_a_change_costs_the_difference_of_two_segments() -> None:
    """What is around the changes costs the same in both."""
    run = Run(Listeners.BRIDGE, few=10, many=110)
    segments = [cost for _ in range(3) for cost in (500 + 10 * 7, 500 + 110 * 7)]
    assert run.counts == [10, 110] * 3
    assert run.costs(segments) == [7, 7, 7]


def test_noise_is_what_repeated_runs_differ_by_at_least() -> None:
    """Nothing less than half a percent is told apart."""
    assert noise([100, 104, 102]) == pytest.approx(4 / 102)
    assert noise([100, 100.1]) == 0.005


def test_a_ratio_is_taken_round_by_round() -> None:
    """The low and the high are those of the pairs."""
    spread = ratio([110, 100, 120], [100, 100, 100])
    assert (spread.low, spread.middle, spread.high) == (1.0, 1.1, 1.2)


def test_callgrinds_total_is_read(tmp_path: Path) -> None:
    """The file has all functions before it."""
    file = tmp_path / "counted.2"
    file.write_text("version: 1\nevents: Ir\n\nfn=(1) f\n1 5\n\ntotals: 1234\n")
    assert total(file) == 1234
