"""Widgets of the simulator operate entities of a real Home Assistant."""

import asyncio
from contextlib import suppress
import json
import logging
from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import Event, HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceNotFound,
    ServiceValidationError,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_mock_service,
)
import voluptuous as vol

from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from simulator import Simulator
from simulator.journal import Kind

from .conftest import SetUp, exposure
from .device.conftest import eventually
from .skipped_time import skipped_time

LAMP = exposure("input_boolean.lamp", "power", "Lamp")
LEVEL = exposure("input_number.level", "value", "Level", "integer")


@pytest.fixture
async def home(hass: HomeAssistant) -> None:
    """Set up a lamp, a level, a mode, a text and a button."""
    for domain, config in (
        ("input_boolean", {"lamp": {"initial": False}}),
        ("input_number", {"level": {"min": 0, "max": 100, "step": 5, "initial": 10}}),
        ("input_select", {"mode": {"options": ["a", "b", "c"]}}),
        ("input_text", {"message": {"max": 10}}),
        ("input_button", {"press": {}}),
    ):
        assert await async_setup_component(hass, domain, {domain: config})
    await hass.async_block_till_done()


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return an entity's state."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


def writes(simulator: Simulator, name: str) -> list[bytes]:
    """Return what the device has published of a datastream, alone or in a batch."""
    found = []
    for entry in simulator.journal.find(Kind.PUBLISH, direction="in"):
        if entry.topic == f"ds/{name}":
            found.append(entry.payload)
        elif entry.topic == "batch_ds" and name in (
            values := json.loads(entry.payload)
        ):
            found.append(str(values[name]).encode())
    return found


async def settled(simulator: Simulator, *names: str) -> None:
    """Wait for the snapshot, and forget it."""
    await simulator.wait_for(
        lambda: all(
            simulator.device.datastreams[name].value is not None for name in names
        )
    )
    simulator.journal.clear()


@pytest.mark.usefixtures("home")
async def test_a_widget_switches_a_lamp_and_gets_one_confirmation(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The event for the logbook comes first, with the context of the action."""
    events = async_capture_events(hass, EVENT_COMMAND)
    await set_up(LAMP)
    await settled(simulator, "Lamp")
    await simulator.press("Lamp", 1)
    await simulator.wait_for(lambda: writes(simulator, "Lamp"))
    assert state(hass, "input_boolean.lamp") == "on"
    await asyncio.sleep(0.5)
    assert writes(simulator, "Lamp") == [b"1"]
    (event,) = events
    assert event.data == {
        "entity_id": "input_boolean.lamp",
        "datastream": "Lamp",
        "value": 1,
        "action": "input_boolean.turn_on",
    }
    lamp = hass.states.get("input_boolean.lamp")
    assert lamp is not None
    assert lamp.context is event.context


@pytest.mark.usefixtures("home")
async def test_a_command_that_changes_nothing_is_confirmed_too(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The widget waits for it."""
    await set_up(LAMP)
    await settled(simulator, "Lamp")
    await simulator.press("Lamp", 0)
    await simulator.wait_for(lambda: writes(simulator, "Lamp"))
    assert writes(simulator, "Lamp") == [b"0"]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(("written", "result"), [(250, 100), (33, 35), (60, 60)])
async def test_a_clamped_value_snaps_the_widget_back(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    written: int,
    result: int,
) -> None:
    """Blynk ends up with what Home Assistant made of it."""
    await set_up(LEVEL)
    await settled(simulator, "Level")
    await simulator.press("Level", written)
    await simulator.wait_for(
        lambda: writes(simulator, "Level") == [str(result).encode()]
    )
    assert float(state(hass, "input_number.level")) == result


@pytest.mark.usefixtures("home")
async def test_every_kind_of_value(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An index selects, a text is set, a button is pressed and released."""
    await set_up(
        exposure("input_select.mode", "option", "Mode", "enum"),
        exposure("input_text.message", "value", "Message", "string"),
        exposure("input_button.press", "press", "Press"),
    )
    await settled(simulator, "Mode")
    await simulator.press("Mode", 2)
    await simulator.press("Message", "héllo")
    await simulator.press("Press", 1)
    await simulator.press("Press", 0)
    await simulator.wait_for(lambda: state(hass, "input_select.mode") == "c")
    await simulator.wait_for(lambda: writes(simulator, "Message"))
    assert state(hass, "input_text.message") == "héllo"
    await simulator.wait_for(lambda: b"0" in writes(simulator, "Press"))
    assert state(hass, "input_button.press") not in ("unknown", "unavailable")


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("Lamp", b"2"),
        ("Lamp", b"on and on"),
        ("Lamp", b""),
        ("Lamp", b"\xff"),
        ("Lamp", b"1" * 1_000_000),
        ("Lamp", b"nan"),
        ("Level", b"inf"),
        ("Level", b"1.5"),
        ("Mode", b"3"),
        ("Mode", b"-1"),
        ("Mode", b'{"a": 1}'),
        ("Message", b"longer than ten"),
        ("Nobody", b"1"),
        ("lamp", b"1"),
        ("Lamp/erase", b""),
    ],
)
@pytest.mark.usefixtures("home")
async def test_a_bad_payload_is_one_debug_line(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    name: str,
    payload: bytes,
) -> None:
    """Nothing changes, and the session lives."""
    await set_up(
        LAMP,
        LEVEL,
        exposure("input_select.mode", "option", "Mode", "enum"),
        exposure("input_text.message", "value", "Message", "string"),
    )
    await settled(simulator, "Lamp", "Level", "Mode")
    caplog.set_level(logging.DEBUG, "custom_components.blynk_bridge")
    caplog.clear()
    before = {item.entity_id: item.state for item in hass.states.async_all()}
    await simulator.send(f"downlink/ds/{name}", payload)
    await simulator.send("downlink/diag", b"done")
    await eventually(lambda: "Diagnostic from" in caplog.text)
    await asyncio.sleep(0.05)
    after = {item.entity_id: item.state for item in hass.states.async_all()}
    changed = {key for key in after if after[key] != before[key]}
    assert not {key for key in changed if "diagnostic" not in key}
    assert simulator.device.online
    ignored = [r for r in caplog.records if "Ignored" in r.message]
    assert len(ignored) == 1
    assert not [r for r in caplog.records if r.levelno > logging.DEBUG]


@pytest.mark.usefixtures("home")
async def test_a_read_only_exposure_is_not_operated(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A door does not open by itself; its widget snaps back."""
    await set_up(exposure("input_boolean.lamp", "power", "Door", direction="publish"))
    await settled(simulator, "Door")
    await simulator.press("Door", 1)
    await simulator.wait_for(lambda: writes(simulator, "Door"))
    assert state(hass, "input_boolean.lamp") == "off"
    assert simulator.device.datastreams["Door"].value == 0


@pytest.mark.usefixtures("home")
async def test_control_only_is_operated_and_confirmed(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Its changes are not published, the outcome of a command is."""
    await set_up(exposure("input_boolean.lamp", "power", "Lamp", direction="control"))
    await simulator.press("Lamp", 1)
    await simulator.wait_for(lambda: writes(simulator, "Lamp") == [b"1"])
    assert state(hass, "input_boolean.lamp") == "on"


async def test_the_newest_write_wins_while_an_action_runs(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A fast slider drag ends where the finger ends."""
    hass.states.async_set("number.level", "0", {"min": 0, "max": 255, "step": 1})
    calls: list[float] = []
    release = asyncio.Event()

    async def slow(call: ServiceCall) -> None:
        calls.append(call.data["value"])
        await release.wait()
        hass.states.async_set(
            "number.level", str(call.data["value"]), {"min": 0, "max": 255, "step": 1}
        )

    hass.services.async_register("number", "set_value", slow)
    await set_up(exposure("number.level", "value", "Level", "integer"))
    await settled(simulator, "Level")
    for value in range(1, 101):
        await simulator.press("Level", value)
    await simulator.wait_for(lambda: calls)
    await simulator.ping()
    release.set()
    await simulator.wait_for(
        lambda: (
            simulator.device.datastreams["Level"].value == 100
            and state(hass, "number.level").startswith("100")
        )
    )
    await simulator.wait_for(lambda: writes(simulator, "Level")[-1:] == [b"100"])
    assert calls == [1, 100]


async def test_an_action_that_fails_is_said_and_snaps_back(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The user finds out why in the log."""
    hass.states.async_set("switch.lamp", "off")

    async def fail(call: ServiceCall) -> None:
        raise HomeAssistantError("the fuse is blown")

    hass.services.async_register("switch", "turn_on", fail)
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    await simulator.press("Lamp", 1)
    await simulator.wait_for(lambda: writes(simulator, "Lamp") == [b"0"])
    assert "the fuse is blown" in caplog.text


async def test_an_entity_that_reports_late_is_waited_for(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The confirmation does not snap the widget back and forth."""
    hass.states.async_set("switch.lamp", "off")

    async def turn_on(call: ServiceCall) -> None:
        hass.loop.call_later(0.3, hass.states.async_set, "switch.lamp", "on")

    hass.services.async_register("switch", "turn_on", turn_on)
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    await simulator.press("Lamp", 1)
    await simulator.wait_for(lambda: writes(simulator, "Lamp"))
    await asyncio.sleep(0.3)
    assert writes(simulator, "Lamp") == [b"1"]


async def test_an_unavailable_entity_is_not_operated(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """No action is called."""
    hass.states.async_set("switch.lamp", "unavailable")
    calls = async_mock_service(hass, "switch", "turn_on")
    events: list[Event] = async_capture_events(hass, EVENT_COMMAND)
    await set_up(
        exposure("switch.lamp", "power", "Lamp"),
        exposure("switch.gone", "power", "Door"),
    )
    await simulator.press("Lamp", 1)
    await simulator.press("Door", 1)
    await simulator.ping()
    await hass.async_block_till_done()
    assert not calls
    assert not events


async def test_a_flood_of_writes_starves_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Ten thousand writes are a handful of actions, and the last one counts."""
    hass.states.async_set("switch.lamp", "off")

    async def switch(call: ServiceCall) -> None:
        await asyncio.sleep(0.01)
        hass.states.async_set("switch.lamp", call.service.removeprefix("turn_"))

    hass.services.async_register("switch", "turn_on", switch)
    hass.services.async_register("switch", "turn_off", switch)
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    events = async_capture_events(hass, EVENT_COMMAND)
    longest, last = 0.0, hass.loop.time()
    for number in range(10_000):
        await simulator.send("downlink/ds/Lamp", b"1" if number % 2 else b"0")
        if number % 100 == 0:
            await asyncio.sleep(0)
            longest, last = max(longest, hass.loop.time() - last), hass.loop.time()
    await simulator.ping(timeout=20)
    await simulator.wait_for(lambda: state(hass, "switch.lamp") == "on", timeout=10)
    assert len(events) < 1000
    assert longest < 1


@pytest.mark.usefixtures("home")
async def test_a_cloud_that_echoes_starts_no_loop(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Whether Blynk sends our own values back is not documented."""
    simulator.behaviour.echo = True
    events = async_capture_events(hass, EVENT_COMMAND)
    await set_up(
        LAMP,
        LEVEL,
        exposure("input_text.message", "value", "Message", "string"),
        exposure("input_boolean.lamp", "power", "Door", direction="publish"),
    )
    await settled(simulator, "Lamp", "Level", "Door")
    await hass.services.async_call(
        "input_boolean", "turn_on", {"entity_id": "input_boolean.lamp"}, blocking=True
    )
    await simulator.wait_for(lambda: b"1" in writes(simulator, "Lamp"))
    await hass.services.async_call(
        "input_text",
        "set_value",
        {"entity_id": "input_text.message", "value": "7"},
        blocking=True,
    )
    await simulator.wait_for(lambda: b"7" in writes(simulator, "Message"))
    assert not events
    await simulator.press("Level", 33)
    await simulator.wait_for(lambda: b"35" in writes(simulator, "Level"))
    await asyncio.sleep(1.5)
    total = len(simulator.journal.find(Kind.PUBLISH, direction="in"))
    assert total < 15
    assert len(events) == 1
    await asyncio.sleep(0.5)
    assert len(simulator.journal.find(Kind.PUBLISH, direction="in")) == total


@pytest.mark.usefixtures("home")
async def test_a_command_soon_after_our_own_value_is_a_command(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Only the very value we have sent can be its echo."""
    events = async_capture_events(hass, EVENT_COMMAND)
    await set_up(LAMP)
    await settled(simulator, "Lamp")
    for value in (1, 0, 1, 0):
        simulator.journal.clear()
        await simulator.press("Lamp", value)
        await simulator.wait_for(lambda: writes(simulator, "Lamp"))
    assert [event.data["value"] for event in events] == [1, 0, 1, 0]


def slow_switch(hass: HomeAssistant, seconds: float) -> list[str]:
    """Register a switch that takes its time, and return what it was told."""
    calls: list[str] = []

    async def switch(call: ServiceCall) -> None:
        calls.append(call.service)
        await asyncio.sleep(seconds)
        hass.states.async_set("switch.lamp", call.service.removeprefix("turn_"))

    hass.services.async_register("switch", "turn_on", switch)
    hass.services.async_register("switch", "turn_off", switch)
    return calls


async def test_the_last_of_many_taps_counts(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Off, on while the last off is just confirmed, and off again: it stays off."""
    hass.states.async_set("switch.lamp", "on")
    calls = slow_switch(hass, 0.5)
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    await simulator.press("Lamp", 0)
    await simulator.wait_for(lambda: b"0" in writes(simulator, "Lamp"))
    await simulator.ping()
    await simulator.press("Lamp", 1)
    await eventually(lambda: len(calls) == 2)
    await simulator.press("Lamp", 0)
    await eventually(lambda: len(calls) == 3)
    await simulator.wait_for(lambda: writes(simulator, "Lamp")[-1] == b"0")
    assert calls == ["turn_off", "turn_on", "turn_off"]
    await eventually(lambda: state(hass, "switch.lamp") == "off")


async def test_an_action_that_breaks_does_not_lose_the_newest_write(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not every integration raises what Home Assistant asks for."""
    attributes = {"min": 0, "max": 255, "step": 1}
    hass.states.async_set("number.level", "0", attributes)
    calls: list[float] = []
    release = asyncio.Event()

    async def fail_at_first(call: ServiceCall) -> None:
        calls.append(call.data["value"])
        await release.wait()
        if len(calls) == 1:
            raise RuntimeError("a bug")
        hass.states.async_set("number.level", str(call.data["value"]), attributes)

    hass.services.async_register("number", "set_value", fail_at_first)
    await set_up(exposure("number.level", "value", "Level", "integer"))
    await settled(simulator, "Level")
    await simulator.press("Level", 50)
    await eventually(lambda: calls)
    await simulator.press("Level", 80)
    await simulator.ping()
    release.set()
    await eventually(lambda: state(hass, "number.level") == "80.0")
    assert calls == [50, 80]
    assert "A command to number.level failed" in caplog.text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"direction": "publish"}, [("turn_on", "switch.lamp")]),
        (
            {"entity_id": "switch.other"},
            [("turn_on", "switch.lamp"), ("turn_off", "switch.other")],
        ),
    ],
    ids=["made read-only", "another entity"],
)
async def test_a_waiting_write_meets_the_exposure_as_it_is_now(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    changes: dict[str, str],
    expected: list[tuple[str, str]],
) -> None:
    """An exposure that is changed while its last command still runs."""
    hass.states.async_set("switch.lamp", "off")
    hass.states.async_set("switch.other", "on")
    calls: list[tuple[str, str]] = []
    release = asyncio.Event()

    async def switch(call: ServiceCall) -> None:
        calls.append((call.service, call.data["entity_id"]))
        await release.wait()

    hass.services.async_register("switch", "turn_on", switch)
    hass.services.async_register("switch", "turn_off", switch)
    entry = await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    await simulator.press("Lamp", 1)
    await eventually(lambda: calls)
    if "direction" in changes:
        await simulator.press("Lamp", 0)
        await simulator.ping()
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, **changes}
    )
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    if "entity_id" in changes:
        await simulator.press("Lamp", 0)
        await simulator.ping()
    release.set()
    await eventually(lambda: not entry.runtime_data._downlink._turns.waiting)
    assert calls == expected


async def test_nothing_is_sent_while_a_command_runs(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Not by a minimum interval that ends, and not by a resync."""
    attributes = {"min": 0, "max": 255, "step": 1}
    hass.states.async_set("number.level", "10", attributes)
    calls: list[float] = []
    release = asyncio.Event()

    async def slow(call: ServiceCall) -> None:
        calls.append(call.data["value"])
        await release.wait()
        hass.states.async_set("number.level", str(call.data["value"]), attributes)

    hass.services.async_register("number", "set_value", slow)
    entry = await set_up(
        exposure("number.level", "value", "Level", "integer", min_interval=0.5)
    )
    await settled(simulator, "Level")
    hass.states.async_set("number.level", "20", attributes)
    await simulator.press("Level", 50)
    await eventually(lambda: calls)
    entry.runtime_data.async_resync()
    await asyncio.sleep(0.7)
    release.set()
    await simulator.wait_for(lambda: writes(simulator, "Level"))
    assert writes(simulator, "Level") == [b"50"]


DIMMER = {"supported_color_modes": ["brightness"], "color_mode": "brightness"}


def dimmer(hass: HomeAssistant, seconds: float = 0.0) -> list[tuple[str, object]]:
    """Register a lamp that takes its time, and return what it was told."""
    hass.states.async_set("light.lamp", "on", {**DIMMER, "brightness": 128})
    calls: list[tuple[str, object]] = []

    async def switch(call: ServiceCall) -> None:
        percent = call.data.get("brightness_pct")
        calls.append((call.service, percent))
        await asyncio.sleep(seconds)
        lamp = hass.states.get("light.lamp")
        assert lamp is not None
        before = lamp.attributes.get("brightness") or 255
        level = before if percent is None else round(percent * 2.55)
        on = {**DIMMER, "brightness": level}
        if call.service == "turn_on":
            hass.states.async_set("light.lamp", "on", on)
        else:
            hass.states.async_set("light.lamp", "off", DIMMER)

    hass.services.async_register("light", "turn_on", switch)
    hass.services.async_register("light", "turn_off", switch)
    return calls


LIGHT = (
    exposure("light.lamp", "power", "Lamp"),
    exposure("light.lamp", "brightness", "Level"),
)


async def test_a_slider_that_is_dragged_starves_no_switch(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Of each datastream the newest write waits; the lamp gets them in their order."""
    calls = dimmer(hass, 0.2)
    entry = await set_up(*LIGHT)
    await settled(simulator, "Lamp", "Level")
    for percent in (10, 20, 30):
        await simulator.press("Level", percent)
    await simulator.press("Lamp", 0)
    await simulator.ping()
    (waiting,) = entry.runtime_data._downlink._turns.waiting.values()
    assert list(waiting) == ["Level", "Lamp"]
    await eventually(lambda: len(calls) == 3)
    assert calls == [
        ("turn_on", 10),
        ("turn_on", 30),
        ("turn_off", None),
    ]
    await simulator.wait_for(
        lambda: (
            writes(simulator, "Lamp")[-1:] == [b"0"]
            and writes(simulator, "Level")[-1:] == [b"0"]
        )
    )
    assert not entry.runtime_data._downlink._turns.waiting


async def test_one_confirmation_and_one_value_of_each_other_trait(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A lamp that is dimmed to 0 is off: each datastream hears of it once."""
    calls = dimmer(hass)
    await set_up(*LIGHT)
    await settled(simulator, "Lamp", "Level")
    await simulator.press("Level", 0)
    await simulator.wait_for(lambda: writes(simulator, "Lamp"))
    await asyncio.sleep(2)
    assert writes(simulator, "Level") == [b"0"]
    assert writes(simulator, "Lamp") == [b"0"]
    assert calls == [("turn_off", None)]
    simulator.journal.clear()
    await simulator.press("Lamp", 1)
    await simulator.wait_for(lambda: writes(simulator, "Level"))
    await asyncio.sleep(2)
    assert writes(simulator, "Lamp") == [b"1"]
    assert writes(simulator, "Level") == [b"100"]
    assert calls == [("turn_off", None), ("turn_on", None)]


async def test_not_too_many_commands_at_once(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An automation of Blynk's that writes everywhere does not overrun the house."""
    async_mock_service(hass, "switch", "turn_on")
    times: list[float] = []

    @callback
    def note(event: Event) -> None:
        times.append(hass.loop.time())

    hass.bus.async_listen(EVENT_COMMAND, note)
    names = [f"Switch {number}" for number in range(50)]
    exposures = []
    for number, name in enumerate(names):
        hass.states.async_set(f"switch.s{number}", "off")
        exposures.append(exposure(f"switch.s{number}", "power", name))
    await set_up(*exposures)
    began = hass.loop.time()
    for name in names:
        await simulator.send(f"downlink/ds/{name}", b"1")
    await eventually(lambda: len(times) == 50)
    # Sleeping may end a little early; a busy machine is late, and then catches up.
    assert times[20] - began > 0.95
    assert times[40] - began > 1.9


@pytest.mark.parametrize(
    "error",
    [
        HomeAssistantError("no way"),
        ServiceValidationError("no way"),
        ServiceNotFound("no", "way"),
        vol.Invalid("no way"),
        TimeoutError("no way"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_an_integration_refuses_snaps_back_at_once(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    """One line in the log, and the true state within a moment."""
    hass.states.async_set("switch.lamp", "off")

    async def fail(call: ServiceCall) -> None:
        raise error

    hass.services.async_register("switch", "turn_on", fail)
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    started = hass.loop.time()
    await simulator.press("Lamp", 1)
    await simulator.wait_for(lambda: writes(simulator, "Lamp") == [b"0"])
    assert hass.loop.time() - started < 1
    said = [r for r in caplog.records if "did not do what Blynk asked" in r.message]
    assert len(said) == 1
    await asyncio.sleep(0.3)
    assert writes(simulator, "Lamp") == [b"0"]


async def test_an_action_that_hangs_gives_way_to_the_newest_write(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often: one task is left of them, and none once it has ended."""
    monkeypatch.setattr("custom_components.blynk_bridge.downlink._ACTION_TIMEOUT", 0.05)
    hass.states.async_set("switch.lamp", "off")
    running: list[str] = []
    started: list[str] = []
    ended: list[str] = []
    release = asyncio.Event()

    async def hang(call: ServiceCall) -> None:
        running.append(call.service)
        started.append(call.service)
        try:
            await release.wait()
        finally:
            ended.append(call.service)

    hass.services.async_register("switch", "turn_on", hang)
    hass.services.async_register("switch", "turn_off", hang)
    entry = await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    downlink = entry.runtime_data._downlink
    for value in (1, 0, 1, 0, 1):
        running.clear()
        await simulator.press("Lamp", value)
        await eventually(lambda: running and downlink.late)
        assert downlink.late == 1
        assert len(ended) == len(started) - 1
    assert started == ["turn_on", "turn_off", "turn_on", "turn_off", "turn_on"]
    release.set()
    await eventually(lambda: not downlink.late)
    assert len(ended) == 5


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was said of commands at level warning and above."""
    return [
        r.getMessage()
        for r in caplog.records
        if r.levelno >= logging.WARNING and r.name.endswith("blynk_bridge.downlink")
    ]


async def snaps_back(simulator: Simulator, name: str) -> None:
    """Switch on what does not go on, and wait until the widget shows that."""
    simulator.journal.clear()
    await simulator.press(name, 1)
    await simulator.wait_for(lambda: writes(simulator, name) == [b"0"])


async def test_an_action_that_can_not_be_ended_is_told_once_and_heals(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Writes are refused until it has ended: they would pile up behind it."""
    for name, seconds in (("_ACTION_TIMEOUT", 0.05), ("_CANCEL_TIMEOUT", 0.01)):
        monkeypatch.setattr(f"custom_components.blynk_bridge.downlink.{name}", seconds)
    hass.states.async_set("switch.lamp", "off")
    calls: list[str] = []
    release = asyncio.Event()

    async def deaf(call: ServiceCall) -> None:
        calls.append(call.service)
        while not release.is_set():
            with suppress(asyncio.CancelledError):
                await release.wait()

    hass.services.async_register("switch", "turn_on", deaf)
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    await settled(simulator, "Lamp")
    try:
        for _ in range(5):
            await snaps_back(simulator, "Lamp")
        assert calls == ["turn_on"]
        assert ["is still busy" in line for line in warnings(caplog)] == [True]
    finally:
        release.set()
    await hass.async_block_till_done()
    await simulator.press("Lamp", 1)
    await eventually(lambda: len(calls) == 2)


async def test_an_action_that_always_fails_is_no_flood_of_warnings(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each write snaps back; the log has one line a minute and exposure."""
    hass.states.async_set("switch.lamp", "off")

    async def fail(call: ServiceCall) -> None:
        raise HomeAssistantError("the fuse is blown")

    hass.services.async_register("switch", "turn_on", fail)
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(exposure("switch.lamp", "power", "Lamp"))
        await settled(simulator, "Lamp")
        for _ in range(3):
            await snaps_back(simulator, "Lamp")
        assert len(warnings(caplog)) == 1
        await asyncio.sleep(61)
        await snaps_back(simulator, "Lamp")
    assert len(warnings(caplog)) == 2


# --- What is guarded -----------------------------------------------------------------


def cover(hass: HomeAssistant, device_class: str) -> None:
    """Show a cover of this class."""
    attributes = {"device_class": device_class, "supported_features": 11}
    hass.states.async_set("cover.door", "closed", attributes)


DOOR = exposure("cover.door", "open", "Door")


@pytest.mark.parametrize("device_class", ["garage", "gate", "door"])
async def test_what_is_guarded_opens_only_after_an_opt_in(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, device_class: str
) -> None:
    """Whatever the direction says; its widget snaps back."""
    cover(hass, device_class)
    calls = async_mock_service(hass, "cover", "open_cover")
    events = async_capture_events(hass, EVENT_COMMAND)
    entry = await set_up(DOOR)
    await settled(simulator, "Door")
    await simulator.press("Door", 1)
    await simulator.wait_for(lambda: writes(simulator, "Door") == [b"0"])
    assert not calls
    assert not events
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "opted_in": True}
    )
    await hass.async_block_till_done()
    await simulator.press("Door", 1)
    await eventually(lambda: calls)


async def test_a_blind_that_becomes_a_garage_door_is_shut_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The class counts that the entity has when it is written to."""
    cover(hass, "blind")
    calls = async_mock_service(hass, "cover", "open_cover")
    await set_up(DOOR)
    await settled(simulator, "Door")
    await simulator.press("Door", 1)
    await eventually(lambda: len(calls) == 1)
    cover(hass, "garage")
    await eventually(lambda: writes(simulator, "Door"))
    simulator.journal.clear()
    await simulator.press("Door", 1)
    await simulator.wait_for(lambda: writes(simulator, "Door") == [b"0"])
    assert len(calls) == 1


CODE = "47114711"


def lock(hass: HomeAssistant, **attributes: object) -> None:
    """Show a lock that is locked."""
    hass.states.async_set("lock.front", "locked", attributes)


def front_door(**more: Any) -> ConfigSubentryData:
    """Return a subentry that operates the lock."""
    return exposure("lock.front", "locked", "Door", opted_in=True, **more)


@pytest.mark.parametrize(
    ("attributes", "more", "data"),
    [
        ({"code_format": "^\\d+$"}, {"code": CODE}, {"code": CODE}),
        ({"code_format": "^\\d+$"}, {}, {}),
        ({}, {"code": CODE}, {}),
    ],
    ids=["it takes one", "the user gave none", "it takes none"],
)
async def test_a_lock_is_told_its_code(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    attributes: dict[str, object],
    more: dict[str, object],
    data: dict[str, object],
) -> None:
    """And whoever listens for commands is not."""
    lock(hass, **attributes)
    calls = async_mock_service(hass, "lock", "unlock")
    events = async_capture_events(hass, EVENT_COMMAND)
    entry = await set_up(front_door(**more))
    await settled(simulator, "Door")
    await simulator.press("Door", 0)
    await eventually(lambda: calls)
    assert calls[0].data == {"entity_id": "lock.front"} | data
    assert CODE not in str([event.as_dict() for event in events])
    assert CODE not in repr(entry.runtime_data.exposures)


@pytest.mark.parametrize("kind", [HomeAssistantError, vol.Invalid, RuntimeError])
async def test_a_code_is_never_logged(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    kind: type[Exception],
) -> None:
    """Not even where an integration repeats it in its error."""
    lock(hass, code_format="^\\d+$")

    async def fail(call: ServiceCall) -> None:
        raise kind(f"the code {call.data['code']} is wrong")

    hass.services.async_register("lock", "unlock", fail)
    await set_up(front_door(code=CODE))
    await settled(simulator, "Door")
    caplog.set_level(logging.DEBUG, "custom_components.blynk_bridge")
    await simulator.press("Door", 0)
    await simulator.wait_for(lambda: writes(simulator, "Door") == [b"1"])
    ours = [r for r in caplog.records if r.name.startswith("custom_components")]
    assert [r for r in ours if "lock.front" in r.getMessage()]
    text = logging.Formatter()
    assert not [r for r in ours if CODE in text.format(r)]


async def test_a_code_is_not_logged_late(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By an action that fails when nobody waits for it any more."""
    monkeypatch.setattr("custom_components.blynk_bridge.downlink._ACTION_TIMEOUT", 0.1)
    lock(hass, code_format="^\\d+$")

    async def fail(call: ServiceCall) -> None:
        await asyncio.sleep(0.3)
        raise HomeAssistantError(f"the code {call.data['code']} is wrong")

    hass.services.async_register("lock", "unlock", fail)
    await set_up(front_door(code=CODE))
    await settled(simulator, "Door")
    await simulator.press("Door", 0)
    await eventually(lambda: "lock.unlock failed: the code … is wrong" in caplog.text)


PASSWORD = "open sesame"


@pytest.mark.parametrize("kind", [HomeAssistantError, RuntimeError])
async def test_a_password_is_in_no_event_and_no_log(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    kind: type[Exception],
) -> None:
    """Written in Blynk it goes to the entity, and nowhere else."""
    hass.states.async_set("text.safe", "old", {"mode": "password"})
    calls: list[ServiceCall] = []

    async def fail(call: ServiceCall) -> None:
        calls.append(call)
        raise kind(f"{call.data['value']} is too short")

    hass.services.async_register("text", "set_value", fail)
    events = async_capture_events(hass, EVENT_COMMAND)
    await set_up(exposure("text.safe", "value", "Message", "string", opted_in=True))
    await settled(simulator, "Message")
    caplog.set_level(logging.DEBUG, "custom_components.blynk_bridge")
    await simulator.press("Message", PASSWORD)
    await simulator.wait_for(lambda: writes(simulator, "Message") == [b"old"])
    assert calls[0].data["value"] == PASSWORD
    assert [event.data for event in events] == [
        {
            "entity_id": "text.safe",
            "datastream": "Message",
            "action": "text.set_value",
        }
    ]
    ours = [
        r
        for r in caplog.records
        if r.name.startswith("custom_components.blynk_bridge.downlink")
    ]
    assert [r for r in ours if "text.safe" in r.getMessage()]
    text = logging.Formatter()
    assert not [r for r in ours if PASSWORD in text.format(r)]


# --- Options by their names ----------------------------------------------------------


@pytest.mark.parametrize("written", ["Open", "open"])
async def test_a_text_names_an_option_as_the_user_or_home_assistant_does(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, written: str
) -> None:
    """On a String datastream."""
    assert await async_setup_component(hass, "cover", {})
    await hass.async_block_till_done()
    cover(hass, "blind")
    calls = async_mock_service(hass, "cover", "open_cover")
    await set_up(exposure("cover.door", "movement", "Message", "string"))
    await settled(simulator, "Message")
    await simulator.press("Message", written)
    await eventually(lambda: calls)


@pytest.mark.usefixtures("home")
async def test_a_push_and_its_release_are_one_confirmation(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The release asks for nothing."""
    await set_up(exposure("input_button.press", "press", "Press"))
    await settled(simulator, "Press")
    for _ in range(3):
        simulator.journal.clear()
        await simulator.press("Press", 1)
        await simulator.press("Press", 0)
        await simulator.wait_for(lambda: writes(simulator, "Press"))
        await asyncio.sleep(0.2)
        assert writes(simulator, "Press") == [b"0"]


@pytest.mark.usefixtures("home")
async def test_a_slider_with_steps_follows_the_finger(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A snapped value does not hold up the next one."""
    events = async_capture_events(hass, EVENT_COMMAND)
    await set_up(LEVEL)
    await settled(simulator, "Level")
    started = hass.loop.time()
    for value in (33, 44, 58, 71):
        await simulator.press("Level", value)
        await asyncio.sleep(0.05)
    await eventually(lambda: state(hass, "input_number.level") == "70.0")
    assert hass.loop.time() - started < 1.4
    assert len(events) > 1
