"""What was set in Blynk while nobody listened, where Blynk's value is to win."""

import asyncio
import json
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.blynk_bridge.device.messages import (
    MESSAGE_SIZE_MAX,
    get_all_values,
)
from custom_components.blynk_bridge.device.pacing import Lane
from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from simulator import Simulator
from simulator.journal import Kind

from .conftest import SetUp, exposure, temperature
from .device.conftest import eventually
from .skipped_time import skipped_time
from .test_uplink import has, messages

PATIENCE = 0.6


@pytest.fixture(autouse=True)
async def _home(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up a lamp and a level, and wait for answers a moment only."""
    monkeypatch.setattr("custom_components.blynk_bridge.state_sync._PATIENCE", PATIENCE)
    for domain, config in (
        ("input_boolean", {"lamp": {"initial": False}}),
        ("input_number", {"level": {"min": 0, "max": 100, "step": 5, "initial": 10}}),
    ):
        assert await async_setup_component(hass, domain, {domain: config})
    await hass.async_block_till_done()


def synced(*args: str, **more: Any) -> Any:
    """Return an exposure of which Blynk's stored value is carried out first."""
    return exposure(*args, sync_from_blynk=True, **more)


LAMP = synced("input_boolean.lamp", "power", "Lamp")
LEVEL = synced("input_number.level", "value", "Level")
HUMIDITY = exposure("sensor.humidity", "value", "Humidity", "double", "publish")


def writes(simulator: Simulator, name: str) -> list[object]:
    """Return what has gone up of a datastream, alone or in a batch."""
    found: list[object] = []
    for message in messages(simulator):
        if message.topic == f"ds/{name}":
            found.append(json.loads(message.payload))
        elif message.topic == "batch_ds":
            values = json.loads(message.payload)
            found.extend([values[name]] if name in values else [])
    return found


def questions(simulator: Simulator) -> list[bytes]:
    """Return what was asked for."""
    return [m.payload for m in messages(simulator) if m.topic == "get/ds"]


def is_on(hass: HomeAssistant) -> bool:
    """Return whether the lamp is on."""
    return hass.states.is_state("input_boolean.lamp", "on")


async def reconnect(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Lose the connection, and wait for the next one."""
    await simulator.drop()
    await eventually(lambda: not entry.runtime_data.data.online)
    await eventually(lambda: entry.runtime_data.data.online, 15)


async def test_blynk_wins_on_connecting(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The stored values are carried out; our own never overwrite them."""
    await simulator.press("Lamp", 1)
    await simulator.press("Level", 40)
    await set_up(LAMP, LEVEL)
    await eventually(lambda: is_on(hass))
    await eventually(lambda: hass.states.is_state("input_number.level", "40.0"))
    await simulator.wait_for(lambda: writes(simulator, "Level"))
    await asyncio.sleep(PATIENCE)
    assert questions(simulator) == [b"Lamp,Level"]
    assert writes(simulator, "Lamp") == [1]
    assert writes(simulator, "Level") == [40]


async def test_blynk_wins_on_every_reconnect(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What was pressed during an outage happens after it."""
    entry = await set_up(LAMP)
    await has(simulator, "Lamp", 0)
    await simulator.stop_listening()
    await simulator.press("Lamp", 1)
    await simulator.start_listening()
    await eventually(lambda: is_on(hass), 15)
    assert entry.runtime_data.data.online
    assert questions(simulator) == [b"Lamp", b"Lamp"]


async def test_without_a_stored_value_ours_goes_up_after_a_while(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """No answer comes for a datastream that never had a value; nobody else waits."""
    hass.states.async_set("sensor.humidity", "40")
    await set_up(LAMP, HUMIDITY)
    await has(simulator, "Humidity", 40)
    hass.states.async_set("input_boolean.lamp", "on")
    assert not writes(simulator, "Lamp")
    await has(simulator, "Lamp", 1)
    asked, answered = (
        next(m.time for m in messages(simulator) if m.topic == topic)
        for topic in ("get/ds", "ds/Lamp")
    )
    assert answered - asked >= PATIENCE * 0.9


async def test_a_stored_value_that_is_ours_is_no_command(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Nothing happens, and what is ours goes up with the others."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    entry = await set_up(LAMP, LEVEL)
    await has(simulator, "Level", 10)
    await reconnect(simulator, entry)
    await simulator.wait_for(lambda: len(writes(simulator, "Lamp")) == 2)
    await asyncio.sleep(PATIENCE)
    assert writes(simulator, "Lamp") == [0, 0]
    assert writes(simulator, "Level") == [10, 10]
    assert not commands


async def test_a_value_of_the_wrong_type_is_answered_with_ours(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The template may be another than we think."""
    await simulator.press("Message", "on")
    await set_up(synced("input_boolean.lamp", "power", "Message", "integer"))
    await simulator.wait_for(lambda: writes(simulator, "Message") == [0])
    assert not is_on(hass)


async def test_no_door_opens_by_itself(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What is guarded is not even asked for, though the user has opted in."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    garage = {"device_class": "garage", "supported_features": 3}
    hass.states.async_set("cover.garage", "closed", garage)
    await simulator.press("Door", 1)
    await set_up(synced("cover.garage", "open", "Door", opted_in=True), LAMP)
    await has(simulator, "Door", 0)
    assert questions(simulator) == [b"Lamp"]
    assert not commands


@pytest.mark.parametrize(
    "data",
    [
        synced("input_boolean.lamp", "power", "Lamp", direction="publish"),
        synced("input_boolean.lamp", "power", "Lamp", paused=True),
        synced("input_button.bell", "press", "Lamp"),
        exposure("input_boolean.lamp", "power", "Lamp"),
    ],
    ids=["read-only", "paused", "momentary", "not chosen"],
)
async def test_who_is_not_asked_for(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, data: Any
) -> None:
    """A stored 1 is no press, and what takes no writes takes no stored ones."""
    hass.states.async_set("sensor.humidity", "40")
    hass.states.async_set("input_button.bell", "unknown")
    commands = async_capture_events(hass, EVENT_COMMAND)
    await simulator.press("Lamp", 1)
    await set_up(data, HUMIDITY)
    await has(simulator, "Humidity", 40)
    await asyncio.sleep(0.1)
    assert not questions(simulator)
    assert not commands


async def test_a_start_asks_when_there_is_somebody_to_tell(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A command would find no entity, and its value would be lost."""
    hass.set_state(CoreState.starting)
    hass.states.async_set("sensor.humidity", "40")
    lamp = hass.states.get("input_boolean.lamp")
    assert lamp is not None
    hass.states.async_remove("input_boolean.lamp")
    await simulator.press("Lamp", 1)
    await set_up(LAMP, HUMIDITY)
    await has(simulator, "Humidity", 40)
    hass.states.async_set("input_boolean.lamp", "off", lamp.attributes)
    await asyncio.sleep(PATIENCE)
    assert not questions(simulator)
    assert not writes(simulator, "Lamp")
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await eventually(lambda: is_on(hass))


async def test_many_names_are_few_questions(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Each within the size of a message."""
    names = [f"A name of many letters, number {number}" for number in range(80)]
    names = [name.replace(",", "") for name in names]
    await set_up(*(synced("input_boolean.lamp", "power", name) for name in names))
    await simulator.wait_for(lambda: len(questions(simulator)) == 3)
    asked = b",".join(questions(simulator)).decode().split(",")
    assert sorted(asked) == sorted(names)
    assert all(len(question) <= MESSAGE_SIZE_MAX for question in questions(simulator))


async def test_an_exposure_bound_anew_does_not_take_the_answer_of_the_old(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was asked for a lamp; what is there now may be anything."""
    monkeypatch.setattr("custom_components.blynk_bridge.state_sync._PATIENCE", 60)
    hass.states.async_set("switch.other", "off")
    commands = async_capture_events(hass, EVENT_COMMAND)
    entry = await set_up(LAMP)
    await simulator.wait_for(lambda: questions(simulator))
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "entity_id": "switch.other"}
    )
    await hass.async_block_till_done()
    await simulator.press("Lamp", 1)
    await has(simulator, "Lamp", 0)
    assert not commands
    await simulator.press("Lamp", 1)
    await eventually(lambda: commands)


async def test_a_lost_link_asks_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Our own value waits for the next connection's answer."""
    entry = await set_up(LAMP)
    await simulator.wait_for(lambda: questions(simulator))
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data.data.online)
    await simulator.press("Lamp", 1)
    await simulator.start_listening()
    await eventually(lambda: is_on(hass), 15)
    assert writes(simulator, "Lamp")[-1:] in ([], [1])


async def test_a_refused_question_silences_nobody(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The link lives on: no other connection will ask, so our own value goes up."""
    simulator.behaviour.puback_code = 0x83
    await set_up(LAMP, protocol="5")
    await simulator.wait_for(lambda: questions(simulator))
    simulator.behaviour.puback_code = 0
    await hass.services.async_call(
        "input_boolean", "turn_on", {"entity_id": "input_boolean.lamp"}, blocking=True
    )
    await has(simulator, "Lamp", 1)
    assert len(simulator.journal.find(Kind.CONNECT)) == 1


async def test_a_used_up_quota_does_not_make_ours_win(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The question is asked again when the server takes messages, before our value goes."""
    await simulator.press("Lamp", 1)
    simulator.behaviour.puback_code = 0x97
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(LAMP, protocol="5")
        await simulator.wait_for(lambda: questions(simulator))
        simulator.behaviour.puback_code = 0
        await asyncio.sleep(800)
        assert not is_on(hass)
        assert len(questions(simulator)) == 1
        await eventually(lambda: is_on(hass), 200)
    assert 0 not in writes(simulator, "Lamp")


async def test_what_becomes_a_door_before_the_answer_stays_shut(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A question may wait long for its turn, and a blind become a garage door meanwhile."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    blind = {"device_class": "blind", "supported_features": 3}
    hass.states.async_set("cover.garage", "closed", blind)
    await simulator.press("Door", 1)
    simulator.behaviour.puback_code = 0x97
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(
            synced("cover.garage", "open", "Door", opted_in=True), protocol="5"
        )
        await simulator.wait_for(lambda: questions(simulator))
        simulator.behaviour.puback_code = 0
        garage = blind | {"device_class": "garage"}
        hass.states.async_set("cover.garage", "closed", garage)
        await simulator.wait_for(lambda: len(questions(simulator)) == 2, timeout=1000)
        await has(simulator, "Door", 0)
    assert not commands


async def test_the_answers_to_an_inquiry_are_no_commands(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Who only wants to know what the template has operates nothing."""
    await simulator.press("Lamp", 1)
    entry = await set_up(exposure("input_boolean.lamp", "power", "Lamp"))
    await has(simulator, "Lamp", 0)
    heard: list[object] = []
    entry.runtime_data.async_listen(heard.append)
    simulator.device.datastreams["Lamp"].value = 1
    with entry.runtime_data.inquiry():
        await entry.runtime_data.async_send(get_all_values(), Lane.URGENT)
        await eventually(lambda: heard)
    await has(simulator, "Lamp", 0)
    assert not is_on(hass)
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))


async def test_a_late_answer_to_an_inquiry_opens_no_door(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What is guarded takes the first write for the answer for a while; a lamp goes on."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    garage = {"device_class": "garage", "supported_features": 3}
    hass.states.async_set("cover.garage", "closed", garage)
    entry = await set_up(
        exposure("cover.garage", "open", "Door", opted_in=True),
        exposure("input_boolean.lamp", "power", "Lamp"),
    )
    await has(simulator, "Door", 0)
    with entry.runtime_data.inquiry():
        await entry.runtime_data.async_send(get_all_values(), Lane.URGENT)
    await simulator.press("Door", 1)
    await has(simulator, "Door", 0)
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))
    assert [event.data["datastream"] for event in commands] == ["Lamp"]
    await simulator.press("Door", 1)
    await eventually(lambda: len(commands) == 2)


async def test_nothing_is_left_after_an_unload(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A question under way ends with the entry."""
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(LAMP, temperature())
    await simulator.wait_for(lambda: questions(simulator))
    assert await hass.config_entries.async_unload(entry.entry_id)
    asked = len(simulator.journal.find(Kind.PUBLISH, direction="in"))
    await asyncio.sleep(PATIENCE * 1.5)
    assert len(simulator.journal.find(Kind.PUBLISH, direction="in")) == asked
