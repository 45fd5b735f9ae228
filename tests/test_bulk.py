"""Changing and removing many exposures in one step."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.selector import SelectSelector
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.blynk_bridge.const import SUBENTRY_DATASTREAM

from .conftest import as_subentry, exposure
from .test_expose_many import exposed, shown, start, submit


@pytest.fixture
def entry(hass: HomeAssistant, config_entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry with a switch, a sensor and a garage door."""
    config_entry.add_to_hass(hass)
    hass.states.async_set("switch.pump", "on")
    hass.states.async_set("sensor.heat", "21", {"unit_of_measurement": "°C"})
    garage = {"device_class": "garage", "supported_features": 11}
    hass.states.async_set("cover.garage", "closed", garage)
    for data in (
        exposure("switch.pump", "power", "Pump", direction="publish", min_interval=5),
        exposure("sensor.heat", "value", "Heat", "double", "publish"),
        exposure("cover.garage", "open", "Garage", "integer", "publish"),
    ):
        hass.config_entries.async_add_subentry(config_entry, as_subentry(data))
    return config_entry


def ids(entry: MockConfigEntry, *names: str) -> list[str]:
    """Return the subentries of these datastreams, of all if none is named."""
    return [
        subentry.subentry_id
        for subentry in entry.get_subentries_of_type(SUBENTRY_DATASTREAM)
        if not names or subentry.data["datastream"] in names
    ]


async def test_many_are_changed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """What is filled in, and nothing else."""
    flow = await start(hass, entry, "edit_many")
    result = await submit(
        hass,
        flow,
        exposures=ids(entry),
        max_interval=600,
        unavailable="erase",
        properties=["label", "suffix"],
        paused="pause",
    )
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "changed"
    assert shown(result, "count") == "3"
    for data in exposed(entry).values():
        assert data["max_interval"] == 600
        assert data["unavailable"] == "erase"
        assert data["properties"] == ["label", "suffix"]
        assert data["paused"] is True
        assert data["direction"] == "publish"
    assert exposed(entry)["Pump"]["min_interval"] == 5


async def test_another_entity_of_a_lost_ones_name_is_not_what_is_changed(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """What it offers says nothing of an exposure whose entity is gone."""
    gone = exposure(
        "switch.pump", "power", "Lamp", direction="publish", entity_registry_id="gone"
    )
    hass.config_entries.async_add_subentry(entry, as_subentry(gone))
    flow = await start(hass, entry, "edit_many")
    result = await submit(hass, flow, exposures=ids(entry, "Lamp"), direction="both")
    assert result["reason"] == "changed_some"
    assert shown(result, "count") == "0"
    assert exposed(entry)["Lamp"]["direction"] == "publish"


async def test_values_are_taken_back(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """0, none and resume leave nothing behind."""
    flow = await start(hass, entry, "edit_many")
    await submit(hass, flow, exposures=ids(entry), properties=["label"], paused="pause")
    flow = await start(hass, entry, "edit_many")
    await submit(
        hass,
        flow,
        exposures=ids(entry),
        min_interval=0,
        properties=["none"],
        paused="resume",
    )
    for data in exposed(entry).values():
        assert data.keys().isdisjoint({"min_interval", "properties", "paused"})


async def test_what_can_not_be_operated_stays(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """A sensor never, a garage door only when it was opened up by itself."""
    flow = await start(hass, entry, "edit_many")
    result = await submit(hass, flow, exposures=ids(entry), direction="both")
    assert result["reason"] == "changed_some"
    assert shown(result, "count") == "1"
    assert shown(result, "refused").splitlines() == [
        "- can only be shown: 1 (Heat)",
        "- guards your home, and is opened up one by one: 1 (Garage)",
    ]
    assert {name: data["direction"] for name, data in exposed(entry).items()} == {
        "Pump": "both",
        "Heat": "publish",
        "Garage": "publish",
    }


async def test_gaps_are_filled_where_there_is_a_history(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """A template's is nowhere, and what is only operated has none."""
    for data in (
        exposure("sensor.heat", "template", "Sum", "double", value_template="1"),
        exposure("switch.pump", "power", "Button", direction="control"),
    ):
        hass.config_entries.async_add_subentry(entry, as_subentry(data))
    flow = await start(hass, entry, "edit_many")
    result = await submit(hass, flow, exposures=ids(entry), backfill="fill")
    assert shown(result, "refused").splitlines() == [
        "- has no history: it is a template, or is only operated: 2 (Sum, Button)"
    ]
    filled = {name for name, data in exposed(entry).items() if data.get("backfill")}
    assert filled == {"Pump", "Heat", "Garage"}
    flow = await start(hass, entry, "edit_many")
    await submit(hass, flow, exposures=ids(entry), backfill="leave")
    assert not any("backfill" in data for data in exposed(entry).values())


async def test_an_interval_that_does_not_fit_one(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Its own other interval is longer."""
    flow = await start(hass, entry, "edit_many")
    await submit(hass, flow, exposures=ids(entry, "Pump"), min_interval=60)
    flow = await start(hass, entry, "edit_many")
    result = await submit(hass, flow, exposures=ids(entry), max_interval=30)
    assert result["reason"] == "changed_some"
    assert "1 (Pump)" in shown(result, "refused")
    assert "max_interval" not in exposed(entry)["Pump"]


async def test_an_exposure_that_is_spoilt_meanwhile_is_left_alone(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """By another version, or by hand in the file."""
    flow = await start(hass, entry, "edit_many")
    (pump,) = ids(entry, "Pump")
    spoilt = {**entry.subentries[pump].data, "min_interval": "often"}
    hass.config_entries.async_update_subentry(
        entry, entry.subentries[pump], data=spoilt
    )
    result = await submit(hass, flow, exposures=ids(entry), max_interval=30)
    assert result["reason"] == "changed_some"
    assert "1 (Pump)" in shown(result, "refused")
    assert exposed(entry)["Pump"] == spoilt


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({}, {"base": "nothing_to_change"}),
        ({"exposures": []}, {"exposures": "nothing_chosen"}),
        ({"min_interval": -1}, {"min_interval": "invalid_interval"}),
        ({"max_interval": 5}, {"max_interval": "repeats_too_often"}),
        (
            {"min_interval": 60, "max_interval": 30},
            {"max_interval": "interval_order"},
        ),
        ({"properties": ["none", "label"]}, {"properties": "none_and_some"}),
    ],
)
async def test_what_is_refused(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    fields: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Nothing is changed."""
    before = exposed(entry)
    flow = await start(hass, entry, "edit_many")
    flow = await submit(hass, flow, **{"exposures": ids(entry), **fields})
    assert flow["errors"] == errors
    assert exposed(entry) == before


async def test_many_are_removed(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Those that were chosen; what is gone already is not counted."""
    flow = await start(hass, entry, "remove_many")
    chosen = ids(entry, "Pump", "Heat")
    hass.config_entries.async_remove_subentry(entry, chosen[0])
    result = await submit(hass, flow, exposures=chosen)
    assert result["reason"] == "removed"
    assert shown(result, "count") == "1"
    assert set(exposed(entry)) == {"Garage"}


@pytest.mark.parametrize("fields", [{}, {"exposures": []}])
async def test_none_is_chosen(
    hass: HomeAssistant, entry: MockConfigEntry, fields: dict[str, list[str]]
) -> None:
    """Nothing is removed."""
    flow = await submit(hass, await start(hass, entry, "remove_many"), **fields)
    assert flow["errors"] == {"exposures": "nothing_chosen"}
    assert len(exposed(entry)) == 3


@pytest.mark.parametrize("door", ["edit_many", "remove_many"])
async def test_none_is_chosen_by_itself(
    hass: HomeAssistant, entry: MockConfigEntry, door: str
) -> None:
    """The frontend chooses the first of a list that is required."""
    flow = await start(hass, entry, door)
    assert flow["data_schema"] is not None
    assert not [
        field.schema
        for field, selector in flow["data_schema"].schema.items()
        if isinstance(field, vol.Required) and isinstance(selector, SelectSelector)
    ]


async def test_a_pause_is_seen_in_the_list(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Until it is over."""
    for paused, title in (("pause", "Pump ||"), ("resume", "Pump")):
        flow = await start(hass, entry, "edit_many")
        await submit(hass, flow, exposures=ids(entry, "Pump"), paused=paused)
        (subentry_id,) = ids(entry, "Pump")
        assert entry.subentries[subentry_id].title == title


@pytest.mark.parametrize("door", ["edit_many", "remove_many"])
async def test_nothing_is_exposed_yet(
    hass: HomeAssistant, entry: MockConfigEntry, door: str
) -> None:
    """There is nothing to choose from."""
    for subentry_id in ids(entry):
        hass.config_entries.async_remove_subentry(entry, subentry_id)
    result = await start(hass, entry, door)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_exposures"
