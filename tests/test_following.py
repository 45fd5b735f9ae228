"""Selections that are followed: members come and go, and so do their exposures."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.blynk_bridge.const import (
    DOMAIN,
    SUBENTRY_DATASTREAM,
    SUBENTRY_SELECTION,
)
from custom_components.blynk_bridge.draft import LIMITS, PlanSize

from .conftest import SetUp, as_subentry, exposure
from .test_expose_many import expose, exposed, shown, start, submit
from .test_subentry_flow import suggested
from .translated import translated

CHANGED = "selection_changed_01TESTENTRY"
FULL = "selection_full_01TESTENTRY"
NOT_NEEDED = "**No longer needed in the template**\n\n"

type Register = Callable[..., str]


@pytest.fixture
def register(hass: HomeAssistant, entity_registry: er.EntityRegistry) -> Register:
    """Return a function that registers an entity, in an area if one is given."""

    def register(entity_id: str, area_id: str | None = None, **more: Any) -> str:
        domain, _, name = entity_id.partition(".")
        registered = entity_registry.async_get_or_create(
            domain, "test", name, object_id_base=name, **more
        )
        entity_id = registered.entity_id
        if area_id is not None:
            entity_registry.async_update_entity(entity_id, area_id=area_id)
        friendly = name.replace("_", " ").title()
        hass.states.async_set(entity_id, "on", {"friendly_name": friendly})
        return entity_id

    return register


@pytest.fixture
def kitchen(area_registry: ar.AreaRegistry, register: Register) -> str:
    """Return an area with a pump and a fan."""
    area_id = area_registry.async_create("Kitchen").id
    register("switch.pump", area_id)
    register("switch.fan", area_id)
    return area_id


@pytest.fixture
async def following(
    hass: HomeAssistant, set_up: SetUp, kitchen: str
) -> MockConfigEntry:
    """Return an entry that follows the kitchen."""
    entry = await set_up()
    flow = await expose(hass, entry, areas=[kitchen], following=True)
    flow = await submit(hass, flow)
    result = await submit(hass, flow)
    assert result["reason"] == "exposed"
    assert set(exposed(entry)) == {"Pump", "Fan"}
    await settle(hass)
    return entry


async def settle(hass: HomeAssistant) -> None:
    """Let the moment pass that following waits for."""
    await hass.async_block_till_done()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await hass.async_block_till_done(wait_background_tasks=False)


def issue(hass: HomeAssistant, issue_id: str = CHANGED) -> ir.IssueEntry | None:
    """Return an issue, None if there is none."""
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


def told(hass: HomeAssistant, issue_id: str = CHANGED) -> dict[str, str]:
    """Return what an issue says."""
    found = issue(hass, issue_id)
    assert found is not None
    assert found.translation_placeholders is not None
    return found.translation_placeholders


def selection_data(entry: MockConfigEntry) -> dict[str, Any]:
    """Return the data of the one selection there is."""
    (selection,) = entry.get_subentries_of_type(SUBENTRY_SELECTION)
    return dict(selection.data)


# --- Coming and going ----------------------------------------------------------------


async def test_a_selection_is_made(
    hass: HomeAssistant, following: MockConfigEntry, kitchen: str
) -> None:
    """It knows its exposures, and they know it; nothing is told twice."""
    (selection,) = following.get_subentries_of_type(SUBENTRY_SELECTION)
    assert selection.title == "Kitchen"
    assert str(selection.unique_id).startswith("sel:")
    assert selection.data["areas"] == [kitchen]
    assert len(selection.data["settled"]) == 2
    assert {data["selection"] for data in exposed(following).values()} == {
        selection.unique_id
    }
    assert issue(hass) is None
    assert issue(hass, FULL) is None


async def test_a_member_comes(
    hass: HomeAssistant, following: MockConfigEntry, kitchen: str, register: Register
) -> None:
    """It is exposed, and an issue tells what to create."""
    register("switch.oven", kitchen)
    assert "Oven" not in exposed(following)
    await settle(hass)
    assert exposed(following)["Oven"]["pin"] == 3
    assert "Oven" in following.runtime_data.exposures
    assert "| Oven | V3 | Integer |" in told(hass)["added"]
    assert told(hass)["removed"] == ""


async def test_a_member_goes(
    hass: HomeAssistant,
    following: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """To another room, or for ever."""
    entity_registry.async_update_entity("switch.pump", area_id=None)
    await settle(hass)
    assert set(exposed(following)) == {"Fan"}
    assert told(hass)["removed"] == f"{NOT_NEEDED}- Pump\n\n"
    entity_registry.async_remove("switch.fan")
    await settle(hass)
    assert not exposed(following)
    assert set(following.runtime_data.exposures) == set()
    assert told(hass)["removed"] == f"{NOT_NEEDED}- Pump\n- Fan\n\n"
    assert told(hass)["added"] == ""


async def test_a_member_comes_back(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    entity_registry: er.EntityRegistry,
) -> None:
    """It left by itself, not by the user's hand."""
    entity_registry.async_update_entity("switch.pump", area_id=None)
    await settle(hass)
    entity_registry.async_update_entity("switch.pump", area_id=kitchen)
    await settle(hass)
    assert exposed(following)["Pump"]["pin"] == 2
    assert told(hass)["removed"] == ""
    assert "Pump" in told(hass)["added"]


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_by": er.RegistryEntryHider.USER},
        {"disabled_by": er.RegistryEntryDisabler.USER},
        {"entity_category": EntityCategory.DIAGNOSTIC},
        {"new_entity_id": "switch.renamed"},
        {"name": "Another"},
    ],
)
async def test_who_stays(
    hass: HomeAssistant,
    following: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    change: dict[str, Any],
) -> None:
    """Hidden, disabled or renamed, it is still in the kitchen."""
    entity_registry.async_update_entity("switch.pump", **change)
    await settle(hass)
    assert set(exposed(following)) == {"Pump", "Fan"}
    assert issue(hass) is None


async def test_unavailable_is_not_gone(
    hass: HomeAssistant, following: MockConfigEntry, kitchen: str, register: Register
) -> None:
    """Nor is one that has lost its state."""
    hass.states.async_set("switch.pump", STATE_UNAVAILABLE)
    hass.states.async_remove("switch.fan")
    register("switch.oven", kitchen)
    await settle(hass)
    assert set(exposed(following)) == {"Pump", "Fan", "Oven"}


async def test_floors_labels_and_devices_are_followed(
    hass: HomeAssistant,
    set_up: SetUp,
    kitchen: str,
    register: Register,
    area_registry: ar.AreaRegistry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    floor_registry: fr.FloorRegistry,
    label_registry: lr.LabelRegistry,
) -> None:
    """Whoever comes to one of them."""
    entry = await set_up()
    other = MockConfigEntry(domain="test")
    other.add_to_hass(hass)
    floor = floor_registry.async_create("Ground").floor_id
    label = label_registry.async_create("Blynk").label_id
    device = device_registry.async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("test", "1")}, name="Box"
    )
    flow = await expose(
        hass,
        entry,
        floors=[floor],
        labels=[label],
        devices=[device.id],
        following=True,
    )
    result = await submit(hass, flow)
    assert result["reason"] == "following"
    assert not exposed(entry)
    (selection,) = entry.get_subentries_of_type(SUBENTRY_SELECTION)
    assert selection.title == "Ground, Blynk, Box"

    area_registry.async_update(kitchen, floor_id=floor)
    register("switch.labelled")
    entity_registry.async_update_entity("switch.labelled", labels={label})
    register("switch.boxed", device_id=device.id)
    await settle(hass)
    assert set(exposed(entry)) == {"Pump", "Fan", "Labelled", "Boxed"}

    area_registry.async_update(kitchen, floor_id=None)
    label_registry.async_delete(label)
    await settle(hass)
    assert set(exposed(entry)) == {"Boxed"}


async def test_it_looks_after_the_start(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    register: Register,
    entity_registry: er.EntityRegistry,
) -> None:
    """Not while integrations are still registering their entities."""
    await hass.config_entries.async_unload(following.entry_id)
    register("switch.oven", kitchen)
    entity_registry.async_remove("switch.fan")
    hass.set_state(CoreState.starting)
    await hass.config_entries.async_setup(following.entry_id)
    await settle(hass)
    assert set(exposed(following)) == {"Pump", "Fan"}
    hass.set_state(CoreState.running)
    hass.bus.async_fire("homeassistant_started")
    await hass.async_block_till_done(wait_background_tasks=False)
    assert set(exposed(following)) == {"Pump", "Oven"}
    assert following.runtime_data.exposures.keys() == {"Pump", "Oven"}


# --- The user's hand -------------------------------------------------------------------


async def remove(hass: HomeAssistant, entry: MockConfigEntry, name: str) -> None:
    """Delete an exposure as the user does."""
    for subentry in list(entry.subentries.values()):
        if subentry.data.get("datastream") == name:
            hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await settle(hass)


async def test_what_is_deleted_stays_deleted(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    register: Register,
    entity_registry: er.EntityRegistry,
) -> None:
    """Also after a reload; until it leaves and comes back."""
    await remove(hass, following, "Pump")
    register("switch.oven", kitchen)
    await settle(hass)
    assert set(exposed(following)) == {"Fan", "Oven"}
    await hass.config_entries.async_reload(following.entry_id)
    await settle(hass)
    assert set(exposed(following)) == {"Fan", "Oven"}

    entity_registry.async_update_entity("switch.pump", area_id=None)
    await settle(hass)
    entity_registry.async_update_entity("switch.pump", area_id=kitchen)
    await settle(hass)
    assert set(exposed(following)) == {"Fan", "Oven", "Pump"}


async def test_a_deleted_selection_leaves_its_exposures(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    register: Register,
    entity_registry: er.EntityRegistry,
) -> None:
    """Nobody follows any more."""
    (selection,) = following.get_subentries_of_type(SUBENTRY_SELECTION)
    hass.config_entries.async_remove_subentry(following, selection.subentry_id)
    register("switch.oven", kitchen)
    entity_registry.async_update_entity("switch.pump", area_id=None)
    await settle(hass)
    assert set(exposed(following)) == {"Fan", "Pump"}


async def test_exposures_of_the_users_own_stay(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    register: Register,
    entity_registry: er.EntityRegistry,
) -> None:
    """What was exposed by hand is neither exposed twice nor removed."""
    oven = register("switch.oven", kitchen)
    registered = entity_registry.async_get(oven)
    assert registered is not None
    hass.config_entries.async_add_subentry(
        following,
        as_subentry(exposure(oven, "power", "Mine", entity_registry_id=registered.id)),
    )
    await settle(hass)
    assert set(exposed(following)) == {"Fan", "Pump", "Mine"}
    entity_registry.async_update_entity(oven, area_id=None)
    await settle(hass)
    assert set(exposed(following)) == {"Fan", "Pump", "Mine"}


async def test_a_changed_exposure_still_comes_and_goes(
    hass: HomeAssistant,
    following: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The form of one exposure does not make it the user's own."""
    subentry = next(
        subentry
        for subentry in following.get_subentries_of_type(SUBENTRY_DATASTREAM)
        if subentry.data["datastream"] == "Pump"
    )
    flow = await hass.config_entries.subentries.async_init(
        (following.entry_id, SUBENTRY_DATASTREAM),
        context={"source": "reconfigure", "subentry_id": subentry.subentry_id},
    )
    await submit(hass, flow, **(suggested(flow) | {"datastream": "Well"}))
    assert set(exposed(following)) == {"Well", "Fan"}
    entity_registry.async_remove("switch.pump")
    await settle(hass)
    assert set(exposed(following)) == {"Fan"}


async def test_another_selection_takes_over(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    entity_registry: er.EntityRegistry,
    label_registry: lr.LabelRegistry,
) -> None:
    """Who belongs to two leaves only with the second."""
    label = label_registry.async_create("Blynk").label_id
    entity_registry.async_update_entity("switch.pump", labels={label})
    flow = await expose(hass, following, labels=[label], following=True)
    assert "exposed already: 1 (Pump)" in shown(flow, "left_out")
    await submit(hass, flow)
    entity_registry.async_update_entity("switch.pump", area_id=None)
    await settle(hass)
    assert set(exposed(following)) == {"Fan", "Pump"}
    assert issue(hass) is None
    entity_registry.async_update_entity("switch.pump", labels=set())
    await settle(hass)
    assert set(exposed(following)) == {"Fan"}


async def test_entities_chosen_one_by_one_are_not_followed(
    hass: HomeAssistant,
    set_up: SetUp,
    kitchen: str,
    register: Register,
    entity_registry: er.EntityRegistry,
) -> None:
    """They stay as they are."""
    register("switch.garden")
    entry = await set_up()
    flow = await expose(
        hass, entry, areas=[kitchen], entities=["switch.garden"], following=True
    )
    await submit(hass, flow)
    assert "selection" not in exposed(entry)["Garden"]
    assert "entities" not in selection_data(entry)
    entity_registry.async_remove("switch.garden")
    await settle(hass)
    assert "Garden" in exposed(entry)


# --- The limit -------------------------------------------------------------------------


async def test_more_than_the_plan_allows(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    register: Register,
    entity_registry: er.EntityRegistry,
) -> None:
    """An issue names who waits; with room, they come."""
    for number in range(LIMITS[PlanSize.FREE]):
        register(f"switch.more_{number:02}", kitchen)
    await settle(hass)
    assert len(exposed(following)) == LIMITS[PlanSize.FREE]
    assert told(hass, FULL)["waiting"] == "- More 48\n- More 49"
    entity_registry.async_update_entity("switch.more_00", area_id=None)
    await settle(hass)
    assert told(hass, FULL)["waiting"] == "- More 49"
    assert "More 48" in exposed(following)
    await remove(hass, following, "More 01")
    await settle(hass)
    assert "More 49" in exposed(following)
    assert issue(hass, FULL) is None


async def test_the_issue_goes_with_the_selection(
    hass: HomeAssistant, following: MockConfigEntry, kitchen: str, register: Register
) -> None:
    """Nobody waits where nobody is followed."""
    for number in range(LIMITS[PlanSize.FREE]):
        register(f"switch.more_{number:02}", kitchen)
    await settle(hass)
    assert issue(hass, FULL) is not None
    (selection,) = following.get_subentries_of_type(SUBENTRY_SELECTION)
    hass.config_entries.async_remove_subentry(following, selection.subentry_id)
    await settle(hass)
    assert issue(hass, FULL) is None


async def test_who_waits_is_ignored_over_a_reload(
    hass: HomeAssistant, following: MockConfigEntry, kitchen: str, register: Register
) -> None:
    """As long as somebody waits."""
    for number in range(LIMITS[PlanSize.FREE]):
        register(f"switch.more_{number:02}", kitchen)
    await settle(hass)
    ir.async_ignore_issue(hass, DOMAIN, FULL, True)
    assert await hass.config_entries.async_reload(following.entry_id)
    await settle(hass)
    found = issue(hass, FULL)
    assert found is not None
    assert found.dismissed_version is not None


# --- The issue -------------------------------------------------------------------------


async def test_the_difference_is_acknowledged(
    hass: HomeAssistant,
    following: MockConfigEntry,
    kitchen: str,
    register: Register,
    hass_client: ClientSessionGenerator,
) -> None:
    """Submitted, it goes; the next one tells of what has changed since."""
    assert await async_setup_component(hass, REPAIRS, {})
    register("switch.oven", kitchen)
    await settle(hass)
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": CHANGED}
    )
    form = await response.json()
    assert form["step_id"] == "confirm"
    assert "Oven" in form["description_placeholders"]["added"]
    response = await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
    assert (await response.json())["type"] == "create_entry"
    assert issue(hass) is None

    register("switch.kettle", kitchen)
    await settle(hass)
    assert "Kettle" in told(hass)["added"]
    assert "Oven" not in told(hass)["added"]


async def test_an_ignored_difference_is_not_the_next_one(
    hass: HomeAssistant, following: MockConfigEntry, kitchen: str, register: Register
) -> None:
    """It is shown again, when there is more to do."""
    register("switch.oven", kitchen)
    await settle(hass)
    ir.async_ignore_issue(hass, DOMAIN, CHANGED, True)
    register("switch.kettle", kitchen)
    await settle(hass)
    found = issue(hass)
    assert found is not None
    assert found.dismissed_version is None
    assert "Oven" in told(hass)["added"]


async def test_the_issues_go_with_the_entry(
    hass: HomeAssistant, following: MockConfigEntry, kitchen: str, register: Register
) -> None:
    """An unload leaves what was told, a removal nothing."""
    register("switch.oven", kitchen)
    await settle(hass)
    await hass.config_entries.async_unload(following.entry_id)
    assert issue(hass) is not None
    await hass.config_entries.async_remove(following.entry_id)
    assert issue(hass) is None


# --- Changing a selection --------------------------------------------------------------


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry
) -> SubentryFlowResult:
    """Start to change the one selection there is."""
    (selection,) = entry.get_subentries_of_type(SUBENTRY_SELECTION)
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_SELECTION),
        context={"source": "reconfigure", "subentry_id": selection.subentry_id},
    )
    return translated(result)


async def test_a_selection_is_changed(
    hass: HomeAssistant,
    following: MockConfigEntry,
    register: Register,
    area_registry: ar.AreaRegistry,
) -> None:
    """A preview of who comes and goes, then what to change in the template."""
    garden = area_registry.async_create("Garden").id
    register("switch.lights", garden)
    flow = await reconfigure(hass, following)
    assert flow["step_id"] == "reconfigure"
    assert "settled" not in suggested(flow)
    flow = await submit(hass, flow, **(suggested(flow) | {"areas": [garden]}))
    assert flow["step_id"] == "reconfigure_preview"
    assert "| Lights | V1 |" in shown(flow, "rows")
    assert shown(flow, "removed") == "**No longer exposed**\n\n- Fan\n- Pump\n\n"
    assert set(exposed(following)) == {"Pump", "Fan"}

    flow = await submit(hass, flow)
    assert flow["step_id"] == "changed"
    assert "| Lights | V1 |" in shown(flow, "added")
    assert shown(flow, "removed") == f"{NOT_NEEDED}- Fan\n- Pump\n\n"
    result = await submit(hass, flow)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "selection_changed"
    assert set(exposed(following)) == {"Lights"}
    (selection,) = following.get_subentries_of_type(SUBENTRY_SELECTION)
    assert selection.title == "Garden"
    await settle(hass)
    assert issue(hass) is None


async def test_a_selection_is_confirmed_as_it_is(
    hass: HomeAssistant, following: MockConfigEntry
) -> None:
    """Nobody comes, nobody goes, and nothing is to be changed in the template."""
    before = exposed(following)
    flow = await reconfigure(hass, following)
    flow = await submit(hass, flow, **suggested(flow))
    assert flow["step_id"] == "reconfigure_preview"
    result = await submit(hass, flow)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "selection_changed"
    assert exposed(following) == before


async def test_a_selection_needs_something_to_follow(
    hass: HomeAssistant, following: MockConfigEntry
) -> None:
    """An empty one is deleted, not emptied."""
    flow = await reconfigure(hass, following)
    fields = suggested(flow)
    del fields["areas"]
    flow = await submit(hass, flow, **fields)
    assert flow["errors"] == {"base": "nothing_chosen"}


async def test_the_menu_is_there_without_following(
    hass: HomeAssistant, following: MockConfigEntry
) -> None:
    """A selection does not stand in the way of the other doors."""
    flow = await start(hass, following, "edit_many")
    assert flow["step_id"] == "edit_many"
