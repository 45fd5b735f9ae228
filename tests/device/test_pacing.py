"""Pacer: how fast messages may be sent, on a clock of the test's own."""

from collections import deque
from itertools import pairwise
import math
import random

import pytest

from custom_components.blynk_bridge.device.pacing import (
    FREE_PLAN,
    MESSAGES_PER_SECOND,
    Lane,
    Pacer,
)

HOUR = 3600.0
DAY = 24 * HOUR
MONTH = 31 * DAY
RATE = FREE_PLAN / MONTH
# What may go at once after two quiet hours, and what routine leaves of it.
BURST = RATE * 2 * HOUR
RESERVE = 0.2 * BURST


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, now: float = 1000.0) -> None:
        """Start anywhere."""
        self.now = now

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def wait(self, pacer: Pacer, lane: Lane) -> None:
        """Go to the moment at which a message of the lane may be sent."""
        while (delay := pacer.delay(lane)) > 0:
            # A delay may be too short to show on a clock of this many digits.
            self.now = max(self.now + delay, math.nextafter(self.now, math.inf))

    def send(self, pacer: Pacer, lane: Lane) -> None:
        """Wait for the lane's turn and send a message."""
        self.wait(pacer, lane)
        pacer.spend()


def at_once(pacer: Pacer, clock: Clock, lane: Lane) -> int:
    """Send what may go without waiting for tokens, and return how many that is."""
    count = 0
    while pacer.delay(lane) <= 1:
        clock.send(pacer, lane)
        count += 1
    return count


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


# --- A second --------------------------------------------------------------------


def test_the_first_message_goes_at_once(clock: Clock) -> None:
    pacer = Pacer(clock)
    assert [pacer.delay(lane) for lane in Lane] == [0, 0, 0, 0]


def test_asking_costs_nothing(clock: Clock) -> None:
    pacer = Pacer(clock)
    for _ in range(1000):
        assert pacer.delay(Lane.ROUTINE) == 0


@pytest.mark.parametrize("plan", [FREE_PLAN, None, 10_000_000])
@pytest.mark.parametrize("lane", list(Lane))
def test_the_sixth_message_waits_for_the_first_to_be_a_second_old(
    clock: Clock, lane: Lane, plan: int | None
) -> None:
    pacer = Pacer(clock, plan)
    for _ in range(MESSAGES_PER_SECOND):
        assert pacer.delay(lane) == 0
        pacer.spend()
        clock.now += 0.125
    assert pacer.delay(lane) == 1 - 5 * 0.125
    clock.now += 1 - 5 * 0.125
    assert pacer.delay(lane) == 0


@pytest.mark.parametrize("plan", [FREE_PLAN, None])
@pytest.mark.parametrize("seed", range(5))
def test_never_more_than_five_in_any_second(
    clock: Clock, plan: int | None, seed: int
) -> None:
    """For any mix of lanes, and however irregularly there is something to send."""
    dice = random.Random(seed)
    pacer = Pacer(clock, plan)
    sent: list[float] = []
    for _ in range(3000):
        if dice.random() < 0.1:
            clock.now += dice.expovariate(0.5)
        clock.send(pacer, dice.choice(list(Lane)))
        sent.append(clock.now)
    for first, sixth in zip(sent, sent[MESSAGES_PER_SECOND:], strict=False):
        assert sixth - first >= 1 - 1e-9


# --- A month ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lane", "messages"), [(Lane.URGENT, BURST), (Lane.ROUTINE, BURST - RESERVE)]
)
def test_a_burst_goes_at_once_and_then_the_months_rate_holds(
    clock: Clock, lane: Lane, messages: float
) -> None:
    pacer = Pacer(clock)
    assert at_once(pacer, clock, lane) == pytest.approx(messages, abs=8)
    # From now on a message every 26.8 s, as 100,000 a month allow.
    times = []
    for _ in range(100):
        clock.send(pacer, lane)
        times.append(clock.now)
    for earlier, later in pairwise(times):
        assert later - earlier == pytest.approx(1 / RATE)


def test_routine_leaves_the_reserve_to_what_is_urgent(clock: Clock) -> None:
    pacer = Pacer(clock)
    at_once(pacer, clock, Lane.ROUTINE)
    assert pacer.delay(Lane.ROUTINE) > 1
    assert at_once(pacer, clock, Lane.URGENT) == pytest.approx(RESERVE, abs=2)
    # Routine waits until the reserve is full again.
    assert pacer.delay(Lane.ROUTINE) == pytest.approx(RESERVE / RATE, rel=0.05)


def test_a_confirmation_does_not_wait_for_a_token(clock: Clock) -> None:
    """A finger on a widget waits for it; only the five a second hold it."""
    pacer = Pacer(clock)
    at_once(pacer, clock, Lane.URGENT)
    started = clock.now
    for _ in range(200):
        clock.send(pacer, Lane.CONFIRMATION)
    assert clock.now - started == pytest.approx(40, abs=1)


def test_confirmations_are_paid_for_later(clock: Clock) -> None:
    """By the others, who wait until the bucket is out of its debt."""
    pacer = Pacer(clock)
    at_once(pacer, clock, Lane.URGENT)
    for _ in range(100):
        clock.send(pacer, Lane.CONFIRMATION)
    assert pacer.delay(Lane.URGENT) == pytest.approx(100 / RATE, rel=0.02)
    assert pacer.delay(Lane.ROUTINE) == pytest.approx((100 + RESERVE) / RATE, rel=0.02)


def test_a_debt_is_bounded(clock: Clock) -> None:
    """Whatever runs away into confirmations is held to the month's rate, too."""
    pacer = Pacer(clock)
    count = at_once(pacer, clock, Lane.CONFIRMATION)
    assert count == pytest.approx(2 * BURST, rel=0.02)
    assert pacer.delay(Lane.CONFIRMATION) > 1
    assert pacer.delay(Lane.ROUTINE) <= (BURST + RESERVE + 1) / RATE


@pytest.mark.parametrize("start", [0.0, 1e9])
@pytest.mark.parametrize("lanes", [(Lane.ROUTINE,), (Lane.URGENT,), tuple(Lane)[1:]])
def test_endless_demand_keeps_within_the_month(
    lanes: tuple[Lane, ...], start: float
) -> None:
    """A month of everything at once is 100,000 messages and the first burst."""
    clock = Clock(start)
    pacer = Pacer(clock)
    dice = random.Random(1)
    count = 0
    while True:
        clock.wait(pacer, dice.choice(lanes))
        if clock.now - start > MONTH:
            break
        pacer.spend()
        count += 1
    assert FREE_PLAN - 1 <= count <= FREE_PLAN + BURST


def test_commands_come_out_of_the_same_month(clock: Clock) -> None:
    """A hundred commands a day among endless readings cost the readings, not the month."""
    pacer = Pacer(clock)
    start = clock.now
    commands = deque(
        start + day * DAY + n * 60 for day in range(31) for n in range(100)
    )
    count = 0
    while clock.now - start <= MONTH:
        delay = pacer.delay(Lane.ROUTINE)
        if commands and clock.now + delay >= commands[0]:
            clock.now = max(clock.now, commands.popleft())
            clock.wait(pacer, Lane.CONFIRMATION)
        else:
            clock.now = max(clock.now + delay, math.nextafter(clock.now, math.inf))
            if pacer.delay(Lane.ROUTINE) > 0:
                continue
        pacer.spend()
        count += 1
    assert not commands
    assert FREE_PLAN - 1 <= count <= FREE_PLAN + BURST


def test_what_is_not_sent_is_saved_for_two_hours_and_no_longer(clock: Clock) -> None:
    pacer = Pacer(clock)
    at_once(pacer, clock, Lane.URGENT)
    clock.now += HOUR
    assert at_once(pacer, clock, Lane.URGENT) == pytest.approx(RATE * HOUR, abs=3)
    clock.now += MONTH
    assert at_once(pacer, clock, Lane.URGENT) == pytest.approx(BURST, abs=4)


def test_a_clock_that_jumps_forward_fills_the_bucket_once(clock: Clock) -> None:
    """As after a night in which the machine slept."""
    pacer = Pacer(clock)
    at_once(pacer, clock, Lane.ROUTINE)
    clock.now += 1e9
    assert pacer.delay(Lane.ROUTINE) == 0
    assert at_once(pacer, clock, Lane.ROUTINE) == pytest.approx(BURST - RESERVE, abs=4)


# --- Plans -----------------------------------------------------------------------


def test_a_plan_without_a_quota_knows_only_the_second(clock: Clock) -> None:
    pacer = Pacer(clock, None)
    started = clock.now
    for _ in range(50_000):
        clock.send(pacer, Lane.ROUTINE)
    assert clock.now - started == pytest.approx(9999, rel=1e-6)


@pytest.mark.parametrize("plan", [1, 100, 300, 400, 500, 3000, 200_000])
@pytest.mark.parametrize("lane", list(Lane))
def test_no_plan_is_too_small_to_send_at_all(
    clock: Clock, plan: int, lane: Lane
) -> None:
    """A bucket that holds one message does not keep it all for reserve."""
    pacer = Pacer(clock, plan)
    assert pacer.delay(lane) == 0
    pacer.spend()
    assert pacer.delay(lane) <= MONTH / plan
    clock.now += 2 * MONTH
    assert pacer.delay(lane) == 0


@pytest.mark.parametrize("plan", [0, -1])
def test_a_plan_without_messages_is_no_plan(clock: Clock, plan: int) -> None:
    with pytest.raises(ValueError, match="messages"):
        Pacer(clock, plan)
