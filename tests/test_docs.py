"""The documents: their links lead somewhere, their commands exist, their automations run."""

from pathlib import Path
import re
import subprocess
from typing import Any

from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)

from custom_components.blynk_bridge import PLATFORMS
from simulator import Simulator

from .conftest import SetUp, control, event
from .device.conftest import eventually

ROOT = Path(__file__).parents[1]
DOCUMENTS = (
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").glob("*.md")),
)
REPOSITORY = "https://github.com/blynk-bridge/blynk-bridge"
LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
CODE = re.compile(r"```.*?```", re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
README = (ROOT / "README.md").read_text(encoding="utf-8")
ENTRY_ID = "01TESTENTRY"
ALL = {"entity_id": "all"}
# The README's commands, and what runs each of them in CI, or how often somebody does.
COMMANDS = {
    "scripts/bench": ".ci/run",
    "scripts/demo": "tests/e2e/test_demo.py",
    "scripts/lint": ".ci/run",
    "scripts/setup": "scripts/test",
    "scripts/soak": "tests/soak/test_soak.py",
    "scripts/test": ".ci/run",
}


def anchor(heading: str) -> str:
    """Return how GitHub calls a heading's place."""
    plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading))
    return plain.lower().replace(" ", "-")


def anchors(document: Path) -> set[str]:
    """Return the places that a document has."""
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    return {anchor(heading) for heading in HEADING.findall(text)}


def links(document: Path) -> list[str]:
    """Return what a document leads to, the repository's own addresses as files."""
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    found = [link or image for link, image in LINK.findall(text)]
    return [
        f"/{link.removeprefix(f'{REPOSITORY}/blob/main/')}"
        if link.startswith(f"{REPOSITORY}/blob/main/")
        else link
        for link in found
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_links_lead_somewhere(document: Path) -> None:
    """To a file that is there, and to a heading that is in it."""
    for link in links(document):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, place = link.partition("#")
        folder = ROOT if path.startswith("/") else document.parent
        target = folder / path.removeprefix("/") if path else document
        assert target.exists(), link
        if place:
            assert place in anchors(target), link


def test_every_document_is_found_from_the_readme() -> None:
    """And every picture is shown somewhere."""
    shown = {
        (document.parent / link.partition("#")[0]).resolve()
        for document in DOCUMENTS
        for link in links(document)
        if not re.match(r"[a-z]+:|/", link)
    }
    for file in (*DOCUMENTS, *(ROOT / "docs" / "images").glob("*.png")):
        if file.name != "README.md":
            assert file.resolve() in shown, file


def test_the_house_has_every_file() -> None:
    """Platforms, actions and traits are a file each of what one line tells of."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    house = next(
        block for block in CODE.findall(text) if "\ncustom_components/" in block
    )
    told = set(re.findall(r"[a-z_]+\.py", house))
    integration = ROOT / "custom_components" / "blynk_bridge"
    told |= {f"{platform}.py" for platform in PLATFORMS}
    for folder in (".", "device", "flows", "history"):
        there = {file.name for file in (integration / folder).glob("*.py")}
        assert there - told <= {"__init__.py"}, folder
    for name in told:
        assert [*ROOT.glob(f"custom_components/**/{name}"), *ROOT.glob(f"*/{name}")], (
            name
        )


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_commands_exist(document: Path) -> None:
    """Each script that a document names is there, and can be run."""
    text = document.read_text(encoding="utf-8")
    for name in set(re.findall(r"\bscripts/\w+", text)):
        script = ROOT / name
        assert script.stat().st_mode & 0o111, name
        subprocess.run(["bash", "-n", script], check=True)


def test_the_readmes_commands_are_run() -> None:
    """Each by something that CI runs."""
    blocks = [
        block
        for document in ("README.md", "CONTRIBUTING.md")
        for language, block in BLOCK.findall((ROOT / document).read_text("utf-8"))
        if language == "sh"
    ]
    named = {line.split()[0] for block in blocks for line in block.splitlines() if line}
    assert named == COMMANDS.keys()
    for command, runner in COMMANDS.items():
        # Some are run as what the script itself calls.
        inside = re.search(r"-m ([\w.]+)", (ROOT / command).read_text("utf-8"))
        called = (ROOT / runner).read_text("utf-8")
        module = inside.group(1) if inside else command
        assert command in called or module.partition(".")[0] in called, command


def automation(alias: str) -> dict[str, Any]:
    """Return an automation of the README's, for the entry of these tests."""
    for language, block in BLOCK.findall(README):
        if language == "yaml" and f"alias: {alias}\n" in block:
            text = re.sub(
                r"config_entry_id: \w+", f"config_entry_id: {ENTRY_ID}", block
            )
            parsed = parse_yaml(text)
            assert isinstance(parsed, dict)
            return dict(parsed)
    raise AssertionError(f"the README has no {alias}")


async def automate(hass: HomeAssistant, alias: str) -> None:
    """Make Home Assistant run it."""
    config = {AUTOMATION_DOMAIN: [automation(alias)]}
    assert await async_setup_component(hass, AUTOMATION_DOMAIN, config)
    await hass.async_block_till_done()


async def test_water_is_told(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The README's first automation."""
    simulator.cloud.define_events({"water": "Water"})
    await set_up(event("water", name="Water"))
    hass.states.async_set("binary_sensor.sink_leak", "off")
    await automate(hass, "Tell about water")
    hass.states.async_set("binary_sensor.sink_leak", "on")
    await simulator.wait_for(lambda: simulator.device.last_events)
    told = simulator.device.last_events[0]
    assert told.code == "water"
    assert (told.description or "").startswith("Water at the sink since ")


async def test_the_day_is_summed_up(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The README's second automation."""
    await set_up()
    hass.states.async_set("sensor.energy_today", "7.4")
    hass.states.async_set("light.kitchen", "on")
    hass.states.async_set("light.hall", "off")
    await automate(hass, "Summary of the day")
    evening = dt_util.now().replace(hour=21, minute=0, second=1)
    async_fire_time_changed(hass, evening, fire_all=True)
    message = simulator.device.datastreams["Message"]
    await simulator.wait_for(lambda: message.value == "7.4 kWh today, 1 lights on")
    # Home Assistant's end does not stop the clock that the trigger waits for.
    await hass.services.async_call(AUTOMATION_DOMAIN, "turn_off", ALL, blocking=True)


async def test_guests_are_expected(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The README's third automation."""
    calls: list[ServiceCall] = async_mock_service(hass, "climate", "set_temperature")
    await set_up(control("Lamp", "switch", "integer", name="Guests"))
    registry = er.async_get(hass)
    (switch,) = (e for e in registry.entities.values() if e.domain == "switch")
    registry.async_update_entity(switch.entity_id, new_entity_id="switch.guests")
    await hass.async_block_till_done()
    await simulator.press("Lamp", 0)
    await eventually(lambda: hass.states.is_state("switch.guests", "off"))
    await automate(hass, "Guests are coming")
    await simulator.press("Lamp", 1)
    await eventually(lambda: bool(calls))
    assert calls[0].data["temperature"] == 22


def test_the_readme_has_no_other_automation() -> None:
    """Each of them is run by one of these tests."""
    blocks = [block for language, block in BLOCK.findall(README) if language == "yaml"]
    automations = [block for block in blocks if "alias:" in block]
    assert len(automations) == 3


async def test_the_readmes_action_is_taken(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The one example of the README that is no automation."""
    await set_up()
    (block,) = (
        block
        for language, block in BLOCK.findall(README)
        if language == "yaml" and "alias:" not in block
    )
    step = parse_yaml(block)
    assert isinstance(step, dict)
    domain, _, action = step["action"].partition(".")
    data = {**step["data"], "config_entry_id": ENTRY_ID}
    await hass.services.async_call(domain, action, data, blocking=True)
    assert simulator.device.datastreams["Message"].value == "Dinner is ready"
