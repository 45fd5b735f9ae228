"""Events to Blynk, and what the Blynk app asks of its device."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import (
    EVENT_HOMEASSISTANT_STOP,
    EVENT_STATE_CHANGED,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.blynk_bridge import events, reboot
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.events import EVENTS_PER_DAY
from simulator import Simulator
from simulator.journal import Kind

from .conftest import SetUp, as_subentry, event
from .device.conftest import eventually

LEFT = "sensor.home_events_left_today"
APP_COMMAND = "event.home_app_command"
DOOR = event("door_open", name="Door")


async def send(hass: HomeAssistant, message: str, **more: Any) -> None:
    """Send a message through the door's event."""
    await hass.services.async_call(
        "notify",
        "send_message",
        {"entity_id": "notify.door", "message": message, **more},
        blocking=True,
    )


def logged(simulator: Simulator) -> list[tuple[str, str]]:
    """Return the events that Blynk has."""
    return [(item.code, item.description) for item in simulator.device.last_events]


def left(hass: HomeAssistant) -> str:
    """Return how many events are left today."""
    state = hass.states.get(LEFT)
    assert state is not None
    return state.state


# --- Events --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "more", "description"),
    [
        ("The door is open", {}, "The door is open"),
        ("It is open", {"title": "Front door"}, "Front door: It is open"),
        ("ä" * 300, {}, "ä" * 300),
    ],
    ids=["a message", "with a title", "as long as can be"],
)
async def test_a_message_is_an_event(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    message: str,
    more: dict[str, str],
    description: str,
) -> None:
    """With the title before it; the entity says when it was."""
    await set_up(DOOR)
    await send(hass, message, **more)
    assert logged(simulator) == [("door_open", description)]
    state = hass.states.get("notify.door")
    assert state is not None
    assert state.state != STATE_UNKNOWN
    assert left(hass) == "99"


@pytest.mark.parametrize(
    ("message", "more", "key"),
    [
        ("a" * 301, {}, "event_too_long"),
        ("a" * 290, {"title": "A long title"}, "event_too_long"),
        ("😀" * 280, {}, "event_too_large"),
        ("half a \ud83d", {}, "text_not_unicode"),
    ],
    ids=["too long", "too long with its title", "too many bytes", "half a character"],
)
async def test_a_message_that_blynk_would_drop(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    message: str,
    more: dict[str, str],
    key: str,
) -> None:
    """Is refused, and costs nothing."""
    await set_up(DOOR)
    with pytest.raises(ServiceValidationError) as error:
        await send(hass, message, **more)
    assert error.value.translation_key == key
    assert not logged(simulator)
    assert left(hass) == str(EVENTS_PER_DAY)


async def test_the_limits_are_in_the_error(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In words, for who reads the log of an automation."""
    await set_up(DOOR)
    with pytest.raises(ServiceValidationError) as error:
        await send(hass, "a" * 301)
    assert str(error.value) == (
        "The message has 301 characters with its title; Blynk takes 300 at most"
    )


async def test_without_a_connection(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An error, since nobody wants yesterday's alarm tomorrow."""
    entry = await set_up(DOOR)
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data.data.online)
    with pytest.raises(HomeAssistantError) as error:
        await send(hass, "open")
    assert error.value.translation_key == "not_connected"
    assert left(hass) == str(EVENTS_PER_DAY)


async def test_a_connection_lost_on_the_way(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It may have arrived, so it counts."""
    await set_up(DOOR)
    simulator.behaviour.withhold_puback = True
    sending = hass.async_create_task(send(hass, "open"))
    await simulator.wait_for(lambda: logged(simulator))
    await simulator.drop()
    with pytest.raises(HomeAssistantError) as error:
        await sending
    assert error.value.translation_key == "event_not_confirmed"
    assert left(hass) == "99"


async def test_the_same_event_keeps_its_distance(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Blynk takes one a second of a code; another code does not wait for it."""
    await set_up(DOOR, event("bell"))
    started = hass.loop.time()
    await send(hass, "first")
    second = hass.async_create_task(send(hass, "second"))
    await hass.services.async_call(
        "notify",
        "send_message",
        {"entity_id": "notify.bell", "message": "ring"},
        blocking=True,
    )
    assert not second.done()
    await second
    assert hass.loop.time() - started >= 1
    assert logged(simulator) == [
        ("door_open", "first"),
        ("bell", "ring"),
        ("door_open", "second"),
    ]


async def test_a_day_has_a_hundred_events(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The count outlives a reload, and begins anew at midnight."""
    hass_storage[f"{DOMAIN}.01TESTENTRY"] = {
        "version": 1,
        "minor_version": 1,
        "key": f"{DOMAIN}.01TESTENTRY",
        "data": {
            "configured": "mqtt://127.0.0.1:1",
            "home": "mqtt://127.0.0.1:1",
            "events": {"day": dt_util.now().date().isoformat(), "sent": 98},
        },
    }
    entry = await set_up(DOOR)
    assert left(hass) == "2"
    await send(hass, "one")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await eventually(lambda: entry.runtime_data.data.online)
    assert left(hass) == "1"
    await send(hass, "two")
    with pytest.raises(HomeAssistantError) as error:
        await send(hass, "three")
    assert error.value.translation_key == "no_events_left"
    assert left(hass) == "0"

    midnight = dt_util.start_of_local_day() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(events, "_today", lambda: midnight.date().isoformat())
    async_fire_time_changed(hass, midnight)
    await hass.async_block_till_done()
    assert left(hass) == str(EVENTS_PER_DAY)
    # The link's timers have gone off, too.
    await eventually(lambda: entry.runtime_data.data.online)
    await send(hass, "four")
    assert [text for _, text in logged(simulator)] == ["one", "two", "four"]
    assert left(hass) == "99"


async def test_an_event_comes_changes_and_goes(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
) -> None:
    """Without the session being dropped."""
    entry = await set_up()
    subentry = as_subentry(DOOR)
    hass.config_entries.async_add_subentry(entry, subentry)
    await eventually(lambda: hass.states.get("notify.door"))
    hass.config_entries.async_update_subentry(
        entry, subentry, data={"event_code": "gate", "name": "Door"}
    )
    await hass.async_block_till_done()
    await send(hass, "open")
    assert logged(simulator) == [("gate", "open")]
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    assert entity_registry.async_get("notify.door") is None
    assert len(simulator.journal.find(Kind.CONNECT)) == 1


async def test_an_event_of_another_version_costs_no_other(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a downgrade, or a storage file that was edited."""
    broken = event("broken")
    broken["data"] = {}
    await set_up(broken, DOOR)
    assert "Event broken is not valid" in caplog.text
    await send(hass, "open")
    assert logged(simulator) == [("door_open", "open")]


# --- What the app asks ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("topic", "payload", "attributes"),
    [
        ("reboot", b"", {"event_type": "reboot"}),
        ("reconfigure", b"", {"event_type": "reconfigure"}),
        ("ping", b"", {"event_type": "ping"}),
        (
            "ota/json",
            b'{"url": "https://x.example/fw.bin", "ver": "1.2.3"}',
            {"event_type": "update_offered", "version": "1.2.3"},
        ),
        (
            "ota/json",
            b'{"url": "https://x.example/fw.bin"}',
            {"event_type": "update_offered", "version": None},
        ),
    ],
)
async def test_the_app_commands(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    topic: str,
    payload: bytes,
    attributes: dict[str, str | None],
) -> None:
    """Each fires the event entity, and does nothing else."""
    entry = await set_up()
    coordinator = entry.runtime_data
    stops = async_capture_events(hass, EVENT_HOMEASSISTANT_STOP)
    await simulator.send(f"downlink/{topic}", payload)
    await eventually(
        lambda: (state := hass.states.get(APP_COMMAND)) and state.state != STATE_UNKNOWN
    )
    await hass.async_block_till_done()
    state = hass.states.get(APP_COMMAND)
    assert state is not None
    assert attributes.items() <= state.attributes.items()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data is coordinator
    assert not stops


async def test_an_impatient_finger_is_one_event_a_second(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Of each sort."""
    await set_up()
    heard = async_capture_events(hass, EVENT_STATE_CHANGED)
    for topic in ("reboot", "reboot", "reconfigure", "reboot", "reconfigure"):
        await simulator.send(f"downlink/{topic}", b"")
    await simulator.ping()
    types = [
        new.attributes.get("event_type")
        for item in heard
        if item.data["entity_id"] == APP_COMMAND and (new := item.data["new_state"])
    ]
    assert types == ["reboot", "reconfigure", "ping"]


async def test_a_value_is_no_command(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Nor is a diagnostic."""
    await set_up()
    await simulator.press("Lamp", 1)
    await simulator.send("downlink/diag", b"Unknown datastream")
    await simulator.send("downlink/reboot", b"")
    await eventually(
        lambda: (state := hass.states.get(APP_COMMAND)) and state.state != STATE_UNKNOWN
    )
    state = hass.states.get(APP_COMMAND)
    assert state is not None
    assert state.attributes["event_type"] == "reboot"


async def test_a_reboot_reloads_where_the_user_wants_that(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once, and not again in the minute that follows."""
    entry = await set_up()
    hass.config_entries.async_update_entry(entry, options={"reboot_reloads": True})
    await hass.async_block_till_done()
    await eventually(lambda: entry.runtime_data.data.online)
    coordinator = entry.runtime_data

    await simulator.send("downlink/reboot", b"")
    await simulator.ping()
    await hass.async_block_till_done()
    assert entry.runtime_data is coordinator

    monkeypatch.setattr(reboot, "_SPACING", 0.0)
    await simulator.send("downlink/reboot", b"")
    await eventually(lambda: entry.runtime_data is not coordinator)
    monkeypatch.undo()
    await hass.async_block_till_done()
    await eventually(lambda: entry.runtime_data.data.online)
    reloaded = entry.runtime_data
    for _ in range(3):
        await simulator.send("downlink/reboot", b"")
    await simulator.ping()
    await hass.async_block_till_done()
    assert entry.runtime_data is reloaded
    assert entry.state is ConfigEntryState.LOADED
