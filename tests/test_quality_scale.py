"""The integration is what quality_scale.yaml says of it."""

from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.util.yaml import load_yaml_dict
import pytest

from simulator import Simulator
from validation.findings import ask
from validation.manifest import CORE
from validation.project import Project
from validation.quality_scale import QUALITY_SCALE, RULES, check_file
from validation.rules import RULES as CHECKED
from validation.walk import WALK, check_walk

from .broken_rules import BROKEN
from .conftest import SetUp, control, event
from .device.conftest import eventually
from .validation.broken import Break, gone, replaced, written

# What no file shows: whom a test reaches, and that a cloud is no device.
OF_ANOTHER_KIND: Final = {"config-flow-test-coverage", "docs-supported-devices"}
WITHOUT_CONNECTION: Final = {
    "binary_sensor.home_connectivity",
    "notify.alarm",
    "sensor.home_events_left_today",
    "sensor.home_history_points_waiting",
    "sensor.home_interval_when_busy",
    "sensor.home_last_server_diagnostic",
    "sensor.home_messages_this_month",
    "sensor.home_quota_used",
    "sensor.home_server",
    "sensor.home_waiting_values",
    "switch.lamp",
}


def test_the_rules_are_home_assistants() -> None:
    """Those that its own integrations answer, in their order."""
    theirs = load_yaml_dict(str(CORE / "ntfy" / "quality_scale.yaml"))["rules"]
    assert isinstance(theirs, dict)
    assert set(RULES) == set(theirs)
    assert len(RULES) == 54


def test_every_rule_is_answered() -> None:
    assert ask(check_file, Project()) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (replaced(QUALITY_SCALE, "  brands: done\n", ""), "brands is missing"),
        (
            replaced(QUALITY_SCALE, "brands: done", "brand: done"),
            "brand is no rule",
        ),
        (replaced(QUALITY_SCALE, "brands: done", "brands: todo"), "brands must be"),
        (
            replaced(QUALITY_SCALE, "brands: done", "brands: {status: done, by: me}"),
            "brands has by",
        ),
        (
            replaced(QUALITY_SCALE, "brands: done", "brands: {status: exempt}"),
            "brands is a rule that nothing exempts",
        ),
        (
            written(
                QUALITY_SCALE, "rules: {discovery: {status: exempt, comment: No.}}"
            ),
            "discovery is exempt, and must say why",
        ),
        (
            written(QUALITY_SCALE, "rules: {brands: done, action-setup: done}"),
            "the order is that of the scale",
        ),
        (gone(QUALITY_SCALE), "is missing"),
        (written(QUALITY_SCALE, "- brands"), "is no YAML mapping"),
    ],
)
def test_a_poor_answer_is_noticed(broken: Break, says: str) -> None:
    found = [str(finding) for finding in ask(check_file, broken(Project()))]
    assert any(says in finding for finding in found), found


def test_every_rule_has_a_check() -> None:
    """And each check an integration that it would refuse."""
    assert set(CHECKED) == set(RULES) - OF_ANOTHER_KIND
    assert set(BROKEN) == set(CHECKED)


@pytest.mark.parametrize("rule", CHECKED)
def test_the_code_meets_the_rule(rule: str) -> None:
    assert ask(CHECKED[rule], Project()) == []


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        pytest.param(rule, broken, id=f"{rule}: {name}")
        for rule, cases in BROKEN.items()
        for name, broken in cases.items()
    ],
)
def test_code_that_does_not_meet_the_rule_is_found(rule: str, broken: Break) -> None:
    assert ask(CHECKED[rule], broken(Project())) != []


def test_the_walk_leads_somewhere() -> None:
    assert ask(check_walk, Project()) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("| brands |", "| brand |", "brands is 0 times under bronze"),
        ("| brands |", "| devices |", "devices is no rule of bronze"),
        ("| brands | done |", "| brands | exempt |", "brands is exempt here"),
        ("blynk_bridge/coordinator.py", "blynk_bridge/hub.py", "hub.py, which is not"),
        ("(actions.md)", "", "docs-actions names no file"),
        ("::test_every_example_runs", "::test_none", "test_none, which is not there"),
        ("`tests/actions/test_docs.py::", "`", "docs-actions names no test"),
    ],
)
def test_a_walk_that_leads_nowhere_is_noticed(old: str, new: str, says: str) -> None:
    broken = replaced(WALK, old, new)
    found = [str(finding) for finding in ask(check_walk, broken(Project()))]
    assert any(says in finding for finding in found), found


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show also what is disabled by default."""
    enabled = property(lambda _: True)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", enabled)


async def test_every_entity_is_as_the_scale_wants_it(
    hass: HomeAssistant,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """With a unique ID, a device, a name by that, and out of the way by default."""
    entry = await set_up(control("Lamp", "switch", "integer"), event("alarm"))
    entities = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {entity.domain for entity in entities} == {
        *("binary_sensor", "button", "event", "notify", "sensor", "switch")
    }
    assert len({(each.domain, each.unique_id) for each in entities}) == len(entities)
    for entity in entities:
        assert entity.device_id is not None
        assert device_registry.async_get(entity.device_id) is not None
        assert entity.has_entity_name
        assert entity.original_icon is None
        assert entity.translation_key or entity.config_subentry_id
        if entity.config_subentry_id is None and entity.domain != "event":
            assert entity.entity_category in EntityCategory
    assert {each.translation_key for each in entities if each.disabled} == {
        "waiting_values"
    }


@pytest.mark.usefixtures("all_enabled")
async def test_what_needs_a_connection_is_unavailable_without(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And what works without one stays."""
    await set_up(
        control("Lamp", "switch", "integer"),
        control("Level", "sensor", "integer"),
        event("alarm"),
    )
    ours = set(hass.states.async_entity_ids())

    def unavailable() -> set[str]:
        return {
            state.entity_id
            for state in hass.states.async_all()
            if state.state == STATE_UNAVAILABLE
        }

    await eventually(lambda: not unavailable())
    await simulator.stop_listening()
    await eventually(lambda: unavailable() == ours - WITHOUT_CONNECTION)
    await simulator.start_listening()
    await eventually(lambda: not unavailable())
