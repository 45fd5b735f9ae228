"""Counters and timers."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    OWN_WORDING,
    Action,
    Description,
    Limits,
    NotWritable,
)

from . import an, the


@pytest.mark.parametrize(
    ("attributes", "limits"),
    [
        ({"minimum": 0, "maximum": 10, "step": 1}, Limits(0, 10, 1)),
        ({"minimum": 1, "maximum": 10, "step": 4}, Limits(4, 8, 4)),
        ({"minimum": -5, "maximum": 5, "step": 2}, Limits(-4, 4, 2)),
        ({"minimum": 1, "maximum": 3, "step": 5}, None),
        ({"minimum": 5, "maximum": 1, "step": 1}, None),
        ({"minimum": 0, "step": 1}, None),
        ({"maximum": 9}, None),
        ({"minimum": "a", "maximum": [], "step": {}}, None),
        ({}, None),
    ],
    ids=str,
)
def test_a_counter_counts_in_multiples_of_its_step(
    attributes: dict[str, object], limits: Limits | None
) -> None:
    counter = an("counter.x", "4", **attributes)
    trait = the("counter", "count")
    assert trait.describe(counter) == Description(
        data_type=DataType.INTEGER, limits=limits, writable=True
    )
    assert trait.value(counter, DataType.INTEGER) == 4
    assert trait.urgent


@pytest.mark.parametrize(
    ("attributes", "written", "value"),
    [
        ({"minimum": 1, "maximum": 10, "step": 4}, 1, 4),
        ({"minimum": 1, "maximum": 10, "step": 4}, 99, 8),
        ({"step": 4}, 99, 100),
        ({"step": 0}, 99, 99),
        ({"step": -3}, 99, 99),
        ({}, -7.4, -7),
        ({}, "12", 12),
    ],
    ids=str,
)
def test_a_counter_is_set(
    attributes: dict[str, object], written: Value, value: int
) -> None:
    counter = an("counter.x", "4", **attributes)
    assert the("counter", "count").action(counter, written) == Action(
        "counter", "set_value", {"entity_id": "counter.x", "value": value}
    )


@pytest.mark.parametrize("written", ["", "many", True, float("nan")])
def test_a_counter_takes_only_numbers(written: Value) -> None:
    with pytest.raises(NotWritable):
        the("counter", "count").action(an("counter.x", "4"), written)


@pytest.mark.parametrize(
    ("raw", "doing", "command"),
    [
        ("idle", 0, 2),
        ("active", 1, 0),
        ("paused", 2, 1),
        ("unknown", None, None),
        ("late", None, None),
    ],
)
def test_a_timer_tells_what_it_is_doing(
    raw: str, doing: int | None, command: int | None
) -> None:
    timer = an("timer.x", raw)
    assert the("timer", "state").value(timer, DataType.ENUM) == doing
    assert the("timer", "command").value(timer, DataType.ENUM) == command
    assert the("timer", "command").describe(timer) == Description(
        data_type=DataType.ENUM,
        options=("start", "pause", "cancel"),
        wording=OWN_WORDING,
        writable=True,
    )


@pytest.mark.parametrize(
    ("raw", "written", "service"),
    [
        ("idle", 0, "start"),
        ("paused", "start", "start"),
        ("active", 1, "pause"),
        ("active", 2, "cancel"),
        ("unknown", 0, "start"),
    ],
)
def test_a_timer_is_commanded(raw: str, written: Value, service: str) -> None:
    assert the("timer", "command").action(an("timer.x", raw), written) == Action(
        "timer", service, {"entity_id": "timer.x"}
    )


def test_a_timer_that_runs_is_not_started_again() -> None:
    assert the("timer", "command").action(an("timer.x", "active"), "start") is None


def test_a_timer_has_no_fourth_command() -> None:
    with pytest.raises(NotWritable):
        the("timer", "command").action(an("timer.x", "active"), 3)


def test_a_timer_tells_when_it_will_be_through() -> None:
    running = an(
        "timer.x",
        "active",
        finishes_at="2026-03-29T01:35:00+00:00",
        remaining="0:05:00",
    )
    idle = an("timer.x", "idle", duration="0:05:00")
    finishes, remaining = the("timer", "finishes_at"), the("timer", "remaining")
    assert finishes.value(running, DataType.STRING) == "2026-03-29 01:35:00"
    assert remaining.value(running, DataType.STRING) == "0:05:00"
    assert finishes.value(idle, DataType.STRING) == ""
    assert remaining.value(idle, DataType.STRING) == ""
    assert [trait.key for trait in traits_of(idle)] == [
        "state",
        "command",
        "finishes_at",
        "remaining",
    ]
