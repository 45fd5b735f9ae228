"""The plan: what has to be created in the Blynk template, and the forms it has."""

import csv
import io
import json
from typing import Any

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.blynk_bridge.control import Control
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.plan import (
    PlannedDatastream,
    planned,
    planned_control,
    sorted_rows,
)
from custom_components.blynk_bridge.plan_formats import (
    difference,
    names_list,
    to_csv,
    to_instructions,
    to_json,
    to_markdown,
    to_narrow_markdown,
)

from .conftest import TEMPLATE_ID, TOKEN, exposure
from .translated import PLAN_WORDS


def row(
    hass: HomeAssistant,
    entity_id: str,
    trait: str,
    data_type: str = "integer",
    direction: str = "both",
    **more: Any,
) -> PlannedDatastream:
    """Return the row of an exposure whose datastream is called A."""
    data = exposure(entity_id, trait, "A", data_type, direction, **more)["data"]
    return planned(hass, data)


# --- Rows -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "unit", "minimum", "maximum"),
    [
        (
            {"device_class": "temperature", "unit_of_measurement": "°C"},
            "Celsius",
            -100,
            1000,
        ),
        (
            {"device_class": "temperature", "unit_of_measurement": "K"},
            "K",
            0,
            2000,
        ),
        ({"device_class": "humidity", "unit_of_measurement": "%"}, "Percent", 0, 100),
        (
            {"device_class": "carbon_dioxide", "unit_of_measurement": "ppm"},
            "Particles per million",
            0,
            50_000,
        ),
        ({"unit_of_measurement": "bananas"}, "bananas", -1e9, 1e9),
        ({}, None, -1e9, 1e9),
    ],
)
async def test_a_sensor_has_room_for_what_it_may_show(
    hass: HomeAssistant,
    attributes: dict[str, str],
    unit: str | None,
    minimum: float,
    maximum: float,
) -> None:
    """Blynk cuts off what is beyond the range, and its units have names of their own."""
    hass.states.async_set("sensor.a", "21", attributes)
    assert row(
        hass, "sensor.a", "value", "double", "publish", pin=3
    ) == PlannedDatastream(
        name="A",
        pin=3,
        data_type=DataType.DOUBLE,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
        entity_id="sensor.a",
        trait="value",
    )


async def test_a_number_has_its_own_range(hass: HomeAssistant) -> None:
    """Whatever the data type, if that is a number's."""
    attributes = {"min": 10, "max": 30, "step": 0.5, "unit_of_measurement": "°C"}
    hass.states.async_set("number.a", "21", attributes)
    whole, real, text = (
        row(hass, "number.a", "value", data_type)
        for data_type in ("integer", "double", "string")
    )
    assert (whole.minimum, whole.maximum, whole.unit) == (10, 30, "Celsius")
    assert (real.minimum, real.maximum) == (10, 30)
    assert (text.minimum, text.maximum, text.unit) == (None, None, None)


async def test_the_display_precision_gives_the_decimals(hass: HomeAssistant) -> None:
    """The user's before the integration's, and none for an Integer."""
    registry = er.async_get(hass)
    entry = registry.async_get_or_create("sensor", "test", "1")
    hass.states.async_set(entry.entity_id, "21.123", {"unit_of_measurement": "°C"})

    def decimals(data_type: str = "double") -> int | None:
        return row(hass, entry.entity_id, "value", data_type).decimals

    assert decimals() is None
    options = {"suggested_display_precision": 2}
    registry.async_update_entity_options(entry.entity_id, SENSOR_DOMAIN, options)
    assert decimals() == 2
    options = options | {"display_precision": 0}
    registry.async_update_entity_options(entry.entity_id, SENSOR_DOMAIN, options)
    assert decimals() == 0
    assert decimals("integer") is None


async def test_an_enumeration_has_its_labels(hass: HomeAssistant) -> None:
    """On a number they count as their indices."""
    hass.states.async_set("select.a", "eco", {"options": ["eco", "comfort"]})
    enum = row(hass, "select.a", "option", "enum")
    assert enum.labels == ("eco", "comfort")
    assert (enum.minimum, enum.maximum) == (None, None)
    number = row(hass, "select.a", "option", "integer")
    assert (number.minimum, number.maximum, number.labels) == (0, 1, ())


@pytest.mark.parametrize(
    ("args", "more", "default"),
    [
        (("switch.a", "power"), {}, 0),
        (("switch.a", "power", "integer", "publish"), {}, None),
        (("switch.a", "power", "string"), {}, None),
        (("switch.a", "power"), {"sync_from_blynk": True}, None),
        (("number.a", "value"), {}, None),
        (("cover.garage", "open"), {"opted_in": True}, None),
    ],
)
async def test_off_is_the_default_where_it_harms_nobody(
    hass: HomeAssistant, args: tuple[str, ...], more: dict[str, Any], default: Any
) -> None:
    """Blynk answers with it where it has no value, so it might be carried out."""
    hass.states.async_set("switch.a", "on")
    hass.states.async_set("number.a", "1", {"min": 0, "max": 5, "step": 1})
    hass.states.async_set(
        "cover.garage", "open", {"device_class": "garage", "supported_features": 3}
    )
    planned_row = row(hass, *args, **more)
    assert planned_row.default == default
    assert planned_row.sync is more.get("sync_from_blynk", False)


async def test_a_disabled_entity_is_planned_from_the_registry(
    hass: HomeAssistant,
) -> None:
    """It has no state, and its datastream is needed all the same."""
    entry = er.async_get(hass).async_get_or_create(
        "sensor",
        "test",
        "1",
        unit_of_measurement="%",
        original_device_class="humidity",
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    found = row(hass, entry.entity_id, "value", "double", "publish")
    assert (found.unit, found.minimum, found.maximum) == ("Percent", 0, 100)


async def test_of_a_missing_entity_the_subentry_tells(hass: HomeAssistant) -> None:
    """Nothing is made up; what has taken its id is not asked."""
    gone = PlannedDatastream(
        name="A",
        pin=None,
        data_type=DataType.DOUBLE,
        entity_id="sensor.a",
        trait="value",
    )
    args = ("sensor.a", "value", "double", "publish")
    assert row(hass, *args) == gone
    hass.states.async_set("sensor.a", "1", {"unit_of_measurement": "%"})
    assert row(hass, *args, entity_registry_id="of-another") == gone
    assert row(hass, *args).unit == "Percent"


def control(pin: int | None = None, **data: Any) -> PlannedDatastream:
    """Return the row of a control whose datastream is called A."""
    return planned_control(Control.from_data("1", {"datastream": "A", **data}), pin)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"kind": "switch", "data_type": "integer"},
            {"data_type": DataType.INTEGER, "minimum": 0, "maximum": 1},
        ),
        (
            {
                "kind": "number",
                "data_type": "double",
                "minimum": 5,
                "maximum": 30,
                "step": 0.5,
                "unit_of_measurement": "°C",
            },
            {
                "data_type": DataType.DOUBLE,
                "minimum": 5,
                "maximum": 30,
                "unit": "Celsius",
            },
        ),
        (
            {"kind": "select", "data_type": "enum", "options": ["a", "b"]},
            {"data_type": DataType.ENUM, "labels": ("a", "b")},
        ),
        (
            {"kind": "select", "data_type": "integer", "options": ["a", "b"]},
            {"data_type": DataType.INTEGER, "minimum": 0, "maximum": 1},
        ),
        ({"kind": "text", "data_type": "string"}, {"data_type": DataType.STRING}),
    ],
)
def test_a_control_is_planned_and_synced(
    data: dict[str, Any], expected: dict[str, Any]
) -> None:
    """Its value is Blynk's to tell."""
    assert control(7, **data) == PlannedDatastream(
        name="A", pin=7, sync=True, **expected
    )


# --- Forms ------------------------------------------------------------------------

PLAIN = PlannedDatastream(
    name="Temperature",
    pin=3,
    data_type=DataType.DOUBLE,
    unit="Celsius",
    minimum=-50.0,
    maximum=150.5,
    decimals=1,
    entity_id="sensor.a",
    trait="value",
)
MODE = PlannedDatastream(
    name="Mode",
    pin=None,
    data_type=DataType.ENUM,
    labels=("Eco", "Comfort"),
    sync=True,
)
HOSTILE = PlannedDatastream(
    name='=HYPERLINK("x")|`a`\n<b>*_[l](u)',
    pin=0,
    data_type=DataType.STRING,
    unit="-1+1",
    labels=('a"b', "@SUM(1)"),
)
ROWS = [PLAIN, MODE, HOSTILE]


def test_rows_are_sorted_as_one_enters_them() -> None:
    """By pin; what has none comes last."""
    assert sorted_rows(ROWS) == [HOSTILE, PLAIN, MODE]


def test_json_has_the_same_keys_for_all() -> None:
    """And goes through JSON as it is."""
    plan = to_json(ROWS)
    assert json.loads(json.dumps(plan)) == plan
    assert plan[0] == {
        "name": "Temperature",
        "pin": "V3",
        "data_type": "Double",
        "unit": "Celsius",
        "min": -50,
        "max": 150.5,
        "decimals": 1,
        "default": None,
        "enum_labels": [],
        "sync": False,
        "entity_id": "sensor.a",
        "trait": "value",
    }
    assert all(
        isinstance(each, dict) and list(each) == list(PLAN_KEYS) for each in plan
    )


PLAN_KEYS = (
    "name",
    "pin",
    "data_type",
    "unit",
    "min",
    "max",
    "decimals",
    "default",
    "enum_labels",
    "sync",
    "entity_id",
    "trait",
)


def test_csv_can_be_read_back_and_calculates_nothing() -> None:
    """A spreadsheet takes a text with such a beginning for a formula."""
    table = list(csv.reader(io.StringIO(to_csv(ROWS))))
    assert [len(line) for line in table] == [len(table[0])] * 4
    assert table[1][:6] == ["Temperature", "V3", "Double", "Celsius", "-50", "150.5"]
    assert table[3][0] == f"'{HOSTILE.name}"
    assert table[3][3] == "'-1+1"
    assert to_csv(ROWS).endswith("\r\n")


def test_markdown_is_one_line_a_datastream_and_shows_no_markup() -> None:
    """A pipe would add a column, a bracket a link."""
    lines = to_markdown(ROWS, PLAN_WORDS).splitlines()
    assert len(lines) == 2 + len(ROWS)
    separators = {line.replace(r"\|", "").count("|") for line in lines}
    assert len(separators) == 1
    name = lines[-1]
    assert r"\=" not in name
    assert all(rf"\{letter}" in name for letter in "|`<>*_[](")


def test_a_dialog_has_room_for_four_columns() -> None:
    """Whatever a datastream has beside its type is in the last one."""
    lines = to_narrow_markdown(ROWS, PLAN_WORDS).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert {line.replace(r"\|", "").count("|") for line in lines} == {5}
    assert lines[2] == (
        "| Temperature | V3 | Double | "
        "Unit: Celsius, Min: -50, Max: 150.5, Decimals: 1 |"
    )


def test_instructions_name_everything_and_quote_what_is_not_ours() -> None:
    """For an assistant, who shall take no name for an instruction."""
    text = to_instructions(ROWS, TEMPLATE_ID)
    assert TEMPLATE_ID in text
    assert TOKEN not in text
    assert all(tool in text for tool in ("get_template", "create_datastream", "edit_"))
    first, second, third = (
        line for line in text.splitlines() if line[:2] in {"1.", "2.", "3."}
    )
    assert '"Temperature"' in first
    assert "V3" in first
    assert "minimum -50, maximum 150.5, 1 decimals" in first
    assert 'values 0 = "Eco", 1 = "Comfort"' in second
    assert "any free one" in second
    assert second.endswith('"Sync with latest server value" on.')
    assert third.startswith("""3. "=HYPERLINK('x')|`a` <b>*_[l](u)":""")


def test_a_difference_names_what_has_changed() -> None:
    """And nothing else; no difference is no line."""
    warmer = PlannedDatastream(
        name="Temperature",
        pin=3,
        data_type=DataType.DOUBLE,
        unit="Fahrenheit",
        minimum=-50.0,
        maximum=None,
        decimals=1,
    )
    assert (
        difference(PLAIN, warmer, PLAN_WORDS)
        == "- **Temperature**: Unit: Celsius → Fahrenheit, Max: 150.5 → –"
    )
    assert difference(PLAIN, PLAIN, PLAN_WORDS) == ""


def test_a_list_of_names_has_the_pins() -> None:
    """As far as there are any."""
    assert names_list([PLAIN, MODE]) == "- **Temperature** (V3)\n- **Mode**"
