"""Pairing the datastreams of a template with entities."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.blynk_bridge import importing, traits
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.importing import (
    Match,
    async_stored_values,
    best_match,
    fitting_type,
)
from simulator import Simulator
from simulator.journal import Kind

from .conftest import SetUp, exposure
from .device.conftest import eventually
from .test_expose_many import exposed, shown, start, submit
from .test_subentry_flow import suggested

DIMMER = {"friendly_name": "Lamp", "supported_color_modes": ["brightness"]}


@pytest.fixture(autouse=True)
def _quick() -> Iterator[None]:
    """Collect the answers for a shorter time than over the internet."""
    with patch.object(importing, "_COLLECT_SECONDS", 0.3):
        yield


@pytest.fixture
def stored(simulator: Simulator) -> dict[str, int]:
    """Let the template hold values that it tells of; the others are not synced."""
    values = {"Lamp": 1, "Level": 128}
    for name, value in values.items():
        simulator.device.datastreams[name].value = value
    return values


def offered(flow: SubentryFlowResult) -> list[str]:
    """Return the datastreams that are offered."""
    assert flow["data_schema"] is not None
    config = flow["data_schema"].schema["datastreams"].config
    return [option["value"] for option in config["options"]]


async def test_datastreams_are_paired(
    hass: HomeAssistant, stored: dict[str, int], set_up: SetUp
) -> None:
    """Each with the entity that its name suggests, or another."""
    hass.states.async_set("light.lamp", "on", DIMMER)
    hass.states.async_set(
        "input_number.level", "128", {"min": 0, "max": 255, "step": 1}
    )
    entry = await set_up()
    flow = await start(hass, entry, "import_template")
    assert flow["step_id"] == "import_template"
    assert offered(flow) == ["Lamp", "Level"]

    flow = await submit(hass, flow, datastreams=["Lamp", "Level"])
    assert flow["step_id"] == "pair"
    assert shown(flow, "datastream") == "Lamp"
    assert shown(flow, "value") == "1"
    assert shown(flow, "left") == "1"
    assert suggested(flow) == {"entity_id": "light.lamp", "trait": "power"}
    flow = await submit(hass, flow, **suggested(flow))
    assert shown(flow, "datastream") == "Level"
    assert suggested(flow) == {"entity_id": "input_number.level", "trait": "value"}
    assert not entry.subentries
    result = await submit(hass, flow, **suggested(flow))

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "imported"
    assert shown(result, "count") == "2"
    assert exposed(entry) == {
        "Lamp": {
            "entity_id": "light.lamp",
            "trait": "power",
            "datastream": "Lamp",
            "data_type": "integer",
            "direction": "both",
        },
        "Level": {
            "entity_id": "input_number.level",
            "trait": "value",
            "datastream": "Level",
            "data_type": "integer",
            "direction": "both",
        },
    }


async def test_one_is_left_alone(
    hass: HomeAssistant, stored: dict[str, int], set_up: SetUp
) -> None:
    """Without an entity; and without a trait the first free one is taken."""
    hass.states.async_set("light.lamp", "on", DIMMER)
    entry = await set_up()
    flow = await start(hass, entry, "import_template")
    flow = await submit(hass, flow, datastreams=["Lamp", "Level"])
    flow = await submit(hass, flow)
    assert shown(flow, "datastream") == "Level"
    await submit(hass, flow, entity_id="light.lamp")
    assert {name: data["trait"] for name, data in exposed(entry).items()} == {
        "Level": "power"
    }


async def test_what_is_exposed_is_not_offered(
    hass: HomeAssistant, stored: dict[str, int], set_up: SetUp
) -> None:
    """And its trait is not suggested for another."""
    hass.states.async_set("light.lamp", "on", DIMMER)
    entry = await set_up(exposure("light.lamp", "power", "Lamp"))
    flow = await start(hass, entry, "import_template")
    assert offered(flow) == ["Level"]
    flow = await submit(hass, flow, datastreams=["Level"])
    await submit(hass, flow, entity_id="light.lamp")
    assert exposed(entry)["Level"]["trait"] == "brightness"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"entity_id": "light.lost"}, {"entity_id": "entity_not_found"}),
        ({"entity_id": "sensor.own"}, {"entity_id": "own_entity"}),
        ({"entity_id": "stt.door"}, {"entity_id": "no_trait"}),
        ({"entity_id": "person.anna"}, {"entity_id": "private"}),
        (
            {"entity_id": "light.lamp", "trait": "position"},
            {"trait": "trait_not_offered"},
        ),
        (
            {"entity_id": "light.lamp", "trait": "power"},
            {"entity_id": "already_exposed"},
        ),
    ],
)
async def test_what_can_not_be_paired(
    hass: HomeAssistant,
    stored: dict[str, int],
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    fields: dict[str, str],
    errors: dict[str, str],
) -> None:
    """The form says why, and takes another."""
    entity_registry.async_get_or_create("sensor", DOMAIN, "x", object_id_base="own")
    for entity_id in ("sensor.own", "stt.door", "person.anna"):
        hass.states.async_set(entity_id, "1")
    hass.states.async_set("light.lamp", "on", DIMMER)
    entry = await set_up(exposure("light.lamp", "power", "Licht"))
    flow = await start(hass, entry, "import_template")
    flow = await submit(hass, flow, datastreams=["Lamp"])
    flow = await submit(hass, flow, **fields)
    assert flow["errors"] == errors
    result = await submit(hass, flow, entity_id="light.lamp", trait="brightness")
    assert result["reason"] == "imported"


async def test_a_name_that_is_taken_meanwhile(
    hass: HomeAssistant, stored: dict[str, int], set_up: SetUp
) -> None:
    """The other ones are paired."""
    hass.states.async_set("light.lamp", "on", DIMMER)
    entry = await set_up()
    flows = [await start(hass, entry, "import_template") for _ in range(2)]
    for number, flow in enumerate(flows):
        asked = await submit(hass, flow, datastreams=["Lamp"])
        flows[number] = asked
    results = [
        await submit(hass, flow, entity_id="light.lamp", trait=trait)
        for flow, trait in zip(flows, ("power", "brightness"), strict=True)
    ]
    assert [shown(result, "count") for result in results] == ["1", "0"]
    assert exposed(entry)["Lamp"]["trait"] == "power"


async def test_nothing_is_chosen(
    hass: HomeAssistant, stored: dict[str, int], set_up: SetUp
) -> None:
    """The list stays."""
    flow = await start(hass, await set_up(), "import_template")
    flow = await submit(hass, flow, datastreams=[])
    assert flow["errors"] == {"datastreams": "nothing_chosen"}
    assert offered(flow) == ["Lamp", "Level"]


async def test_a_server_that_tells_of_too_many(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """No template has more of them: what follows is not kept."""
    entry = await set_up()
    asking = hass.async_create_task(async_stored_values(entry.runtime_data))
    await simulator.wait_for(
        lambda: [e for e in simulator.journal.find(Kind.PUBLISH) if "get" in e.topic]
    )
    for number in range(1000):
        await simulator.send(f"downlink/ds/D{number}", b"1")
    await simulator.send("downlink/ds/D7", b"2")
    await simulator.ping()
    found = await asking
    assert len(found) == 256
    assert found["D7"] == "2"


async def test_the_template_tells_of_nothing(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    """The end says what to turn on in Blynk."""
    result = await start(hass, await set_up(), "import_template")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "nothing_found"


async def test_all_are_exposed(
    hass: HomeAssistant, stored: dict[str, int], set_up: SetUp
) -> None:
    """There is nothing left to pair."""
    entry = await set_up(
        exposure("switch.a", "power", "Lamp"), exposure("switch.b", "power", "Level")
    )
    result = await start(hass, entry, "import_template")
    assert result["reason"] == "all_paired"
    assert shown(result, "count") == "2"


async def test_a_question_that_has_to_wait(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The dialog does not; and what is written after it is a command again."""
    entry = await set_up(exposure("switch.lamp", "power", "Lamp"))
    turned_on = async_mock_service(hass, "switch", "turn_on")
    hass.states.async_set("switch.lamp", "off")
    await simulator.wait_for(lambda: simulator.device.datastreams["Lamp"].value == 0)
    entry.runtime_data.quota.pacer.rest(900)
    with patch.object(importing, "_TURN_SECONDS", 0.2):
        flow = await start(hass, entry, "import_template")
    assert flow["reason"] == "not_connected"
    await simulator.press("Lamp", 1)
    await eventually(lambda: turned_on)
    assert not simulator.journal.find(topic="get/ds/all")


async def test_without_a_connection(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Offline, and not loaded at all."""
    await simulator.stop_listening()
    entry = await set_up(wait=False)
    result = await start(hass, entry, "import_template")
    assert result["reason"] == "not_connected"
    await hass.config_entries.async_unload(entry.entry_id)
    result = await start(hass, entry, "import_template")
    assert result["reason"] == "not_connected"


KNOWN = {
    "kitchen lamp": Match("light.kitchen", "power"),
    "kitchen lamp brightness": Match("light.kitchen", "brightness"),
    "garage door": Match("cover.garage", "open"),
}


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("Kitchen Lamp", KNOWN["kitchen lamp"]),
        ("kitchen-lamp", KNOWN["kitchen lamp"]),
        ("Kitchen Lamp Brightnes", KNOWN["kitchen lamp brightness"]),
        ("GarageDoor", KNOWN["garage door"]),
        ("Humidity", None),
        ("", None),
    ],
)
def test_a_name_is_recognized(name: str, match: Match | None) -> None:
    """If it is near enough."""
    assert best_match(name, KNOWN) == match


@pytest.mark.parametrize(
    ("entity_id", "key", "text", "data_type"),
    [
        ("light.lamp", "brightness", "50", DataType.INTEGER),
        ("light.lamp", "brightness", "50.5", DataType.DOUBLE),
        ("light.lamp", "brightness", "bright", DataType.STRING),
        ("light.lamp", "power", "1", DataType.INTEGER),
        ("light.lamp", "power", "true", DataType.BOOLEAN),
        ("light.lamp", "power", "", DataType.INTEGER),
    ],
)
async def test_the_type_fits_trait_and_value(
    hass: HomeAssistant, entity_id: str, key: str, text: str, data_type: DataType
) -> None:
    """The trait's own type, unless the value shows that it is another."""
    hass.states.async_set("light.lamp", "on", DIMMER)
    state = hass.states.get(entity_id)
    trait = traits.find("light", key)
    assert state is not None
    assert trait is not None
    description = trait.describe(state)
    assert description is not None
    assert fitting_type(trait, description, text) is data_type


async def test_names_are_looked_up_among_thousands(hass: HomeAssistant) -> None:
    """Quickly enough to be done in the event loop."""
    known = {
        f"sensor number {n} of room {n % 50}": Match(f"sensor.s{n}", "value")
        for n in range(3000)
    }
    before = hass.loop.time()
    assert best_match("Sensor number 77 in room 27", known) is not None
    assert hass.loop.time() - before < 0.5
