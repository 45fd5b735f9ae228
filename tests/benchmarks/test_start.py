"""How the benchmark of start and stop reckons."""

import pytest

from benchmarks.household import Life
from benchmarks.imports import Import
from benchmarks.results import Spread
from benchmarks.start import ALONE, Found, Round, _result, rotated
from benchmarks.two_hundred import ENTITY_IDS, datastreams, exposures
from tests.e2e.home import LoopReport

MUTE = "is a mute TLS server"


def life(start: float, stop: float = 0.2, slow: tuple[str, ...] = ()) -> Life:
    return Life(
        start=start, stop=stop, gone=1.2, processor=start, setup=0.02, slow=slow
    )


def found(*starts: tuple[float, float], stop: float = 0.2) -> Found:
    """Return rounds with the start of Home Assistant alone, and with us."""
    imported = Import(0.1, 0.1, 0.3, ["homeassistant.components.calendar"])
    return Found(
        [
            Round({ALONE: life(alone), MUTE: life(ours, stop)}, imported)
            for alone, ours in starts
        ]
    )


def test_compares_within_a_round_and_takes_the_import_off() -> None:
    drifting = found((5.0, 5.6), (6.0, 6.5), (7.0, 7.7), (8.0, 8.6), (9.0, 9.6))
    assert drifting.noise == pytest.approx(2.0)
    beyond = drifting.beyond_import(MUTE)
    assert beyond.middle == pytest.approx(0.1)
    assert (beyond.low, beyond.high) == pytest.approx((0.0, 0.2))


def test_a_start_beyond_the_noise_misses_its_goal() -> None:
    steady = found(*[(5.0, 5.6)] * 5)
    assert [goal.met for goal in _result(steady).goals] == [False, True]


def test_the_slowest_stop_counts() -> None:
    *_, stop = _result(found((5.0, 5.6), stop=2.5)).goals
    assert stop.measured == Spread(2.5, 2.5, 2.5)
    assert not stop.met


def test_one_round_tells_no_noise() -> None:
    result = _result(found((5.0, 5.6)))
    assert [goal.text.split()[0] for goal in result.goals] == ["stop"]
    assert "calendar" in result.notes[0]


def test_each_is_first_in_turn() -> None:
    orders = [rotated("abc", number) for number in range(4)]
    assert ["".join(order) for order in orders] == ["abc", "bca", "cab", "abc"]


def test_the_two_hundred_are_exposed_to_a_cloud_that_knows_them() -> None:
    assert len(set(ENTITY_IDS)) == 200
    assert [each["data"]["entity_id"] for each in exposures()] == ENTITY_IDS
    assert [each.name for each in datastreams()] == ENTITY_IDS


def test_a_slow_callback_is_ours_by_what_it_calls() -> None:
    ours = [
        "<Task pending name='setup component blynk_bridge' coro=<async_setup_component()>>",
        "custom_components.blynk_bridge.uplink.Uplink.flush of <Uplink>",
    ]
    theirs = "builtins.set.remove of {<Task name='setup component blynk_bridge'>}"
    slow = [
        {"what": what, "busy_ms": 120.0, "idle_ms": 0.0} for what in (*ours, theirs)
    ]
    report = LoopReport(9, 0.0, 0.0, slow, 1, 5.0)
    assert [each["what"] for each in report.slow_of_ours] == ours
