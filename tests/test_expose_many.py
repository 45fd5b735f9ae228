"""Exposing, changing and removing many datastreams in one step."""

import time
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryData,
    SubentryFlowResult,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    area_registry as ar,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import (
    DOMAIN,
    SUBENTRY_CONTROL,
    SUBENTRY_DATASTREAM,
    SUBENTRY_SELECTION,
)
from custom_components.blynk_bridge.plan import plan_of
from custom_components.blynk_bridge.plan_formats import (
    to_csv,
    to_instructions,
    to_json,
    to_markdown,
)
from custom_components.blynk_bridge.uplink import Uplink
from simulator import Simulator

from .conftest import TEMPLATE_ID, SetUp, as_subentry, exposure
from .translated import PLAN_WORDS, translated

DIMMER = {"supported_color_modes": ["brightness"], "brightness": 128}
CELSIUS = {"unit_of_measurement": "°C"}


async def start(
    hass: HomeAssistant, entry: MockConfigEntry, door: str = "expose"
) -> SubentryFlowResult:
    """Start a flow as a user does, and choose a door of its menu."""
    menu = translated(
        await hass.config_entries.subentries.async_init(
            (entry.entry_id, SUBENTRY_SELECTION), context={"source": SOURCE_USER}
        )
    )
    assert menu["type"] is FlowResultType.MENU
    return await submit(hass, menu, next_step_id=door)


async def submit(
    hass: HomeAssistant, flow: SubentryFlowResult, **fields: Any
) -> SubentryFlowResult:
    """Fill in the form that a flow shows."""
    return translated(
        await hass.config_entries.subentries.async_configure(flow["flow_id"], fields)
    )


async def expose(
    hass: HomeAssistant, entry: MockConfigEntry, **fields: Any
) -> SubentryFlowResult:
    """Fill in the first form, and look at what comes next."""
    return await submit(hass, await start(hass, entry), **fields)


def shown(flow: SubentryFlowResult | ConfigFlowResult, key: str) -> str:
    """Return a part of what a step shows."""
    placeholders = flow["description_placeholders"]
    assert placeholders is not None
    return placeholders[key]


def exposed(entry: ConfigEntry) -> dict[str, dict[str, Any]]:
    """Return the data of what is exposed, by datastream."""
    return {
        subentry.data["datastream"]: dict(subentry.data)
        for subentry in entry.get_subentries_of_type(SUBENTRY_DATASTREAM)
    }


@pytest.fixture
def entry(hass: HomeAssistant, config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry that is not loaded: the flow does not need it to be."""
    config_entry.add_to_hass(hass)
    return config_entry


@pytest.fixture
def kitchen(
    hass: HomeAssistant,
    area_registry: ar.AreaRegistry,
    entity_registry: er.EntityRegistry,
) -> str:
    """Return an area with a lamp and a sensor, and what is passed over."""
    area = area_registry.async_create("Kitchen")
    for entity_id, state, attributes, more in (
        ("light.lamp", "on", {"friendly_name": "Lamp", **DIMMER}, {}),
        ("sensor.heat", "21", {"friendly_name": "Heat", **CELSIUS}, {}),
        ("sensor.hidden", "1", {}, {"hidden_by": er.RegistryEntryHider.USER}),
        ("sensor.signal", "1", {}, {"entity_category": EntityCategory.DIAGNOSTIC}),
        ("sensor.off", None, {}, {"disabled_by": er.RegistryEntryDisabler.USER}),
        ("sensor.own", "1", {}, {"platform": DOMAIN}),
        ("stt.door", "idle", {}, {}),
    ):
        domain, _, name = entity_id.partition(".")
        platform = more.pop("platform", "test")
        entity_registry.async_get_or_create(
            domain, platform, name, object_id_base=name, **more
        )
        entity_registry.async_update_entity(entity_id, area_id=area.id)
        if state is not None:
            hass.states.async_set(entity_id, state, attributes)
    return area.id


# --- Picking -------------------------------------------------------------------------


async def test_an_area_is_exposed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    kitchen: str,
    entity_registry: er.EntityRegistry,
) -> None:
    """Form, preview, plan; each main trait with a name and a pin."""
    flow = await expose(hass, entry, areas=[kitchen])
    assert flow["step_id"] == "preview"
    assert shown(flow, "count") == "2"
    assert shown(flow, "total") == "2"
    assert shown(flow, "limit") == "50"
    assert shown(flow, "rows").splitlines() == [
        "| Entity | What | Datastream | Pin | Type |",
        "|---|---|---|---|---|",
        "| Lamp | On or off | Lamp | V1 | Integer |",
        "| Heat | Value | Heat | V2 | Double |",
        "",
    ]
    assert shown(flow, "left_out").splitlines() == [
        "**Left out**",
        "",
        "- disabled: 1 (off)",
        "- hidden: 1 (hidden)",
        "- nothing that a datastream can hold: 1 (door)",
        "- of this integration itself: 1 (own)",
        "- settings and diagnoses of devices: 1 (signal)",
        "",
    ]
    assert shown(flow, "notes") == ""
    assert not entry.subentries

    flow = await submit(hass, flow)
    assert flow["step_id"] == "plan"
    assert shown(flow, "count") == "2"
    assert "Heat" in shown(flow, "plan")

    result = await submit(hass, flow)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "exposed"
    assert shown(result, "count") == "2"
    registered = entity_registry.async_get("light.lamp")
    assert registered is not None
    assert exposed(entry)["Lamp"] == {
        "entity_id": "light.lamp",
        "entity_registry_id": registered.id,
        "trait": "power",
        "datastream": "Lamp",
        "pin": 1,
        "data_type": "integer",
        "direction": "both",
    }
    assert exposed(entry)["Heat"]["direction"] == "publish"
    titles = {subentry.title for subentry in entry.subentries.values()}
    assert titles == {"Lamp (V1)", "Heat (V2)"}


async def test_everything_an_entity_offers(
    hass: HomeAssistant, entry: MockConfigEntry, kitchen: str
) -> None:
    """Further traits are named behind the entity; nothing is operated if so wanted."""
    flow = await expose(
        hass, entry, entities=["light.lamp"], scope="all", direction="publish"
    )
    await submit(hass, flow)
    assert {
        name: (data["trait"], data["pin"], data["direction"])
        for name, data in exposed(entry).items()
    } == {
        "Lamp": ("power", 1, "publish"),
        "Lamp Brightness": ("brightness", 2, "publish"),
    }


async def test_floors_labels_and_devices(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    kitchen: str,
    area_registry: ar.AreaRegistry,
    entity_registry: er.EntityRegistry,
    floor_registry: fr.FloorRegistry,
    label_registry: lr.LabelRegistry,
) -> None:
    """Whatever leads to an entity, it is exposed once."""
    floor = floor_registry.async_create("Ground")
    area_registry.async_update(kitchen, floor_id=floor.floor_id)
    label = label_registry.async_create("Blynk")
    for entity_id in ("light.lamp", "sensor.hidden"):
        entity_registry.async_update_entity(entity_id, labels={label.label_id})
    hass.states.async_set("switch.free", "on")
    flow = await expose(
        hass,
        entry,
        floors=[floor.floor_id],
        labels=[label.label_id],
        entities=["switch.free", "sensor.hidden"],
    )
    await submit(hass, flow)
    assert {data["entity_id"] for data in exposed(entry).values()} == {
        "light.lamp",
        "sensor.heat",
        "sensor.hidden",
        "switch.free",
    }


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, {"base": "nothing_chosen"}),
        ({"following": True}, {"base": "nothing_chosen"}),
        ({"entities": ["stt.door"]}, {"base": "nothing_to_expose"}),
        ({"entities": ["switch.lost"]}, {"base": "nothing_to_expose"}),
        (
            {"entities": ["light.lamp"], "following": True},
            {"following": "nothing_to_follow"},
        ),
    ],
)
async def test_what_is_refused(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    kitchen: str,
    fields: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """With a word about what is in the way; the form goes on from there."""
    # The entity selector filters domains only in the frontend.
    flow = await expose(hass, entry, **fields)
    assert flow["errors"] == errors
    flow = await submit(hass, flow, areas=[kitchen])
    assert flow["step_id"] == "preview"


async def test_what_is_exposed_already(
    hass: HomeAssistant, entry: MockConfigEntry, kitchen: str
) -> None:
    """Is left out, and its name and pin are taken."""
    for more in (
        exposure("light.lamp", "power", "Licht", pin=1),
        exposure("sensor.other", "value", "HEAT", "double", pin=3),
    ):
        hass.config_entries.async_add_subentry(entry, as_subentry(more))
    flow = await expose(hass, entry, areas=[kitchen], scope="all")
    assert "exposed already: 1 (Lamp)" in shown(flow, "left_out")
    assert shown(flow, "total") == "4"
    await submit(hass, flow)
    assert exposed(entry)["Lamp Brightness"]["pin"] == 2
    assert exposed(entry)["Kitchen Heat"]["pin"] == 4


async def test_what_has_a_lost_ones_name_is_not_exposed_already(
    hass: HomeAssistant, entry: MockConfigEntry, kitchen: str
) -> None:
    """It is another entity than the one that is gone."""
    lost = exposure("light.lamp", "power", "Licht", entity_registry_id="gone")
    hass.config_entries.async_add_subentry(entry, as_subentry(lost))
    flow = await expose(hass, entry, areas=[kitchen])
    assert "exposed already" not in shown(flow, "left_out")
    await submit(hass, flow)
    assert exposed(entry)["Lamp"]["entity_id"] == "light.lamp"


async def test_a_name_may_be_a_number(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """As a customization may say without quotes."""
    hass.states.async_set("light.five", "on", {"friendly_name": 5})
    flow = await expose(hass, entry, entities=["light.five"])
    await submit(hass, flow)
    assert exposed(entry)["5"]["entity_id"] == "light.five"


async def test_a_control_counts(
    hass: HomeAssistant, entry: MockConfigEntry, kitchen: str
) -> None:
    """It is a datastream of the template as well."""
    control = ConfigSubentryData(
        data={"datastream": "LAMP", "pin": 1},
        subentry_type=SUBENTRY_CONTROL,
        title="LAMP",
        unique_id="ds:LAMP",
    )
    hass.config_entries.async_add_subentry(entry, as_subentry(control))
    flow = await expose(hass, entry, entities=["light.lamp"])
    assert shown(flow, "total") == "2"
    assert "| Kitchen Lamp | V2 |" in shown(flow, "rows")


async def test_the_limit_of_the_plan(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Every entity comes before a second trait of one; the plan is remembered."""
    for number in range(40):
        hass.states.async_set(f"light.l_{number:02}", "on", DIMMER)
    everything = hass.states.async_entity_ids()
    flow = await expose(hass, entry, entities=everything, scope="all")
    assert shown(flow, "count") == "50"
    assert "more than your Blynk plan allows: 30 (l 10 Brightness" in shown(
        flow, "left_out"
    )
    flow = await expose(hass, entry, entities=everything, scope="all", plan_size="pro")
    assert shown(flow, "count") == "80"
    assert shown(flow, "limit") == "200"
    await submit(hass, flow)
    assert len(exposed(entry)) == 80

    flow = await start(hass, entry)
    assert flow["data_schema"] is not None
    suggested = {
        field.schema: field.description["suggested_value"]
        for field in flow["data_schema"].schema
        if field.description
    }
    assert suggested == {"plan_size": "pro"}


async def test_guarded_ones_are_shown_only(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """A garage door is no lamp, however many come with it."""
    hass.states.async_set(
        "cover.garage",
        "closed",
        {"device_class": "garage", "supported_features": 11, "friendly_name": "Gate"},
    )
    flow = await expose(hass, entry, entities=["cover.garage"])
    assert "- shown only, since it guards your home: 1 (Gate)" in shown(flow, "notes")
    await submit(hass, flow)
    assert exposed(entry)["Gate"]["direction"] == "publish"
    assert "opted_in" not in exposed(entry)["Gate"]


async def test_buttons_have_nothing_to_show(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Where showing is all that is wanted."""
    hass.states.async_set("button.bell", "unknown", {"friendly_name": "Bell"})
    flow = await expose(hass, entry, entities=["button.bell"], direction="publish")
    assert flow["errors"] == {"base": "nothing_to_expose"}
    assert shown(flow, "left_out") == "nothing to show, only to operate: 1 (Bell)"


async def test_a_change_between_preview_and_submit(
    hass: HomeAssistant, entry: MockConfigEntry, kitchen: str
) -> None:
    """A name that is taken meanwhile: the preview is shown anew."""
    flow = await expose(hass, entry, areas=[kitchen])
    hass.config_entries.async_add_subentry(
        entry, as_subentry(exposure("switch.other", "power", "heat", pin=1))
    )
    flow = await submit(hass, flow)
    assert flow["step_id"] == "preview"
    assert flow["errors"] == {"base": "changed_meanwhile"}
    assert "| Kitchen Heat | V3 |" in shown(flow, "rows")
    flow = await submit(hass, flow)
    assert flow["step_id"] == "plan"
    assert set(exposed(entry)) == {"heat", "Lamp", "Kitchen Heat"}


async def test_names_are_no_markup(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """A table keeps its columns, and a link is none."""
    hass.states.async_set(
        "switch.x", "on", {"friendly_name": "a|b [c](http://d) <b>*e*"}
    )
    flow = await expose(hass, entry, entities=["switch.x"])
    row = shown(flow, "rows").splitlines()[2]
    assert row.replace("\\|", "").count("|") == 6
    assert "\\[c\\]\\(http" in row
    assert "\\<b\\>\\*e\\*" in row


async def test_the_plan_is_shown_at_any_time(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """All of it, as narrow as a dialog; nothing is changed."""
    result = await start(hass, entry, "template_plan")
    assert result["reason"] == "no_exposures"
    hass.states.async_set("switch.pump", "on")
    data = exposure("switch.pump", "power", "Pump", pin=7)
    hass.config_entries.async_add_subentry(entry, as_subentry(data))
    flow = await start(hass, entry, "template_plan")
    assert shown(flow, "count") == "1"
    assert "| Pump | V7 | Integer | Min: 0, Max: 1, Default: 0 |" in shown(flow, "plan")
    assert (await submit(hass, flow))["reason"] == "plan_shown"


async def test_an_empty_area_is_no_riddle(
    hass: HomeAssistant, entry: MockConfigEntry, area_registry: ar.AreaRegistry
) -> None:
    """Nothing is left out where nothing is."""
    attic = area_registry.async_create("Attic").id
    flow = await expose(hass, entry, areas=[attic])
    assert flow["errors"] == {"base": "nothing_there"}


async def test_people_are_left_out(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Until the user agrees, and then the preview says so."""
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna"})
    flow = await expose(hass, entry, entities=["person.anna"])
    assert flow["errors"] == {"base": "nothing_to_expose"}
    assert "needs your consent" in shown(flow, "left_out")
    flow = await submit(hass, flow, entities=["person.anna"], include_private=True)
    assert "- personal: 1 (Anna)" in shown(flow, "notes")
    await submit(hass, flow)
    assert exposed(entry)["Anna"]["opted_in"] is True


# --- The first set-up ------------------------------------------------------------------


async def first_set_up(
    hass: HomeAssistant, entry_data: dict[str, Any], **fields: Any
) -> ConfigFlowResult:
    """Enter the credentials, and what to expose."""
    flow = translated(
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )
    )
    connection = dict(entry_data)
    token, template = connection.pop("token"), connection.pop("template_id")
    flow = await go_on(
        hass, flow, token=token, template_id=template, advanced=connection
    )
    assert flow["step_id"] == "expose"
    return await go_on(hass, flow, **fields)


async def go_on(
    hass: HomeAssistant, flow: ConfigFlowResult, **fields: Any
) -> ConfigFlowResult:
    """Fill in the form that a config flow shows."""
    return translated(
        await hass.config_entries.flow.async_configure(flow["flow_id"], fields)
    )


async def test_exposed_from_the_beginning(
    hass: HomeAssistant,
    simulator: Simulator,
    entry_data: dict[str, Any],
    kitchen: str,
) -> None:
    """The entry is created with its exposures, and with what it follows."""
    hass.states.async_set("light.lamp", "on", {"friendly_name": "Lamp", **DIMMER})
    flow = await first_set_up(hass, entry_data, areas=[kitchen], following=True)
    assert flow["step_id"] == "preview"
    assert shown(flow, "count") == "2"
    flow = await go_on(hass, flow)
    assert flow["step_id"] == "plan"
    assert "| Lamp | V1 |" in shown(flow, "plan")
    result = await go_on(hass, flow)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    await simulator.wait_for(lambda: simulator.device.datastreams["Lamp"].value == 1)
    assert set(exposed(entry)) == {"Lamp", "Heat"}
    (selection,) = entry.get_subentries_of_type(SUBENTRY_SELECTION)
    assert selection.title == "Kitchen"
    assert selection.data["areas"] == [kitchen]
    assert len(selection.data["settled"]) == 2
    assert {data["selection"] for data in exposed(entry).values()} == {
        selection.unique_id
    }
    assert entry.options == {"plan_size": "free"}


async def test_a_first_set_up_without_exposures(
    hass: HomeAssistant, simulator: Simulator, entry_data: dict[str, Any]
) -> None:
    """An empty form is all it takes."""
    result = await first_set_up(hass, entry_data)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not result["result"].subentries
    assert not result["result"].options


async def test_nothing_to_expose_in_a_first_set_up(
    hass: HomeAssistant, simulator: Simulator, entry_data: dict[str, Any], kitchen: str
) -> None:
    """The form says so, and can still be left empty."""
    flow = await first_set_up(hass, entry_data, entities=["stt.door"])
    assert flow["errors"] == {"base": "nothing_to_expose"}
    result = await go_on(hass, flow)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_device_is_set_up_meanwhile(
    hass: HomeAssistant,
    simulator: Simulator,
    entry_data: dict[str, Any],
    config_entry: MockConfigEntry,
    kitchen: str,
) -> None:
    """While one looks at the preview."""
    flow = await first_set_up(hass, entry_data, areas=[kitchen])
    flow = await go_on(hass, flow)
    config_entry.add_to_hass(hass)
    result = await go_on(hass, flow)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


# --- Two hundred ---------------------------------------------------------------------


async def test_two_hundred_at_once(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In one step, within two seconds, applied once, on the connection there is."""
    for number in range(200):
        hass.states.async_set(
            f"input_boolean.b_{number:03}", "on", {"friendly_name": f"Switch {number}"}
        )
    entry = await set_up()
    flow = await expose(
        hass, entry, entities=hass.states.async_entity_ids(), plan_size="pro"
    )
    assert shown(flow, "rows").count("| On or off |") == 200

    with patch.object(
        Uplink,
        "async_set_exposures",
        autospec=True,
        side_effect=Uplink.async_set_exposures,
    ) as applied:
        before = time.process_time()
        flow = await submit(hass, flow)
        await hass.async_block_till_done()
        assert time.process_time() - before < 2

    assert applied.call_count == 1
    assert len(entry.runtime_data.exposures) == 200
    assert {data["pin"] for data in exposed(entry).values()} == set(range(1, 201))
    assert simulator.device.connections == 1
    assert flow["step_id"] == "plan"
    assert shown(flow, "plan").count("Switch ") == 200
    rows = plan_of(hass, entry)
    assert [row.pin for row in rows] == list(range(1, 201))
    assert len(to_markdown(rows, PLAN_WORDS).splitlines()) == 202
    assert len(to_csv(rows).splitlines()) == 201
    assert [row.name for row in rows] == [
        row["name"] for row in to_json(rows) if isinstance(row, dict)
    ]
    assert "\n200. " in to_instructions(rows, TEMPLATE_ID)
