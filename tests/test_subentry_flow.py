"""Exposing an entity, and changing what is exposed."""

from typing import Any, cast

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigFlowResult,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.blynk_bridge.const import SUBENTRY_DATASTREAM
from simulator import Simulator

from .conftest import SetUp, as_subentry, exposure
from .translated import translated

DIMMER = {"friendly_name": "Kitchen Lamp", "supported_color_modes": ["brightness"]}
NUMERIC = {"friendly_name": "Kitchen Temperature", "unit_of_measurement": "°C"}
GARAGE = {
    "friendly_name": "Garage",
    "device_class": "garage",
    "supported_features": 11,
}


@pytest.fixture
def entry(hass: HomeAssistant, config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry that is not loaded: the flow does not need it to be."""
    config_entry.add_to_hass(hass)
    hass.states.async_set("light.kitchen", "on", {**DIMMER, "brightness": 128})
    hass.states.async_set("sensor.kitchen", "21.5", NUMERIC)
    hass.states.async_set("cover.garage", "closed", GARAGE)
    hass.states.async_set("input_select.mode", "b", {"options": ["a", "b"]})
    return config_entry


async def start(hass: HomeAssistant, entry: MockConfigEntry) -> SubentryFlowResult:
    """Start a flow as a user does."""
    return translated(
        await hass.config_entries.subentries.async_init(
            (entry.entry_id, SUBENTRY_DATASTREAM), context={"source": SOURCE_USER}
        )
    )


async def submit(
    hass: HomeAssistant, flow: SubentryFlowResult, **fields: Any
) -> SubentryFlowResult:
    """Fill in the form that a flow shows."""
    return translated(
        await hass.config_entries.subentries.async_configure(flow["flow_id"], fields)
    )


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, entity_id: str
) -> SubentryFlowResult:
    """Go through the first step."""
    return await submit(hass, await start(hass, entry), entity_id=entity_id)


def suggested(result: ConfigFlowResult | SubentryFlowResult) -> dict[str, Any]:
    """Return what the form is filled in with, its section left aside."""
    assert result["data_schema"] is not None
    return _suggested(result["data_schema"])


def suggested_in_section(result: SubentryFlowResult) -> dict[str, Any]:
    """Return what the form's section is filled in with."""
    return _suggested(more_options(result).schema)


def _suggested(schema: vol.Schema) -> dict[str, Any]:
    return {
        field.schema: field.description["suggested_value"]
        for field in schema.schema
        if field.description and field.schema != "advanced"
    }


def more_options(result: SubentryFlowResult) -> section:
    """Return the form's section."""
    assert result["data_schema"] is not None
    found = result["data_schema"].schema["advanced"]
    assert isinstance(found, section)
    return found


def options(result: SubentryFlowResult, field: str) -> list[str]:
    """Return what a field of the form offers."""
    assert result["data_schema"] is not None
    offered: list[str] = result["data_schema"].schema[field].config["options"]
    return offered


def in_section(result: SubentryFlowResult) -> set[str]:
    """Return the names of the section's fields."""
    return {str(field.schema) for field in more_options(result).schema.schema}


def only_subentry(entry: MockConfigEntry) -> ConfigSubentry:
    """Return the one subentry there is."""
    (subentry,) = entry.subentries.values()
    return subentry


# --- Adding --------------------------------------------------------------------------


async def test_an_entity_is_exposed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Two steps, and what is left as it was fits."""
    flow = await start(hass, entry)
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "user"
    flow = await submit(hass, flow, entity_id="sensor.kitchen")
    assert flow["step_id"] == "datastream"
    assert flow["description_placeholders"] == {"entity": "Kitchen Temperature"}
    assert suggested(flow) == {
        "trait": "value",
        "datastream": "Kitchen Temperature",
        "pin": 1,
    }

    result = await submit(hass, flow, **suggested(flow))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    subentry = only_subentry(entry)
    assert subentry.title == "Kitchen Temperature (V1)"
    assert subentry.unique_id == "ds:Kitchen Temperature"
    assert subentry.data == {
        "entity_id": "sensor.kitchen",
        "trait": "value",
        "datastream": "Kitchen Temperature",
        "pin": 1,
        "data_type": "double",
        "direction": "publish",
    }


@pytest.mark.parametrize(
    ("entity_id", "fields", "text", "placeholders"),
    [
        (
            "sensor.kitchen",
            {"trait": "value"},
            "double_range",
            {"minimum": "-100", "maximum": "1000"},
        ),
        (
            "light.kitchen",
            {"trait": "brightness"},
            "integer_range",
            {"minimum": "0", "maximum": "100"},
        ),
        ("light.kitchen", {"trait": "power", "data_type": "boolean"}, "boolean", {}),
        (
            "light.kitchen",
            {"trait": "power", "data_type": "enum"},
            "enum",
            {"options": "off, on"},
        ),
        ("input_select.mode", {"trait": "option"}, "enum", {"options": "a, b"}),
        (
            "input_select.mode",
            {"trait": "option", "data_type": "integer"},
            "integer_range",
            {"minimum": "0", "maximum": "1"},
        ),
        (
            "input_number.dose",
            {"trait": "value"},
            "double_range",
            {"minimum": "0.5", "maximum": "8"},
        ),
        ("input_text.note", {"trait": "value"}, "string", {}),
    ],
)
async def test_the_end_tells_what_the_template_needs(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_id: str,
    fields: dict[str, str],
    text: str,
    placeholders: dict[str, str],
) -> None:
    """Blynk says nothing about values that it drops or cuts off."""
    hass.states.async_set(
        "input_number.dose", "1", {"min": 0.5, "max": 8, "step": 0.5, "mode": "box"}
    )
    hass.states.async_set("input_text.note", "", {"min": 0, "max": 100})
    flow = await choose(hass, entry, entity_id)
    result = await submit(hass, flow, datastream="Name", **fields)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == text
    assert result["description_placeholders"] == {"datastream": "Name"} | placeholders


async def test_everything_is_chosen(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Every field is kept as it was entered."""
    flow = await choose(hass, entry, "light.kitchen")
    assert options(flow, "trait") == ["power", "brightness", "attribute", "template"]
    await submit(
        hass,
        flow,
        trait="brightness",
        datastream="Küche",
        pin=0,
        data_type="double",
        direction="control",
        advanced={
            "min_interval": 2.5,
            "max_interval": 600,
            "unavailable": "disable",
            "properties": ["limits", "label"],
            "sync_from_blynk": True,
        },
    )
    subentry = only_subentry(entry)
    assert subentry.title == "Küche (V0)"
    assert subentry.data == {
        "entity_id": "light.kitchen",
        "trait": "brightness",
        "datastream": "Küche",
        "pin": 0,
        "data_type": "double",
        "direction": "control",
        "min_interval": 2.5,
        "max_interval": 600,
        "unavailable": "disable",
        "properties": ["limits", "label"],
        "sync_from_blynk": True,
    }
    assert type(subentry.data["pin"]) is int


@pytest.mark.parametrize(
    ("direction", "kept"), [("publish", True), ("both", True), ("control", False)]
)
async def test_gaps_are_filled_of_what_publishes(
    hass: HomeAssistant, entry: MockConfigEntry, direction: str, kept: bool
) -> None:
    """What is only operated tells Blynk nothing."""
    flow = await choose(hass, entry, "light.kitchen")
    await submit(
        hass,
        flow,
        **suggested(flow) | {"direction": direction},
        advanced={"backfill": True},
    )
    assert only_subentry(entry).data.get("backfill", False) is kept


async def test_a_registered_entity_is_remembered_by_its_registry_id(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """So that it may be renamed; the frontend may also name it by that id."""
    registered = entity_registry.async_get_or_create(
        "switch", "test", "1", object_id_base="pump", original_name="Pump"
    )
    hass.states.async_set("switch.pump", "off")
    flow = await choose(hass, entry, registered.id)
    await submit(hass, flow, **suggested(flow))
    data = only_subentry(entry).data
    assert data["entity_id"] == "switch.pump"
    assert data["entity_registry_id"] == registered.id


async def test_a_disabled_entity_is_exposed(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """The registry knows what it will offer."""
    entity_registry.async_get_or_create(
        "cover",
        "test",
        "1",
        object_id_base="blind",
        original_name="Blind",
        supported_features=15,
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    flow = await choose(hass, entry, "cover.blind")
    assert "position" in options(flow, "trait")
    assert suggested(flow)["datastream"] == "Blind"


@pytest.mark.parametrize(
    ("entity_id", "trait", "data_type", "direction"),
    [
        ("light.kitchen", "power", "integer", "both"),
        ("light.kitchen", "brightness", "integer", "both"),
        ("sensor.kitchen", "value", "double", "publish"),
        ("input_select.mode", "option", "enum", "both"),
        ("cover.garage", "open", "integer", "publish"),
    ],
)
async def test_automatic_follows_the_trait(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_id: str,
    trait: str,
    data_type: str,
    direction: str,
) -> None:
    """What may be operated works both ways, but not an entrance."""
    flow = await choose(hass, entry, entity_id)
    await submit(
        hass,
        flow,
        trait=trait,
        datastream="One",
        data_type="automatic",
        direction="automatic",
    )
    data = only_subentry(entry).data
    assert (data["data_type"], data["direction"]) == (data_type, direction)


async def test_the_next_trait_is_suggested(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """One after the other, with names of their own."""
    suggestions = []
    for _ in range(3):
        flow = await choose(hass, entry, "light.kitchen")
        suggestions.append(suggested(flow))
        await submit(hass, flow, **suggested(flow))
    assert suggestions == [
        {"trait": "power", "datastream": "Kitchen Lamp", "pin": 1},
        {"trait": "brightness", "datastream": "Kitchen Lamp Brightness", "pin": 2},
        {"trait": "power", "datastream": "Kitchen Lamp On or off", "pin": 3},
    ]
    flow = await choose(hass, entry, "light.kitchen")
    assert suggested(flow)["datastream"] == "Kitchen Lamp On or off 2"


@pytest.mark.parametrize(
    ("friendly_name", "name"),
    [
        ("  Garden / Pump, #1 + 2 ", "Garden Pump 1 2"),
        ("Küche – Größe", "Küche – Größe"),
        ("a\nb\tc\0d", "a b c d"),
        ("+/#,", "pump"),
        ("ä" * 100, "ä" * 48),
    ],
)
async def test_a_suggested_name_is_legal(
    hass: HomeAssistant, entry: MockConfigEntry, friendly_name: str, name: str
) -> None:
    """Whatever the entity is called."""
    hass.states.async_set("switch.pump", "on", {"friendly_name": friendly_name})
    flow = await choose(hass, entry, "switch.pump")
    assert suggested(flow)["datastream"] == name
    result = await submit(hass, flow, **suggested(flow))
    assert result["type"] is FlowResultType.CREATE_ENTRY


# --- What is refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity_id", "error"),
    [
        ("light.nowhere", "entity_not_found"),
        ("0123456789abcdef0123456789abcdef", "entity_not_found"),
    ],
)
async def test_an_entity_that_can_not_be_exposed(
    hass: HomeAssistant, entry: MockConfigEntry, entity_id: str, error: str
) -> None:
    """The form says why, and takes another."""
    flow = await choose(hass, entry, entity_id)
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == "user"
    assert flow["errors"] == {"entity_id": error}
    flow = await submit(hass, flow, entity_id="sensor.kitchen")
    assert flow["step_id"] == "datastream"


async def test_our_own_entities_are_not_offered(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """Not even by their registry ids."""
    ours = entity_registry.async_get_or_create(
        "sensor", "blynk_bridge", "1", object_id_base="ours"
    )
    hass.states.async_set("sensor.ours", "1")
    flow = await start(hass, entry)
    assert flow["data_schema"] is not None
    selector = flow["data_schema"].schema["entity_id"]
    assert selector.config["exclude_entities"] == ["sensor.ours"]
    with pytest.raises(InvalidData):
        await submit(hass, flow, entity_id="sensor.ours")
    flow = await submit(hass, flow, entity_id=ours.id)
    assert flow["errors"] == {"entity_id": "own_entity"}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        *(
            ({"datastream": name}, {"datastream": "invalid_name"})
            for name in (
                "",
                " ",
                "a/b",
                "a,b",
                "a+b",
                "a#b",
                "a\0b",
                " a",
                "a ",
                "a\nb",
                "a\x7fb",
                "ä" * 65,
                "a" * 129,
            )
        ),
        ({"datastream": "Taken"}, {"datastream": "datastream_in_use"}),
        ({"pin": 7}, {"pin": "pin_in_use"}),
        ({"pin": -1}, {"pin": "invalid_pin"}),
        ({"pin": 256}, {"pin": "invalid_pin"}),
        ({"pin": 1.5}, {"pin": "invalid_pin"}),
        ({"advanced": {"min_interval": -1}}, {"base": "invalid_interval"}),
        ({"advanced": {"max_interval": 1e9}}, {"base": "invalid_interval"}),
        ({"advanced": {"max_interval": 0.01}}, {"base": "repeats_too_often"}),
        (
            {"advanced": {"min_interval": 60, "max_interval": 30}},
            {"base": "interval_order"},
        ),
        ({"direction": "both"}, {"direction": "not_writable"}),
        ({"direction": "control"}, {"direction": "not_writable"}),
        (
            {"datastream": "a/b", "pin": 7, "direction": "both"},
            {
                "datastream": "invalid_name",
                "pin": "pin_in_use",
                "direction": "not_writable",
            },
        ),
    ],
)
async def test_bad_input(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    fields: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Each field has its own error; once it is mended the form goes through."""
    hass.config_entries.async_add_subentry(
        entry, as_subentry(exposure("switch.pump", "power", "Taken", pin=7))
    )
    flow = await choose(hass, entry, "sensor.kitchen")
    proposal = suggested(flow)
    flow = await submit(hass, flow, **(proposal | fields))
    assert flow["type"] is FlowResultType.FORM
    assert flow["errors"] == errors
    wrong_in_section = fields.get("advanced", {})
    outside = {key: value for key, value in fields.items() if key != "advanced"}
    assert outside.items() <= suggested(flow).items()
    assert wrong_in_section.items() <= suggested_in_section(flow).items()
    # The frontend shows no error in a section that is shut.
    assert more_options(flow).options["collapsed"] is not bool(wrong_in_section)
    result = await submit(hass, flow, **proposal, advanced={})
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_type_that_can_not_hold_the_trait(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Of the types that the entity's traits offer together, not each fits each."""
    flow = await choose(hass, entry, "light.kitchen")
    assert options(flow, "data_type") == [
        "automatic",
        "integer",
        "double",
        "string",
        "boolean",
        "enum",
    ]
    flow = await submit(
        hass, flow, trait="brightness", datastream="One", data_type="boolean"
    )
    assert flow["errors"] == {"data_type": "unsuitable_data_type"}
    with pytest.raises(InvalidData):
        await submit(
            hass, flow, trait="brightness", datastream="One", data_type="location"
        )


@pytest.mark.parametrize(
    ("entity_id", "attributes", "types"),
    [
        ("input_text.note", {}, ["string"]),
        ("sensor.kitchen", NUMERIC, ["integer", "double", "string"]),
        ("sensor.status", {}, ["integer", "double", "string"]),
        (
            "input_select.mode",
            {"options": ["a"]},
            ["integer", "double", "string", "enum"],
        ),
    ],
)
async def test_only_types_that_make_sense_are_offered(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_id: str,
    attributes: dict[str, Any],
    types: list[str],
) -> None:
    """A text that is set is a text, an option also its index."""
    hass.states.async_set(entity_id, "a", attributes)
    flow = await choose(hass, entry, entity_id)
    assert options(flow, "data_type") == ["automatic", *types]


async def test_an_entity_that_is_lost_between_two_steps(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """What it offered when it was chosen counts."""
    flow = await choose(hass, entry, "light.kitchen")
    hass.states.async_set("light.kitchen", STATE_UNAVAILABLE)
    await submit(hass, flow, trait="brightness", datastream="Level")
    assert only_subentry(entry).data["trait"] == "brightness"


# --- Changing ------------------------------------------------------------------------


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry
) -> SubentryFlowResult:
    """Start to change the one subentry there is."""
    result = await entry.start_subentry_reconfigure_flow(
        hass, only_subentry(entry).subentry_id
    )
    # The test package's annotation names the other kind of flow.
    return translated(cast(SubentryFlowResult, result))


@pytest.fixture
def exposed(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the entry with the lamp's brightness exposed."""
    hass.config_entries.async_add_subentry(
        entry,
        as_subentry(
            exposure("light.kitchen", "brightness", "Level", pin=2, min_interval=5)
        ),
    )
    return entry


async def test_an_exposure_is_changed(
    hass: HomeAssistant, exposed: MockConfigEntry
) -> None:
    """Everything but the entity; an emptied field is forgotten."""
    flow = await reconfigure(hass, exposed)
    assert flow["step_id"] == "reconfigure"
    assert suggested(flow) == {
        "trait": "brightness",
        "datastream": "Level",
        "pin": 2,
        "data_type": "integer",
        "direction": "both",
    }
    assert suggested_in_section(flow) == {"min_interval": 5}
    assert more_options(flow).options["collapsed"] is False
    result = await submit(
        hass,
        flow,
        trait="power",
        datastream="Lamp",
        pin=3,
        data_type="boolean",
        direction="publish",
        advanced={},
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    subentry = only_subentry(exposed)
    assert subentry.title == "Lamp (V3)"
    assert subentry.unique_id == "ds:Lamp"
    assert subentry.data == {
        "entity_id": "light.kitchen",
        "trait": "power",
        "datastream": "Lamp",
        "pin": 3,
        "data_type": "boolean",
        "direction": "publish",
    }


async def test_its_own_name_and_pin_are_not_taken(
    hass: HomeAssistant, exposed: MockConfigEntry
) -> None:
    """Submitting the form as it is changes nothing."""
    before = dict(only_subentry(exposed).data)
    flow = await reconfigure(hass, exposed)
    result = await submit(hass, flow, **suggested(flow))
    assert result["reason"] == "reconfigure_successful"
    assert only_subentry(exposed).data == before


async def test_a_change_to_what_is_taken(
    hass: HomeAssistant, exposed: MockConfigEntry
) -> None:
    """Names and pins of the others count."""
    flow = await reconfigure(hass, exposed)
    hass.config_entries.async_add_subentry(
        exposed, as_subentry(exposure("switch.pump", "power", "Pump", pin=9))
    )
    flow = await submit(
        hass, flow, **(suggested(flow) | {"datastream": "Pump", "pin": 9})
    )
    assert flow["errors"] == {"datastream": "datastream_in_use", "pin": "pin_in_use"}


async def test_a_renamed_entity_is_found(
    hass: HomeAssistant, entry: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """The subentry learns its new id."""
    registered = entity_registry.async_get_or_create(
        "switch", "test", "1", object_id_base="pump"
    )
    hass.config_entries.async_add_subentry(
        entry,
        as_subentry(
            exposure("switch.old", "power", "Pump", entity_registry_id=registered.id)
        ),
    )
    flow = await reconfigure(hass, entry)
    await submit(hass, flow, **suggested(flow))
    assert only_subentry(entry).data["entity_id"] == "switch.pump"


async def test_the_entity_is_gone(
    hass: HomeAssistant, exposed: MockConfigEntry
) -> None:
    """There is nothing to choose a trait of."""
    hass.states.async_remove("light.kitchen")
    result = await reconfigure(hass, exposed)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "entity_not_found"


async def test_the_entity_does_not_offer_the_trait_now(
    hass: HomeAssistant, exposed: MockConfigEntry
) -> None:
    """An unavailable lamp does not say that it can be dimmed."""
    hass.states.async_set("light.kitchen", STATE_UNAVAILABLE)
    flow = await reconfigure(hass, exposed)
    assert options(flow, "trait") == ["power", "brightness", "attribute", "template"]
    flow = await submit(hass, flow, **suggested(flow))
    assert flow["errors"] == {"trait": "trait_not_offered"}
    hass.states.async_set("light.kitchen", "on", DIMMER)
    result = await submit(hass, flow, **suggested(flow))
    assert result["reason"] == "reconfigure_successful"


async def test_what_is_in_the_section_is_changed(
    hass: HomeAssistant, exposed: MockConfigEntry
) -> None:
    """What is as usual again is forgotten; a section that is not sent stays."""
    flow = await reconfigure(hass, exposed)
    assert in_section(flow) == {
        "min_interval",
        "max_interval",
        "unavailable",
        "properties",
        "backfill",
        "sync_from_blynk",
        "paused",
    }
    changed = {
        "unavailable": "erase",
        "paused": True,
        "properties": ["suffix"],
        "backfill": True,
    }
    await submit(hass, flow, **suggested(flow), advanced=changed)
    flow = await reconfigure(hass, exposed)
    assert suggested_in_section(flow) == changed
    await submit(hass, flow, **suggested(flow))
    data = only_subentry(exposed).data
    assert changed.items() <= data.items()
    assert "min_interval" not in data
    flow = await reconfigure(hass, exposed)
    usual = {
        "unavailable": "keep",
        "paused": False,
        "properties": [],
        "backfill": False,
    }
    await submit(hass, flow, **suggested(flow), advanced=usual)
    assert not changed.keys() & only_subentry(exposed).data.keys()


# --- Guarded and private -------------------------------------------------------------

LOCK = {"friendly_name": "Front Door", "code_format": "^\\d{4}$"}


async def agree(hass: HomeAssistant, flow: SubentryFlowResult) -> SubentryFlowResult:
    """Refuse consent once, and give it then."""
    flow = await submit(hass, flow, opted_in=False)
    assert flow["errors"] == {"opted_in": "opt_in_required"}
    return await submit(hass, flow, opted_in=True)


@pytest.mark.parametrize("direction", ["both", "control"])
async def test_an_entrance_is_operated_once_the_user_agrees(
    hass: HomeAssistant, entry: MockConfigEntry, direction: str
) -> None:
    """Exposure by exposure, after a warning."""
    flow = await choose(hass, entry, "cover.garage")
    flow = await submit(
        hass, flow, trait="open", datastream="Gate", direction=direction
    )
    assert flow["step_id"] == "confirm"
    assert not entry.subentries
    result = await agree(hass, flow)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_subentry(entry).data == {
        "entity_id": "cover.garage",
        "trait": "open",
        "datastream": "Gate",
        "data_type": "integer",
        "direction": direction,
        "opted_in": True,
    }


async def test_a_person_is_shown_once_the_user_agrees(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Whatever of it, an attribute too."""
    hass.states.async_set("person.ann", "home", {"latitude": 47.4})
    flow = await choose(hass, entry, "person.ann")
    flow = await submit(hass, flow, trait="home", datastream="Ann")
    assert flow["step_id"] == "confirm_private"
    await agree(hass, flow)
    assert only_subentry(entry).data["opted_in"] is True
    flow = await choose(hass, entry, "person.ann")
    flow = await submit(hass, flow, trait="attribute", datastream="Latitude")
    flow = await submit(hass, flow, attribute="latitude", data_type="automatic")
    assert flow["step_id"] == "confirm_private"


async def test_who_has_agreed_is_not_asked_again(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Until something else is to be operated; what needs no consent forgets it."""
    hass.config_entries.async_add_subentry(
        entry, as_subentry(exposure("cover.garage", "open", "Gate", opted_in=True))
    )
    flow = await reconfigure(hass, entry)
    result = await submit(hass, flow, **(suggested(flow) | {"datastream": "Garage"}))
    assert result["reason"] == "reconfigure_successful"
    assert only_subentry(entry).data["opted_in"] is True

    flow = await reconfigure(hass, entry)
    other = {"trait": "movement", "data_type": "automatic"}
    flow = await submit(hass, flow, **(suggested(flow) | other))
    assert flow["step_id"] == "confirm"

    flow = await reconfigure(hass, entry)
    await submit(hass, flow, **(suggested(flow) | {"direction": "publish"}))
    assert "opted_in" not in only_subentry(entry).data
    flow = await reconfigure(hass, entry)
    flow = await submit(hass, flow, **(suggested(flow) | {"direction": "both"}))
    assert flow["step_id"] == "confirm"


async def test_a_code_is_kept_and_never_shown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Only where one is taken; the form has something that stands for it."""
    hass.states.async_set("lock.front", "locked", LOCK)
    flow = await choose(hass, entry, "sensor.kitchen")
    assert "code" not in in_section(flow)
    flow = await choose(hass, entry, "lock.front")
    assert "code" in in_section(flow)
    flow = await submit(
        hass,
        flow,
        trait="locked",
        datastream="Lock",
        direction="both",
        advanced={"code": "4711"},
    )
    await agree(hass, flow)
    assert only_subentry(entry).data["code"] == "4711"

    flow = await reconfigure(hass, entry)
    shown = suggested_in_section(flow)
    assert "4711" not in str(shown)
    await submit(hass, flow, **suggested(flow), advanced=shown)
    assert only_subentry(entry).data["code"] == "4711"

    flow = await reconfigure(hass, entry)
    await submit(hass, flow, **suggested(flow), advanced=shown | {"code": "0815"})
    assert only_subentry(entry).data["code"] == "0815"

    flow = await reconfigure(hass, entry)
    await submit(hass, flow, **suggested(flow), advanced={})
    assert "code" not in only_subentry(entry).data


# --- Attributes and templates --------------------------------------------------------


async def test_an_attribute_is_exposed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Of any entity; it must be one that it has."""
    flow = await choose(hass, entry, "light.kitchen")
    flow = await submit(hass, flow, trait="attribute", datastream="Raw")
    assert flow["step_id"] == "attribute"
    flow = await submit(hass, flow, attribute="nonsense", data_type="automatic")
    assert flow["errors"] == {"attribute": "attribute_not_found"}
    assert suggested(flow)["attribute"] == "nonsense"
    result = await submit(hass, flow, attribute="brightness", data_type="automatic")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_subentry(entry).data == {
        "entity_id": "light.kitchen",
        "trait": "attribute",
        "attribute": "brightness",
        "datastream": "Raw",
        "data_type": "double",
        "direction": "publish",
    }
    flow = await reconfigure(hass, entry)
    flow = await submit(hass, flow, **suggested(flow))
    assert suggested(flow) == {"attribute": "brightness", "data_type": "double"}
    await submit(hass, flow, attribute="friendly_name", data_type="string")
    assert only_subentry(entry).data["attribute"] == "friendly_name"


async def test_an_attribute_is_only_shown(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """It has no action."""
    flow = await choose(hass, entry, "light.kitchen")
    flow = await submit(
        hass, flow, trait="attribute", datastream="Raw", direction="both"
    )
    assert flow["step_id"] == "datastream"
    assert flow["errors"] == {"direction": "not_writable"}


ACTIONS = [{"action": "test.act", "data": {"level": "{{ value }}"}}]


async def test_a_template_is_exposed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Shown only, until it has actions; what is taken away is forgotten."""
    template = "{{ state.state | float * 2 }}"
    flow = await choose(hass, entry, "sensor.kitchen")
    flow = await submit(hass, flow, trait="template", datastream="Twice")
    assert flow["step_id"] == "template"
    result = await submit(
        hass, flow, value_template=template, data_type="automatic", on_write=[]
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    shown = {
        "entity_id": "sensor.kitchen",
        "trait": "template",
        "value_template": template,
        "datastream": "Twice",
        "data_type": "double",
        "direction": "publish",
    }
    assert only_subentry(entry).data == shown

    flow = await reconfigure(hass, entry)
    flow = await submit(hass, flow, **(suggested(flow) | {"direction": "automatic"}))
    await submit(
        hass, flow, value_template=template, data_type="integer", on_write=ACTIONS
    )
    assert only_subentry(entry).data == shown | {
        "data_type": "integer",
        "direction": "both",
        "on_write": ACTIONS,
    }

    flow = await reconfigure(hass, entry)
    flow = await submit(hass, flow, **(suggested(flow) | {"direction": "publish"}))
    assert suggested(flow)["on_write"] == ACTIONS
    await submit(hass, flow, value_template=template, data_type="double")
    assert only_subentry(entry).data == shown

    flow = await reconfigure(hass, entry)
    power = suggested(flow) | {"trait": "value", "data_type": "automatic"}
    await submit(hass, flow, **power)
    assert "value_template" not in only_subentry(entry).data


@pytest.mark.parametrize(
    ("direction", "on_write", "error"),
    [
        ("both", [], "on_write_required"),
        ("control", None, "on_write_required"),
        ("both", [{"nonsense": 1}], "invalid_actions"),
        ("publish", "nonsense", "invalid_actions"),
        ("automatic", [{"device_id": "gone", "domain": "light"}], "invalid_actions"),
    ],
)
async def test_actions_that_can_not_be(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    direction: str,
    on_write: Any,
    error: str,
) -> None:
    """The form says so, and takes others."""
    flow = await choose(hass, entry, "sensor.kitchen")
    flow = await submit(
        hass, flow, trait="template", datastream="Twice", direction=direction
    )
    fields = {"value_template": "{{ 1 }}", "data_type": "automatic"}
    actions = {} if on_write is None else {"on_write": on_write}
    flow = await submit(hass, flow, **fields, **actions)
    assert flow["errors"] == {"on_write": error}
    result = await submit(hass, flow, **fields, on_write=ACTIONS)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_template_that_is_none(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Home Assistant's own check of the field."""
    flow = await choose(hass, entry, "sensor.kitchen")
    flow = await submit(hass, flow, trait="template", datastream="Twice")
    with pytest.raises(InvalidData):
        await submit(hass, flow, value_template="{{ 1", data_type="automatic")


# --- Live ----------------------------------------------------------------------------


async def test_it_is_applied_without_dropping_the_session(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Added, changed and removed, on one connection."""
    hass.states.async_set("sensor.kitchen", "21.5", NUMERIC)
    datastreams = simulator.device.datastreams
    entry = await set_up()
    flow = await choose(hass, entry, "sensor.kitchen")
    await submit(hass, flow, trait="value", datastream="Temperature")
    await simulator.wait_for(lambda: datastreams["Temperature"].value == 21.5)

    flow = await reconfigure(hass, entry)
    await submit(hass, flow, **(suggested(flow) | {"datastream": "Humidity"}))
    await simulator.wait_for(lambda: datastreams["Humidity"].value == 21.5)

    hass.config_entries.async_remove_subentry(entry, only_subentry(entry).subentry_id)
    assert not entry.subentries
    assert simulator.device.connections == 1
