"""What becomes of an exposure whose entity goes, and the flows that mend it."""

import asyncio
from typing import Any

from homeassistant.components.repairs import DOMAIN as REPAIRS_DOMAIN, RepairsFlowResult
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator

from .conftest import SetUp, exposure
from .device.conftest import eventually
from .test_plan_check import PACKAGE, SOON, UNKNOWN, number
from .test_uplink import has
from .translated import STRINGS, all_texts, placeholders


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the waits short, and leave their order."""
    for name in (
        "lost_entities._GRACE",
        "datastream_check._SETTLE_TIME",
        "datastream_check._PATIENCE",
        "plan_changes._LOOK_DELAY",
    ):
        monkeypatch.setattr(f"{PACKAGE}.{name}", SOON)


@pytest.fixture
def switched(hass: HomeAssistant) -> list[ServiceCall]:
    """Return the calls that would operate a switch."""
    return async_mock_service(hass, "switch", "turn_on")


def register(
    hass: HomeAssistant, unique_id: str = "1", state: str | None = "off", **more: Any
) -> er.RegistryEntry:
    """Let an integration add its switch, with a state unless that is None."""
    domain = more.pop("domain", "switch")
    entry = er.async_get(hass).async_get_or_create(
        domain, "test", unique_id, **{"suggested_object_id": "lamp"} | more
    )
    if state is not None:
        hass.states.async_set(entry.entity_id, state)
    return entry


def remove(hass: HomeAssistant, entity_id: str) -> None:
    """Let the user remove an entity."""
    er.async_get(hass).async_remove(entity_id)
    hass.states.async_remove(entity_id)


async def exposed(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, **more: Any
) -> MockConfigEntry:
    """Return an entry that exposes the switch, and has sent it."""
    lamp = register(hass)
    entry = await set_up(
        exposure(lamp.entity_id, "power", "Lamp", entity_registry_id=lamp.id, **more)
    )
    await has(simulator, "Lamp", 0)
    return entry


def subentry_id(entry: MockConfigEntry) -> str:
    """Return the only exposure's id."""
    (found,) = entry.subentries
    return found


def lost(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    """Return the issue of the only exposure."""
    issue_id = f"entity_gone_{subentry_id(entry)}"
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


# --- Rename, disable, remove, add again -------------------------------------------


async def test_a_removed_entity_is_an_issue_until_it_is_back(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Home Assistant remembers its registry id; its new name does not matter."""
    entry = await exposed(hass, simulator, set_up)
    remove(hass, "switch.lamp")
    await eventually(lambda: lost(hass, entry))
    found = lost(hass, entry)
    assert found is not None
    assert found.data == {
        "entry_id": entry.entry_id,
        "subentry_id": subentry_id(entry),
    }
    assert found.translation_placeholders == {
        "title": "Home",
        "name": "Lamp",
        "entity_id": r"switch.lamp",
    }
    back = register(hass, state="on")
    er.async_get(hass).async_update_entity(
        back.entity_id, new_entity_id="switch.bedside"
    )
    hass.states.async_set("switch.bedside", "on")
    await eventually(lambda: lost(hass, entry) is None)
    await has(simulator, "Lamp", 1)


async def test_a_disabled_entity_is_an_issue_until_it_is_enabled(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The same, by the user's own hand."""
    entry = await exposed(hass, simulator, set_up)
    registry = er.async_get(hass)
    registry.async_update_entity(
        "switch.lamp", disabled_by=er.RegistryEntryDisabler.USER
    )
    hass.states.async_remove("switch.lamp")
    await eventually(lambda: lost(hass, entry))
    registry.async_update_entity("switch.lamp", disabled_by=None)
    await eventually(lambda: lost(hass, entry) is None)
    hass.states.async_set("switch.lamp", "on")
    await has(simulator, "Lamp", 1)


async def test_a_renamed_entity_is_no_issue(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Neither is one that is away for a moment, or unavailable."""
    entry = await exposed(hass, simulator, set_up)
    er.async_get(hass).async_update_entity(
        "switch.lamp", new_entity_id="switch.bedside"
    )
    hass.states.async_remove("switch.lamp")
    await asyncio.sleep(2 * SOON)
    remove(hass, "switch.bedside")
    await asyncio.sleep(SOON / 3)
    register(hass, state="unavailable")
    await asyncio.sleep(2 * SOON)
    assert lost(hass, entry) is None


async def test_another_entity_does_not_take_the_place(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    switched: list[ServiceCall],
) -> None:
    """A gate may get the name of the lamp that was: it is neither shown nor operated."""
    entry = await exposed(hass, simulator, set_up)
    remove(hass, "switch.lamp")
    other = register(hass, "2", "on")
    assert other.entity_id == "switch.lamp"
    await eventually(lambda: lost(hass, entry))
    await simulator.press("Lamp", 1)
    await simulator.press("Lamp", 0)
    hass.states.async_set("switch.lamp", "off")
    hass.states.async_set("switch.lamp", "on")
    await asyncio.sleep(2 * SOON)
    assert simulator.device.datastreams["Lamp"].value == 0
    assert switched == []
    assert lost(hass, entry) is not None
    # Nor does one that is not in the registry.
    remove(hass, "switch.lamp")
    hass.states.async_set("switch.lamp", "on")
    await simulator.press("Lamp", 1)
    await asyncio.sleep(2 * SOON)
    assert switched == []
    assert lost(hass, entry) is not None


async def test_another_entity_does_not_take_the_place_after_a_restart(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    switched: list[ServiceCall],
) -> None:
    """The registry id is all that counts."""
    other = register(hass, "2", "on")
    entry = await set_up(
        exposure(other.entity_id, "power", "Lamp", entity_registry_id="of-the-first")
    )
    await eventually(lambda: lost(hass, entry))
    await simulator.press("Lamp", 1)
    await asyncio.sleep(SOON)
    assert switched == []
    assert entry.runtime_data.exposures == {}


async def test_an_entity_outside_the_registry_has_only_its_state(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It may be away for a moment, as while its configuration is loaded again."""
    hass.states.async_set("switch.lamp", "off")
    entry = await set_up(exposure("switch.lamp", "power", "Lamp"))
    hass.states.async_remove("switch.lamp")
    await asyncio.sleep(SOON / 3)
    hass.states.async_set("switch.lamp", "on")
    await asyncio.sleep(2 * SOON)
    assert lost(hass, entry) is None
    hass.states.async_remove("switch.lamp")
    await eventually(lambda: lost(hass, entry))
    hass.states.async_set("switch.lamp", "on")
    assert lost(hass, entry) is None


async def test_the_issue_goes_with_the_entry(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And comes back with it."""
    entry = await exposed(hass, simulator, set_up)
    remove(hass, "switch.lamp")
    await eventually(lambda: lost(hass, entry))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert lost(hass, entry) is None
    assert await hass.config_entries.async_setup(entry.entry_id)
    await eventually(lambda: lost(hass, entry))


# --- The flows --------------------------------------------------------------------


class Flow:
    """A fix flow as the frontend goes through it; every text it needs is there."""

    def __init__(self, hass: HomeAssistant, issue_id: str) -> None:
        """Name the issue."""
        self._hass = hass
        self._issue_id = issue_id
        self._texts: dict[str, Any] = {}
        self._flow_id = ""

    async def start(self) -> RepairsFlowResult:
        """Return the first step."""
        assert await async_setup_component(self._hass, REPAIRS_DOMAIN, {})
        found = ir.async_get(self._hass).async_get_issue(DOMAIN, self._issue_id)
        assert found is not None
        assert found.translation_key is not None
        texts = STRINGS["issues"][found.translation_key]
        assert placeholders(texts["title"]) <= set(found.translation_placeholders or {})
        self._texts = texts["fix_flow"]
        manager = self._hass.data[REPAIRS_DOMAIN]["flow_manager"]
        return self._checked(
            await manager.async_init(DOMAIN, context={"issue_id": self._issue_id})
        )

    async def go(self, user_input: dict[str, Any]) -> RepairsFlowResult:
        """Submit a step, and return the next one."""
        manager = self._hass.data[REPAIRS_DOMAIN]["flow_manager"]
        return self._checked(await manager.async_configure(self._flow_id, user_input))

    def _checked(self, result: RepairsFlowResult) -> RepairsFlowResult:
        """Return a result, after a look at its texts."""
        self._flow_id = result["flow_id"]
        if result["type"] is FlowResultType.ABORT:
            assert self._texts["abort"][result["reason"]]
        if result["type"] not in {FlowResultType.FORM, FlowResultType.MENU}:
            return result
        step = self._texts["step"][result["step_id"]]
        known = set(result["description_placeholders"] or {})
        for text in all_texts(step):
            assert placeholders(text) <= known
        if result["type"] is FlowResultType.MENU:
            offered = result["menu_options"]
            assert isinstance(offered, list)
            assert sorted(step["menu_options"]) == sorted(offered)
            return result
        schema = result["data_schema"]
        assert schema is not None
        fields = {marker.schema for marker in schema.schema}
        assert set(step.get("data", {})) == fields
        assert set(step.get("data_description", {})) == fields
        for error in (result["errors"] or {}).values():
            assert self._texts["error"][error]
        return result


async def gone(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, **more: Any
) -> tuple[MockConfigEntry, Flow]:
    """Return an entry whose entity was removed, and the flow that mends it."""
    entry = await exposed(hass, simulator, set_up, **more)
    remove(hass, "switch.lamp")
    await eventually(lambda: lost(hass, entry))
    return entry, Flow(hass, f"entity_gone_{subentry_id(entry)}")


async def test_the_exposure_is_deleted(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """With its issue."""
    entry, flow = await gone(hass, simulator, set_up)
    issue_id = f"entity_gone_{subentry_id(entry)}"
    await flow.start()
    result = await flow.go({"next_step_id": "delete"})
    assert result["step_id"] == "delete"
    result = await flow.go({})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not entry.subentries
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None


async def test_the_exposure_is_paired_anew(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    switched: list[ServiceCall],
) -> None:
    """With its settings, and with another kind of entity that offers the same."""
    entry, flow = await gone(hass, simulator, set_up, min_interval=0.1)
    lamp = register(hass, "2", "on", domain="light", suggested_object_id="new")
    await flow.start()
    await flow.go({"next_step_id": "pair"})
    result = await flow.go({"entity_id": "light.new"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.subentries.values()
    assert subentry.data["entity_id"] == "light.new"
    assert subentry.data["entity_registry_id"] == lamp.id
    assert subentry.data["min_interval"] == 0.1
    await has(simulator, "Lamp", 1)
    assert lost(hass, entry) is None


@pytest.mark.parametrize(
    ("entity_id", "error"),
    [
        ("switch.nowhere", "entity_not_found"),
        ("switch.disabled", "entity_not_found"),
        ("button.home_send_everything_again", "own_entity"),
        ("sensor.temperature", "trait_not_offered"),
    ],
)
async def test_what_does_not_fit_is_refused(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    entity_id: str,
    error: str,
) -> None:
    """And the user may choose again."""
    entry, flow = await gone(hass, simulator, set_up)
    register(
        hass,
        "2",
        None,
        suggested_object_id="disabled",
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    hass.states.async_set("sensor.temperature", "7")
    hass.states.async_set("switch.good", "on")
    await flow.start()
    await flow.go({"next_step_id": "pair"})
    if error == "own_entity":
        # The form offers none; by its registry id it could be entered all the same.
        own = er.async_get(hass).async_get(entity_id)
        assert own is not None
        entity_id = own.id
    result = await flow.go({"entity_id": entity_id})
    assert result["errors"] == {"entity_id": error}
    result = await flow.go({"entity_id": "switch.good"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.subentries.values()
    assert "entity_registry_id" not in subentry.data
    await has(simulator, "Lamp", 1)


async def test_what_can_only_be_shown_is_no_replacement_for_what_is_operated(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Nor is what its data type can't hold."""
    hass.states.async_set("number.level", "3", {"min": 0, "max": 9, "step": 1})
    entry = await set_up(exposure("number.level", "value", "Level"))
    hass.states.async_remove("number.level")
    await eventually(lambda: lost(hass, entry))
    flow = Flow(hass, f"entity_gone_{subentry_id(entry)}")
    hass.states.async_set("sensor.level", "3")
    hass.states.async_set("input_text.level", "3")
    await flow.start()
    await flow.go({"next_step_id": "pair"})
    for unfit in ("sensor.level", "input_text.level"):
        result = await flow.go({"entity_id": unfit})
        assert result["errors"] == {"entity_id": "unsuitable"}


async def test_a_door_takes_consent_of_its_own(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The consent that was given was about another one."""
    garage = {"device_class": "garage", "supported_features": 3}
    registry = er.async_get(hass)
    old = registry.async_get_or_create("cover", "test", "1")
    hass.states.async_set(old.entity_id, "closed", garage)
    entry = await set_up(
        exposure(
            old.entity_id, "open", "Door", entity_registry_id=old.id, opted_in=True
        )
    )
    remove(hass, old.entity_id)
    await eventually(lambda: lost(hass, entry))
    flow = Flow(hass, f"entity_gone_{subentry_id(entry)}")
    hass.states.async_set("cover.gate", "closed", garage)
    await flow.start()
    await flow.go({"next_step_id": "pair"})
    result = await flow.go({"entity_id": "cover.gate"})
    assert result["step_id"] == "consent"
    result = await flow.go({"opted_in": False})
    assert result["errors"] == {"opted_in": "opt_in_required"}
    (subentry,) = entry.subentries.values()
    assert subentry.data["entity_id"] == old.entity_id
    result = await flow.go({"opted_in": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.subentries.values()
    assert subentry.data["entity_id"] == "cover.gate"
    assert subentry.data["opted_in"] is True


async def test_an_exposure_that_is_deleted_meanwhile_is_no_more(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In every step."""
    for steps, last in (
        ([], {"next_step_id": "pair"}),
        (["delete"], {}),
        (["pair"], {"entity_id": "switch.lamp"}),
    ):
        entry, flow = await gone(hass, simulator, set_up)
        await flow.start()
        for step in steps:
            await flow.go({"next_step_id": step})
        hass.config_entries.async_remove_subentry(entry, subentry_id(entry))
        result = await flow.go(last)
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "exposure_not_found"
        assert await hass.config_entries.async_remove(entry.entry_id)
        er.async_get(hass).deleted_entities.clear()


async def test_unknown_datastreams_are_shown_as_a_plan(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Submitted, Blynk is asked again."""
    hass.states.async_set("sensor.a", "1")
    await set_up(exposure("sensor.a", "value", "Nowhere", "double", "publish", pin=9))
    issues = ir.async_get(hass)
    await eventually(lambda: issues.async_get_issue(DOMAIN, UNKNOWN))
    flow = Flow(hass, UNKNOWN)
    result = await flow.start()
    shown = result["description_placeholders"]
    assert shown is not None
    assert "| Nowhere | V9 | Double |" in shown["plan"]
    result = await flow.go({})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert issues.async_get_issue(DOMAIN, UNKNOWN) is None
    await eventually(lambda: issues.async_get_issue(DOMAIN, UNKNOWN))


async def test_a_changed_plan_is_shown_and_seen(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Submitted, it is what later changes are compared with."""
    number(hass)
    entry = await set_up(exposure("number.level", "value", "Level"))
    number(hass, max=20)
    issues = ir.async_get(hass)
    issue_id = f"plan_outdated_{entry.entry_id}"
    await eventually(lambda: issues.async_get_issue(DOMAIN, issue_id))
    flow = Flow(hass, issue_id)
    result = await flow.start()
    assert result["description_placeholders"] == {
        "title": "Home",
        "changes": "- **Level**: Max: 10 → 20",
    }
    await flow.go({})
    await asyncio.sleep(2 * SOON)
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    assert entry.runtime_data.learned.plan[subentry_id(entry)]["maximum"] == 20


async def test_a_flow_ends_with_its_entry(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The entry may be unloaded while the user reads."""
    number(hass)
    entry = await set_up(exposure("number.level", "value", "Level"))
    number(hass, max=20)
    issue_id = f"plan_outdated_{entry.entry_id}"
    await eventually(lambda: ir.async_get(hass).async_get_issue(DOMAIN, issue_id))
    flow = Flow(hass, issue_id)
    await flow.start()
    assert await hass.config_entries.async_unload(entry.entry_id)
    result = await flow.go({})
    assert result["reason"] == "entry_not_loaded"
