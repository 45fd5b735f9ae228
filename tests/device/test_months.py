"""Months of any traffic: a plan is never exceeded, and a quiet house never waits."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.blynk_bridge.device.month import Tally
from custom_components.blynk_bridge.device.pacing import Lane

from .test_pacing import DAY, HOUR, House


@dataclass(frozen=True, slots=True)
class Spell:
    """A part of a month in which a house sends in some lanes, and how it ends."""

    days: float
    lanes: tuple[Lane, ...]
    pause: float
    """Seconds between two messages, if the pacer allows them."""
    off: float | None
    """Seconds that a restart takes; None where the next spell follows at once."""
    crashes: bool
    """The restart forgets the last minute."""


SPELLS = st.lists(
    st.builds(
        Spell,
        days=st.floats(0.01, 12),
        lanes=st.lists(
            st.sampled_from(list(Lane)), min_size=1, max_size=4, unique=True
        ).map(tuple),
        pause=st.sampled_from([0.0, 0.0, 1.0, 60.0, 3600.0]),
        off=st.none() | st.sampled_from([0.0, 5.0, HOUR, 3 * DAY]),
        crashes=st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


class Cloud:
    """Counts what really arrives, whatever the house has forgotten."""

    def __init__(self) -> None:
        """Begin without any message."""
        self.months: dict[tuple[int, int], int] = {}

    def count(self, wall: float) -> None:
        """Count a message."""
        now = datetime.fromtimestamp(wall, UTC)
        month = (now.year, now.month)
        self.months[month] = self.months.get(month, 0) + 1


def live(house: House, spell: Spell, cloud: Cloud) -> None:
    """Go through a spell, and through the restart that ends it."""
    ends = house.day + spell.days
    kept = house.wall, house.month.tally, house.pacer.tokens
    while house.wait(lane := min(spell.lanes, key=house.delay), until=ends):
        if house.wall - kept[0] >= 60:
            kept = house.wall, house.month.tally, house.pacer.tokens
        house.spend(lane)
        cloud.count(house.wall)
        house.now += spell.pause
    if spell.off is not None:
        _, tally, tokens = kept if spell.crashes else (0, None, None)
        house.restart(spell.off, tally, tokens)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    plan=st.sampled_from([1000, 3000, 5000]),
    day=st.sampled_from([0.0, 14.3, 30.9]),
    spells=SPELLS,
)
def test_no_month_exceeds_the_plan(plan: int, day: float, spells: list[Spell]) -> None:
    """Whatever the lanes want, whenever it begins, however often it is restarted."""
    house, cloud = House(plan, day=day), Cloud()
    for spell in spells:
        live(house, spell, cloud)
    assert max(cloud.months.values(), default=0) <= plan


@settings(max_examples=15, deadline=None)
@given(
    pauses=st.lists(st.floats(400, 6 * HOUR), min_size=3, max_size=30),
    lane=st.sampled_from([Lane.CONFIRMATION, Lane.URGENT, Lane.ROUTINE]),
    used=st.sampled_from([0, 2500]),
)
def test_a_quiet_house_never_waits(pauses: list[float], lane: Lane, used: int) -> None:
    """A change every ten minutes, of a tenth of a free account's messages."""
    house = House(10_000, used=used, day=8 if used else 0)
    for _ in range(1000 // len(pauses)):
        for pause in pauses:
            assert house.delay(lane) == 0
            house.spend(lane)
            house.now += pause


def test_two_devices_share_a_plan() -> None:
    """Each with its half, both without an end to their readings and commands."""
    cloud = Cloud()
    for _ in range(2):
        house = House(2500)
        live(house, Spell(31, tuple(Lane), 0, None, False), cloud)
    assert cloud.months[2026, 12] <= 5000


@pytest.mark.parametrize("lane", [Lane.CONFIRMATION, Lane.ROUTINE])
def test_restarts_every_minute_cost_no_more(lane: Lane) -> None:
    """Home Assistant that is restarted again and again, for a day: a bucket, and its debt."""
    house, cloud = House(20_000), Cloud()
    for _ in range(1440):
        live(house, Spell(1 / 1440, (lane,), 0, 5, False), cloud)
    assert cloud.months[2026, 12] <= house.day * 20_000 / 31 + 110


def test_a_year_of_busy_months() -> None:
    """Each month anew, of whatever length."""
    house, cloud = House(2000), Cloud()
    live(house, Spell(360, (Lane.URGENT, Lane.ROUTINE), 0, None, False), cloud)
    begin = datetime(2026, 12, 1, tzinfo=UTC)
    whole = [
        cloud.months[(begin + timedelta(30.5 * n + 10)).timetuple()[:2]]
        for n in range(11)
    ]
    assert min(whole) >= 2000 * 0.95
    assert max(whole) <= 2000


def test_a_tally_is_what_was_sent() -> None:
    """In a month without a crash the house knows what the cloud knows."""
    house, cloud = House(2000), Cloud()
    for _ in range(10):
        live(house, Spell(2, tuple(Lane), 1, 600, False), cloud)
    assert house.month.tally == Tally(
        datetime(2026, 12, 1, tzinfo=UTC).date(),
        cloud.months[2026, 12],
        cloud.months[2026, 12],
    )
