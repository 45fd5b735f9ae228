"""Latencies of several ways, measured by turns: ratios, quantiles and distributions."""

from collections.abc import Mapping, Sequence
from typing import Final

from .results import Chart, Line, Spread, Table, quantile

type Round = Mapping[str, Sequence[float]]
"""Milliseconds of one round, by who was measured."""

LONGEST: Final = (
    "A round's p99 is one of its few longest: those of whoever happened to wait for a"
    " processor, and rounds differ by more than the ways do."
)
"""Why a p99 may be beyond its peer's where the distributions are alike."""
_SHARES: Final = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


def ratio(rounds: Sequence[Round], peer: str, share: float) -> Spread:
    """Return the bridge's quantile, times that of a peer, round by round."""
    return Spread.of(
        quantile(each["bridge"], share) / quantile(each[peer], share) for each in rounds
    )


def table(rounds: Sequence[Round], names: Mapping[str, str]) -> Table:
    """Return the quantiles of all rounds together, a line for each name."""
    everything = _together(rounds)
    return Table(
        ("", *(f"{share}, ms" for share in _SHARES)),
        [
            (
                label,
                *(
                    f"{quantile(everything[name], share):.2f}"
                    for share in _SHARES.values()
                ),
            )
            for name, label in names.items()
        ],
    )


def chart(
    rounds: Sequence[Round], names: Mapping[str, str], name: str, title: str, done: str
) -> Chart:
    """Return how the latencies of all rounds are distributed; `done` is whose share."""
    return Chart(
        name=name,
        title=title,
        x_label="milliseconds",
        y_label=f"share of the {done}",
        lines=[
            Line(names[each], *_distribution(figures))
            for each, figures in _together(rounds).items()
        ],
        x_log=True,
    )


def _together(rounds: Sequence[Round]) -> dict[str, list[float]]:
    """Return the figures of all rounds."""
    return {name: [ms for each in rounds for ms in each[name]] for name in rounds[0]}


def _distribution(figures: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the figures in order, and which share is not beyond each."""
    return sorted(figures), [(n + 1) / len(figures) for n in range(len(figures))]
