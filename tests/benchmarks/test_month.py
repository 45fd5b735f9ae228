"""What a month comes to: durations, and how the rivals spend the quota."""

import math

import pytest

from benchmarks.durations import Durations
from benchmarks.month_home import EXPOSURES, POLLED, RARE, READ, TEMPLATE, Change, Kind
from benchmarks.month_rivals import EachChange, EachMinute
from custom_components.blynk_bridge.device.values import DataType


def change(
    at: float, value: float, name: str = "Hall Power", since: float | None = None
) -> Change:
    """Return a reading's change."""
    return Change(
        Kind.READING, name, DataType.DOUBLE, value, at, at if since is None else since
    )


def test_quantiles_are_nearest_ranks() -> None:
    durations = Durations()
    durations.add(0.0101)
    durations.add(2, times=8)
    durations.add(math.inf)
    assert len(durations) == 10
    assert durations.quantile(0.1) == pytest.approx(0.011)
    assert durations.quantile(0.9) == 2
    assert durations.longest == math.inf
    assert durations.curve(2) == ([2, math.inf], [50, 100])
    with pytest.raises(ValueError, match="no durations"):
        Durations().quantile(0.5)


def test_each_change_is_a_message_until_the_quota_ends() -> None:
    rival = EachChange(1000, quota=2)
    for at in (1000, 1010, 1020):
        rival.take(change(at, at, since=at - 1))
    assert (rival.messages, rival.taken, rival.ended) == (3, 2, 20)
    took = rival.took[Kind.READING]
    assert took.quantile(0.5) == 1
    assert took.longest == math.inf


def test_a_minute_is_a_message_with_the_newest_values() -> None:
    """And as many as it takes, where they do not fit in one."""
    rival = EachMinute(0, quota=100)
    rival.take(change(10, 1.5))
    rival.take(change(50, 2.5))
    rival.take(change(61, 3.5))
    assert rival.messages == 1
    took = rival.took[Kind.READING]
    assert (took.quantile(0.5), took.longest) == (10, 50)
    for number in range(50):
        rival.take(change(100, number + 0.5, f"A datastream with a name, {number}"))
    rival.publish()
    assert rival.messages == 1 + 2


def test_a_minute_in_which_nothing_is_new_costs_nothing() -> None:
    rival = EachMinute(0, quota=100)
    rival.take(change(10, 1.5))
    rival.take(change(70, 2.5))
    rival.take(change(80, 1.5))
    rival.publish()
    assert rival.messages == 1
    assert len(rival.took[Kind.READING]) == 3


def test_the_home_is_what_it_is_said_to_be() -> None:
    assert (len(POLLED), len(READ), len(RARE)) == (10, 20, 10)
    names = [definition.name for definition in TEMPLATE]
    assert len(names) == len(set(names)) == len(EXPOSURES)
    for sensor in (*POLLED, *READ):
        assert len({sensor.state(number) for number in range(300)}) == 300
