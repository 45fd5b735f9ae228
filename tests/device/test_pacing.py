"""Pacer: how fast messages may be sent, on clocks of the test's own."""

from collections import deque
from datetime import UTC, datetime
from itertools import pairwise
import math
import random

import pytest

from custom_components.blynk_bridge.device.month import FREE_PLAN, Month, Plan, Tally
from custom_components.blynk_bridge.device.pacing import (
    MESSAGES_PER_SECOND,
    Lane,
    Pacer,
)

HOUR = 3600.0
DAY = 24 * HOUR
MONTH = 31 * DAY
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
# A hundredth of the month is spare, and a quarter is not for readings.
RATE = 0.99 * FREE_PLAN / MONTH
READINGS = 0.74 * FREE_PLAN / MONTH
# What may go at once after two quiet hours, and what routine leaves of it.
BURST = RATE * 2 * HOUR
RESERVE = 0.2 * BURST


class House:
    """A pacer with the month it paces, and clocks that go when they are told to."""

    def __init__(
        self,
        plan: int | None = FREE_PLAN,
        *,
        used: int = 0,
        day: float = 0.0,
        loop_time: float = 1000.0,
    ) -> None:
        """Start some days into December, at any time of the loop's clock."""
        self.now = loop_time
        self._started_at = loop_time
        self._begin = DECEMBER.timestamp() + day * DAY
        tally = Tally(DECEMBER.date(), used, used)
        self.month = Month(lambda: self.wall, Plan(plan), tally)
        self.pacer = Pacer(lambda: self.now, self.month)

    @property
    def wall(self) -> float:
        """Return the time of day."""
        return self._begin + self.now - self._started_at

    @property
    def day(self) -> float:
        """Return how many days of December have passed."""
        return (self.wall - DECEMBER.timestamp()) / DAY

    def restart(
        self,
        seconds: float = 0.0,
        tally: Tally | None = None,
        tokens: float | None = None,
    ) -> None:
        """Be away for a while, and go on with what was kept; the loop's clock begins anew."""
        if tally is None:
            tally, tokens = self.month.tally, self.pacer.tokens
        self._begin = self.wall + seconds
        self.now = self._started_at = 5.0
        self.month = Month(lambda: self.wall, self.month.plan, tally)
        self.pacer = Pacer(lambda: self.now, self.month, tokens=tokens, idle=seconds)

    def delay(self, lane: Lane) -> float:
        """Return the seconds until a message of the lane may be sent."""
        return self.pacer.delay(lane)

    def spend(self, lane: Lane) -> None:
        """Send a message now."""
        self.pacer.spend(lane)
        self.month.count()

    def wait(self, lane: Lane, until: float = math.inf) -> bool:
        """Go to when the lane may send; return whether that is before a day of December."""
        while (delay := self.delay(lane)) > 0 and self.day < until:
            # A step may be too short to show on a clock of this many digits.
            self.now += max(min(delay, (until - self.day) * DAY), 1e-6)
        return self.day < until

    def send(self, lane: Lane) -> None:
        """Wait for the lane's turn and send a message."""
        self.wait(lane)
        self.spend(lane)

    def at_once(self, lane: Lane) -> int:
        """Send what may go without waiting for tokens, and return how many that is."""
        count = 0
        while self.delay(lane) <= 1:
            self.send(lane)
            count += 1
        return count

    def interval(self, lane: Lane, messages: int = 50) -> float:
        """Return the seconds between messages of a lane that always has something."""
        self.at_once(lane)
        self.send(lane)
        started = self.now
        for _ in range(messages):
            self.send(lane)
        return (self.now - started) / messages


@pytest.fixture
def house() -> House:
    """Return a free account's house, at the beginning of December."""
    return House()


# --- A second --------------------------------------------------------------------


def test_the_first_message_goes_at_once(house: House) -> None:
    assert [house.delay(lane) for lane in Lane] == [0, 0, 0, 0]


def test_asking_costs_nothing(house: House) -> None:
    for _ in range(1000):
        assert house.delay(Lane.ROUTINE) == 0


@pytest.mark.parametrize("plan", [FREE_PLAN, None, 10_000_000])
@pytest.mark.parametrize("lane", list(Lane))
def test_the_sixth_message_waits_for_the_first_to_be_a_second_old(
    lane: Lane, plan: int | None
) -> None:
    house = House(plan)
    for _ in range(MESSAGES_PER_SECOND):
        assert house.delay(lane) == 0
        house.spend(lane)
        house.now += 0.125
    assert house.delay(lane) == 1 - 5 * 0.125
    house.now += 1 - 5 * 0.125
    assert house.delay(lane) == 0


@pytest.mark.parametrize("plan", [FREE_PLAN, None])
@pytest.mark.parametrize("seed", range(5))
def test_never_more_than_five_in_any_second(plan: int | None, seed: int) -> None:
    """For any mix of lanes, and however irregularly there is something to send."""
    dice = random.Random(seed)
    house = House(plan)
    sent: list[float] = []
    for _ in range(1000):
        if dice.random() < 0.1:
            house.now += dice.expovariate(0.5)
        house.send(dice.choice(list(Lane)))
        sent.append(house.now)
    for first, sixth in zip(sent, sent[MESSAGES_PER_SECOND:], strict=False):
        assert sixth - first >= 1 - 1e-9


# --- A bucket --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lane", "messages", "rate"),
    [(Lane.URGENT, BURST, RATE), (Lane.ROUTINE, BURST - RESERVE, READINGS)],
)
def test_a_burst_goes_at_once_and_then_the_months_rate_holds(
    house: House, lane: Lane, messages: float, rate: float
) -> None:
    assert house.at_once(lane) == pytest.approx(messages, abs=8)
    # From now on one every 27 s, or every 36 s for readings.
    times = []
    for _ in range(100):
        house.send(lane)
        times.append(house.now)
    for earlier, later in pairwise(times):
        assert later - earlier == pytest.approx(1 / rate, rel=0.01)


def test_routine_leaves_the_reserve_to_what_is_urgent(house: House) -> None:
    house.at_once(Lane.ROUTINE)
    assert house.delay(Lane.ROUTINE) > 1
    assert house.at_once(Lane.URGENT) == pytest.approx(RESERVE, abs=2)
    # Routine waits until the reserve is full again.
    assert house.delay(Lane.ROUTINE) == pytest.approx(RESERVE / RATE, rel=0.05)


def test_a_confirmation_does_not_wait_for_a_token(house: House) -> None:
    """A finger on a widget waits for it; only the five a second hold it."""
    house.at_once(Lane.URGENT)
    started = house.now
    for _ in range(200):
        house.send(Lane.CONFIRMATION)
    assert house.now - started == pytest.approx(40, abs=1)


def test_confirmations_are_paid_for_later(house: House) -> None:
    """By the others, who wait until the bucket is out of its debt."""
    house.at_once(Lane.URGENT)
    for _ in range(100):
        house.send(Lane.CONFIRMATION)
    assert house.delay(Lane.URGENT) == pytest.approx(100 / RATE, rel=0.02)
    assert house.delay(Lane.ROUTINE) == pytest.approx((100 + RESERVE) / RATE, rel=0.02)


def test_a_debt_is_bounded(house: House) -> None:
    """Whatever runs away into confirmations is held to the month's rate, too."""
    count = house.at_once(Lane.CONFIRMATION)
    assert count == pytest.approx(2 * BURST, rel=0.02)
    assert house.delay(Lane.CONFIRMATION) > 1
    assert house.delay(Lane.ROUTINE) <= (BURST + RESERVE + 1) / RATE * 1.01


def test_what_is_not_sent_is_saved_for_two_hours_and_no_longer(house: House) -> None:
    house.at_once(Lane.URGENT)
    house.now += HOUR / 5
    assert house.at_once(Lane.URGENT) == pytest.approx(RATE * HOUR / 5, abs=2)
    house.now += 5 * DAY
    # A little more than at first, since five days were saved.
    assert house.at_once(Lane.URGENT) == pytest.approx(BURST * 31 / 26, rel=0.02)


def test_a_clock_that_jumps_forward_fills_the_bucket_once(house: House) -> None:
    """As after a night in which the machine slept, or a year."""
    house.at_once(Lane.ROUTINE)
    house.now += 1e7
    assert house.delay(Lane.ROUTINE) == 0
    assert house.at_once(Lane.ROUTINE) <= 2 * BURST


# --- History ----------------------------------------------------------------------


def test_history_takes_what_nobody_else_wants(house: House) -> None:
    """The upper half of the bucket at once, in a house that is quiet."""
    assert house.at_once(Lane.HISTORY) == pytest.approx(BURST / 2, abs=8)
    assert house.delay(Lane.ROUTINE) == 0


def test_history_has_its_turn_in_a_house_that_is_never_quiet(house: House) -> None:
    """A fifth of the messages; readings lose no more by it."""
    house.at_once(Lane.ROUTINE)
    began = house.now
    sent: list[Lane] = []
    while house.now - began < DAY:
        lane = min((Lane.HISTORY, Lane.ROUTINE), key=house.delay)
        house.send(lane)
        sent.append(lane)
    assert sent.count(Lane.HISTORY) == pytest.approx(READINGS * DAY / 5, rel=0.05)
    assert sent.count(Lane.ROUTINE) == pytest.approx(READINGS * DAY * 4 / 5, rel=0.05)


# --- What is left of a month --------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "used", "factor"),
    [
        (0, 0, 1),
        # Half of it in a third of the month, and in two thirds.
        (31 / 3, 50_000, 0.49 / 0.99 * 1.5),
        (31 * 2 / 3, 50_000, 0.49 / 0.99 * 3),
        # What was saved comes back at twice the average, and no faster.
        (20, 0, 2 / 0.99),
        (30.9, 0, 2 / 0.99),
        (30.99, 60_000, 2 / 0.99),
    ],
)
def test_the_pace_is_what_is_left_over_the_time_left(
    day: float, used: int, factor: float
) -> None:
    house = House(used=used, day=day)
    pace = 1 / house.interval(Lane.URGENT, 10)
    assert pace == pytest.approx(RATE * factor, rel=0.02)


def test_a_new_month_is_whole() -> None:
    house = House(used=99_990, day=30.99)
    house.at_once(Lane.URGENT)
    assert house.delay(Lane.ROUTINE) > 600
    house.now += DAY / 50
    assert house.interval(Lane.ROUTINE) == pytest.approx(1 / READINGS, rel=0.02)


@pytest.mark.parametrize(
    ("used", "slower"), [(70_000, 1.2), (74_000, 10), (91_000, 10), (98_000, 9)]
)
def test_readings_slow_down_first(used: int, slower: float) -> None:
    """The quarter that is not theirs is left to what somebody waits for."""
    house = House(used=used, day=24)
    urgent = House(used=used, day=24).interval(Lane.URGENT, 5)
    assert house.interval(Lane.ROUTINE, 5) >= 0.98 * slower * urgent
    assert house.at_once(Lane.URGENT) >= 2
    assert house.at_once(Lane.CONFIRMATION) >= 10


@pytest.mark.parametrize("used", [100_000, 250_000])
def test_with_nothing_left_what_somebody_waits_for_trickles(used: int) -> None:
    """Our count need not be Blynk's. Readings and history wait for the next month."""
    house = House(used=used, day=28)
    assert house.at_once(Lane.CONFIRMATION) <= 30
    trickle = house.interval(Lane.URGENT, 10)
    assert trickle == pytest.approx(MONTH / FREE_PLAN * 20)
    for lane in (Lane.ROUTINE, Lane.HISTORY):
        assert house.delay(lane) == pytest.approx((31 - house.day) * DAY)
        assert house.wait(lane, until=31.01)
        assert house.day >= 31


@pytest.mark.parametrize("plan", [FREE_PLAN, None])
def test_a_server_that_takes_no_more_is_left_alone(plan: int | None) -> None:
    house = House(plan)
    house.pacer.rest(900)
    house.pacer.rest(60)
    assert [house.delay(lane) for lane in Lane] == [900] * 4
    house.now += 900
    assert [house.delay(lane) for lane in Lane] == [0] * 4


# --- A month of everything -----------------------------------------------------------


@pytest.mark.parametrize(
    ("lanes", "start", "expected"),
    [
        ((Lane.ROUTINE,), 0.0, 0.74),
        ((Lane.ROUTINE,), 1e9, 0.74),
        ((Lane.ROUTINE, Lane.HISTORY), 0.0, 0.74),
        ((Lane.URGENT,), 0.0, 0.99),
        ((Lane.CONFIRMATION,), 0.0, 0.99),
    ],
)
def test_endless_demand_keeps_within_the_month(
    lanes: tuple[Lane, ...], start: float, expected: float
) -> None:
    """A quarter is left by readings, for all else; a hundredth by all."""
    house = House(20_000, loop_time=start)
    while house.wait(lane := min(lanes, key=house.delay), until=31):
        house.spend(lane)
        assert house.month.used <= 20_000
    assert house.month.tally.other_used == pytest.approx(20_000 * expected, rel=0.01)


def test_commands_come_out_of_the_same_month() -> None:
    """Thirty commands a day among endless readings cost the readings, not the month."""
    house = House(20_000)
    commands = deque(day + n * 60 / DAY for day in range(31) for n in range(30))
    count = 0
    while True:
        delay = house.delay(Lane.ROUTINE)
        if commands and house.day + delay / DAY >= commands[0]:
            house.now += max(0.0, (commands.popleft() - house.day) * DAY)
            assert house.delay(Lane.CONFIRMATION) <= 1
            house.wait(Lane.CONFIRMATION)
            lane = Lane.CONFIRMATION
        elif house.wait(lane := Lane.ROUTINE, until=31):
            pass
        else:
            break
        house.spend(lane)
        count += 1
    assert not commands
    assert count == pytest.approx(20_000 * 0.74, rel=0.01)


def test_restarts_do_not_fill_the_bucket() -> None:
    """One every ten minutes, in a house that always has something to send."""
    house = House()
    while house.day < 2:
        restarts_at = house.day + 600 / DAY
        while house.wait(Lane.ROUTINE, until=restarts_at):
            house.spend(Lane.ROUTINE)
        house.restart(20)
    assert house.month.used == pytest.approx(
        BURST - RESERVE + 2 * DAY * READINGS, rel=0.02
    )


def test_a_night_that_was_off_fills_it() -> None:
    house = House()
    house.at_once(Lane.CONFIRMATION)
    house.restart(DAY)
    assert house.at_once(Lane.URGENT) == pytest.approx(BURST, rel=0.05)


def test_a_clock_that_went_back_meanwhile_fills_nothing() -> None:
    house = House()
    house.at_once(Lane.ROUTINE)
    house.restart(-DAY)
    assert house.delay(Lane.ROUTINE) > 1


# --- Plans -----------------------------------------------------------------------


def test_a_plan_without_a_quota_knows_only_the_second() -> None:
    house = House(None)
    started = house.now
    for _ in range(10_000):
        house.send(Lane.ROUTINE)
    assert house.now - started == pytest.approx(1999, rel=1e-6)
    assert house.pacer.interval == 0.2
    assert house.pacer.tokens is None


@pytest.mark.parametrize("plan", [1, 100, 300, 400, 500, 3000, 200_000])
@pytest.mark.parametrize("lane", list(Lane))
def test_no_plan_is_too_small_to_send_at_all(plan: int, lane: Lane) -> None:
    """A bucket that holds one message does not keep it all for reserve."""
    house = House(plan)
    assert house.delay(lane) == 0
    house.spend(lane)
    assert house.delay(lane) <= MONTH
    house.now += 2 * MONTH
    assert house.delay(lane) == 0


@pytest.mark.parametrize(
    ("plan", "used", "seconds"),
    [
        (FREE_PLAN, 0, 1 / READINGS),
        (FREE_PLAN // 2, 0, 2 / READINGS),
        (FREE_PLAN, 100_000, None),
        (None, 100_000, 0.2),
    ],
)
def test_how_often_a_busy_house_is_shown(
    plan: int | None, used: int, seconds: float | None
) -> None:
    interval = House(plan, used=used).pacer.interval
    assert interval == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("plan", [1, 300, FREE_PLAN])
def test_nobody_waits_beyond_the_months_end(plan: int) -> None:
    """In debt, with nothing left: the next month pays, and the most urgent goes first."""
    house = House(plan, used=plan, day=30.999)
    for _ in range(3 if plan == 1 else 400):
        house.pacer.spend(Lane.CONFIRMATION)
    house.now += 1
    delays = [house.pacer.delay(lane) for lane in Lane]
    assert delays == sorted(delays)
    assert 0 < delays[-1] <= house.month.seconds_left
