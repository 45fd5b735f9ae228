"""docs/actions.md: every example in it is run, and answers what it says."""

from collections.abc import Mapping
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.blynk_bridge import inquiries
from custom_components.blynk_bridge.actions.properties import PROPERTIES
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.requests import PATIENCE, URGENT_MAX, WAITING_MAX
from custom_components.blynk_bridge.services import ACTIONS
from simulator import Simulator
from simulator.datastreams import Datastream, DataType

from ..conftest import SetUp, exposure
from .calls import ENTRY_ID, value_of

PAGE = Path(__file__).parents[2] / "docs" / "actions.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
DATASTREAMS = (
    Datastream(name="Message", pin=1, type=DataType.STRING),
    Datastream(name="Guests", pin=2, type=DataType.INTEGER, sync=True),
    Datastream(name="Volume", pin=3, min=0, max=1),
    Datastream(name="Camper", pin=4, type=DataType.LOCATION),
    Datastream(name="Mood", pin=5, type=DataType.INTEGER),
    Datastream(name="Outside", pin=7, min=-50, max=50),
)


def examples() -> list[tuple[dict[str, Any], Any]]:
    """Return the steps of the page, each with what it is said to answer."""
    found: list[tuple[dict[str, Any], Any]] = []
    for language, block in BLOCK.findall(TEXT):
        if language == "yaml":
            step = parse_yaml(block)
            assert isinstance(step, dict)
            found.append((step, None))
        else:
            assert language == "json"
            found[-1] = (found[-1][0], json.loads(block))
    return found


@pytest.fixture
async def home(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Set up what the page speaks of."""
    for name in ("_PATIENCE", "_COLLECT_TIME"):
        monkeypatch.setattr(inquiries, name, 0.1)
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"party": {}}}
    )
    simulator.cloud.define(DATASTREAMS, replace=True)
    simulator.cloud.define_events({"door_open": "The door is open"})
    hass.states.async_set("sensor.outside", "7.5", {"unit_of_measurement": "°C"})
    await set_up(
        exposure("sensor.outside", "value", "Outside", "double", "publish", pin=7)
    )
    await simulator.wait_for(lambda: value_of(simulator, "Outside") == 7.5)


def is_like(answer: object, said: object) -> bool:
    """Return whether an answer has all that the page says, and perhaps more."""
    if isinstance(said, Mapping):
        return isinstance(answer, Mapping) and all(
            is_like(answer.get(key), value) for key, value in said.items()
        )
    if isinstance(said, list):
        return (
            isinstance(answer, list)
            and len(answer) == len(said)
            and all(is_like(*pair) for pair in zip(answer, said, strict=True))
        )
    return answer == said


async def test_every_example_runs(
    hass: HomeAssistant, simulator: Simulator, home: None
) -> None:
    """One after another, as steps of a script; each answers what the page says."""
    for step, said in examples():
        step["data"]["config_entry_id"] = ENTRY_ID
        sequence = [cv.script_action(step)]
        script = Script(hass, sequence, "An example", DOMAIN)
        result = await script.async_run(context=Context())
        assert result is not None
        if said is not None:
            answer = result.variables[step["response_variable"]]
            assert is_like(answer, said), (step, answer)
    assert not [
        item
        for item in simulator.device.diagnostics
        if item.text
        not in ("unknown datastream: Nobody", "unknown metadata field: Serial")
    ]
    assert simulator.device.datastreams["Mood"].properties == {
        "labels": ("Calm", "Party")
    }
    assert simulator.device.last_events[-1].description.startswith("The front door")


def test_every_action_has_a_section_and_an_example() -> None:
    """Also in the table; and its form in services.yaml."""
    names = {action.name for action in ACTIONS}
    assert set(re.findall(r"^## (\w+_?\w*)$", TEXT, re.MULTILINE)) == names
    assert set(re.findall(r"^\| \[`(\w+)`\]", TEXT, re.MULTILINE)) == names
    called = {step["action"].partition(".")[2] for step, _ in examples()}
    assert called == names


def test_the_page_names_every_property() -> None:
    """Those that the form offers."""
    start, end = (
        TEXT.index(text) for text in ("| Property | Value |", "Any other name")
    )
    assert set(re.findall(r"`(\w+)`", TEXT[start:end])) == set(PROPERTIES)


def test_the_page_tells_the_limits() -> None:
    """As they are."""
    assert f"within {PATIENCE:.0f} seconds" in TEXT
    assert f"The first {URGENT_MAX} messages" in TEXT
    assert f"{WAITING_MAX} messages of actions may wait" in TEXT
