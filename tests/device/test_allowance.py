"""A connection takes its share of the loop's time, and no more."""

import pytest

from custom_components.blynk_bridge.device.allowance import Allowance


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def test_a_burst_after_a_quiet_time_is_read_at_once() -> None:
    """As the answers to many questions come."""
    allowance = Allowance(Clock())
    assert [allowance.spend(0.01) for _ in range(9)] == [0.0] * 9
    assert allowance.spend(0.02) > 0


@pytest.mark.parametrize("slice_", [0.0001, 0.002, 0.05])
def test_in_the_long_run_half_of_the_time_is_left(slice_: float) -> None:
    """Whether a read takes long or not."""
    clock = Clock()
    allowance = Allowance(clock)
    taken = 0.0
    while clock.now < 1100:
        clock.now += slice_
        taken += slice_
        clock.now += allowance.spend(slice_)
    assert taken == pytest.approx((clock.now - 1000) / 2, rel=0.05)


def test_quiet_time_does_not_add_up() -> None:
    """A day without a message is no leave to take an hour."""
    clock = Clock()
    allowance = Allowance(clock)
    clock.now += 86400
    assert allowance.spend(1) > 1
