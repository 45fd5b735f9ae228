"""The arithmetic of growth, the clock that stands still, and what things show in turn."""

import asyncio

from homeassistant.core import State
import pytest

from benchmarks.furniture import turned
from benchmarks.growth import CHANGES, Grown, costs_of, result
from benchmarks.listening import Listeners
from benchmarks.size import Size
from benchmarks.storming import Clock


def grown(exposures: int, cost: float, memory: float) -> Grown:
    """Return a size at which a change costs so much beyond a thousand instructions."""
    return Grown(
        exposures,
        memory,
        {
            Listeners.TRACKER: [999, 1001],
            Listeners.BRIDGE: [1000 + cost, 1000 + cost],
            Listeners.STREAMING: [5000, 5000],
        },
    )


def test_a_storm_s_instructions_are_divided_by_its_changes() -> None:
    costs = costs_of((100, 100, 50), 3, (30_000, 33_000, 30_000))
    assert costs == {100: [100, 110], 50: [200]}


def test_a_change_costs_what_is_beyond_home_assistant_s_own() -> None:
    home = grown(50, 40, 1)
    assert home.beyond(Listeners.BRIDGE) == [40, 40]
    assert home.storm(Listeners.STREAMING) == 4000 * 50 * CHANGES / 1e6


@pytest.mark.parametrize(("cost", "met"), [(48, True), (80, False)])
def test_the_largest_home_is_held_to_the_smallest(cost: float, met: bool) -> None:
    found = result(Size.FULL, [grown(50, 40, 50_000), grown(800, cost, 900_000)])
    change, memory = found.goals
    assert change.measured.middle == pytest.approx(cost / 40)
    assert change.met is met
    assert memory.measured.middle == pytest.approx(900 / 800)
    assert [chart.name for chart in found.charts] == ["growth-storm", "growth-memory"]


def test_without_counting_memory_is_left() -> None:
    found = result(Size.QUICK, [Grown(50, 50_000, {}), Grown(100, 90_000, {})])
    (memory,) = found.goals
    assert memory.measured.middle == pytest.approx(0.9)
    assert [chart.name for chart in found.charts] == ["growth-memory"]
    assert all(len(row) == 3 for row in found.tables[0].rows)


def test_a_thing_shows_something_else_in_each_turn() -> None:
    """Numbers count, and what is switched goes on and off."""
    states = (State("sensor.a", "21.5"), State("switch.a", "off"))
    shown = [[turned(state, turn) for turn in (1, 2, 3)] for state in states]
    assert shown == [["1", "2", "3"], ["on", "off", "on"]]


async def test_a_clock_goes_on_where_it_has_stopped() -> None:
    clock = Clock(asyncio.get_running_loop())
    with clock.stopped():
        before = clock.time()
        await asyncio.sleep(0.01)
        assert clock.time() == before
    assert before <= clock.time() < before + 0.01
    await asyncio.sleep(0.01)
    assert clock.time() > before
