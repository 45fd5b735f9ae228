"""Adding controls and events, and changing them."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import SUBENTRY_CONTROL, SUBENTRY_EVENT
from custom_components.blynk_bridge.control import Control, ControlKind

from .conftest import as_subentry, control, event, exposure
from .test_subentry_flow import only_subentry, options, submit, suggested
from .translated import translated

NUMBER: dict[str, Any] = {
    "minimum": 5,
    "maximum": 30,
    "step": 0.5,
    "unit_of_measurement": "°C",
    "mode": "slider",
    "data_type": "double",
}


@pytest.fixture
def entry(hass: HomeAssistant, config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry that is not loaded: the flows do not need it to be."""
    config_entry.add_to_hass(hass)
    return config_entry


async def start(
    hass: HomeAssistant, entry: MockConfigEntry, subentry_type: str
) -> SubentryFlowResult:
    """Start a flow as a user does."""
    return translated(
        await hass.config_entries.subentries.async_init(
            (entry.entry_id, subentry_type), context={"source": SOURCE_USER}
        )
    )


async def choose(
    hass: HomeAssistant, entry: MockConfigEntry, kind: str, **fields: Any
) -> SubentryFlowResult:
    """Go through the first step of a control."""
    flow = await start(hass, entry, SUBENTRY_CONTROL)
    return await submit(hass, flow, **({"datastream": "Name", "kind": kind} | fields))


async def device_classes(
    hass: HomeAssistant, entry: MockConfigEntry, kind: str
) -> dict[str, str]:
    """Return the names of the device classes that a kind may have."""
    flow = await choose(hass, entry, kind)
    assert flow["data_schema"] is not None
    offered = flow["data_schema"].schema["device_class"].config["options"]
    return {option["value"]: option["label"] for option in offered}


async def change(
    hass: HomeAssistant, entry: MockConfigEntry, subentry: ConfigSubentry
) -> SubentryFlowResult:
    """Start to change a subentry."""
    return translated(
        await hass.config_entries.subentries.async_init(
            (entry.entry_id, subentry.subentry_type),
            context={
                "source": SOURCE_RECONFIGURE,
                "subentry_id": subentry.subentry_id,
            },
        )
    )


# --- Controls ------------------------------------------------------------------------


async def test_a_control_is_added(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The datastream first, then what its kind needs; the end tells the template's."""
    flow = await start(hass, entry, SUBENTRY_CONTROL)
    assert flow["step_id"] == "user"
    assert options(flow, "kind") == list(ControlKind)
    flow = await submit(hass, flow, datastream="Target", pin=7, kind="number")
    assert flow["step_id"] == "number"
    assert flow["description_placeholders"] == {"datastream": "Target"}
    result = await submit(hass, flow, **NUMBER)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "double_range"
    assert result["description_placeholders"] == {
        "datastream": "Target",
        "minimum": "5",
        "maximum": "30",
    }
    subentry = only_subentry(entry)
    assert (subentry.title, subentry.unique_id) == ("Target (V7)", "ds:Target")
    assert subentry.subentry_type == SUBENTRY_CONTROL
    assert subentry.data == {
        "datastream": "Target",
        "pin": 7,
        "kind": "number",
        **NUMBER,
    }
    assert type(subentry.data["pin"]) is int


@pytest.mark.parametrize(
    ("kind", "fields", "data", "text"),
    [
        ("switch", {}, {"data_type": "integer"}, "integer_range"),
        ("switch", {"data_type": "boolean"}, {"data_type": "boolean"}, "boolean"),
        (
            "number",
            {},
            {"minimum": 0, "maximum": 100, "step": 1, "mode": "auto"}
            | {"data_type": "double"},
            "double_range",
        ),
        (
            "number",
            {"minimum": 1.0, "data_type": "integer", "unit_of_measurement": " "},
            {"minimum": 1, "maximum": 100, "step": 1, "mode": "auto"}
            | {"data_type": "integer"},
            "integer_range",
        ),
        (
            "select",
            {"options": [" a ", "", "b"]},
            {"options": ["a", "b"], "data_type": "enum"},
            "enum",
        ),
        (
            "select",
            {"options": ["a", "b"], "data_type": "integer"},
            {"options": ["a", "b"], "data_type": "integer"},
            "integer_range",
        ),
        ("text", {}, {"max_length": 255, "data_type": "string"}, "string"),
        (
            "text",
            {"max_length": 9.0},
            {"max_length": 9, "data_type": "string"},
            "string",
        ),
        ("time", {}, {"data_type": "string"}, "string"),
        ("time", {"data_type": "integer"}, {"data_type": "integer"}, "integer_range"),
        ("sensor", {}, {"data_type": "double"}, "double"),
        (
            "sensor",
            {"data_type": "integer", "unit_of_measurement": "%"},
            {"data_type": "integer", "unit_of_measurement": "%"},
            "integer",
        ),
        (
            "sensor",
            {"device_class": "energy", "unit_of_measurement": "kWh"},
            {
                "data_type": "double",
                "device_class": "energy",
                "unit_of_measurement": "kWh",
            },
            "double",
        ),
        ("sensor", {"data_type": "string"}, {"data_type": "string"}, "string"),
        (
            "sensor",
            {"data_type": "enum", "options": ["x", "y"]},
            {"data_type": "enum", "options": ["x", "y"]},
            "enum",
        ),
        (
            "binary_sensor",
            {"device_class": "moisture"},
            {"data_type": "integer", "device_class": "moisture"},
            "integer_range",
        ),
    ],
)
async def test_every_kind(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    kind: str,
    fields: dict[str, Any],
    data: dict[str, Any],
    text: str,
) -> None:
    """What is left as it was fits, and what is stored makes a control."""
    flow = await choose(hass, entry, kind)
    assert flow["step_id"] == kind
    result = await submit(hass, flow, **fields)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == text
    subentry = only_subentry(entry)
    assert subentry.data == {"datastream": "Name", "kind": kind, **data}
    assert Control.from_subentry(subentry) is not None


async def test_a_button_needs_nothing_more(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """One step."""
    result = await choose(hass, entry, "button")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert only_subentry(entry).data == {
        "datastream": "Name",
        "kind": "button",
        "data_type": "integer",
    }


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"datastream": "a/b"}, {"datastream": "invalid_name"}),
        ({"datastream": "Shown"}, {"datastream": "datastream_in_use"}),
        ({"datastream": "Owned"}, {"datastream": "datastream_in_use"}),
        ({"pin": 256}, {"pin": "invalid_pin"}),
        ({"pin": 0.5}, {"pin": "invalid_pin"}),
        ({"pin": 3}, {"pin": "pin_in_use"}),
        ({"pin": 4}, {"pin": "pin_in_use"}),
    ],
)
async def test_a_datastream_that_can_not_be_a_control(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    fields: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Exposures and controls share names and pins."""
    for data in (
        exposure("switch.pump", "power", "Shown", pin=3),
        control("Owned", "switch", "integer", pin=4),
    ):
        hass.config_entries.async_add_subentry(entry, as_subentry(data))
    flow = await choose(hass, entry, "switch", **fields)
    assert flow["step_id"] == "user"
    assert flow["errors"] == errors
    assert fields.items() <= suggested(flow).items()
    flow = await submit(hass, flow, datastream="Free", pin=5, kind="switch")
    assert flow["step_id"] == "switch"


@pytest.mark.parametrize(
    ("kind", "fields", "errors"),
    [
        ("number", {"minimum": 5, "maximum": 5}, {"maximum": "empty_range"}),
        ("number", {"maximum": float("inf")}, {"maximum": "empty_range"}),
        ("number", {"step": 0}, {"step": "invalid_step"}),
        ("number", {"step": 101}, {"step": "invalid_step"}),
        ("number", {"step": 0.5, "data_type": "integer"}, {"data_type": "not_whole"}),
        (
            "number",
            {"maximum": 2**31, "data_type": "integer"},
            {"data_type": "not_whole"},
        ),
        ("select", {"options": [" "]}, {"options": "no_options"}),
        ("select", {"options": ["a", "a "]}, {"options": "duplicate_option"}),
        ("select", {"options": ["a" * 256]}, {"options": "option_too_long"}),
        ("text", {"max_length": 0}, {"max_length": "invalid_length"}),
        ("text", {"max_length": 256}, {"max_length": "invalid_length"}),
        ("text", {"max_length": 1.5}, {"max_length": "invalid_length"}),
        ("sensor", {"data_type": "enum"}, {"options": "no_options"}),
        ("sensor", {"options": ["a"]}, {"options": "options_unused"}),
        (
            "sensor",
            {"data_type": "string"}
            | {"device_class": "energy", "unit_of_measurement": "kWh"},
            {"device_class": "not_a_number", "unit_of_measurement": "not_a_number"},
        ),
        (
            "sensor",
            {"device_class": "temperature", "unit_of_measurement": "kWh"},
            {"unit_of_measurement": "unsuitable_unit"},
        ),
        (
            "sensor",
            {"device_class": "temperature"},
            {"unit_of_measurement": "unsuitable_unit"},
        ),
    ],
)
async def test_details_that_do_not_go_together(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    kind: str,
    fields: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Said at the field, and nothing is made of it."""
    flow = await submit(hass, await choose(hass, entry, kind), **fields)
    assert flow["type"] is FlowResultType.FORM
    assert flow["step_id"] == kind
    assert flow["errors"] == errors
    assert not entry.subentries


async def test_device_classes_have_home_assistants_names(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """In the user's language."""
    classes = await device_classes(hass, entry, "binary_sensor")
    assert classes["moisture"] == "Moisture"
    classes = await device_classes(hass, entry, "sensor")
    assert classes["carbon_dioxide"] == "Carbon dioxide"
    assert "timestamp" not in classes


async def test_a_control_is_changed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Its own name and pin are not in its way, and what it is now is suggested."""
    data = control("Target", "number", pin=7, **NUMBER)
    subentry = as_subentry(data)
    hass.config_entries.async_add_subentry(entry, subentry)
    flow = await change(hass, entry, subentry)
    assert flow["step_id"] == "reconfigure"
    assert suggested(flow) == {"datastream": "Target", "pin": 7, "kind": "number"}
    flow = await submit(hass, flow, **suggested(flow))
    assert suggested(flow) == NUMBER
    result = await submit(hass, flow, **(NUMBER | {"maximum": 40}))
    assert result["reason"] == "reconfigure_successful"
    assert subentry.data == {**data["data"], "maximum": 40}


async def test_a_control_becomes_another_kind(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Of which nothing is known yet."""
    subentry = as_subentry(control("Target", "number", pin=7, **NUMBER))
    hass.config_entries.async_add_subentry(entry, subentry)
    flow = await change(hass, entry, subentry)
    flow = await submit(hass, flow, datastream="Program", kind="select")
    assert suggested(flow) == {}
    await submit(hass, flow, options=["a", "b"])
    assert (subentry.title, subentry.unique_id) == ("Program", "ds:Program")
    assert subentry.data == {
        "datastream": "Program",
        "kind": "select",
        "options": ["a", "b"],
        "data_type": "enum",
    }


# --- Events --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "title", "data"),
    [
        ({"event_code": "door_open"}, "door_open", {"event_code": "door_open"}),
        (
            {"event_code": " door open 2 ", "name": " Door "},
            "Door",
            {"event_code": "door open 2", "name": "Door"},
        ),
        ({"event_code": "a" * 50, "name": " "}, "a" * 50, {"event_code": "a" * 50}),
    ],
)
async def test_an_event_is_added(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    fields: dict[str, str],
    title: str,
    data: dict[str, str],
) -> None:
    """A code, and a name if the user wants one."""
    flow = await start(hass, entry, SUBENTRY_EVENT)
    result = await submit(hass, flow, **fields)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description_placeholders"] == {"code": data["event_code"]}
    subentry = only_subentry(entry)
    assert subentry.title == title
    assert subentry.data == data
    assert subentry.unique_id == f"ev:{data['event_code']}"
    assert subentry.subentry_type == SUBENTRY_EVENT


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("", "invalid_code"),
        ("door/open", "invalid_code"),
        ("door-open", "invalid_code"),
        ("door\nopen", "invalid_code"),
        ("door+", "invalid_code"),
        ("a" * 51, "invalid_code"),
        ("taken", "code_in_use"),
    ],
)
async def test_a_code_that_can_not_be_one(
    hass: HomeAssistant, entry: MockConfigEntry, code: str, error: str
) -> None:
    """Or that is there already."""
    hass.config_entries.async_add_subentry(entry, as_subentry(event("taken")))
    flow = await start(hass, entry, SUBENTRY_EVENT)
    flow = await submit(hass, flow, event_code=code, name="Door")
    assert flow["errors"] == {"event_code": error}
    assert suggested(flow) == {"event_code": code, "name": "Door"}
    result = await submit(hass, flow, event_code="free")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_an_event_is_changed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Its own code is not in its way."""
    subentry = as_subentry(event("door", name="Door"))
    hass.config_entries.async_add_subentry(entry, subentry)
    hass.config_entries.async_add_subentry(entry, as_subentry(event("taken")))
    flow = await change(hass, entry, subentry)
    assert suggested(flow) == {"event_code": "door", "name": "Door"}
    flow = await submit(hass, flow, event_code="taken")
    assert flow["errors"] == {"event_code": "code_in_use"}
    result = await submit(hass, flow, event_code="door", name="Front door")
    assert result["reason"] == "reconfigure_successful"
    assert subentry.title == "Front door"
    assert subentry.data == {"event_code": "door", "name": "Front door"}
