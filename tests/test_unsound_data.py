"""Subentries of another version, or edited by hand: each costs itself, and no other."""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest

from custom_components.blynk_bridge.const import (
    DOMAIN,
    SUBENTRY_CONTROL,
    SUBENTRY_DATASTREAM,
    SUBENTRY_EVENT,
    SUBENTRY_SELECTION,
)
from simulator import Simulator

from .conftest import SetUp, control, event, temperature
from .test_expose_many import start, submit
from .test_uplink import has

WRONG: tuple[Any, ...] = (
    None,
    5,
    -1,
    1.5,
    True,
    "?",
    "A/B+#",
    "",
    [],
    [[1]],
    {},
    {"a": []},
)
EXPOSURE = {
    "entity_id": "switch.pump",
    "entity_registry_id": None,
    "trait": "power",
    "datastream": "Level",
    "data_type": "integer",
    "direction": "both",
    "pin": 3,
    "min_interval": 0,
    "max_interval": 0,
    "unavailable": "erase",
    "properties": ["label"],
    "paused": False,
    "backfill": True,
    "opted_in": False,
    "sync_from_blynk": False,
    "code": None,
    "selection": None,
}
TEMPLATE = {**EXPOSURE, "trait": "template", "value_template": "1", "on_write": []}
ATTRIBUTE = {**EXPOSURE, "trait": "attribute", "attribute": "icon"}
NUMBER = {
    "datastream": "Number",
    "kind": "number",
    "data_type": "double",
    "minimum": 0,
    "maximum": 9,
    "step": 1,
    "mode": "box",
    "unit_of_measurement": "m",
    "pin": 4,
}
SELECT = {
    "datastream": "Choice",
    "kind": "select",
    "data_type": "enum",
    "options": ["a"],
}
TEXT = {
    "datastream": "Words",
    "kind": "text",
    "data_type": "string",
    "max_length": 9,
}
READING = {
    "datastream": "Reading",
    "kind": "sensor",
    "data_type": "double",
    "device_class": "temperature",
}
EVENT = {"event_code": "alarm", "name": "Alarm"}
SELECTION = {
    "areas": [],
    "labels": ["bad"],
    "floors": [],
    "devices": [],
    "scope": "main",
    "plan_size": "free",
    "direction": "automatic",
    "include_private": False,
    "settled": [],
}


def unsound(data: Mapping[str, Any], kind: str) -> Iterator[ConfigSubentryData]:
    """Yield the subentry with each field missing, and with each wrong value in it."""
    number = count()
    for field in data:
        rest = {key: value for key, value in data.items() if key != field}
        for broken in (rest, *({**rest, field: wrong} for wrong in WRONG)):
            yield ConfigSubentryData(
                data={
                    key: value
                    for key, value in broken.items()
                    if key == field or value is not None
                },
                subentry_type=kind,
                title=f"Broken {field}",
                unique_id=f"broken:{next(number)}",
            )


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (EXPOSURE, SUBENTRY_DATASTREAM),
        (TEMPLATE, SUBENTRY_DATASTREAM),
        (ATTRIBUTE, SUBENTRY_DATASTREAM),
        (NUMBER, SUBENTRY_CONTROL),
        (SELECT, SUBENTRY_CONTROL),
        (TEXT, SUBENTRY_CONTROL),
        (READING, SUBENTRY_CONTROL),
        (EVENT, SUBENTRY_EVENT),
        (SELECTION, SUBENTRY_SELECTION),
    ],
    ids=lambda case: case if isinstance(case, str) else next(iter(case)),
)
async def test_each_costs_itself_and_no_other(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    data: dict[str, Any],
    kind: str,
) -> None:
    """The others are served, planned, followed and changed as if it were not there."""
    assert await async_setup_component(hass, "repairs", {})
    registered = er.async_get(hass).async_get_or_create("switch", "test", "pump")
    hass.states.async_set("switch.pump", "on")
    hass.states.async_set(registered.entity_id, "on")
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(
        *unsound(data, kind),
        temperature(),
        control("Lamp", "switch", "integer"),
        event("leak"),
    )
    assert entry.state is ConfigEntryState.LOADED
    await has(simulator, "Temperature", 7)
    hass.states.async_set("sensor.temperature", "8")
    await has(simulator, "Temperature", 8)
    assert hass.states.get("switch.lamp") is not None
    assert hass.states.get("notify.leak") is not None

    plan = await hass.services.async_call(
        DOMAIN,
        "export_plan",
        {"config_entry_id": entry.entry_id, "format": "csv"},
        blocking=True,
        return_response=True,
    )
    assert plan is not None
    for name in ("Temperature", "Lamp"):
        assert f"\n{name}," in str(plan["plan"])

    er.async_get(hass).async_update_entity(registered.entity_id, name="Other")
    flow = await start(hass, entry, "expose")
    flow = await submit(
        hass,
        flow,
        entities=["switch.pump"],
        scope="all",
        direction="automatic",
        plan_size="pro",
        include_private=False,
        following=False,
    )
    assert flow["type"] is FlowResultType.FORM
    flow = await start(hass, entry, "edit_many")
    everything = [
        subentry.subentry_id
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_DATASTREAM
    ]
    flow = await submit(hass, flow, exposures=everything, min_interval=1)
    assert flow["type"] is FlowResultType.ABORT
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not [r for r in caplog.records if r.levelname in {"ERROR", "CRITICAL"}]
