"""One confirmation for each command, whether or not Blynk echoes what it is told."""

import asyncio

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from simulator import Simulator
from simulator.datastreams import Datastream, DataType
from simulator.journal import Kind

from .conftest import SetUp, exposure
from .device.conftest import eventually
from .moved_time import MovedTime
from .skipped_time import skipped_time
from .test_downlink import writes

LIGHT = {
    "supported_color_modes": ["hs"],
    "color_mode": "hs",
    "brightness": 255,
    "hs_color": (0, 100),
    "rgb_color": (255, 0, 0),
}
CLIMATE = {
    "hvac_modes": ["off", "heat_cool"],
    "min_temp": 5,
    "max_temp": 35,
    "target_temp_step": 0.5,
    "target_temp_low": 18.0,
    "target_temp_high": 25.0,
    "supported_features": 2,
}
PLAYER = {"volume_level": 0.1, "supported_features": 4}

NAMES = ("Power", "Twin", "Brightness", "Color", "Low", "High", "Volume")
TEMPLATE = tuple(
    Datastream(
        name=name,
        pin=40 + pin,
        type=DataType.STRING if name == "Color" else DataType.DOUBLE,
        min=None if name == "Color" else 0,
        max=None if name == "Color" else 100,
    )
    for pin, name in enumerate(NAMES)
)
HOME = (
    exposure("light.lamp", "power", "Power"),
    exposure("light.lamp", "power", "Twin"),
    exposure("light.lamp", "brightness", "Brightness"),
    exposure("light.lamp", "color", "Color", "string"),
    exposure("climate.hall", "target_low", "Low", "double"),
    exposure("climate.hall", "target_high", "High", "double"),
    exposure("media_player.hall", "volume", "Volume"),
)


@pytest.fixture(params=[False, True], ids=["silent", "echoing"])
async def time(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> MovedTime:
    """Have a lamp, a thermostat and a player in Blynk, which may be one that echoes."""
    simulator.behaviour.echo = request.param
    simulator.device.define(TEMPLATE)
    time = MovedTime(hass, simulator, monkeypatch)
    hass.states.async_set("light.lamp", "on", LIGHT)
    hass.states.async_set("climate.hall", "heat_cool", CLIMATE)
    hass.states.async_set("media_player.hall", "playing", PLAYER)

    async def light(call: ServiceCall) -> None:
        before = hass.states.get("light.lamp")
        assert before is not None
        lamp = {**LIGHT, **before.attributes, "color_mode": "hs"}
        if (percent := call.data.get("brightness_pct")) is not None:
            lamp["brightness"] = round(percent * 2.55)
        if (color := call.data.get("rgb_color")) is not None:
            lamp["rgb_color"] = tuple(color)
        if call.service == "turn_on":
            hass.states.async_set("light.lamp", "on", lamp)
        else:
            off = {"supported_color_modes": ["hs"], "color_mode": None}
            hass.states.async_set("light.lamp", "off", off)

    async def set_temperature(call: ServiceCall) -> None:
        ends = {
            key: call.data[key]
            for key in ("target_temp_low", "target_temp_high")
            if key in call.data
        }
        hass.states.async_set("climate.hall", "heat_cool", {**CLIMATE, **ends})

    async def volume_set(call: ServiceCall) -> None:
        volume = {**PLAYER, "volume_level": call.data["volume_level"]}
        hass.states.async_set("media_player.hall", "playing", volume)

    hass.services.async_register("light", "turn_on", light)
    hass.services.async_register("light", "turn_off", light)
    hass.services.async_register("climate", "set_temperature", set_temperature)
    hass.services.async_register("media_player", "volume_set", volume_set)
    entry = await set_up(*HOME, wait=False)
    await time.until(lambda: entry.runtime_data.data.online, 30)
    # Until the check has asked, so that no answer is mistaken for anything.
    await time.pass_by(60)
    simulator.journal.clear()
    return time


def told(simulator: Simulator) -> dict[str, list[bytes]]:
    """Return what was sent of each datastream."""
    found = {name: writes(simulator, name) for name in NAMES}
    return {name: values for name, values in found.items() if values}


async def test_an_echoing_cloud_is_found_out_once(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It costs two messages, not two for each command."""
    simulator.behaviour.echo = True
    simulator.device.define(TEMPLATE)
    hass.states.async_set("light.lamp", "on", LIGHT)
    await set_up(*HOME[:4])
    await simulator.wait_for(lambda: writes(simulator, "Color"))
    await simulator.ping()
    await simulator.ping()
    values = simulator.journal.find(Kind.PUBLISH, direction="in", topic="batch_ds")
    others = simulator.journal.find(Kind.PUBLISH, direction="in", topic="ds/Power")
    assert len(values) + len(others) <= 3


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        # The lamp goes out: three numbers say so, its colour has no value then.
        ("Power", 0, {"Power": [b"0"], "Twin": [b"0"], "Brightness": [b"0"]}),
        ("Twin", 0, {"Power": [b"0"], "Twin": [b"0"], "Brightness": [b"0"]}),
        ("Power", 1, {"Power": [b"1"]}),
        ("Brightness", 40, {"Brightness": [b"40"]}),
        ("Color", "0\0" + "255\0" + "0", {"Color": [b"0\x00255\x000"]}),
        ("Low", 20, {"Low": [b"20"]}),
        ("High", 22.5, {"High": [b"22.5"]}),
        ("Volume", 30, {"Volume": [b"30"]}),
    ],
)
async def test_one_command_is_one_confirmation(
    hass: HomeAssistant,
    simulator: Simulator,
    time: MovedTime,
    name: str,
    value: float | str,
    expected: dict[str, list[bytes]],
) -> None:
    """And one value of each other datastream that it has changed, however often."""
    events = async_capture_events(hass, EVENT_COMMAND)
    await simulator.press(name, value)
    await time.pass_by(10, 0.1)
    assert told(simulator) == expected
    assert len(events) <= 1
    simulator.journal.clear()
    await simulator.press(name, value)
    await time.pass_by(10, 0.1)
    assert told(simulator) == {name: expected[name]}


async def test_both_ends_of_a_range_are_one_confirmation_each(
    hass: HomeAssistant, simulator: Simulator, time: MovedTime
) -> None:
    """Each command tells the thermostat both ends, the newest of each."""
    await simulator.press("Low", 20)
    await simulator.press("High", 22)
    await time.pass_by(10, 0.1)
    assert told(simulator) == {"Low": [b"20"], "High": [b"22"]}
    found = hass.states.get("climate.hall")
    assert found is not None
    assert found.attributes["target_temp_low"] == 20
    assert found.attributes["target_temp_high"] == 22


async def test_a_drag_of_a_hundred_writes_is_confirmed_where_it_ends(
    hass: HomeAssistant, simulator: Simulator, time: MovedTime
) -> None:
    """Ten writes a second reach the player, each confirmed at most once."""
    events = async_capture_events(hass, EVENT_COMMAND)
    began = hass.loop.time()
    for percent in range(100):
        await simulator.press("Volume", percent)
        await time.pass_by(0.02, 0.02)
    dragged = hass.loop.time() - began
    await time.pass_by(10, 0.1)
    found = hass.states.get("media_player.hall")
    assert found is not None
    assert found.attributes["volume_level"] == 0.99
    confirmations = writes(simulator, "Volume")
    assert confirmations[-1] == b"99"
    assert len(confirmations) <= len(events) <= 10 * dragged + 5
    await time.pass_by(10, 0.1)
    assert writes(simulator, "Volume") == confirmations


async def test_who_is_unavailable_confirms_nothing_and_is_not_held(
    hass: HomeAssistant, simulator: Simulator, time: MovedTime
) -> None:
    """There is nothing to tell; back again, its value is what Blynk ends up with."""
    events = async_capture_events(hass, EVENT_COMMAND)
    hass.states.async_set("media_player.hall", STATE_UNAVAILABLE)
    await simulator.press("Volume", 50)
    await time.pass_by(10, 0.1)
    assert not events
    assert told(simulator) == {}
    hass.states.async_set("media_player.hall", "playing", PLAYER)
    await time.pass_by(10, 0.1)
    assert told(simulator) == {"Volume": [b"10"]}


async def test_a_widget_that_waits_is_never_reset(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Whether Home Assistant does what was asked, does nothing, or fails."""

    async def turn(call: ServiceCall) -> None:
        if call.data["entity_id"] == "switch.obeys":
            state = "on" if call.service == "turn_on" else "off"
            hass.states.async_set("switch.obeys", state)
        elif call.data["entity_id"] == "switch.fails":
            raise ValueError

    for action in ("turn_on", "turn_off"):
        hass.services.async_register("switch", action, turn)
    names = ("Obeys", "Idle", "Fails")
    simulator.cloud.define(
        Datastream(
            name=name,
            pin=pin,
            type=DataType.INTEGER,
            min=0,
            max=1,
            confirm_timeout=8,
        )
        for pin, name in enumerate(names, 20)
    )
    for name in names:
        hass.states.async_set(f"switch.{name.lower()}", "off")
    with skipped_time(hass.loop):
        await set_up(*(exposure(f"switch.{n.lower()}", "power", n) for n in names))
        stored = simulator.device.datastreams
        await eventually(lambda: [stored[n].value for n in names] == [0, 0, 0])
        for name in names:
            await simulator.press(name, 1)
        await asyncio.sleep(30)
        assert [stored[name].value for name in names] == [1, 0, 0]
        assert [stored[name].reverts for name in names] == [0, 0, 0]
        await simulator.outage(3600)
        await simulator.press("Obeys", 0)
        await asyncio.sleep(10)
        assert stored["Obeys"].reverts == 1
