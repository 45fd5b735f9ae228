"""Whether Blynk knows the datastreams, and whether the template still fits."""

import asyncio
from collections.abc import Callable

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator
from simulator.behaviour import UnsetAnswer
from simulator.datastreams import Datastream
from simulator.device import DatastreamState

from .conftest import SetUp, as_subentry, exposure, temperature
from .device.conftest import eventually
from .test_downlink import state
from .test_uplink import has, messages

PACKAGE = "custom_components.blynk_bridge"
SOON = 0.3
UNKNOWN = "unknown_datastreams_01TESTENTRY"
OUTDATED = "plan_outdated_01TESTENTRY"
NOWHERE = exposure("sensor.a", "value", "Nowhere", "double", "publish", pin=9)
LAMP = exposure("input_boolean.lamp", "power", "Lamp")


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the waits short, and leave their order."""
    for name in ("_SETTLE_TIME", "_PATIENCE"):
        monkeypatch.setattr(f"{PACKAGE}.datastream_check.{name}", SOON)
    monkeypatch.setattr(f"{PACKAGE}.plan_changes._LOOK_DELAY", SOON)


def issue(hass: HomeAssistant, issue_id: str) -> ir.IssueEntry | None:
    """Return an issue of ours, None if there is none."""
    return ir.async_get(hass).async_get_issue(DOMAIN, issue_id)


def questions(simulator: Simulator) -> list[str]:
    """Return what was asked for."""
    return [m.payload.decode() for m in messages(simulator) if m.topic == "get/ds"]


async def asked(simulator: Simulator, count: int = 1) -> None:
    """Wait for a question, and for its answers."""
    await simulator.wait_for(lambda: len(questions(simulator)) >= count)
    await asyncio.sleep(2 * SOON)


# --- Unknown datastreams ----------------------------------------------------------


async def test_what_blynk_does_not_know_is_one_issue(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The list has those without an answer, and no other; they are asked for twice."""
    hass.states.async_set("sensor.a", "1")
    hass.states.async_set("sensor.b", "2")
    hass.states.async_set("sensor.temperature", "7")
    await set_up(
        NOWHERE,
        exposure("sensor.b", "value", "No*where", "double", "publish"),
        temperature(),
    )
    await eventually(lambda: issue(hass, UNKNOWN))
    found = issue(hass, UNKNOWN)
    assert found is not None
    assert found.is_fixable
    assert found.translation_placeholders == {
        "title": "Home",
        "list": "- **Nowhere** (V9)\n- **No\\*where**",
    }
    assert questions(simulator) == ["No*where,Nowhere,Temperature", "No*where,Nowhere"]


@pytest.mark.parametrize("answer", UnsetAnswer)
async def test_what_blynk_knows_is_asked_for_once(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, answer: UnsetAnswer
) -> None:
    """However often the line flaps: each question costs a message."""
    simulator.cloud.behaviour.unset_answer = answer
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(temperature())
    await asked(simulator)
    await simulator.drop()
    await eventually(lambda: not entry.runtime_data.data.online)
    await eventually(lambda: entry.runtime_data.data.online)
    await asyncio.sleep(3 * SOON)
    assert questions(simulator) == ["Temperature"]
    assert issue(hass, UNKNOWN) is None


async def test_a_refused_question_is_asked_again(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The link lives on: there may be no other connection for months."""
    monkeypatch.setattr(f"{PACKAGE}.datastream_check._HOUR", 2 * SOON)
    hass.states.async_set("sensor.a", "1")
    await set_up(NOWHERE, protocol="5")
    await simulator.wait_for(lambda: messages(simulator))
    simulator.behaviour.puback_code = 0x99
    await simulator.wait_for(lambda: questions(simulator))
    simulator.behaviour.puback_code = 0
    await eventually(lambda: issue(hass, UNKNOWN))


async def test_nothing_is_asked_for_what_was_not_sent(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A datastream without a value gives no answer, and is known all the same."""
    hass.states.async_set("sensor.temperature", "unavailable")
    hass.states.async_set("button.press", "unknown")
    await set_up(
        temperature(), exposure("button.press", "press", "Press", direction="both")
    )
    await asyncio.sleep(4 * SOON)
    assert questions(simulator) == []
    assert issue(hass, UNKNOWN) is None


async def test_a_new_exposure_is_asked_for_alone(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The others were found already."""
    hass.states.async_set("sensor.temperature", "7")
    hass.states.async_set("sensor.a", "1")
    entry = await set_up(temperature())
    await asked(simulator)
    hass.config_entries.async_add_subentry(entry, as_subentry(NOWHERE))
    await asked(simulator, 3)
    assert questions(simulator) == ["Temperature", "Nowhere", "Nowhere"]
    assert issue(hass, UNKNOWN) is not None


async def test_the_issue_goes_with_the_exposure(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And with the entry."""
    hass.states.async_set("sensor.a", "1")
    entry = await set_up(NOWHERE)
    await eventually(lambda: issue(hass, UNKNOWN))
    (subentry_id,) = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await eventually(lambda: issue(hass, UNKNOWN) is None)
    hass.config_entries.async_add_subentry(entry, as_subentry(NOWHERE))
    await eventually(lambda: issue(hass, UNKNOWN))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert issue(hass, UNKNOWN) is None


async def test_what_the_user_creates_is_found(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Its value is sent again first: Blynk has dropped it, and would not answer."""
    hass.states.async_set("sensor.a", "1")
    entry = await set_up(NOWHERE)
    await eventually(lambda: issue(hass, UNKNOWN))
    create(simulator, Datastream(name="Nowhere", pin=9))
    entry.runtime_data.upkeep.check.async_check_again()
    assert issue(hass, UNKNOWN) is None
    await asked(simulator, 2)
    await has(simulator, "Nowhere", 1)
    assert issue(hass, UNKNOWN) is None


async def test_what_is_still_missing_is_an_issue_again(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After the user said it was created, and by itself every hour."""
    monkeypatch.setattr(f"{PACKAGE}.datastream_check._HOUR", SOON)
    hass.states.async_set("sensor.a", "1")
    entry = await set_up(NOWHERE)
    await eventually(lambda: issue(hass, UNKNOWN))
    entry.runtime_data.upkeep.check.async_check_again()
    assert issue(hass, UNKNOWN) is None
    await eventually(lambda: issue(hass, UNKNOWN))
    create(simulator, Datastream(name="Nowhere", pin=9))
    await eventually(lambda: issue(hass, UNKNOWN) is None)


async def test_a_diagnostic_raises_doubts(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The datastream was there, and is no more."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature())
    await asked(simulator)
    del simulator.device.datastreams["Temperature"]
    hass.states.async_set("sensor.temperature", "8")
    await asked(simulator, 3)
    assert issue(hass, UNKNOWN) is not None


@pytest.mark.parametrize("stored", [0, 1])
async def test_an_answer_operates_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, stored: int
) -> None:
    """Whatever Blynk has stored; the next write is a command again."""
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"lamp": {}}}
    )
    await set_up(LAMP)
    await has(simulator, "Lamp", 0)
    changed: list[str] = []
    hass.bus.async_listen("blynk_bridge_command", lambda event: changed.append("!"))
    simulator.device.datastreams["Lamp"].value = stored
    await asked(simulator)
    assert changed == []
    assert state(hass, "input_boolean.lamp") == "off"
    await simulator.press("Lamp", 1)
    await eventually(lambda: state(hass, "input_boolean.lamp") == "on")


async def test_late_answers_operate_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both questions are answered when nobody waits any more; then come commands."""
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"lamp": {}}}
    )
    await set_up(LAMP)
    await has(simulator, "Lamp", 0)
    simulator.device.datastreams["Lamp"].value = 1
    with monkeypatch.context() as slow:
        slow.setattr(simulator.cloud, "deliver_value", lambda *_: False)
        await asked(simulator, 2)
    for _ in range(2):
        await simulator.send("downlink/ds/Lamp", b"1")
    await simulator.ping()
    await hass.async_block_till_done()
    assert state(hass, "input_boolean.lamp") == "off"
    assert issue(hass, UNKNOWN) is None
    await simulator.send("downlink/ds/Lamp", b"1")
    await eventually(lambda: state(hass, "input_boolean.lamp") == "on")


def create(simulator: Simulator, datastream: Datastream) -> None:
    """Add a datastream to the template."""
    simulator.device.datastreams[datastream.name] = DatastreamState(datastream)


# --- What has changed -------------------------------------------------------------


def number(hass: HomeAssistant, **attributes: object) -> None:
    """Set a number whose range is 0 to 10 unless it is said otherwise."""
    hass.states.async_set(
        "number.level", "5", {"min": 0, "max": 10, "step": 1, **attributes}
    )


LEVEL = exposure("number.level", "value", "Level")
MODE = exposure("select.mode", "option", "Mode", "enum")


async def changes(hass: HomeAssistant) -> str:
    """Wait for the issue, and return what it shows."""
    await eventually(lambda: issue(hass, OUTDATED))
    found = issue(hass, OUTDATED)
    assert found is not None
    assert found.translation_placeholders is not None
    return found.translation_placeholders["changes"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda hass: number(hass, max=20), "- **Level**: Max: 10 → 20"),
        (
            lambda hass: number(hass, unit_of_measurement="°C"),
            "- **Level**: Unit: – → Celsius",
        ),
        (
            lambda hass: hass.states.async_set(
                "select.mode", "b", {"options": ["b", "c"]}
            ),
            "- **Mode**: Enum labels: a; b → b; c",
        ),
    ],
)
async def test_a_change_of_the_plan_is_an_issue(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    change: Callable[[HomeAssistant], None],
    line: str,
) -> None:
    """Until the plan has been seen, or is again as it was."""
    number(hass)
    hass.states.async_set("select.mode", "b", {"options": ["a", "b"]})
    entry = await set_up(LEVEL, MODE)
    change(hass)
    assert await changes(hass) == line
    number(hass)
    hass.states.async_set("select.mode", "b", {"options": ["a", "b"]})
    await eventually(lambda: issue(hass, OUTDATED) is None)
    change(hass)
    assert await changes(hass) == line
    await hass.services.async_call(
        DOMAIN,
        "export_plan",
        {"config_entry_id": entry.entry_id, "format": "csv"},
        blocking=True,
        return_response=True,
    )
    assert issue(hass, OUTDATED) is None


async def test_values_and_absence_change_no_plan(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An entity that is unavailable does not tell its options reliably."""
    number(hass)
    hass.states.async_set("select.mode", "b", {"options": ["a", "b"]})
    await set_up(LEVEL, MODE)
    hass.states.async_set("select.mode", "unavailable", {"options": []})
    hass.states.async_set("number.level", "unavailable")
    await asyncio.sleep(2 * SOON)
    hass.states.async_remove("number.level")
    number(hass, icon="mdi:knob")
    await asyncio.sleep(2 * SOON)
    assert issue(hass, OUTDATED) is None


async def test_what_the_user_has_seen_outlives_a_restart(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A change that came while the entry was not loaded is a change."""
    number(hass)
    entry = await set_up(LEVEL)
    await reload(hass, entry)
    assert issue(hass, OUTDATED) is None
    number(hass, max=50)
    await reload(hass, entry)
    assert await changes(hass) == "- **Level**: Max: 10 → 50"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert issue(hass, OUTDATED) is None


async def test_another_trait_is_another_plan(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The user has just chosen it."""
    attributes = {"supported_color_modes": ["brightness"]}
    hass.states.async_set("light.lamp", "on", attributes)
    entry = await set_up(exposure("light.lamp", "power", "Level"))
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "trait": "brightness"}
    )
    await asyncio.sleep(2 * SOON)
    assert issue(hass, OUTDATED) is None
    assert entry.runtime_data.learned.plan[subentry.subentry_id]["maximum"] == 100


async def test_a_deleted_exposure_is_forgotten(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """With its difference."""
    number(hass)
    entry = await set_up(LEVEL)
    number(hass, max=20)
    await changes(hass)
    (subentry_id,) = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await eventually(lambda: issue(hass, OUTDATED) is None)
    assert entry.runtime_data.learned.plan == {}


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Unload the entry and set it up again, with what it has written down."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
