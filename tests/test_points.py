"""What of the past becomes a point, and of which stretches it is owed."""

from itertools import pairwise

from homeassistant.core import State
from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest

from custom_components.blynk_bridge.device.values import JsonValue
from custom_components.blynk_bridge.history.daily_points import (
    POINTS_PER_DAY,
    DailyPoints,
)
from custom_components.blynk_bridge.history.gaps import GAPS_MAX, Gap, since, with_gap
from custom_components.blynk_bridge.history.points import Point, PointFilter

type Past = list[tuple[float, JsonValue | None]]

HOUR = 3600.0
TIMES = st.floats(0, 100, allow_nan=False).map(lambda time: round(time, 4))
PASTS = st.lists(
    st.tuples(TIMES, st.one_of(st.none(), st.integers(0, 3))),
    max_size=40,
    unique_by=lambda row: row[0],
).map(lambda rows: sorted(rows, key=lambda row: row[0]))


def points(
    past: Past, interval: float = 0, before: JsonValue | None = None
) -> list[Point]:
    """Return the points of a past."""
    kept = PointFilter(interval)
    kept.begin(before)
    found = [kept.take(time, form) for time, form in past]
    return [point for point in (*found, kept.finish()) if point is not None]


# --- Points ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("past", "interval", "before", "kept"),
    [
        ([], 0, None, []),
        ([(1.0, 5)], 0, None, [1.0]),
        ([(1.0, 5)], 0, 5, []),
        ([(1.0, 5), (2.0, 5), (3.0, 6), (4.0, 5)], 0, None, [1.0, 3.0, 4.0]),
        ([(1.0, 5), (2.0, None), (3.0, 5)], 0, None, [1.0, 3.0]),
        ([(1.0, None), (3.0, 5)], 0, 5, [3.0]),
        ([(1.0, 5), (2.0, None)], 0, None, [1.0]),
        # The last of each interval of ten.
        ([(1.0, 1), (9.0, 2), (11.0, 3), (12.0, 4), (30.0, 5)], 10, None, [9, 12, 30]),
        ([(1.0, 1), (9.0, 2), (11.0, 3), (12.0, 2)], 10, None, [9]),
        # Blynk's history has milliseconds.
        ([(1.0001, 1), (1.0002, 2), (1.0011, 3)], 0, None, [1.0002, 1.0011]),
    ],
)
def test_what_a_chart_needs(
    past: Past, interval: float, before: JsonValue | None, kept: list[float]
) -> None:
    """The last value of each interval, unless it is what was so before."""
    assert [point.time for point in points(past, interval, before)] == kept


@given(PASTS, st.sampled_from([0, 0.5, 7]))
def test_points_are_at_different_times(past: Past, interval: float) -> None:
    """In order, each with a value that was so then."""
    found = points(past, interval)
    travelling = [point.timed[0] for point in found]
    assert travelling == sorted(set(travelling))
    assert {(point.time, point.form) for point in found} <= set(past)


@given(PASTS, st.sampled_from([0, 0.5, 7]), st.integers(0, 40))
def test_what_is_read_again_from_any_point_on_is_the_same(
    past: Past, interval: float, at: int
) -> None:
    """So what is sent twice replaces itself."""
    found = points(past, interval)
    for index, point in enumerate(found[:at]):
        later = [row for row in past if row[0] > point.time]
        assert points(later, interval, point.form) == found[index + 1 :]


@given(PASTS)
def test_the_last_value_is_told(past: Past) -> None:
    """Whatever else is left out."""
    values = [form for _, form in past if form is not None]
    found = points(past, 7)
    assert ([point.form for point in found[-1:]]) == values[-1:]


@pytest.mark.parametrize(
    ("time", "shown"),
    [(1795579712.4919996, 492), (1795580454.2019994, 201), (1795579700.16, 160)],
)
def test_a_millisecond_is_the_one_that_home_assistant_shows(
    time: float, shown: int
) -> None:
    """It shows microseconds, to which a float is brought first."""
    state = State("sensor.x", "1", last_updated=dt_util.utc_from_timestamp(time))
    assert state.last_updated.microsecond // 1000 == shown
    assert Point(time, 1).timed[0] == int(time) * 1000 + shown


# --- Gaps ------------------------------------------------------------------------------

GAPS = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 1000)).map(
        lambda ends: Gap(min(ends), max(ends))
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("gaps", "new", "united"),
    [
        ([], Gap(1, 2), [Gap(1, 2)]),
        ([], Gap(2, 2), []),
        ([], Gap(3, 2), []),
        ([Gap(1, 2)], Gap(3, 4), [Gap(1, 2), Gap(3, 4)]),
        ([Gap(3, 4)], Gap(1, 2), [Gap(1, 2), Gap(3, 4)]),
        ([Gap(1, 3)], Gap(3, 4), [Gap(1, 4)]),
        ([Gap(1, 9)], Gap(3, 4), [Gap(1, 9)]),
        ([Gap(1, 2), Gap(3, 4), Gap(5, 6)], Gap(2.5, 5), [Gap(1, 2), Gap(2.5, 6)]),
    ],
)
def test_gaps_unite(gaps: list[Gap], new: Gap, united: list[Gap]) -> None:
    """Nothing is owed twice."""
    assert with_gap(gaps, new) == united


@given(GAPS)
def test_gaps_are_few_and_forget_nothing(gaps: list[Gap]) -> None:
    """In order, and apart."""
    united: list[Gap] = []
    for gap in gaps:
        united = with_gap(united, gap)
    assert len(united) <= GAPS_MAX
    assert all(before.end < after.start for before, after in pairwise(united))
    for gap in gaps:
        assert gap.start == gap.end or any(
            one.start <= gap.start and gap.end <= one.end for one in united
        )


def test_what_is_too_old_is_not_owed() -> None:
    """Half of a gap, and the whole of an older one."""
    assert since([Gap(1, 2), Gap(3, 5), Gap(6, 7)], 4) == [Gap(4, 5), Gap(6, 7)]


# --- Points a day ----------------------------------------------------------------------


def test_no_day_has_more_points_than_blynk_takes() -> None:
    """Whenever it begins."""
    daily, now = DailyPoints({}), 1.8e9
    sent: list[tuple[float, int]] = []
    for _ in range(10_000):
        if left := daily.left(now):
            count = min(left, 37)
            daily.book(count, now)
            sent.append((now, count))
            now += 11
        else:
            now += daily.more_in(now)
    for began, _ in sent[::50]:
        day = [count for at, count in sent if began <= at < began + 24 * HOUR]
        assert sum(day) <= POINTS_PER_DAY
    assert sum(count for _, count in sent) > 9 * POINTS_PER_DAY


def test_a_crash_forgets_no_point_that_was_sent() -> None:
    """A block is written down before it is used; a clean end gives the rest back."""
    daily, now, written = DailyPoints({}), 1.8e9, {}
    for _ in range(13):
        if daily.book(40, now):
            written = dict(daily.booked)
    assert sum(written.values()) >= 13 * 40
    assert DailyPoints(written).left(now) <= POINTS_PER_DAY - 13 * 40
    daily.give_back()
    assert DailyPoints(daily.booked).left(now) == POINTS_PER_DAY - 13 * 40


def test_what_is_not_left_is_not_booked() -> None:
    """And the last points are."""
    daily, now = DailyPoints({}), 1.8e9
    daily.book(POINTS_PER_DAY - 10, now)
    with pytest.raises(ValueError, match="more than is left"):
        daily.book(11, now)
    daily.book(10, now)
    assert daily.left(now) == 0
    assert daily.left(now + 23 * HOUR) == 0
    assert daily.left(now + 25 * HOUR) == POINTS_PER_DAY


def test_a_clock_that_was_ahead_costs_a_day_at_most() -> None:
    """What was sent by it counts as sent now, and not until that time has come."""
    now = 1.8e9
    daily = DailyPoints({})
    daily.book(POINTS_PER_DAY, now + 400 * 24 * HOUR)
    assert daily.left(now) == 0
    assert daily.left(now + 23 * HOUR) == 0
    assert daily.left(now + 25 * HOUR) == POINTS_PER_DAY
