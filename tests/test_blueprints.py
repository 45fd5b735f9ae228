"""The blueprints do what they say: in Home Assistant's own automations, against the simulator."""

from pathlib import Path
import shutil
from typing import Any

from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.persistent_notification import (
    DOMAIN as NOTIFICATION_DOMAIN,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from simulator import Simulator
from simulator.datastreams import Datastream

from .conftest import SetUp, control, event
from .device.conftest import eventually

BLUEPRINTS = Path(__file__).parents[1] / "blueprints"
OURS = BLUEPRINTS / "automation" / "blynk_bridge"
ENTRY_ID = "01TESTENTRY"


async def automate(
    hass: HomeAssistant, folder: Path, blueprint: str, **inputs: Any
) -> None:
    """Make an automation of a blueprint, as the editor does it."""
    shutil.copytree(BLUEPRINTS, folder / "blueprints")
    hass.config.config_dir = str(folder)
    use = {"path": f"blynk_bridge/{blueprint}.yaml", "input": inputs}
    config = {AUTOMATION_DOMAIN: [{"alias": "It", "use_blueprint": use}]}
    assert await async_setup_component(hass, AUTOMATION_DOMAIN, config)
    await hass.async_block_till_done()
    state = hass.states.get("automation.it")
    assert state is not None
    assert state.state == "on"


@pytest.mark.parametrize(
    "file", sorted(OURS.glob("*.yaml")), ids=lambda file: file.stem
)
def test_a_blueprint_says_where_it_is_from(file: Path) -> None:
    """So that Home Assistant can import it again, and which version it wants."""
    blueprint = parse_yaml(file.read_text(encoding="utf-8"))
    assert isinstance(blueprint, dict)
    about = blueprint["blueprint"]
    assert about["source_url"].endswith(f"/main/{file.relative_to(BLUEPRINTS.parent)}")
    assert about["homeassistant"]["min_version"] == "2026.10.0"
    for each in about["input"].values():
        assert each["name"]
        assert each["selector"]


async def test_what_happens_at_home_is_an_event(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, tmp_path: Path
) -> None:
    """Once, however often it happens within the pause; a restart is none."""
    simulator.cloud.define_events({"leak": "Water"})
    await set_up(event("leak", name="Leak"))
    hass.states.async_set(
        "binary_sensor.sink", "unavailable", {"friendly_name": "Sink"}
    )
    hass.states.async_set("binary_sensor.bath", "off", {"friendly_name": "Bath"})
    watched = ["binary_sensor.sink", "binary_sensor.bath"]
    await automate(
        hass, tmp_path, "notify_through_blynk", watched=watched, event="notify.leak"
    )
    hass.states.async_set("binary_sensor.sink", "on", {"friendly_name": "Sink"})
    for state in ("on", "off", "on"):
        hass.states.async_set("binary_sensor.bath", state, {"friendly_name": "Bath"})
    await simulator.wait_for(lambda: simulator.device.last_events)
    await eventually(lambda: hass.states.get("notify.leak") is not None)
    said = [(each.code, each.description) for each in simulator.device.last_events]
    assert said == [("leak", "Bath: On")]


async def test_a_widget_starts_actions(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, tmp_path: Path
) -> None:
    """A push button's press, and its end."""
    simulator.cloud.define([Datastream(name="Party", pin=9, min=0, max=1)])
    await set_up(control("Party", "binary_sensor", "integer"))
    heard = async_capture_events(hass, "party")
    await automate(
        hass,
        tmp_path,
        "widget_starts_actions",
        widget="binary_sensor.party",
        started=[{"event": "party", "event_data": {"begins": True}}],
        ended=[{"event": "party", "event_data": {"begins": False}}],
    )
    await simulator.press("Party", 0)
    await eventually(lambda: hass.states.is_state("binary_sensor.party", "off"))
    await simulator.press("Party", 1)
    await eventually(lambda: len(heard) == 1)
    await simulator.press("Party", 0)
    await eventually(lambda: len(heard) == 2)
    assert [each.data["begins"] for each in heard] == [True, False]


async def test_a_value_colors_a_widget(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, tmp_path: Path
) -> None:
    """When it crosses a limit, in each direction."""
    await set_up()
    hass.states.async_set("sensor.heat", "20")
    await automate(
        hass,
        tmp_path,
        "color_by_value",
        blynk=ENTRY_ID,
        datastream="Humidity",
        sensor="sensor.heat",
    )
    datastream = simulator.device.datastreams["Humidity"]

    async def becomes(color: str) -> None:
        await simulator.wait_for(lambda: datastream.properties.get("color") == color)

    hass.states.async_set("sensor.heat", "31")
    await becomes("#E63946")
    hass.states.async_set("sensor.heat", "2")
    await becomes("#3884FF")
    hass.states.async_set("sensor.heat", "21")
    await becomes("#24C48E")


async def test_an_outage_is_told(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, tmp_path: Path
) -> None:
    """With its reason, until it is over."""
    await set_up()
    told = async_capture_events(hass, "call_service")
    await automate(
        hass,
        tmp_path,
        "tell_when_blynk_is_away",
        connectivity="binary_sensor.home_connectivity",
        patience={"seconds": 0},
    )
    assert await async_setup_component(hass, NOTIFICATION_DOMAIN, {})
    await simulator.drop()
    await eventually(
        lambda: (
            [
                each.data["service"]
                for each in told
                if each.data["domain"] == NOTIFICATION_DOMAIN
            ]
            == ["create", "dismiss"]
        )
    )
