"""Spreads, quantiles and goals."""

from dataclasses import replace

import pytest

from benchmarks.figures import figure, limit, measured
from benchmarks.results import Goal, Spread, quantile

from .samples import MET, MISSED


def test_a_spread_is_the_middle_round_the_least_and_the_most() -> None:
    """Of an even number it is between the two in the middle."""
    assert Spread.of([3, 1, 2]) == Spread(2, 1, 3)
    assert Spread.of(iter([4, 1, 2, 3])) == Spread(2.5, 1, 4)
    assert Spread.of([7]) == Spread(7, 7, 7)
    with pytest.raises(ValueError, match="nothing was measured"):
        Spread.of([])


@pytest.mark.parametrize(
    ("share", "value"), [(0, 1), (0.1, 1), (0.5, 5), (0.51, 6), (0.99, 10), (1, 10)]
)
def test_a_quantile_is_one_of_the_figures(share: float, value: float) -> None:
    """The least that this share is not beyond."""
    assert quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], share) == value


@pytest.mark.parametrize(("figures", "share"), [([], 0.5), ([1.0], 1.1), ([1.0], -0.1)])
def test_no_quantile_without_figures(figures: list[float], share: float) -> None:
    """Nor of a share that is none."""
    with pytest.raises(ValueError, match="no such quantile"):
        quantile(figures, share)


def test_a_goal_is_met_by_the_middle_of_the_rounds() -> None:
    """Whatever the worst of them was; at the limit is within it."""
    assert MET.met
    assert not MISSED.met
    assert Goal("the stop", Spread(2, 1, 50), 2).met


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.08333, "0.0833"),
        (0.00001234, "1.2e-05"),
        (1.5, "1.5"),
        (999.4, "999"),
        (999.7, "1,000"),
        (78123.6, "78,124"),
        (-0.0234, "-0.0234"),
        (-2500, "-2,500"),
    ],
)
def test_figures_are_readable(value: float, text: str) -> None:
    """As one would write them."""
    assert figure(value) == text


def test_a_figure_stands_beside_its_rounds_and_its_limit() -> None:
    """With the unit, unless it is a ratio; the rounds only where they differ."""
    assert measured(MET) == "0.812 (0.75 to 0.9)"
    assert limit(MET) == "≤ 1"
    assert limit(MISSED) == "≤ 2 s"
    assert measured(replace(MET, measured=Spread.of([3, 3]), unit="KiB")) == "3 KiB"


def test_a_near_miss_does_not_look_like_a_hit() -> None:
    """Nor a near hit like the limit: they get the digits that tell them apart."""
    assert measured(MISSED) == "2.0004 s (1.9 to 31.2)"
    within = Goal("instructions", Spread(1.0022, 1.0019, 1.004), 1.005)
    assert (measured(within), limit(within)) == ("1.002 (1.002 to 1.004)", "≤ 1.005")
    exact = Goal("stop", Spread(2, 2, 2), 2, "s")
    assert (measured(exact), limit(exact)) == ("2 s", "≤ 2 s")
    almost = Goal("messages", Spread(80_000.4, 79_000, 81_000), 80_000)
    assert measured(almost) == "80,000.4 (79,000 to 81,000)"
