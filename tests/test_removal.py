"""What is left of an entry, and of a part of it, that is removed: nothing."""

import asyncio
import gc
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge import removal
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.issues import async_forget_issues
from custom_components.blynk_bridge.quota import ISSUE_NEARLY_USED
from custom_components.blynk_bridge.removal import overridden
from simulator import Simulator

from .conftest import SetUp, control, event, exposure
from .device.conftest import eventually

ENTRY_ID = "01TESTENTRY"


async def labelled(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> MockConfigEntry:
    """Return an entry that has given a widget a label and a unit, and keeps its past."""
    hass.states.async_set(
        "sensor.outside",
        "7",
        {"unit_of_measurement": "°C", "friendly_name": "Outside"},
    )
    entry = await set_up(
        exposure(
            "sensor.outside",
            "value",
            "Temperature",
            "double",
            "publish",
            properties=["label", "suffix"],
            backfill=True,
        )
    )
    widget = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: len(widget.properties) == 2)
    await eventually(lambda: len(overridden(entry.runtime_data.learned)) == 2)
    return entry


async def test_a_removed_entry_leaves_nothing_behind(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    simulator: Simulator,
    set_up: SetUp,
) -> None:
    """No file, no issue, and no property in Blynk."""
    entry = await labelled(hass, simulator, set_up)
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{ISSUE_NEARLY_USED}_{ENTRY_ID}",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_NEARLY_USED,
    )
    ir.async_ignore_issue(hass, DOMAIN, f"{ISSUE_NEARLY_USED}_{ENTRY_ID}", True)
    assert await hass.config_entries.async_remove(entry.entry_id)
    widget = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: not widget.properties)
    await simulator.wait_for(lambda: not simulator.device.online)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert f"{DOMAIN}.{ENTRY_ID}" not in hass_storage
    assert not [key for domain, key in ir.async_get(hass).issues if domain == DOMAIN]


async def test_a_removal_without_a_connection_says_what_stays(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once, and the entry is gone in any case."""
    entry = await labelled(hass, simulator, set_up)
    simulator.cloud.deny(simulator.device, "another-token-of-32-characters-x")
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    (line,) = (each for each in caplog.messages if "stay in Blynk" in each)
    assert line.startswith("Home is removed, and 2 properties of its widgets stay")


@pytest.mark.parametrize("disabled", [True, False])
async def test_an_entry_that_is_not_loaded_leaves_nothing_either(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, disabled: bool
) -> None:
    """Disabled, or only unloaded."""
    entry = await labelled(hass, simulator, set_up)
    if disabled:
        await hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
    else:
        assert await hass.config_entries.async_unload(entry.entry_id)
    widget = simulator.device.datastreams["Temperature"]
    assert len(widget.properties) == 2
    assert await hass.config_entries.async_remove(entry.entry_id)
    await simulator.wait_for(lambda: not widget.properties)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_stop_of_home_assistant_ends_a_removal(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is cancelled, as any background task; what is left is told."""
    caplog.set_level(logging.INFO)
    entry = await labelled(hass, simulator, set_up)
    monkeypatch.setattr(removal, "_PAUSE", 60)
    assert await hass.config_entries.async_remove(entry.entry_id)
    widget = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: len(widget.properties) == 1)
    (task,) = (
        each
        for each in asyncio.all_tasks()
        if each.get_name() == "blynk_bridge removal of Home"
    )
    task.cancel("Home Assistant is stopping")
    await asyncio.wait((task,))
    (line,) = (each for each in caplog.messages if "stay in Blynk" in each)
    assert "stay in Blynk: Home Assistant is stopping" in line


@pytest.mark.parametrize(
    "data",
    [{}, {"host": "no host", "transport": "tls"}, {"host": "a", "transport": "rope"}],
    ids=["nothing", "no host", "no transport"],
)
async def test_an_entry_that_was_never_sound_can_be_removed(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    data: dict[str, Any],
) -> None:
    """With its file, and without an error."""
    key = f"{DOMAIN}.{ENTRY_ID}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {}}
    entry = MockConfigEntry(domain=DOMAIN, entry_id=ENTRY_ID, data=data, version=2)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(ENTRY_ID)
    caplog.clear()
    assert await hass.config_entries.async_remove(ENTRY_ID)
    assert key not in hass_storage
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_an_entry_of_a_later_version_can_be_removed(
    hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Whose data has another form: what stays in Blynk is told."""
    caplog.set_level(logging.INFO)
    key = f"{DOMAIN}.{ENTRY_ID}"
    overrides = {"device": "a", "properties": {"Temperature": {"label": ["Outside"]}}}
    hass_storage[key] = {
        "version": 1,
        "minor_version": 1,
        "key": key,
        "data": {"overrides": overrides},
    }
    entry = MockConfigEntry(
        domain=DOMAIN,
        entry_id=ENTRY_ID,
        title="Home",
        data={"host": "127.0.0.1", "transport": "tls"},
        version=2,
    )
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(ENTRY_ID)
    caplog.clear()
    assert await hass.config_entries.async_remove(ENTRY_ID)
    await hass.async_block_till_done(wait_background_tasks=True)
    gc.collect()
    (line,) = (each for each in caplog.messages if "stay in Blynk" in each)
    assert line.startswith("Home is removed, and 1 properties of its widgets stay")
    assert key not in hass_storage
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


# --- A part of it -----------------------------------------------------------------------


async def test_a_deleted_exposure_takes_its_properties_and_its_past_along(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And its issue, also if that was ignored."""
    entry = await labelled(hass, simulator, set_up)
    (subentry_id,) = entry.subentries
    issue_id = f"entity_gone_{subentry_id}"
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="entity_gone",
    )
    ir.async_ignore_issue(hass, DOMAIN, issue_id, True)
    assert list(entry.runtime_data.learned.history["exposures"]) == [subentry_id]
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    widget = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: not widget.properties)
    await eventually(lambda: not overridden(entry.runtime_data.learned))
    assert not entry.runtime_data.learned.history["exposures"]
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


@pytest.mark.parametrize(
    "subentry", [control("Mode", "sensor", "integer"), event("alarm")]
)
async def test_a_deleted_control_or_event_takes_its_device_along(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, subentry: Any
) -> None:
    """With its entities and their states."""
    entry = await set_up(subentry)
    (subentry_id,) = entry.subentries
    entities, devices = er.async_get(hass), dr.async_get(hass)

    def of_it() -> list[er.RegistryEntry]:
        return [
            each
            for each in er.async_entries_for_config_entry(entities, entry.entry_id)
            if each.config_subentry_id == subentry_id
        ]

    (entity,) = of_it()
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()
    assert not of_it()
    assert hass.states.get(entity.entity_id) is None
    (left,) = dr.async_entries_for_config_entry(devices, entry.entry_id)
    assert left.identifiers == {(DOMAIN, entry.entry_id)}


def test_another_entrys_issues_stay(hass: HomeAssistant) -> None:
    """They end with another id."""
    for key in ("01TESTENTRY", "01OTHER"):
        ir.async_create_issue(
            hass,
            DOMAIN,
            f"token_in_use_{key}",
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="token_in_use",
        )
    async_forget_issues(hass, MockConfigEntry(domain=DOMAIN, entry_id="01TESTENTRY"))
    assert [key for _, key in ir.async_get(hass).issues] == ["token_in_use_01OTHER"]
