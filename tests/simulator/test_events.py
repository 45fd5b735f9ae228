"""Events: which the cloud takes, and how often."""

from __future__ import annotations

import aiohttp
import pytest

from simulator import Simulator
from simulator.mqtt.packets import V311
from simulator.quota import EventLimits

from .peer import Peer
from .test_datastreams import deliver, diagnostics
from .test_hooks import get, post

NOON = 1_700_000_000.0 - 1_700_000_000.0 % 86_400 + 43_200  # of some day, UTC


@pytest.fixture
def level() -> int:
    """Run with one protocol level: the rules know none."""
    return V311


def recorded(sim: Simulator) -> list[tuple[str, str]]:
    """Return code and description of every event that was taken."""
    return [(event.code, event.description) for event in sim.device.last_events]


async def test_an_event_is_taken_up_to_300_characters(
    sim: Simulator, device: Peer
) -> None:
    await deliver(device, "event/door", "Tür" * 100)
    await deliver(device, "event/window", "x" * 301)
    assert recorded(sim) == [("door", "Tür" * 100)]
    assert diagnostics(sim) == ["event window: description of more than 300 characters"]


async def test_without_events_in_the_template_any_code_will_do(
    sim: Simulator, device: Peer
) -> None:
    await deliver(device, "event/anything", "hello")
    assert recorded(sim) == [("anything", "hello")]


async def test_a_template_with_events_knows_no_others(
    sim: Simulator, device: Peer
) -> None:
    sim.cloud.define_events({"door": "The door is open"})
    await deliver(device, "event/Door", "open")
    await deliver(device, "event/door")
    assert recorded(sim) == [("door", "The door is open")]
    assert diagnostics(sim) == ["event Door: not in the template"]


async def test_the_same_event_needs_a_pause_and_another_one_none(
    sim: Simulator, device: Peer
) -> None:
    for code in ("door", "door", "window"):
        await deliver(device, f"event/{code}", "open")
    assert recorded(sim) == [("door", "open"), ("window", "open")]
    assert diagnostics(sim) == ["event door: less than 1 s after the last one"]


def test_a_day_has_a_hundred_events() -> None:
    limits = EventLimits()
    assert all(limits.objection("door", NOON + second) is None for second in range(100))
    assert limits.objection("door", NOON + 100) == "more than 100 events today"
    assert limits.objection("window", NOON + 43_199) == "more than 100 events today"
    assert limits.objection("window", NOON + 43_200) is None


def test_what_was_refused_does_not_prolong_the_pause() -> None:
    limits = EventLimits()
    assert limits.objection("door", NOON) is None
    assert limits.objection("door", NOON + 0.9) is not None
    assert limits.objection("door", NOON + 1) is None


@pytest.mark.parametrize(
    ("events", "defined"),
    [
        (["door", "low battery"], {"door": "", "low battery": ""}),
        ({"door": "The door is open"}, {"door": "The door is open"}),
        ([], {}),
    ],
)
async def test_the_templates_events_can_be_changed(
    sim: Simulator,
    http: aiohttp.ClientSession,
    events: object,
    defined: dict[str, str],
) -> None:
    answer = await post(http, "template", events=events)
    assert answer == {"datastreams": 7, "events": len(defined)}
    assert (await get(http, "state"))["template_events"] == defined
