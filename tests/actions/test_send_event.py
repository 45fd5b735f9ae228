"""Sending events by their code, whether or not it is an entity."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.blynk_bridge import events
from simulator import Simulator

from ..conftest import SetUp, event
from ..skipped_time import skipped_time
from .calls import ask, call, failed, published, refused


def logged(simulator: Simulator) -> list[tuple[str, str]]:
    """Return the events that Blynk has."""
    return [(item.code, item.description) for item in simulator.device.last_events]


async def test_an_event_arrives(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Known as an entity or not, with and without a description."""
    simulator.cloud.define_events(
        {"door_open": "The door", "bell": "", "7": "Seven", "bell ring": ""}
    )
    await set_up(event("bell"))
    await call(hass, "send_event", code="door_open")
    await call(hass, "send_event", code="bell", description="Rïng")
    await call(hass, "send_event", code=7, description=None)
    assert logged(simulator) == [
        ("door_open", "The door"),
        ("bell", "Rïng"),
        ("7", "Seven"),
    ]
    answer = await ask(hass, "send_event", code="bell ring", description=5)
    assert answer == {"events_left_today": 96}


NO_EVENTS: list[tuple[dict[str, Any], str]] = [
    ({"code": "a/b"}, "invalid_event_code"),
    ({"code": "a+"}, "invalid_event_code"),
    ({"code": ""}, "invalid_event_code"),
    ({"code": None}, "invalid_event_code"),
    ({"code": "x" * 51}, "invalid_event_code"),
    ({"code": "bell", "description": "x" * 301}, "event_too_long"),
    ({"code": "bell", "description": "😀" * 280}, "event_too_large"),
    ({"code": "bell", "description": "\ud83d"}, "text_not_unicode"),
]


async def test_what_is_no_event(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Is refused, and nothing is sent."""
    await set_up()
    keys = [await refused(hass, "send_event", **data) for data, _ in NO_EVENTS]
    assert keys == [key for _, key in NO_EVENTS]
    assert not published(simulator)


async def test_a_code_that_blynk_does_not_know(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The server's own words tell."""
    simulator.cloud.define_events({"bell": ""})
    await set_up()
    assert await failed(hass, "send_event", code="belle") == "event_refused"


async def test_a_loop_of_events(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Piles up nothing: one goes a second, ten wait, the others are told at once."""
    monkeypatch.setattr(events, "_SPACING", 1.0)
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up()
        outcomes = await asyncio.gather(
            *(call(hass, "send_event", code="bell") for _ in range(30)),
            return_exceptions=True,
        )
    keys = [getattr(item, "translation_key", item) for item in outcomes]
    assert keys.count("too_many_events") == 19
    assert keys.count(None) == 11
    assert len(logged(simulator)) == 11
