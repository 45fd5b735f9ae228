"""Datastreams that Blynk owns, as entities, both ways."""

import asyncio
import json
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigSubentryData, ConfigSubentryDataWithId
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    restore_state,
)
from homeassistant.helpers.json import JSONEncoder
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from syrupy.assertion import SnapshotAssertion

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.messages import MESSAGE_SIZE_MAX
from simulator import Simulator
from simulator.datastreams import Datastream, DataType
from simulator.journal import Kind
from simulator.values import AppValue

from .conftest import SetUp, as_subentry, control, exposure
from .device.conftest import eventually
from .skipped_time import skipped_time

SWITCH = control("Power", "switch", "integer")
NUMBER = control(
    "Target",
    "number",
    "double",
    minimum=5,
    maximum=30,
    step=0.5,
    unit_of_measurement="°C",
    mode="slider",
)
SELECT = control("Program", "select", "enum", options=["Off", "Eco", "Comfort"])
TEXT = control("Note", "text", "string", max_length=20)
TIME = control("Alarm", "time", "string")
SECONDS = control("Bedtime", "time", "integer")
SENSOR = control(
    "Outside",
    "sensor",
    "double",
    unit_of_measurement="°C",
    device_class="temperature",
)
WORDS = control("Words", "sensor", "string")
PHASE = control("Phase", "sensor", "enum", options=["Wash", "Rinse", "Spin"])
BINARY = control("Leak", "binary_sensor", "integer", device_class="moisture")
BUTTON = control("Bell", "button", "integer")
ALL = (
    SWITCH,
    NUMBER,
    SELECT,
    TEXT,
    TIME,
    SECONDS,
    SENSOR,
    WORDS,
    PHASE,
    BINARY,
    BUTTON,
)

STORED: dict[str, AppValue] = {
    "Power": 1,
    "Target": 21.5,
    "Program": 2,
    "Note": "hello",
    "Alarm": "23400\0\0Europe/Berlin",
    "Bedtime": 81000,
    "Outside": 3.4,
    "Words": "it rains",
    "Phase": 1,
    "Leak": 0,
}
TEMPLATE = (
    Datastream(name="Power", pin=20, type=DataType.INTEGER, min=0, max=1),
    Datastream(name="Target", pin=21, min=0, max=50),
    Datastream(name="Program", pin=22, type=DataType.ENUM, labels=("a", "b", "c")),
    Datastream(name="Note", pin=23, type=DataType.STRING),
    Datastream(name="Alarm", pin=24, type=DataType.STRING),
    Datastream(name="Bedtime", pin=25, type=DataType.INTEGER, min=0, max=86399),
    Datastream(name="Outside", pin=26, min=-50, max=50),
    Datastream(name="Words", pin=27, type=DataType.STRING),
    Datastream(name="Phase", pin=28, type=DataType.ENUM, labels=("a", "b", "c")),
    Datastream(name="Leak", pin=29, type=DataType.INTEGER, min=0, max=1),
    Datastream(name="Bell", pin=30, type=DataType.INTEGER, min=0, max=1),
)


@pytest.fixture(autouse=True)
def template(simulator: Simulator) -> None:
    """Have the datastreams of the controls in the template."""
    simulator.device.define(TEMPLATE)


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return an entity's state."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


async def becomes(hass: HomeAssistant, entity_id: str, wanted: str) -> None:
    """Wait until an entity has a state."""
    await eventually(
        lambda: (found := hass.states.get(entity_id)) and found.state == wanted
    )


def published(simulator: Simulator, topic: str) -> list[bytes]:
    """Return what the device has sent to a topic."""
    return [
        entry.payload
        for entry in simulator.journal.find(Kind.PUBLISH, direction="in")
        if entry.topic == topic
    ]


async def asked(simulator: Simulator, times: int = 1) -> None:
    """Wait until Blynk was asked for the controls, and has answered."""
    await simulator.wait_for(lambda: len(published(simulator, "get/ds")) == times)
    await simulator.ping()


async def call(hass: HomeAssistant, service: str, entity_id: str, **data: Any) -> None:
    """Call an action of the entity's domain."""
    await hass.services.async_call(
        entity_id.partition(".")[0],
        service,
        {"entity_id": entity_id, **data},
        blocking=True,
    )


# --- What they are -------------------------------------------------------------------


async def test_the_entities(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """One of each kind, with what Blynk has."""
    for name, value in STORED.items():
        await simulator.press(name, value)
    entry = await set_up(
        *(
            ConfigSubentryDataWithId(**data, subentry_id=f"01{data['title'].upper()}")
            for data in ALL
        )
    )
    await becomes(hass, "switch.power", "on")
    await asked(simulator)
    registered = [
        item
        for item in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        if item.config_subentry_id is not None
    ]
    assert {item.config_subentry_id for item in registered} == set(entry.subentries)
    for item in sorted(registered, key=lambda each: each.entity_id):
        assert item == snapshot(name=f"{item.entity_id}-entry")
        assert hass.states.get(item.entity_id) == snapshot(
            name=f"{item.entity_id}-state"
        )


async def test_each_has_a_device_of_its_own(
    hass: HomeAssistant,
    set_up: SetUp,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Reached through the entry's, and belonging to the subentry alone."""
    entry = await set_up(SWITCH)
    (subentry_id,) = entry.subentries
    hub = device_registry.async_get_device_by_identifier(
        (DOMAIN, entry.entry_id), entry.entry_id
    )
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, f"{entry.entry_id}_{subentry_id}"), entry.entry_id
    )
    assert hub is not None
    assert device is not None
    assert (device.name, device.via_device_id) == ("Power", hub.id)
    registered = entity_registry.async_get("switch.power")
    assert registered is not None
    assert registered.device_id == device.id
    assert registered.unique_id == f"{entry.entry_id}_{subentry_id}"


# --- Blynk → Home Assistant ----------------------------------------------------------


async def test_all_are_asked_for_in_one_message(
    simulator: Simulator, set_up: SetUp
) -> None:
    """A button has nothing to ask for, and what Blynk never had stays unknown."""
    await set_up(*ALL)
    await asked(simulator)
    (question,) = published(simulator, "get/ds")
    assert set(question.decode().split(",")) == set(STORED)


async def test_many_are_asked_for_in_as_many_messages_as_it_takes(
    simulator: Simulator, set_up: SetUp
) -> None:
    """None larger than Blynk takes."""
    names = [f"{number} {'long' * 20}" for number in range(30)]
    await set_up(*(control(name, "switch", "integer") for name in names))
    await asked(simulator, 3)
    questions = published(simulator, "get/ds")
    assert max(map(len, questions)) <= MESSAGE_SIZE_MAX
    assert sorted(b",".join(questions).decode().split(",")) == sorted(names)


@pytest.mark.parametrize(
    ("data", "entity_id", "written", "shown"),
    [
        (SWITCH, "switch.power", 1, "on"),
        (NUMBER, "number.target", 21, "21"),
        (NUMBER, "number.target", 45, "45"),
        (SELECT, "select.program", 1, "Eco"),
        (TEXT, "text.note", "grün", "grün"),
        (TEXT, "text.note", "a" * 30, "a" * 20),
        (TEXT, "text.note", "", ""),
        (
            TIME,
            "time.alarm",
            "3600\0" + "7200\0Europe/Berlin\0001,2\0007200",
            "01:00:00",
        ),
        (TIME, "time.alarm", "86399", "23:59:59"),
        (SECONDS, "time.bedtime", 90, "00:01:30"),
        (SENSOR, "sensor.outside", -7.5, "-7.5"),
        (WORDS, "sensor.words", "a" * 300, "a" * 254 + "…"),
        (PHASE, "sensor.phase", 2, "Spin"),
        (BINARY, "binary_sensor.leak", 1, "on"),
    ],
)
async def test_a_widget_sets_it(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    data: ConfigSubentryData,
    entity_id: str,
    written: AppValue,
    shown: str,
) -> None:
    """Shown as it is, and not answered: Blynk owns the value."""
    await set_up(data)
    await asked(simulator)
    assert state(hass, entity_id) == STATE_UNKNOWN
    name = data["data"]["datastream"]
    await simulator.press(name, written)
    await becomes(hass, entity_id, shown)
    await simulator.ping()
    assert simulator.device.datastreams[name].writes_by_device == 0


@pytest.mark.parametrize(
    ("data", "entity_id", "good", "shown", "bad"),
    [
        (SWITCH, "switch.power", b"1", "on", b"2"),
        (SWITCH, "switch.power", b"1", "on", b""),
        (SWITCH, "switch.power", b"1", "on", b"off and on"),
        (NUMBER, "number.target", b"6.5", "6.5", b"nan"),
        (SELECT, "select.program", b"0", "Off", b"3"),
        (SELECT, "select.program", b"0", "Off", b"-1"),
        (SELECT, "select.program", b"0", "Off", b"Eco"),
        (TEXT, "text.note", b"ok", "ok", b"\xff"),
        (TIME, "time.alarm", b"60", "00:01:00", b"sr\0ss"),
        (TIME, "time.alarm", b"60", "00:01:00", b"86400"),
        (TIME, "time.alarm", b"60", "00:01:00", b"-1"),
        (SECONDS, "time.bedtime", b"60", "00:01:00", b"1.5"),
        (SENSOR, "sensor.outside", b"3", "3.0", b"warm"),
        (PHASE, "sensor.phase", b"1", "Rinse", b"7"),
    ],
)
async def test_what_it_can_not_be_changes_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    data: ConfigSubentryData,
    entity_id: str,
    good: bytes,
    shown: str,
    bad: bytes,
) -> None:
    """One line in the debug log."""
    caplog.set_level("DEBUG", "custom_components.blynk_bridge")
    await set_up(data)
    topic = f"downlink/ds/{data['data']['datastream']}"
    await simulator.send(topic, good)
    await becomes(hass, entity_id, shown)
    caplog.clear()
    await simulator.send(topic, bad)
    await simulator.ping()
    assert state(hass, entity_id) == shown
    assert len([line for line in caplog.records if "Ignored " in line.message]) == 2
    assert all(line.levelname == "DEBUG" for line in caplog.records)


async def test_a_reconnect_asks_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Blynk may have changed any of them meanwhile."""
    entry = await set_up(SWITCH, SENSOR)
    await asked(simulator)
    await simulator.drop()
    await eventually(lambda: not entry.runtime_data.data.online)
    await simulator.press("Power", 1)
    await becomes(hass, "switch.power", "on")


async def test_what_is_only_read_is_unavailable_offline(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And a button too; what can be set stays."""
    await simulator.press("Power", 1)
    await simulator.press("Leak", 1)
    entry = await set_up(SWITCH, BINARY, SENSOR, BUTTON)
    await becomes(hass, "binary_sensor.leak", "on")
    await simulator.stop_listening()
    await becomes(hass, "binary_sensor.leak", STATE_UNAVAILABLE)
    assert state(hass, "sensor.outside") == STATE_UNAVAILABLE
    assert state(hass, "button.bell") == STATE_UNAVAILABLE
    assert state(hass, "switch.power") == "on"
    await simulator.start_listening()
    await becomes(hass, "binary_sensor.leak", "on")
    await eventually(lambda: entry.runtime_data.data.online)


# --- Home Assistant → Blynk ----------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "entity_id", "service", "fields", "stored", "shown"),
    [
        (SWITCH, "switch.power", "turn_on", {}, 1, "on"),
        (SWITCH, "switch.power", "turn_off", {}, 0, "off"),
        (NUMBER, "number.target", "set_value", {"value": 19.5}, 19.5, "19.5"),
        (
            SELECT,
            "select.program",
            "select_option",
            {"option": "Comfort"},
            2,
            "Comfort",
        ),
        (TEXT, "text.note", "set_value", {"value": "héllo"}, "héllo", "héllo"),
        (
            TIME,
            "time.alarm",
            "set_value",
            {"time": "06:30:00"},
            "23400\0\0US/Pacific",
            "06:30:00",
        ),
        (SECONDS, "time.bedtime", "set_value", {"time": "22:30:05"}, 81005, "22:30:05"),
    ],
)
async def test_it_is_set_here(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    data: ConfigSubentryData,
    entity_id: str,
    service: str,
    fields: dict[str, Any],
    stored: AppValue,
    shown: str,
) -> None:
    """Shown at once, and sent."""
    await set_up(data)
    await asked(simulator)
    await call(hass, service, entity_id, **fields)
    assert state(hass, entity_id) == shown
    datastream = simulator.device.datastreams[data["data"]["datastream"]]
    await simulator.wait_for(lambda: datastream.value == stored)
    assert datastream.writes_by_device == 1
    assert not simulator.device.diagnostics


async def test_setting_a_time_keeps_what_else_the_widget_has(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Stop, time zone, weekdays and offset."""
    await set_up(TIME)
    await asked(simulator)
    rest = "\0" + "7200\0Europe/Berlin\0" + "1,2,3\0" + "3600"
    await simulator.press("Alarm", f"3600{rest}")
    await becomes(hass, "time.alarm", "01:00:00")
    await call(hass, "set_value", "time.alarm", time="02:00:00")
    datastream = simulator.device.datastreams["Alarm"]
    await simulator.wait_for(lambda: datastream.value == f"7200{rest}")


async def test_a_used_up_quota_only_delays_the_question(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The connection holds, so nobody else would ask what Blynk has."""
    await simulator.press("Power", 1)
    simulator.behaviour.puback_code = 0x97
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(SWITCH, protocol="5")
        await asked(simulator)
        simulator.behaviour.puback_code = 0
        await asyncio.sleep(1000)
        assert state(hass, "switch.power") == "on"


@pytest.mark.parametrize(
    ("text", "key"),
    [("😀" * 250, "text_too_large"), ("half a \ud83d", "text_not_unicode")],
)
async def test_a_text_that_no_message_can_hold(
    hass: HomeAssistant, set_up: SetUp, text: str, key: str
) -> None:
    """Said, not cut off on the way."""
    await set_up(control("Note", "text", "string"))
    with pytest.raises(ServiceValidationError) as error:
        await call(hass, "set_value", "text.note", value=text)
    assert error.value.translation_key == key
    assert state(hass, "text.note") == STATE_UNKNOWN


@pytest.mark.parametrize("kind", ["text", "sensor"])
async def test_a_text_that_no_state_can_hold(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, kind: str
) -> None:
    """A database may refuse NUL, and a terminal obeys escape sequences."""
    await set_up(control("Note", kind, "string"))
    await asked(simulator)
    await simulator.send("downlink/ds/Note", b"1\x002\x1b[2J\x07!")
    await becomes(hass, f"{kind}.note", "1, 2[2J!")


async def test_a_button_writes_1_and_0(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """So that the next press is a change again."""
    await set_up(BUTTON)
    for _ in range(2):
        await call(hass, "press", "button.bell")
    await simulator.wait_for(lambda: len(published(simulator, "ds/Bell")) == 4)
    assert published(simulator, "ds/Bell") == [b"1", b"0"] * 2


@pytest.mark.parametrize("echo", [False, True])
async def test_the_newest_of_many_changes_wins(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, echo: bool
) -> None:
    """Whether or not the cloud sends our own values back."""
    simulator.behaviour.echo = echo
    await set_up(NUMBER)
    await asked(simulator)
    for value in range(6, 30):
        await call(hass, "set_value", "number.target", value=value)
        await asyncio.sleep(0.01)
    datastream = simulator.device.datastreams["Target"]
    await simulator.wait_for(lambda: datastream.value == 29)
    await simulator.ping()
    assert state(hass, "number.target") == "29"
    assert datastream.writes_by_device < 8


async def test_a_change_made_offline_is_sent_and_not_asked_for(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It is newer than what Blynk has; what else there is is asked for."""
    await simulator.press("Power", 0)
    entry = await set_up(SWITCH, NUMBER)
    await asked(simulator)
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data.data.online)
    await call(hass, "turn_on", "switch.power")
    await simulator.press("Target", 12)
    simulator.journal.clear()
    await simulator.start_listening()
    await becomes(hass, "number.target", "12")
    await simulator.wait_for(lambda: simulator.device.datastreams["Power"].value == 1)
    assert published(simulator, "get/ds") == [b"Target"]
    assert state(hass, "switch.power") == "on"


async def test_an_answer_does_not_undo_what_was_set_since_the_question(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It crosses the change on its way; Blynk is asked once more."""
    await set_up(SWITCH)
    await asked(simulator)
    shown = async_capture_events(hass, EVENT_STATE_CHANGED)
    await call(hass, "turn_on", "switch.power")
    await simulator.send("downlink/ds/Power", b"0")
    await simulator.wait_for(lambda: simulator.device.datastreams["Power"].value == 1)
    await asked(simulator, 2)
    states = [
        event.data["new_state"].state
        for event in shown
        if event.data["entity_id"] == "switch.power" and event.data["new_state"]
    ]
    assert states == ["on"]
    await simulator.press("Power", 0)
    await becomes(hass, "switch.power", "off")


async def test_a_widget_that_crosses_a_change_is_asked_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Only Blynk knows which of the two came last."""
    await simulator.press("Target", 8)
    await set_up(NUMBER)
    await becomes(hass, "number.target", "8")
    simulator.behaviour.puback_delay = 0.3
    await call(hass, "set_value", "number.target", value=10)
    await simulator.wait_for(lambda: simulator.device.datastreams["Target"].value == 10)
    # The widget's write is older, and comes before the PUBACK.
    await simulator.send("downlink/ds/Target", b"9")
    await becomes(hass, "number.target", "9")
    await becomes(hass, "number.target", "10")
    assert len(published(simulator, "get/ds")) == 2


# --- Across a restart ----------------------------------------------------------------


async def remembered(
    hass: HomeAssistant, entity_id: str, shown: str, **stored: Any
) -> None:
    """Have an entity's state from before a restart."""
    data = restore_state.async_get(hass)
    saved = {
        "state": State(entity_id, shown).as_dict(),
        "extra_data": stored,
        "last_seen": dt_util.utcnow(),
    }
    # As it comes back from the disk.
    states = json.loads(json.dumps([saved], cls=JSONEncoder))
    with patch.object(data.store, "async_load", return_value=states):
        await data.async_load()


async def test_the_last_value_is_restored(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Without a connection too, and sent nowhere."""
    await remembered(
        hass, "number.target", "17.5", datastream="Target", value=17.5, unsent=False
    )
    await set_up(NUMBER)
    assert state(hass, "number.target") == "17.5"
    await asked(simulator)
    assert state(hass, "number.target") == "17.5"
    assert simulator.device.datastreams["Target"].writes_by_device == 0


async def test_what_was_not_sent_before_a_restart_is_sent_after_it(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And stays what the user has set."""
    await simulator.press("Power", 0)
    await remembered(
        hass, "switch.power", "on", datastream="Power", value=1, unsent=True
    )
    await set_up(SWITCH)
    await simulator.wait_for(lambda: simulator.device.datastreams["Power"].value == 1)
    assert state(hass, "switch.power") == "on"
    assert not published(simulator, "get/ds")


async def test_a_reload_offline_loses_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What waits to be sent outlives the entry's outbox."""
    entry = await set_up(SWITCH)
    await asked(simulator)
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data.data.online)
    await call(hass, "turn_on", "switch.power")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await becomes(hass, "switch.power", "on")
    await simulator.start_listening()
    await simulator.wait_for(lambda: simulator.device.datastreams["Power"].value == 1)


@pytest.mark.parametrize(
    "stored",
    [
        {"datastream": "Other", "value": 1, "unsent": True},
        {"datastream": "Power", "value": "eleven", "unsent": True},
        {"datastream": "Power", "value": 7, "unsent": True},
        {"datastream": "Power", "value": None, "unsent": False},
        {"native_value": 1},
    ],
)
async def test_nothing_is_restored_that_does_not_fit(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, stored: dict[str, Any]
) -> None:
    """Of another datastream, another type, another version."""
    await remembered(hass, "switch.power", "on", **stored)
    await set_up(SWITCH)
    await asked(simulator)
    assert state(hass, "switch.power") == STATE_UNKNOWN
    assert simulator.device.datastreams["Power"].writes_by_device == 0


# --- Added, changed and removed while it runs ----------------------------------------


async def test_a_control_comes_changes_and_goes(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Without the session being dropped."""
    for name, value in (("Power", 1), ("Target", 9), ("Leak", 1)):
        await simulator.press(name, value)
    entry = await set_up()
    subentry = as_subentry(SWITCH)
    hass.config_entries.async_add_subentry(entry, subentry)
    await becomes(hass, "switch.power", "on")

    # Another datastream: the entity keeps its id, and forgets the value.
    changed = {**subentry.data, "datastream": "Leak"}
    hass.config_entries.async_update_subentry(entry, subentry, data=changed)
    await simulator.wait_for(lambda: published(simulator, "get/ds")[-1] == b"Leak")
    await becomes(hass, "switch.power", "on")
    await simulator.press("Leak", 0)
    await becomes(hass, "switch.power", "off")

    # Another kind: another entity.
    hass.config_entries.async_update_subentry(entry, subentry, data=NUMBER["data"])
    await becomes(hass, "number.target", "9")
    await hass.async_block_till_done()
    assert hass.states.get("switch.power") is None
    assert entity_registry.async_get("switch.power") is None

    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    assert hass.states.get("number.target") is None
    assert entity_registry.async_get("number.target") is None
    assert len(dr.async_entries_for_config_entry(device_registry, entry.entry_id)) == 1
    assert len(simulator.journal.find(Kind.CONNECT)) == 1
    await simulator.press("Target", 10)
    await simulator.ping()
    assert hass.states.get("number.target") is None


async def test_many_controls_at_once_are_one_question(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """However many subentries come together."""
    entry = await set_up()
    for data in ALL:
        hass.config_entries.async_add_subentry(entry, as_subentry(data))
    await asked(simulator)
    await hass.async_block_till_done()
    assert len(published(simulator, "get/ds")) == 1
    assert len(simulator.journal.find(Kind.CONNECT)) == 1


async def test_a_disabled_control_can_be_changed(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
) -> None:
    """It is not asked for, and does not stand in the way of the others."""
    entry = await set_up(SWITCH)
    await asked(simulator)
    entity_registry.async_update_entity(
        "switch.power", disabled_by=er.RegistryEntryDisabler.USER
    )
    await hass.async_block_till_done()
    (subentry,) = entry.subentries.values()
    changed = {**subentry.data, "datastream": "Leak"}
    hass.config_entries.async_update_subentry(entry, subentry, data=changed)
    hass.config_entries.async_add_subentry(entry, as_subentry(NUMBER))
    await becomes(hass, "number.target", STATE_UNKNOWN)
    await asked(simulator, 2)
    assert published(simulator, "get/ds")[-1] == b"Target"
    assert hass.states.get("switch.power") is None


async def test_a_control_of_another_version_costs_no_other(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After a downgrade, or a storage file that was edited."""
    await set_up(control("Power", "dimmer", "integer"), NUMBER)
    assert state(hass, "number.target") == STATE_UNKNOWN
    assert "Control Power is not valid" in caplog.text


async def test_a_datastream_can_become_an_exposure(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Once the control is gone, its name is free."""
    hass.states.async_set("sensor.power", "1")
    entry = await set_up(SWITCH)
    await asked(simulator)
    hass.config_entries.async_remove_subentry(entry, next(iter(entry.subentries)))
    hass.config_entries.async_add_subentry(
        entry,
        as_subentry(exposure("sensor.power", "value", "Power", "integer", "publish")),
    )
    await simulator.wait_for(lambda: simulator.device.datastreams["Power"].value == 1)
