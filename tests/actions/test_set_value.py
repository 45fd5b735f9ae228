"""Writing datastreams: what arrives, what the entities show, and what is refused."""

import asyncio
from datetime import UTC, datetime, timedelta
import json
import math
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from simulator import Simulator
from simulator.datastreams import Datastream, DataType

from ..conftest import SetUp, control, temperature
from ..device.conftest import eventually
from ..skipped_time import skipped_time
from .calls import ask, call, failed, published, refused, value_of


@pytest.mark.parametrize(
    ("name", "value", "more", "stored"),
    [
        ("Temperature", 21.5, {}, 21.5),
        ("Temperature", 21, {}, 21.0),
        ("Temperature", "21.5", {}, 21.5),
        ("Count", 42, {}, 42),
        ("Count", 42.0, {}, 42),
        ("Count", True, {}, 1),
        ("Flag", True, {}, True),
        ("Flag", False, {"data_type": "boolean"}, False),
        ("Mode", 2, {}, 2),
        ("Message", "Grüße, 世界", {}, "Grüße, 世界"),
        ("Message", "", {}, ""),
        ("Message", 5, {"data_type": "string"}, "5"),
        ("Message", True, {"data_type": "string"}, "true"),
        ("Message", [255, 0, 10], {}, "255\x000\x0010"),
        ("Message", ["a", 1.5, True], {}, "a\x001.5\0true"),
        ("Prêt à 1 °C", "x", {}, "x"),
        ("Place", [4.9, 52.37], {}, (4.9, 52.37)),
        ("Place", [4.9, 52.37], {"data_type": "location"}, (4.9, 52.37)),
        ("Place", "4.9,52.37", {"data_type": "location"}, (4.9, 52.37)),
        ("Place", {"longitude": 4.9, "latitude": 52.37}, {}, (4.9, 52.37)),
    ],
)
async def test_a_value_arrives(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    name: str,
    value: Any,
    more: dict[str, Any],
    stored: object,
) -> None:
    """As it is given, in one message, with or without its type."""
    await set_up()
    answer = await ask(hass, "set_value", datastream=name, value=value, **more)
    assert value_of(simulator, name) == stored
    assert type(value_of(simulator, name)) is type(stored)
    assert answer == {"messages": 1}
    assert len(published(simulator)) == 1
    assert not simulator.device.diagnostics


async def test_several_values_are_one_message(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Numbers, flags, texts and places; of several parts each is one more."""
    await set_up()
    values = {
        "Temperature": 21.5,
        "Count": True,
        "Message": "hi",
        "Place": {"longitude": 4.9, "latitude": 52.37},
    }
    assert await ask(hass, "set_value", values=values) == {"messages": 1}
    assert [topic for topic, _ in published(simulator)] == ["batch_ds"]
    assert value_of(simulator, "Temperature") == 21.5
    assert value_of(simulator, "Count") == 1
    assert value_of(simulator, "Message") == "hi"
    assert value_of(simulator, "Place") == (4.9, 52.37)
    answer = await ask(hass, "set_value", values={"Message": ["a", "b"], "Count": 2})
    assert answer == {"messages": 2}
    assert value_of(simulator, "Message") == "a\0b"


async def test_more_than_a_message_holds(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Goes in as few as it takes, none of them too large."""
    await set_up()
    values = {"Message": "x" * 900, "Prêt à 1 °C": "y" * 900, "Count": 7}
    assert await ask(hass, "set_value", values=values) == {"messages": 2}
    assert [value_of(simulator, name) for name in values] == [*values.values()]


NO_NAMES = ("a/b", "a,b", "a+", "#", "a\0b", " a", "x" * 300, "\ud83d")


async def test_a_name_that_is_none(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Is refused by every action, and nothing is sent."""
    await set_up()
    for name in NO_NAMES:
        for action, data in (
            ("set_value", {"datastream": name, "value": 1}),
            ("set_value", {"values": {"Count": 1, name: 1}}),
            ("erase_value", {"datastream": name}),
            ("set_property", {"datastream": name, "property": "label", "value": "x"}),
            ("erase_property", {"datastream": name, "property": "label"}),
        ):
            assert await refused(hass, action, **data) == "invalid_datastream"
    assert not published(simulator)


NO_VALUES: list[tuple[dict[str, Any], str]] = [
    ({}, "nothing_to_set"),
    ({"values": {}}, "nothing_to_set"),
    ({"datastream": "", "value": 1}, "no_datastream"),
    ({"datastream": None, "value": 1}, "no_datastream"),
    ({"datastream": 5, "value": 1}, "no_datastream"),
    ({"values": {None: 1}}, "no_datastream"),
    ({"datastream": "Count"}, "no_value"),
    ({"datastream": "Count", "value": None}, "no_value"),
    ({"values": {"Count": None}}, "no_value"),
    ({"datastream": "Count", "value": 1, "values": {"Flag": 1}}, "value_or_values"),
    ({"values": [1, 2]}, "values_no_mapping"),
    ({"values": "Count"}, "values_no_mapping"),
    ({"datastream": "Count", "value": math.nan}, "value_without_form"),
    ({"datastream": "Count", "value": math.inf}, "value_without_form"),
    ({"datastream": "Count", "value": 10**400}, "value_without_form"),
    (
        {"datastream": "Place", "value": {"longitude": 10**400, "latitude": 1}},
        "value_without_form",
    ),
    ({"datastream": "Count", "value": []}, "value_without_form"),
    ({"datastream": "Count", "value": {"a": 1}}, "value_without_form"),
    ({"datastream": "Count", "value": ["a", None]}, "value_without_form"),
    ({"datastream": "Count", "value": ["a\0b"]}, "value_without_form"),
    ({"datastream": "Message", "value": "\ud83d"}, "value_without_form"),
    (
        {"datastream": "Count", "value": datetime(2026, 1, 1, tzinfo=UTC)},
        "value_without_form",
    ),
    ({"datastream": "Message", "value": "x" * 1001}, "value_too_large"),
    ({"datastream": "Message", "value": ["x" * 600, "y" * 600]}, "value_too_large"),
    (
        {"datastream": "Count", "value": 1.5, "data_type": "integer"},
        "invalid_value",
    ),
    (
        {"datastream": "Count", "value": "a", "data_type": "integer"},
        "invalid_value",
    ),
    (
        {"datastream": "Count", "value": 2**31, "data_type": "integer"},
        "invalid_value",
    ),
    ({"datastream": "Flag", "value": 2, "data_type": "boolean"}, "invalid_value"),
    (
        {"datastream": "Place", "value": [4.9], "data_type": "location"},
        "invalid_value",
    ),
    (
        {"datastream": "Place", "value": [4.9, 91], "data_type": "location"},
        "invalid_value",
    ),
    ({"values": {f"Name {n}": n for n in range(257)}}, "too_many_datastreams"),
]


async def test_what_is_no_value(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Is refused, and nothing is sent."""
    await set_up()
    keys = [await refused(hass, "set_value", **data) for data, _ in NO_VALUES]
    assert keys == [key for _, key in NO_VALUES]
    assert not published(simulator)


async def test_the_datastream_of_an_entity_is_home_assistants(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Blynk would show something else than Home Assistant."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature())
    await simulator.wait_for(lambda: value_of(simulator, "Temperature") == 7)
    for action, data in (
        ("set_value", {"datastream": "Temperature", "value": 1}),
        ("set_value", {"values": {"Count": 1, "Temperature": 1}}),
        ("erase_value", {"datastream": "Temperature"}),
    ):
        assert await refused(hass, action, **data) == "datastream_is_exposed"
    assert value_of(simulator, "Temperature") == 7
    assert value_of(simulator, "Count") is None


async def test_a_paused_exposure_has_no_say(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Home Assistant sends nothing there meanwhile."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature(paused=True))
    await call(hass, "set_value", datastream="Temperature", value=1)
    assert value_of(simulator, "Temperature") == 1


# --- Controls ------------------------------------------------------------------------

NUMBER = {"minimum": 0, "maximum": 255, "step": 1}
CONTROLS = (
    control("Lamp", "switch", "integer"),
    control("Level", "number", "integer", **NUMBER),
    control("Mode", "select", "enum", options=["a", "b", "c"]),
    control("Message", "text", "string"),
    control("Humidity", "sensor", "double"),
    control("Flag", "binary_sensor", "boolean"),
    control("Start", "time", "integer"),
)
VALUES = {
    "Lamp": True,
    "Level": 42,
    "Mode": "b",
    "Message": "hi",
    "Humidity": 47.5,
    "Flag": True,
}
SHOWN = {
    "switch.lamp": "on",
    "number.level": "42",
    "select.mode": "b",
    "text.message": "hi",
    "sensor.humidity": "47.5",
    "binary_sensor.flag": "on",
}


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return what an entity shows."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


async def test_the_entities_of_controls_show_it(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Of every kind, whether the value is set or only read here."""
    await set_up(*CONTROLS)
    assert await ask(hass, "set_value", values=VALUES) == {"messages": 1}
    assert value_of(simulator, "Flag") is True
    assert value_of(simulator, "Mode") == 1
    await eventually(lambda: {each: state(hass, each) for each in SHOWN} == SHOWN)


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("Level", 256, "value_out_of_range"),
        ("Level", -1, "value_out_of_range"),
        ("Level", 1.5, "invalid_value"),
        ("Level", "loud", "invalid_value"),
        ("Mode", 3, "value_out_of_range"),
        ("Mode", "z", "invalid_value"),
        ("Lamp", 2, "value_out_of_range"),
    ],
)
async def test_what_a_control_can_not_be(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    name: str,
    value: object,
    key: str,
) -> None:
    """Is refused, not clamped; whatever type is said to be meant."""
    await set_up(
        control("Lamp", "switch", "integer"),
        control("Level", "number", "integer", **NUMBER),
        control("Mode", "select", "enum", options=["a", "b", "c"]),
    )
    await simulator.wait_for(lambda: published(simulator, "info/mcu"))
    sent = len(published(simulator))
    data = {"datastream": name, "value": value, "data_type": "string"}
    assert await refused(hass, "set_value", **data) == key
    assert len(published(simulator)) == sent


async def nine(simulator: Simulator, hass: HomeAssistant, set_up: SetUp) -> None:
    """Set up a control that shows 9, which Blynk has told when it was asked."""
    simulator.device.datastreams["Level"].value = 9
    await set_up(control("Level", "number", "integer", **NUMBER))
    await eventually(lambda: state(hass, "number.level") == "9")


async def test_what_blynk_writes_meanwhile_is_asked_for(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Two values have met on the way: only Blynk knows which came last."""
    await nine(simulator, hass, set_up)
    simulator.behaviour.puback_delay = 0.3
    setting = hass.async_create_task(
        call(hass, "set_value", datastream="Level", value=5)
    )
    await simulator.wait_for(lambda: value_of(simulator, "Level") == 5)
    await simulator.press("Level", 7)
    await eventually(lambda: state(hass, "number.level") == "7")
    await setting
    await simulator.wait_for(lambda: published(simulator)[-1] == ("get/ds", b"Level"))
    await eventually(lambda: state(hass, "number.level") == "7")


async def test_an_answer_from_before_is_no_news(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The bridge has asked for the control's value, and it is written meanwhile."""
    simulator.behaviour.withhold_answers = True
    await set_up(control("Level", "number", "integer", **NUMBER))
    await simulator.wait_for(lambda: published(simulator) == [("get/ds", b"Level")])
    await call(hass, "set_value", datastream="Level", value=5)
    await eventually(lambda: state(hass, "number.level") == "5")
    await simulator.send("downlink/ds/Level", b"9")
    await simulator.wait_for(lambda: published(simulator)[-1] == ("get/ds", b"Level"))
    await simulator.press("Level", 5)
    await call(hass, "set_value", datastream="Message", value="behind all that")
    assert state(hass, "number.level") == "5"


async def test_what_blynk_has_refused_once_is_older(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It is tried again after an hour, unless something else was written since."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(control("Level", "number", "integer", **NUMBER), protocol="5")
        simulator.behaviour.puback_code = 0x83
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": "number.level", "value": 6},
            blocking=True,
        )
        await simulator.wait_for(lambda: published(simulator)[-1][0] == "ds/Level")
        simulator.behaviour.puback_code = 0
        await call(hass, "set_value", datastream="Level", value=5)
        await asyncio.sleep(3700)
        assert value_of(simulator, "Level") == 5
        assert state(hass, "number.level") == "5"


async def test_a_call_that_nobody_waits_for_any_more(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A script was stopped when its value was on its way: Blynk is asked for what it has."""
    await nine(simulator, hass, set_up)
    simulator.behaviour.puback_delay = 0.3
    setting = hass.async_create_task(
        call(hass, "set_value", datastream="Level", value=5)
    )
    await simulator.wait_for(lambda: value_of(simulator, "Level") == 5)
    setting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await setting
    await eventually(lambda: state(hass, "number.level") == "5")


async def test_a_value_that_waits_here_is_older(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And what is set in the entity afterwards is newer."""
    await set_up(control("Level", "number", "integer", **NUMBER))
    simulator.behaviour.puback_delay = 0.2
    setting = hass.async_create_task(
        call(hass, "set_value", datastream="Level", value=5)
    )
    await simulator.wait_for(lambda: value_of(simulator, "Level") == 5)
    await hass.services.async_call(
        "number", "set_value", {"entity_id": "number.level", "value": 6}, blocking=True
    )
    await setting
    await simulator.wait_for(lambda: value_of(simulator, "Level") == 6)
    assert state(hass, "number.level") == "6"


async def test_a_value_that_blynk_refuses_is_not_shown(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The entity shows what Blynk has."""
    await set_up(control("Level", "number", "integer", **NUMBER), protocol="5")
    await simulator.press("Level", 9)
    await eventually(lambda: state(hass, "number.level") == "9")
    simulator.behaviour.puback_code = 0x83
    assert await failed(hass, "set_value", datastream="Level", value=5) == "refused"
    assert state(hass, "number.level") == "9"


# --- Times ---------------------------------------------------------------------------


async def test_a_value_of_the_past(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Goes into Blynk's history, with its time; the entity shows what is so now."""
    await set_up(control("Level", "number", "integer", **NUMBER))
    await simulator.press("Level", 9)
    await eventually(lambda: state(hass, "number.level") == "9")
    time = dt_util.utcnow().replace(microsecond=0) - timedelta(hours=2)
    answer = await ask(
        hass, "set_value", values={"Level": 5, "Message": "so it was"}, timestamp=time
    )
    assert answer == {"messages": 2}
    sent = dict(published(simulator))
    milliseconds = int(time.timestamp() * 1000)
    assert json.loads(sent["ds/Level/timestamped_batch"]) == [[milliseconds, 5]]
    assert json.loads(sent["ds/Message/timestamped_batch"])[0][1] == "so it was"
    assert state(hass, "number.level") == "9"
    assert value_of(simulator, "Level") == 9


@pytest.mark.parametrize(
    ("value", "ago", "key"),
    [
        (1, timedelta(days=31), "invalid_time"),
        (1, timedelta(minutes=-1), "invalid_time"),
        (["a", "b"], timedelta(hours=1), "parts_have_no_past"),
    ],
    ids=["too long ago", "in the future", "of several parts"],
)
async def test_what_has_no_past(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    value: object,
    ago: timedelta,
    key: str,
) -> None:
    """Is refused."""
    await set_up()
    time = datetime.now(UTC) - ago
    data = {"datastream": "Message", "value": value, "timestamp": time}
    assert await refused(hass, "set_value", **data) == key
    assert not published(simulator)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
@pytest.mark.parametrize("time", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
async def test_the_ends_of_the_calendar(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, zone: str, time: str
) -> None:
    """Are refused like any other time that is too far away, also where UTC has none."""
    await hass.config.async_set_time_zone(zone)
    await set_up()
    data = {"datastream": "Message", "value": 1, "timestamp": time}
    assert await refused(hass, "set_value", **data) == "invalid_time"
    empty = {"start" if time.startswith("9") else "end": time}
    assert await refused(hass, "backfill", **empty) == "empty_range"


# --- Erasing -------------------------------------------------------------------------


async def test_a_value_is_erased(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In one message."""
    await set_up()
    await call(hass, "set_value", datastream="Message", value="hi")
    await call(hass, "erase_value", datastream="Message")
    assert value_of(simulator, "Message") is None
    assert published(simulator)[-1] == ("ds/Message/erase", b"")


async def test_the_entity_of_what_is_erased_has_no_value(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Whatever it is; the template's default value shows, where there is one."""
    simulator.cloud.define(
        [Datastream(name="Preset", pin=30, type=DataType.INTEGER, default=3)]
    )
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(*CONTROLS, control("Preset", "number", "integer", **NUMBER))
        await call(hass, "set_value", values=VALUES | {"Preset": 9, "Start": 3600})
        entities = [*SHOWN, "time.start", "number.preset"]
        await eventually(
            lambda: STATE_UNKNOWN not in [state(hass, e) for e in entities]
        )
        for name in (*VALUES, "Start", "Preset"):
            await call(hass, "erase_value", datastream=name)
        await eventually(lambda: state(hass, "number.preset") == "3")
        for entity_id in entities[:-1]:
            assert state(hass, entity_id) == STATE_UNKNOWN, entity_id


async def test_what_blynk_objects_to_is_an_error(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """With its own words; it would drop the value without one otherwise."""
    await set_up()
    assert await failed(hass, "set_value", datastream="Nobody", value=1) == "objected"
    assert await failed(hass, "set_value", datastream="Count", value="a") == "objected"
    assert await failed(hass, "erase_value", datastream="Nobody") == "objected"
