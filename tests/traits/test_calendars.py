"""Calendars, schedules and to-do lists: nothing of them is operated."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import NotWritable, on_off

from . import an, the


@pytest.mark.parametrize("domain", ["calendar", "schedule"])
@pytest.mark.parametrize(
    ("raw", "active"), [("on", 1), ("off", 0), ("unknown", None), ("maybe", None)]
)
def test_something_is_going_on_or_not(
    domain: str, raw: str, active: int | None
) -> None:
    state = an(f"{domain}.x", raw)
    assert the(domain, "active").describe(state) == on_off()
    assert the(domain, "active").value(state, DataType.INTEGER) == active


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        (
            {
                "message": "Dentist",
                "start_time": "2026-03-30 09:00:00",
                "end_time": "2026-03-30 09:45:00",
            },
            ("Dentist", "2026-03-30 09:00:00", "2026-03-30 09:45:00"),
        ),
        ({"message": "é" * 999}, ("é" * 255, "", "")),
        ({"message": None, "start_time": 5, "end_time": "soon"}, ("", "", "")),
        ({}, ("", "", "")),
    ],
    ids=lambda case: str(case)[:30],
)
def test_a_calendar_tells_its_event(
    attributes: dict[str, object], told: tuple[str, ...]
) -> None:
    calendar = an("calendar.x", "off", **attributes)
    assert told == tuple(
        the("calendar", key).value(calendar, DataType.STRING)
        for key in ("event", "begin", "end")
    )


def test_a_schedule_tells_when_it_switches_next() -> None:
    schedule = an("schedule.x", "on", next_event="2026-03-30T04:00:00+00:00")
    trait = the("schedule", "next_change")
    assert trait.value(schedule, DataType.STRING) == "2026-03-30 04:00:00"


@pytest.mark.parametrize(
    ("raw", "told"), [("3", 3), ("0", 0), ("unknown", None), ("many", None)]
)
def test_a_to_do_list_tells_what_is_open(raw: str, told: Value | None) -> None:
    assert the("todo", "open_items").value(an("todo.x", raw), DataType.INTEGER) == told


@pytest.mark.parametrize("domain", ["calendar", "schedule", "todo"])
def test_nothing_of_it_is_operated(domain: str) -> None:
    state = an(f"{domain}.x", "on")
    for trait in traits_of(state):
        with pytest.raises(NotWritable):
            trait.action(state, 1)
