"""The arithmetic of what is timed: latencies and storms."""

import pytest

from benchmarks import commands, latency, storm
from benchmarks.results import Goal
from benchmarks.rig import Heard, values_of
from benchmarks.storm import Storm, Storms


def storms(cpu: float, messages: int = 10, missing: int = 0) -> Storms:
    """Return a round in which the bridge takes so many seconds beyond the bare one's."""
    return {
        "bare": Storm(0.5, 1, 0, 0, 0),
        "bridge": Storm(0.5 + cpu, 1, messages, 0.4, missing),
        "peers": Storm(2.5, 1, 10_000, 0.5, 0),
    }


def goal(goals: tuple[Goal, ...] | list[Goal], beginning: str) -> Goal:
    """Return the one that begins like this."""
    return next(each for each in goals if each.text.startswith(beginning))


def test_a_message_tells_its_values() -> None:
    assert values_of(Heard("batch_ds", '{"A":1,"B":2.5}', 0)) == {"A": 1, "B": 2.5}
    assert values_of(Heard("ds/A", "7", 0)) == {"A": 7}


def test_latency_is_held_to_the_peer_round_by_round() -> None:
    rounds = [
        {"bridge": [1.0, 2.0], "stream": [2.0, 4.0], "floor": [1.0, 1.0]},
        {"bridge": [3.0, 3.0], "stream": [2.0, 2.0], "floor": [1.0, 1.0]},
    ]
    p50, _, floor = latency.result(rounds).goals
    assert (p50.measured.low, p50.measured.high) == (0.5, 1.5)
    assert floor.measured.middle == 2
    assert not floor.met


def test_a_command_is_held_to_the_automation() -> None:
    p50, p99 = commands.result([{"bridge": [1.0, 4.0], "peers": [2.0, 2.0]}]).goals
    assert (p50.measured.middle, p99.measured.middle) == (0.5, 2)


def test_only_a_final_value_that_stays_has_arrived() -> None:
    heard = [
        Heard("batch_ds", '{"A":9,"B":9}', 5),
        Heard("ds/B", "1", 6),
        Heard("ds/A", "9", 7),
    ]
    assert storm._arrivals(heard, 9) == {"A": 5}


def test_a_storm_costs_what_is_beyond_home_assistant_s_own() -> None:
    goals = storm.result([storms(0.1), storms(0.2, missing=1), storms(0.1)]).goals
    assert goal(list(goals), "processor").measured.high == pytest.approx(0.1)
    assert goal(list(goals), "processor").met
    assert goal(list(goals), "messages").measured.middle == 0.001
    assert goal(list(goals), "final values").measured.high == 1
