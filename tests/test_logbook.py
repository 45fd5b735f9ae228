"""Home Assistant's own logbook says what Blynk has operated."""

from datetime import timedelta
import logging
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from custom_components.blynk_bridge.logbook import _BY_ACTION
from simulator import Simulator

from .conftest import SetUp, exposure
from .device.conftest import eventually
from .translated import STRINGS


@pytest.fixture(autouse=True)
async def logbook(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Set up the real logbook on the real recorder."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "logbook", {})
    await hass.async_block_till_done()


async def entries(
    hass: HomeAssistant, client: WebSocketGenerator
) -> list[dict[str, Any]]:
    """Return what the logbook's page would show of the last minute."""
    await async_wait_recording_done(hass)
    socket = await client(hass)
    start = dt_util.utcnow() - timedelta(minutes=1)
    await socket.send_json(
        {"id": 1, "type": "logbook/get_events", "start_time": start.isoformat()}
    )
    answer = await socket.receive_json()
    found: list[dict[str, Any]] = answer["result"]
    return found


async def test_blynk_turned_on_the_lamp(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """And the lamp's own entry says who it was."""
    off = {"friendly_name": "Kitchen Lamp"}
    hass.states.async_set("switch.lamp", "off", off)

    async def turn_on(call: ServiceCall) -> None:
        hass.states.async_set("switch.lamp", "on", off, context=call.context)

    hass.services.async_register("switch", "turn_on", turn_on)
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Lamp"].value is not None
    )
    await simulator.press("Lamp", 1)
    await eventually(lambda: hass.states.is_state("switch.lamp", "on"))

    shown = await entries(hass, hass_ws_client)

    (command,) = [entry for entry in shown if entry.get("domain") == DOMAIN]
    assert command["name"] == "Blynk"
    assert command["message"] == "turned on Kitchen Lamp"
    assert command["icon"] == "mdi:cellphone"
    # With an entity's id, the frontend writes its name in Blynk's place.
    assert "entity_id" not in command
    (lamp,) = [
        entry
        for entry in shown
        if entry.get("entity_id") == "switch.lamp" and entry.get("state") == "on"
    ]
    assert lamp["context_event_type"] == EVENT_COMMAND
    assert lamp["context_domain"] == DOMAIN
    assert lamp["context_name"] == "Blynk"
    assert lamp["context_message"] == "turned on Kitchen Lamp"


async def test_two_devices_are_told_apart(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Both have a datastream of this name, for another entity and with other options."""
    for name, options in (("first", ["eco", "boost"]), ("second", ["low", "high"])):
        hass.states.async_set(
            f"select.{name}", options[0], {"friendly_name": name, "options": options}
        )
    await set_up(exposure("select.first", "option", "Mode", "enum"))
    other = MockConfigEntry(
        domain=DOMAIN,
        minor_version=2,
        data={"token": "x" * 32, "template_id": "TMPLother", "host": "127.0.0.1"}
        | {"port": 1, "transport": "tcp", "verify_ssl": True, "protocol": "5"},
        subentries_data=[exposure("select.second", "option", "Mode", "enum")],
    )
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    for name in ("first", "second"):
        data = {"entity_id": f"select.{name}", "datastream": "Mode", "value": 1}
        hass.bus.async_fire(EVENT_COMMAND, data | {"action": "select.select_option"})
    shown = await entries(hass, hass_ws_client)
    assert [entry["message"] for entry in shown if entry.get("domain") == DOMAIN] == [
        "set first to boost",
        "set second to high",
    ]


NAMED = {"friendly_name": "Thing"}
COVER = {**NAMED, "supported_features": 15}


@pytest.mark.parametrize(
    ("subentry", "attributes", "written", "service", "message"),
    [
        (
            exposure("switch.x", "power", "Lamp"),
            NAMED,
            0,
            "switch.turn_off",
            "turned off Thing",
        ),
        (
            exposure("light.x", "brightness", "Level"),
            {**NAMED, "supported_color_modes": ["brightness"]},
            40,
            "light.turn_on",
            "set Thing to 40",
        ),
        (
            exposure("number.x", "value", "Temperature", "double"),
            {**NAMED, "min": 0, "max": 50, "step": 0.5},
            21.5,
            "number.set_value",
            "set Thing to 21.5",
        ),
        (
            exposure("select.x", "option", "Mode", "enum"),
            {**NAMED, "options": ["eco", "boost"]},
            1,
            "select.select_option",
            "set Thing to boost",
        ),
        (
            exposure("text.x", "value", "Message", "string"),
            {**NAMED, "min": 0, "max": 99},
            "{entity} {value}\0more",
            "text.set_value",
            "set Thing to {entity} {value}, more",
        ),
        (
            exposure("text.x", "value", "Message", "string"),
            {**NAMED, "mode": "password"},
            "open sesame",
            "text.set_value",
            "set Thing to …",
        ),
        (
            exposure("button.x", "press", "Press"),
            NAMED,
            1,
            "button.press",
            "pressed Thing",
        ),
        (
            exposure("scene.x", "activate", "Press"),
            NAMED,
            1,
            "scene.turn_on",
            "activated Thing",
        ),
        (
            exposure("cover.x", "open", "Lamp"),
            COVER,
            1,
            "cover.open_cover",
            "opened Thing",
        ),
        (
            exposure("cover.x", "position", "Level"),
            COVER,
            30,
            "cover.set_cover_position",
            "set Thing to 30",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_action_has_a_sentence(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    subentry: Any,
    attributes: dict[str, Any],
    written: Any,
    service: str,
    message: str,
) -> None:
    """In the user's words: an option by its name, a value where it says more."""
    hass.states.async_set(subentry["data"]["entity_id"], "on", attributes)
    await set_up(subentry)
    domain, _, name = service.partition(".")
    calls = async_mock_service(hass, domain, name)
    await simulator.press(subentry["data"]["datastream"], written)
    await eventually(lambda: calls)
    shown = await entries(hass, hass_ws_client)
    (command,) = [entry for entry in shown if entry.get("domain") == DOMAIN]
    assert command["message"] == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {"value": 3, "action": "climate.set_temperature"},
            "operated switch.gone",
        ),
        ({"value": 1, "action": "lock.unlock"}, "unlocked switch.gone"),
        ({"value": 7}, "set switch.gone to 7"),
    ],
    ids=["no words of its own", "well known", "actions of the user's"],
)
async def test_a_command_whose_exposure_is_gone(
    hass: HomeAssistant,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    data: dict[str, Any],
    message: str,
) -> None:
    """The logbook reads what happened long ago."""
    await set_up()
    hass.bus.async_fire(
        EVENT_COMMAND, {"entity_id": "switch.gone", "datastream": "Gone", **data}
    )
    shown = await entries(hass, hass_ws_client)
    assert [e["message"] for e in shown if e.get("domain") == DOMAIN] == [message]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "set … to …"),
        ({"entity_id": 7, "datastream": None, "action": ["a"]}, "set … to …"),
        (
            {"entity_id": "switch.lamp", "value": {"a": 1}},
            "set switch.lamp to {'a': 1}",
        ),
        (
            {"entity_id": "switch.lamp", "datastream": "Lamp", "value": [1, 2]},
            "set switch.lamp to [1, 2]",
        ),
        (
            {"entity_id": "switch.lamp", "datastream": "Lamp", "value": "a\0b"},
            "set switch.lamp to a, b",
        ),
        ({"entity_id": "lock", "action": "lock.unlock"}, "unlocked lock"),
    ],
)
async def test_an_event_of_somebody_else(
    hass: HomeAssistant,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
    data: dict[str, Any],
    message: str,
) -> None:
    """Whoever may fire events may fire ours, with anything in it or nothing."""
    hass.states.async_set("switch.lamp", "off", {"friendly_name": "switch.lamp"})
    await set_up(exposure("switch.lamp", "power", "Lamp"))
    hass.bus.async_fire(EVENT_COMMAND, data)
    shown = await entries(hass, hass_ws_client)
    assert [e["message"] for e in shown if e.get("domain") == DOMAIN] == [message]
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


def test_every_sentence_has_a_text() -> None:
    """And no text is left over."""
    texts = STRINGS["selector"]["command"]["options"]
    assert set(texts) == {*_BY_ACTION.values(), "set", "operated"}
