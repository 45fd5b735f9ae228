"""Month: what is left of it, whatever the clock does."""

from datetime import UTC, date, datetime

import pytest

from custom_components.blynk_bridge.device.month import (
    MONTH_SECONDS,
    Month,
    Plan,
    Tally,
)


class Wall:
    """A clock on the wall, which a test sets."""

    def __init__(self, day: str) -> None:
        """Show a day, or a time of one."""
        self.now = 0.0
        self.set(day)

    def __call__(self) -> float:
        """Return the seconds of the epoch."""
        return self.now

    def set(self, day: str) -> None:
        """Show another time."""
        self.now = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def spend(month: Month, wall: Wall, day: str, messages: int) -> None:
    """Send messages on a day."""
    wall.set(day)
    month.count(messages)


@pytest.mark.parametrize(
    ("first_day", "now", "ends"),
    [
        (1, "2026-12-01", "2027-01-01"),
        (1, "2026-12-31T23:59:59", "2027-01-01"),
        (1, "2028-02-10", "2028-03-01"),
        (15, "2027-01-14", "2027-01-15"),
        (15, "2027-01-15", "2027-02-15"),
        (28, "2026-12-28", "2027-01-28"),
        (28, "2027-02-27T23:59:59", "2027-02-28"),
    ],
)
def test_a_month_ends_on_its_day(first_day: int, now: str, ends: str) -> None:
    wall = Wall(now)
    month = Month(wall, Plan(1000, first_day))
    end = datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert month.ends == end
    assert month.seconds_left == end.timestamp() - wall.now


def test_a_month_is_used_up_and_the_next_one_is_whole() -> None:
    wall = Wall("2026-12-05")
    month = Month(wall, Plan(1000))
    spend(month, wall, "2026-12-10", 400)
    spend(month, wall, "2026-12-31T23:59:59", 700)
    assert (month.used, month.left) == (1100, 0)
    wall.set("2027-01-01")
    assert (month.used, month.left) == (0, 1000)


def test_a_plan_without_a_quota_is_counted_all_the_same() -> None:
    month = Month(Wall("2026-12-05"), Plan(None))
    month.count(7)
    assert (month.used, month.left) == (7, None)


@pytest.mark.parametrize(
    ("now", "used"),
    [
        ("2026-12-31", 400),
        ("2027-01-01", 0),
        ("2027-06-01", 0),
        # Not set yet: the count goes on until the clock tells better.
        ("1970-01-01", 400),
        ("2000-01-01", 400),
    ],
)
def test_a_restart_goes_on_where_the_month_was(now: str, used: int) -> None:
    tally = Tally(date(2026, 12, 1), 400, 400)
    assert Month(Wall(now), Plan(1000), tally).used == used


@pytest.mark.parametrize("wrong", ["1970-01-01", "2000-01-01"])
def test_a_first_boot_without_a_time_is_counted(wrong: str) -> None:
    wall = Wall(wrong)
    month = Month(wall, Plan(1000))
    month.count(30)
    assert month.seconds_left == MONTH_SECONDS
    assert month.ends is None
    wall.set("2026-12-10")
    assert (month.used, month.tally.month) == (30, date(2026, 12, 1))


@pytest.mark.parametrize(("right", "used"), [("2026-12-10", 430), ("2027-01-10", 30)])
def test_a_boot_without_a_time_counts_for_the_month_it_was(
    right: str, used: int
) -> None:
    """That of the last run, or another one that has begun meanwhile."""
    wall = Wall("1970-01-01")
    month = Month(wall, Plan(1000), Tally(date(2026, 12, 1), 400, 400))
    month.count(30)
    wall.set(right)
    assert month.used == used


@pytest.mark.parametrize(
    ("wrong", "used"),
    [
        ("2027-01-03", 430),
        ("2040-01-01", 430),
        # Only what was sent at the wrong time is not known to be of this month.
        ("2026-11-20", 400),
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_was_wrong_for_a_while_resets_nothing(
    wrong: str, used: int, restarts: bool
) -> None:
    wall = Wall("2026-12-10")
    month = Month(wall, Plan(1000))
    month.count(400)
    spend(month, wall, wrong, 30)
    assert month.used in {30, 430}
    if restarts:
        month = Month(wall, Plan(1000), month.tally)
    wall.set("2026-12-10")
    assert month.used == used
    spend(month, wall, "2026-12-20", 500)
    assert month.used == used + 500
    wall.set("2027-01-02")
    assert month.used in {0, 30}


def test_a_clock_that_has_gone_back_takes_the_count_along() -> None:
    wall = Wall("2040-01-01")
    month = Month(wall, Plan(1000))
    month.count(400)
    wall.set("2026-12-10")
    assert month.used == 400


def test_an_hour_back_at_the_beginning_of_a_month() -> None:
    """As when a clock is put right by a minute, just then."""
    wall = Wall("2026-12-31T23:59:59")
    month = Month(wall, Plan(1000))
    month.count(900)
    spend(month, wall, "2027-01-01T00:00:01", 3)
    spend(month, wall, "2026-12-31T23:59:58", 2)
    assert month.used == 905
    spend(month, wall, "2027-01-01T00:00:02", 1)
    assert month.used == 4


def test_another_plan_keeps_what_was_used() -> None:
    wall = Wall("2026-12-10")
    month = Month(wall, Plan(1000))
    month.count(400)
    month.plan = Plan(5000, first_day=15)
    assert (month.used, month.left) == (400, 4600)
    assert month.tally.month == date(2026, 11, 15)
    month.plan = Plan(None, first_day=9)
    assert (month.used, month.left) == (400, None)
    assert month.tally.month == date(2026, 12, 9)
    wall.set("2027-01-09")
    assert month.used == 0


def test_a_tally_of_a_month_that_began_on_another_day_is_kept() -> None:
    """As a restored file has it."""
    tally = Tally(date(2026, 12, 1), 400, 400)
    assert Month(Wall("2026-12-20"), Plan(1000, 15), tally).used == 400


@pytest.mark.parametrize(("messages", "first_day"), [(0, 1), (-1, 1), (9, 0), (9, 29)])
def test_what_is_no_plan(messages: int, first_day: int) -> None:
    with pytest.raises(ValueError, match=r"messages|day"):
        Plan(messages, first_day)
