"""Events on their way to Blynk: each is logged there, or whoever sends it is told why not."""

from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.blynk_bridge.events import EVENTS_PER_DAY
from custom_components.blynk_bridge.learned import EventCount
from simulator import Simulator
from tests.conftest import SetUp, event
from tests.skipped_time import skipped_time


@dataclass(frozen=True, slots=True)
class Case:
    """What a server does, what is sent, and what its sender is told."""

    words: str
    messages: tuple[str, ...] = ("open",)
    known: bool = True
    """Whether the template has the event."""
    sent_before: int = 0
    """How many have been sent today."""
    behaviour: tuple[tuple[str, object], ...] = ()
    error: str | None = None
    """Of the last one."""
    logged: int = 1
    """How many of them Blynk has in the end."""

    def __str__(self) -> str:
        """Return what pytest calls it."""
        return self.words


CASES: Final = (
    Case("all is well"),
    Case(
        "a code that the template lacks", known=False, error="event_refused", logged=0
    ),
    Case("300 characters", ("a" * 300,)),
    Case("301 characters", ("a" * 301,), error="event_too_long", logged=0),
    Case("twice within a second", ("open", "shut"), logged=2),
    Case("the hundredth of a day", sent_before=EVENTS_PER_DAY - 1),
    Case(
        "the 101st of a day",
        sent_before=EVENTS_PER_DAY,
        error="no_events_left",
        logged=0,
    ),
    Case("PUBACK takes eight seconds", behaviour=(("puback_delay", 8.0),)),
    Case(
        "no PUBACK comes",
        behaviour=(("withhold_puback", True),),
        error="event_not_confirmed",
    ),
    Case(
        "the PUBACK refuses",
        behaviour=(("puback_code", 0x99),),
        error="refused",
        logged=0,
    ),
    Case(
        "the month's messages are used up",
        behaviour=(("monthly_quota", 0), ("over_quota", "refuse")),
        error="event_not_confirmed",
        logged=0,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_an_event(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, case: Case
) -> None:
    """Nothing is lost without a word."""
    simulator.cloud.define_events({"door_open" if case.known else "bell": ""})
    entry = await set_up(event("door_open", name="Door"), protocol="5")
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        simulator.behaviour.apply(dict(case.behaviour))
        today = EventCount(dt_util.now().date().isoformat(), case.sent_before)
        entry.runtime_data.learned.async_set_events(today)
        *earlier, last = case.messages
        for message in earlier:
            await send(hass, message)
        told: Any = None
        try:
            await send(hass, last)
        except HomeAssistantError as error:
            told = error.translation_key
        assert told == case.error
        assert len(simulator.device.last_events) == case.logged
        assert await hass.config_entries.async_unload(entry.entry_id)


async def send(hass: HomeAssistant, message: str) -> None:
    """Send a message as an automation does."""
    await hass.services.async_call(
        "notify",
        "send_message",
        {"entity_id": "notify.door", "message": message},
        blocking=True,
    )
