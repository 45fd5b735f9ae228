"""Asking Blynk for values: the answers, and that they operate nothing."""

import asyncio
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.blynk_bridge import inquiries, requests
from custom_components.blynk_bridge.device.messages import MESSAGE_SIZE_MAX
from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from simulator import Simulator
from simulator.behaviour import UnsetAnswer

from ..conftest import SetUp, control, exposure
from ..device.conftest import eventually
from .calls import ask, call, published, unanswered, value_of

SOON = 0.2
GARAGE = {"device_class": "garage", "supported_features": 3}


@pytest.fixture(autouse=True)
async def _home(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up a lamp, and wait for answers a moment only."""
    for name in ("_PATIENCE", "_COLLECT_TIME"):
        monkeypatch.setattr(inquiries, name, SOON)
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"lamp": {"initial": False}}}
    )
    await hass.async_block_till_done()


LAMP = exposure("input_boolean.lamp", "power", "Lamp")
LEVEL = control("Level", "number", "integer", minimum=0, maximum=255, step=1)


def store(simulator: Simulator, **values: Any) -> None:
    """Let Blynk have values, without telling anybody."""
    for name, value in values.items():
        simulator.device.datastreams[name].value = value


def deliver(simulator: Simulator, name: str) -> None:
    """Let an answer come."""
    simulator.cloud.deliver_value(simulator.device, simulator.device.datastreams[name])


def is_on(hass: HomeAssistant) -> bool:
    """Return whether the lamp is on."""
    return hass.states.is_state("input_boolean.lamp", "on")


def questions(simulator: Simulator) -> list[bytes]:
    """Return what was asked for by name."""
    return [payload for topic, payload in published(simulator) if topic == "get/ds"]


@pytest.mark.parametrize(
    ("name", "stored", "value"),
    [
        ("Count", 42, 42),
        ("Ratio", -0.5, -0.5),
        ("Mode", 2, 2),
        ("Flag", True, 1),
        ("Place", (4.9, 52.37), [4.9, 52.37]),
        ("Message", "hi", "hi"),
        ("Message", "42", 42),
        ("Message", "007", "007"),
        ("Message", "+49 170", "+49 170"),
        ("Message", "1e5", "1e5"),
        ("Message", "nan", "nan"),
        ("Message", "255\x000\x0010", [255, 0, 10]),
        ("Message", "a\0\0b", ["a", "", "b"]),
        ("Message", "", ""),
        ("Prêt à 1 °C", "世界", "世界"),
    ],
)
async def test_a_value_comes_back(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    name: str,
    stored: object,
    value: object,
) -> None:
    """A number, a text or a list, as far as it tells by itself."""
    await set_up()
    store(simulator, **{name: stored})
    answer = await ask(hass, "get_values", datastreams=[name])
    assert answer == {"values": {name: value}, "missing": []}
    assert type(answer["values"][name]) is type(value)
    assert published(simulator) == [("get/ds", name.encode())]


@pytest.mark.parametrize(
    ("subentry", "name", "stored", "value"),
    [
        (control("Message", "text", "string"), "Message", "42", "42"),
        (control("Message", "text", "string"), "Message", "1\x002", ["1", "2"]),
        (control("Flag", "switch", "boolean"), "Flag", True, True),
        (control("Ratio", "sensor", "double"), "Ratio", 2.0, 2.0),
        (LEVEL, "Level", 42, 42),
        (exposure("sensor.place", "value", "Message", "string"), "Message", "1", "1"),
    ],
    ids=["text", "parts", "boolean", "double", "integer", "exposure"],
)
async def test_a_known_type_counts(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    subentry: Any,
    name: str,
    stored: object,
    value: object,
) -> None:
    """Of what is an entity, or shows one, the type is known."""
    await set_up(subentry)
    store(simulator, **{name: stored})
    answer = await ask(hass, "get_values", datastreams=name)
    assert answer["values"] == {name: value}
    assert type(answer["values"][name]) is type(value)


async def test_what_does_not_answer_is_missing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It has no value, or Blynk does not know it; neither alarms anybody."""
    entry = await set_up(LAMP)
    store(simulator, Message="hi")
    names = ["Message", "Count", "Nobody", "Message"]
    answer = await ask(hass, "get_values", datastreams=names)
    assert answer == {"values": {"Message": "hi"}, "missing": ["Count", "Nobody"]}
    assert questions(simulator)[-1] == b"Message,Count,Nobody"
    assert simulator.device.diagnostics
    assert entry.runtime_data.upkeep.check._deaf_until == 0
    simulator.behaviour.unset_answer = UnsetAnswer.EMPTY
    await set_up_again(hass, entry.entry_id)
    answer = await ask(hass, "get_values", datastreams=["Count", "Lamp"])
    assert answer["values"]["Count"] == ""


async def set_up_again(hass: HomeAssistant, entry_id: str) -> None:
    """Reload the entry, and wait for the connection."""
    assert await hass.config_entries.async_reload(entry_id)
    entry = hass.config_entries.async_get_entry(entry_id)
    assert entry is not None
    await eventually(lambda: entry.runtime_data.data.online)


async def test_an_empty_answer_of_a_number_is_missing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A server may answer so for what has no value."""
    simulator.behaviour.unset_answer = UnsetAnswer.EMPTY
    await set_up(LEVEL)
    answer = await ask(hass, "get_values", datastreams=["Level"])
    assert answer == {"values": {}, "missing": ["Level"]}


async def test_all_that_the_template_syncs(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Without names; one message, whatever there is."""
    await set_up(LEVEL)
    await simulator.wait_for(lambda: questions(simulator))
    store(simulator, Lamp=1, Level=7, Message="not synced")
    before = len(published(simulator))
    answer = await ask(hass, "get_values")
    assert answer == {"values": {"Lamp": 1, "Level": 7}, "missing": []}
    assert published(simulator)[before:] == [("get/ds/all", b"")]
    for empty in (None, ""):
        assert await ask(hass, "get_values", datastreams=empty) == answer


async def test_long_lists_are_several_messages(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """As few as it takes."""
    await set_up()
    names = [f"A datastream with a long name {number}" for number in range(50)]
    answer = await ask(hass, "get_values", datastreams=names)
    assert answer == {"values": {}, "missing": names}
    assert len(questions(simulator)) == 2
    assert max(map(len, questions(simulator))) <= MESSAGE_SIZE_MAX


# --- An answer is no command ---------------------------------------------------------


@pytest.mark.parametrize("names", [["Lamp"], []], ids=["by name", "all"])
async def test_an_answer_operates_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, names: list[str]
) -> None:
    """And is mended, where it is not what Home Assistant has; a press counts at once."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    await set_up(LAMP)
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    store(simulator, Lamp=1)
    answer = await ask(hass, "get_values", datastreams=names)
    assert answer["values"]["Lamp"] == 1
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    assert not commands
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))


async def test_a_late_answer_operates_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Of a name that was asked for."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    await set_up(LAMP)
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    simulator.behaviour.withhold_answers = True
    answer = await ask(hass, "get_values", datastreams=["Lamp"])
    assert answer == {"values": {}, "missing": ["Lamp"]}
    store(simulator, Lamp=1)
    deliver(simulator, "Lamp")
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    assert not commands
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))


async def test_a_door_stays_shut(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Also when the answer to a question about everything is late; a lamp is free again."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    hass.states.async_set("cover.garage", "closed", GARAGE)
    await set_up(LAMP, exposure("cover.garage", "open", "Door", opted_in=True))
    await simulator.wait_for(lambda: value_of(simulator, "Door") == 0)
    simulator.behaviour.withhold_answers = True
    assert await ask(hass, "get_values") == {"values": {}, "missing": []}
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))
    store(simulator, Door=1)
    deliver(simulator, "Door")
    await simulator.wait_for(lambda: value_of(simulator, "Door") == 0)
    assert [event.data["datastream"] for event in commands] == ["Lamp"]


@pytest.mark.parametrize("names", [["Door"], []], ids=["one", "everything"])
async def test_a_door_stays_shut_after_a_slow_acknowledgement(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    names: list[str],
) -> None:
    """The call has ended; the question is on its way, and so is its answer."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    hass.states.async_set("cover.garage", "closed", GARAGE)
    await set_up(exposure("cover.garage", "open", "Door", opted_in=True))
    await simulator.wait_for(lambda: value_of(simulator, "Door") == 0)
    monkeypatch.setattr(requests, "PATIENCE", SOON)
    simulator.behaviour.puback_delay = 3 * SOON
    simulator.behaviour.withhold_answers = True
    assert await unanswered(hass, "get_values", datastreams=names) == "not_confirmed"
    store(simulator, Door=1)
    deliver(simulator, "Door")
    await simulator.wait_for(lambda: value_of(simulator, "Door") == 0)
    assert not commands


async def test_an_answer_belongs_to_the_call_that_waits_for_it(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A question about everything that was answered ends, and takes nothing of another's."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    monkeypatch.setattr(inquiries, "_PATIENCE", 5.0)
    await set_up(LAMP)
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    everything = hass.async_create_task(ask(hass, "get_values"))
    await simulator.wait_for(lambda: ("get/ds/all", b"") in published(simulator))
    simulator.behaviour.withhold_answers = True
    one = hass.async_create_task(ask(hass, "get_values", datastreams=["Lamp"]))
    await simulator.wait_for(lambda: questions(simulator))
    assert (await everything)["values"]["Lamp"] == 0
    store(simulator, Lamp=1)
    deliver(simulator, "Lamp")
    assert (await one)["values"] == {"Lamp": 1}
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    assert not commands


async def test_an_empty_complaint_is_about_no_question(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A question about everything names nothing."""
    await set_up(LAMP)
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    simulator.behaviour.puback_delay = SOON
    asking = hass.async_create_task(ask(hass, "get_values"))
    await simulator.wait_for(lambda: ("get/ds/all", b"") in published(simulator))
    await simulator.send("downlink/diag", b"\n")
    assert (await asking)["values"]["Lamp"] == 0


async def test_calls_at_the_same_time(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Each is answered; as many writes are taken for answers as there were questions."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    await set_up(LAMP)
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    simulator.behaviour.withhold_answers = True
    asking = [
        hass.async_create_task(ask(hass, "get_values", datastreams=["Lamp"]))
        for _ in range(3)
    ]
    await simulator.wait_for(lambda: len(questions(simulator)) == 3)
    store(simulator, Lamp=1)
    for _ in asking:
        deliver(simulator, "Lamp")
    for task in asking:
        assert await task == {"values": {"Lamp": 1}, "missing": []}
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    assert not commands
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))
    assert len(commands) == 1


async def test_a_refused_question_expects_no_answer(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The next press is a command."""
    await set_up(LAMP, protocol="5")
    await simulator.wait_for(lambda: value_of(simulator, "Lamp") == 0)
    simulator.behaviour.puback_code = 0x83
    for names in (["Lamp"], []):
        assert await unanswered(hass, "get_values", datastreams=names) == "refused"
    simulator.behaviour.puback_code = 0
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))


async def test_beside_the_bridges_own_question(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each takes one answer; neither is left without, and neither takes a press."""
    commands = async_capture_events(hass, EVENT_COMMAND)
    check = "custom_components.blynk_bridge.datastream_check"
    monkeypatch.setattr(f"{check}._SETTLE_TIME", SOON)
    simulator.behaviour.withhold_answers = True
    entry = await set_up(LAMP)
    await simulator.wait_for(lambda: questions(simulator))
    asking = hass.async_create_task(ask(hass, "get_values", datastreams=["Lamp"]))
    await simulator.wait_for(lambda: len(questions(simulator)) == 2)
    for _ in range(2):
        deliver(simulator, "Lamp")
    assert (await asking)["values"] == {"Lamp": 0}
    await eventually(lambda: "Lamp" in entry.runtime_data.upkeep.check._found)
    assert not entry.runtime_data.upkeep.check.unknown
    await simulator.press("Lamp", 1)
    await eventually(lambda: is_on(hass))
    assert len(commands) == 1


async def test_where_blynks_value_is_to_win(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The bridge's own question on connecting is still answered."""
    simulator.behaviour.withhold_answers = True
    await set_up(exposure("input_boolean.lamp", "power", "Lamp", sync_from_blynk=True))
    await simulator.wait_for(lambda: questions(simulator))
    asking = hass.async_create_task(ask(hass, "get_values", datastreams=["Lamp"]))
    await simulator.wait_for(lambda: len(questions(simulator)) == 2)
    store(simulator, Lamp=1)
    for _ in range(2):
        deliver(simulator, "Lamp")
    assert (await asking)["values"] == {"Lamp": 1}
    await eventually(lambda: is_on(hass))


async def test_a_control_keeps_what_was_set_since(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An answer that is older than what is set here is no news."""
    store(simulator, Level=9)
    await set_up(LEVEL)
    await eventually(lambda: hass.states.is_state("number.level", "9"))
    simulator.behaviour.withhold_answers = True
    asking = hass.async_create_task(ask(hass, "get_values", datastreams=["Level"]))
    await simulator.wait_for(lambda: len(questions(simulator)) == 2)
    await hass.services.async_call(
        "number", "set_value", {"entity_id": "number.level", "value": 6}, blocking=True
    )
    await simulator.wait_for(lambda: value_of(simulator, "Level") == 6)
    shown = async_capture_events(hass, EVENT_STATE_CHANGED)
    # The answer, from before Blynk has heard of the 6.
    await simulator.send("downlink/ds/Level", b"9")
    assert (await asking)["values"] == {"Level": 9}
    await simulator.wait_for(lambda: len(questions(simulator)) == 3)
    deliver(simulator, "Level")
    await simulator.press("Level", 7)
    await eventually(lambda: hass.states.is_state("number.level", "7"))
    states = [
        new.state
        for event in shown
        if (new := event.data["new_state"]) and new.entity_id == "number.level"
    ]
    assert states == ["7"]


async def test_a_control_shows_what_is_answered(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It is what Blynk has."""
    await set_up(LEVEL)
    store(simulator, Level=11)
    await call(hass, "set_value", datastream="Message", value="hi")
    answer = await ask(hass, "get_values", datastreams=["Level"])
    assert answer["values"] == {"Level": 11}
    await eventually(lambda: hass.states.is_state("number.level", "11"))


# --- What goes wrong -----------------------------------------------------------------


async def test_a_connection_lost_before_the_answer(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ends the call at once."""
    monkeypatch.setattr(inquiries, "_PATIENCE", 60)
    await set_up()
    simulator.behaviour.withhold_answers = True
    asking = hass.async_create_task(
        unanswered(hass, "get_values", datastreams=["Message"])
    )
    await simulator.wait_for(lambda: questions(simulator))
    await simulator.drop()
    async with asyncio.timeout(5):
        assert await asking in ("not_connected", "not_confirmed")


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (["a/b"], "invalid_datastream"),
        (["Lamp", ""], "no_datastream"),
        (["Lamp", None], "no_datastream"),
        ([5], "no_datastream"),
        ([f"Name {number}" for number in range(257)], "too_many_datastreams"),
    ],
    ids=["a slash", "empty", "nothing", "a number", "too many"],
)
async def test_names_that_are_none(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    names: list[object],
    key: str,
) -> None:
    """Nothing is asked."""
    await set_up()
    assert await unanswered(hass, "get_values", datastreams=names) == key
    assert not published(simulator)
