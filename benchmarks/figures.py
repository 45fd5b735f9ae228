"""How a figure, its goal and whether that is met are written."""

from typing import Final

from .results import Goal

_DIGITS: Final = 3
_MOST_DIGITS: Final = 7


def figure(value: float, digits: int = _DIGITS) -> str:
    """Return a number as people write it: no more digits than count, no powers of ten."""
    if abs(value) >= 10**digits - 0.5:
        return f"{value:,.0f}"
    if value and abs(value) < 1e-4:
        return f"{value:.1e}"
    return f"{value:,.{digits}g}"


def measured(goal: Goal) -> str:
    """Return the middle of the rounds, and where they differ the least and the most."""
    spread, digits = goal.measured, _telling(goal)
    text = f"{figure(spread.middle, digits)}{_unit(goal)}"
    if spread.low == spread.high:
        return text
    if figure(spread.low) != figure(spread.high):
        digits = _DIGITS
    return f"{text} ({figure(spread.low, digits)} to {figure(spread.high, digits)})"


def limit(goal: Goal) -> str:
    """Return what it was to be."""
    return f"≤ {figure(goal.limit, _telling(goal))}{_unit(goal)}"


def _telling(goal: Goal) -> int:
    """Return the digits that tell what was measured from what it was to be."""
    digits = _DIGITS
    while (
        goal.measured.middle != goal.limit
        and figure(goal.measured.middle, digits) == figure(goal.limit, digits)
        and digits < _MOST_DIGITS
    ):
        digits += 1
    return digits


def _unit(goal: Goal) -> str:
    return f" {goal.unit}" if goal.unit else ""
