"""Subentries that somebody edited, and forms that somebody filled in."""

from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, valid_entity_id
from hypothesis import example, given, strategies as st
import pytest
import voluptuous as vol

from custom_components.blynk_bridge.control import Control, ControlKind
from custom_components.blynk_bridge.device.errors import InvalidValue
from custom_components.blynk_bridge.device.messages import valid_name
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.draft import Wish
from custom_components.blynk_bridge.event_code import (
    EVENT_CODE_MAX,
    EventCode,
    is_event_code,
)
from custom_components.blynk_bridge.exposure import Exposure
from custom_components.blynk_bridge.exposure_data import checked, datastreams, pins
from custom_components.blynk_bridge.flows.control_details import (
    DEVICE_CLASSES,
    FIELDS,
    detail_errors,
    tidied,
)
from custom_components.blynk_bridge.plan import planned, planned_control
from custom_components.blynk_bridge.plan_formats import to_csv, to_instructions, to_json

from ..test_unsound_data import ATTRIBUTE, EVENT, EXPOSURE, SELECTION, TEMPLATE
from .effort import effort
from .made_up import JSON, TEXTS, nearly

NOT_VALID = (KeyError, TypeError, ValueError)
PRESENT: list[dict[str, Any]] = [
    {key: value for key, value in fields.items() if value is not None}
    for fields in (EXPOSURE, TEMPLATE, ATTRIBUTE)
]
EXPOSURES = st.one_of(*(nearly(fields) for fields in PRESENT))
CONTROLS: list[dict[str, Any]] = [
    {"datastream": "A", "kind": "number", "data_type": "double", "pin": 4}
    | {"minimum": 0, "maximum": 9, "step": 1, "mode": "box"},
    {"datastream": "A", "kind": "select", "data_type": "enum", "options": ["a", "b"]},
    {"datastream": "A", "kind": "text", "data_type": "string", "max_length": 9},
    {"datastream": "A", "kind": "time", "data_type": "integer"},
    {"datastream": "A", "kind": "sensor", "data_type": "double"}
    | {"device_class": "temperature", "unit_of_measurement": "°C"},
    {"datastream": "A", "kind": "switch", "data_type": "boolean"},
]


def subentry(data: dict[str, Any]) -> ConfigSubentry:
    """Return a subentry with this data."""
    return ConfigSubentry(
        data=MappingProxyType(data), subentry_type="x", title="X", unique_id=None
    )


@given(EXPOSURES)
@example(PRESENT[0])
@effort(500)
def test_an_exposures_data_is_sound_or_refused(data: dict[str, Any]) -> None:
    """What is taken for sound can be relied on."""
    try:
        assert checked(data) is data
    except NOT_VALID:
        return
    assert valid_name(data["datastream"])
    assert valid_entity_id(data["entity_id"])
    for field in ("data_type", "direction", "trait"):
        assert isinstance(data[field], str)
    for field in ("min_interval", "max_interval"):
        assert data.get(field, 0) >= 0


@given(st.lists(st.one_of(EXPOSURES, nearly(CONTROLS[0])), max_size=4))
@effort(200)
def test_names_and_pins_are_taken_whatever_else_is_wrong(
    data: list[dict[str, Any]],
) -> None:
    """Of subentries of any kind."""
    subentries = [subentry(each) for each in data]
    assert all(isinstance(name, str) for name in datastreams(subentries))
    assert all(isinstance(pin, int) for pin in pins(subentries))


@given(EXPOSURES)
@example(PRESENT[0])
@example(PRESENT[1])
@effort(300)
async def test_an_exposure_is_served_or_not(
    hass: HomeAssistant, data: dict[str, Any]
) -> None:
    """It may be any JSON: the set-up goes on, and what is served can be planned."""
    hass.states.async_set("switch.pump", "on")
    exposure = Exposure.from_subentry(hass, subentry(data))
    try:
        row = planned(hass, data)
    except NOT_VALID:
        assert exposure is None
        return
    assert to_json([row])[0]["name"] == row.name
    assert row.name in to_csv([row])
    assert to_instructions([row], "TMPL1234")
    if exposure is not None:
        assert exposure.datastream == row.name
        assert "'code'" not in repr(exposure)


@given(st.one_of(*(nearly(fields) for fields in CONTROLS)))
@effort(500)
def test_a_control_is_served_or_not(data: dict[str, Any]) -> None:
    """And then has a range and options for whatever Blynk writes."""
    control = Control.from_subentry(subentry(data))
    if control is None:
        return
    assert valid_name(control.datastream)
    row = planned_control(control, data.get("pin"))
    assert to_json([row])
    assert to_csv([row])
    for value in (-1, 0, 1, 2**31 - 1, 0.0, "0"):
        try:
            assert control.option(value) in control.options
        except InvalidValue:
            assert value not in range(len(control.options)) or isinstance(value, float)


@given(nearly(EVENT))
@effort(100)
def test_an_event_is_served_or_not(data: dict[str, Any]) -> None:
    """It has a code and a name."""
    try:
        event = EventCode.from_subentry(subentry(data))
    except KeyError, TypeError:
        return
    assert isinstance(event.code, str)
    assert isinstance(event.name, str)


@given(TEXTS)
@effort(300)
def test_an_event_code_has_a_topic(code: str) -> None:
    """Of one level, without wildcards."""
    if is_event_code(code):
        assert code.encode()
        assert len(code) <= EVENT_CODE_MAX
        assert not set(code) & set("/+#,\0\n")


@given(nearly(SELECTION))
@effort(300)
def test_a_selection_is_followed_or_not(data: dict[str, Any]) -> None:
    """What its wish names are texts."""
    try:
        wish = Wish.from_fields(data)
    except TypeError, ValueError:
        return
    for ids in wish.choice.fields.values():
        assert all(isinstance(each, str) for each in ids)
    assert wish.limit > 0


# --- Forms -----------------------------------------------------------------------

ENTRIES: dict[str, st.SearchStrategy[Any]] = {
    "minimum": st.one_of(st.integers(-10, 10), st.floats(allow_nan=True)),
    "maximum": st.one_of(st.integers(-10, 300), st.floats(allow_nan=True)),
    "step": st.one_of(st.integers(-1, 10), st.floats(allow_nan=True)),
    "unit_of_measurement": st.one_of(st.sampled_from(["°C", "m", " "]), TEXTS),
    "mode": st.sampled_from(["auto", "box", "slider"]),
    "options": st.lists(
        st.one_of(TEXTS, st.sampled_from(["a", "b", " a"])), max_size=4
    ),
    "max_length": st.one_of(st.integers(-1, 300), st.floats(0, 300)),
}


def filled_in(kind: ControlKind) -> st.SearchStrategy[dict[str, Any]]:
    """Return what a user may enter into the form of a kind."""
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for marker, selector in FIELDS[kind].items():
        field = str(marker)
        values = (
            ENTRIES[field]
            if field in ENTRIES
            else st.sampled_from(selector.config["options"])
        )
        (required if isinstance(marker, vol.Required) else optional)[field] = values
    if kind in DEVICE_CLASSES:
        optional["device_class"] = st.sampled_from(DEVICE_CLASSES[kind])
    return st.fixed_dictionaries(required, optional=optional)


@pytest.mark.parametrize("kind", ControlKind)
@given(st.data())
@effort(200)
def test_a_form_without_errors_makes_a_control(
    kind: ControlKind, data: st.DataObject
) -> None:
    """Whatever is entered, there is an error for a field of it, or a control of it."""
    entered = data.draw(filled_in(kind))
    tidy = tidied(entered)
    assert tidied(tidy) == tidy
    fields = {str(marker) for marker in FIELDS[kind]} | {"device_class"}
    if errors := detail_errors(kind, tidy):
        assert set(errors) <= fields
        return
    control = Control.from_data(
        "x",
        {"datastream": "A", "kind": kind.value, **tidy}
        | ({} if "data_type" in tidy else {"data_type": DataType.STRING.value}),
    )
    limits = control.limits
    assert limits is None or limits.minimum <= limits.maximum
    if kind is ControlKind.NUMBER:
        assert limits is not None
        for number in (limits.minimum, limits.maximum, 0.1, -(2**40)):
            nearest = limits.nearest(number)
            assert limits.minimum <= nearest <= limits.maximum
            assert limits.nearest(nearest) == pytest.approx(nearest)


@given(
    st.dictionaries(st.text(max_size=5), st.one_of(JSON, st.lists(TEXTS)), max_size=4)
)
@effort(100)
def test_tidying_twice_is_tidying_once(entered: dict[str, Any]) -> None:
    """Of the texts and numbers that forms hold."""
    entered = {
        key: value
        for key, value in entered.items()
        if not isinstance(value, list) or all(isinstance(each, str) for each in value)
    }
    assert tidied(tidied(entered)) == tidied(entered)
