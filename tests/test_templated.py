"""Templates and attributes as datastreams, and actions for what Blynk writes."""

import asyncio
import logging
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_mock_service,
)

from custom_components.blynk_bridge.device.values import DataType, Location, Value
from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from custom_components.blynk_bridge.templated import Templated
from simulator import Simulator

from .conftest import SetUp, as_subentry, exposure
from .device.conftest import eventually
from .test_downlink import settled, writes


def templated(
    template: str, data_type: str, datastream: str, *on_write: dict[str, Any]
) -> Any:
    """Return a subentry with a template about sensor.kitchen."""
    return exposure(
        "sensor.kitchen",
        "template",
        datastream,
        data_type,
        "both" if on_write else "publish",
        value_template=template,
        **({"on_write": list(on_write)} if on_write else {}),
    )


# --- Up ------------------------------------------------------------------------------


async def test_a_template_follows_everything_it_uses(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The entity itself as `state` and by `entity_id`, and any other."""
    hass.states.async_set("sensor.kitchen", "20")
    hass.states.async_set("sensor.garden", "5")
    temperature = simulator.device.datastreams["Temperature"]
    await set_up(
        templated(
            "{{ state.state | float - states('sensor.garden') | float"
            " + state_attr(entity_id, 'offset') | float(0) }}",
            "double",
            "Temperature",
        )
    )
    await simulator.wait_for(lambda: temperature.value == 15)
    hass.states.async_set("sensor.garden", "8")
    await simulator.wait_for(lambda: temperature.value == 12)
    hass.states.async_set("sensor.kitchen", "21")
    await simulator.wait_for(lambda: temperature.value == 13)
    hass.states.async_set("sensor.kitchen", "21", {"offset": 0.5})
    await simulator.wait_for(lambda: temperature.value == 13.5)


async def test_a_template_about_many_is_looked_at_once_a_second(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And ends with the last value."""
    hass.states.async_set("sensor.kitchen", "on")
    await set_up(
        templated("{{ states.counter | list | count }}", "double", "Temperature")
    )
    await settled(simulator, "Temperature")
    started = hass.loop.time()
    for number in range(1, 101):
        hass.states.async_set(f"counter.c{number}", str(number))
        await asyncio.sleep(0.01)
    await simulator.wait_for(lambda: b"100" in writes(simulator, "Temperature"))
    seconds = hass.loop.time() - started
    assert len(writes(simulator, "Temperature")) <= seconds + 1


async def test_an_error_is_a_debug_line_and_sends_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The last value stays, until there is another."""
    hass.states.async_set("sensor.kitchen", "2")
    await set_up(templated("{{ 10 / (state.state | int) }}", "double", "Temperature"))
    await settled(simulator, "Temperature")
    caplog.clear()
    caplog.set_level(logging.DEBUG, "custom_components.blynk_bridge")
    hass.states.async_set("sensor.kitchen", "0")
    await eventually(
        lambda: "The template of sensor.kitchen failed: ZeroDiv" in caplog.text
    )
    assert not [r for r in caplog.records if r.levelno > logging.DEBUG]
    assert not writes(simulator, "Temperature")
    hass.states.async_set("sensor.kitchen", "4")
    await simulator.wait_for(lambda: writes(simulator, "Temperature") == [b"2.5"])


@pytest.mark.parametrize(
    ("template", "data_type", "value"),
    [
        ("{{ 21.46 }}", DataType.DOUBLE, 21.46),
        ("{{ 21.46 }}", DataType.INTEGER, 21),
        ("{{ 21 }}", DataType.STRING, "21"),
        ("{{ true }}", DataType.INTEGER, 1),
        ("{{ true }}", DataType.BOOLEAN, True),
        ("on", DataType.INTEGER, 1),
        ("off", DataType.ENUM, 0),
        ("on", DataType.STRING, "on"),
        ("warm", DataType.INTEGER, None),
        ("warm", DataType.BOOLEAN, None),
        ("{{ [8.5, 47.4] }}", DataType.LOCATION, Location(8.5, 47.4)),
        ("8.5, 47.4", DataType.LOCATION, Location(8.5, 47.4)),
        ("{{ [1, 2, 3] }}", DataType.LOCATION, None),
        ("{{ {'a': 1} }}", DataType.STRING, None),
        ("{{ states('sensor.gone') }}", DataType.STRING, None),
        ("unavailable", DataType.STRING, None),
        ("{{ none }}", DataType.DOUBLE, None),
        ("", DataType.STRING, None),
        ("{{ 1 / 0 }}", DataType.DOUBLE, None),
        ("{{ state.state }}", DataType.DOUBLE, 7.5),
        ("{{ entity_id }}", DataType.STRING, "sensor.kitchen"),
    ],
)
async def test_what_a_template_gives_fits_the_type_or_is_not_sent(
    hass: HomeAssistant, template: str, data_type: DataType, value: Value | None
) -> None:
    """The user has chosen both."""
    hass.states.async_set("sensor.kitchen", "7.5")
    state = hass.states.get("sensor.kitchen")
    assert state is not None
    trait = Templated(hass, "sensor.kitchen", template)
    assert trait.value(state, data_type) == value
    assert type(trait.value(state, data_type)) is type(value)


@pytest.mark.parametrize(
    ("template", "data_type"),
    [
        ("{{ true }}", DataType.INTEGER),
        ("{{ 21 }}", DataType.DOUBLE),
        ("{{ [8.5, 47.4] }}", DataType.LOCATION),
        ("warm", DataType.STRING),
        ("{{ 1 / 0 }}", DataType.STRING),
    ],
)
async def test_a_type_is_suggested(
    hass: HomeAssistant, template: str, data_type: DataType
) -> None:
    """One that takes what the template gives now, and others like it."""
    hass.states.async_set("sensor.kitchen", "7.5")
    state = hass.states.get("sensor.kitchen")
    assert state is not None
    description = Templated(hass, "sensor.kitchen", template).describe(state)
    assert description.data_type is data_type
    assert not description.writable


async def test_another_exposure_changes_nothing_about_it(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Exposures are compared when one is added: equal templates are equal."""
    hass.states.async_set("sensor.kitchen", "20")
    hass.states.async_set("switch.pump", "on")
    step = {"action": "test.act", "data": {"level": "{{ value }}"}}
    entry = await set_up(templated("{{ state.state }}", "double", "Humidity", step))
    await settled(simulator, "Humidity")
    hass.config_entries.async_add_subentry(
        entry, as_subentry(exposure("switch.pump", "power", "Lamp"))
    )
    await simulator.wait_for(lambda: writes(simulator, "Lamp"))
    assert not writes(simulator, "Humidity")
    hass.states.async_set("sensor.kitchen", "21")
    await simulator.wait_for(lambda: writes(simulator, "Humidity") == [b"21"])


async def test_an_attribute_goes_up(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Of any entity, and follows."""
    hass.states.async_set("weather.home", "sunny", {"dew_point": 11.5})
    await set_up(
        exposure(
            "weather.home",
            "attribute",
            "Temperature",
            "double",
            "publish",
            attribute="dew_point",
        )
    )
    temperature = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: temperature.value == 11.5)
    hass.states.async_set("weather.home", "sunny", {"dew_point": 12})
    await simulator.wait_for(lambda: temperature.value == 12)


@pytest.mark.parametrize("missing", ["attribute", "value_template"])
async def test_data_without_what_the_trait_needs_is_said(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    missing: str,
) -> None:
    """And the others are served."""
    hass.states.async_set("switch.pump", "on")
    await set_up(
        exposure("sensor.kitchen", missing.removeprefix("value_"), "Level"),
        exposure("switch.pump", "power", "Lamp"),
    )
    await settled(simulator, "Lamp")
    assert f"Exposure Level is not valid: KeyError('{missing}')" in caplog.text


# --- Down ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data_type", "datastream", "written", "type_name"),
    [
        ("double", "Temperature", 21.5, "float"),
        ("integer", "Level", 7, "int"),
        ("string", "Message", "21", "str"),
    ],
)
async def test_a_write_runs_the_actions_with_what_was_written(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    data_type: str,
    datastream: str,
    written: Any,
    type_name: str,
) -> None:
    """With our context, and typed by the datastream."""
    hass.states.async_set("sensor.kitchen", "1")
    events = async_capture_events(hass, EVENT_COMMAND)
    heard = async_capture_events(hass, "heard")
    step = {
        "event": "heard",
        "event_data": {"type": "{{ value | typeof }}", "about": "{{ entity_id }}"},
    }
    await set_up(templated("{{ state.state }}", data_type, datastream, step))
    await settled(simulator, datastream)
    await simulator.press(datastream, written)
    await eventually(lambda: heard)
    assert heard[0].data == {"type": type_name, "about": "sensor.kitchen"}
    assert heard[0].context == events[0].context
    assert events[0].data == {
        "entity_id": "sensor.kitchen",
        "datastream": datastream,
        "value": written,
    }
    await simulator.wait_for(lambda: writes(simulator, datastream) == [b"1"])


async def test_a_template_is_not_run_by_the_cloud(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What a stranger types in the app reaches the action as it was typed."""
    hass.states.async_set("sensor.kitchen", "1")
    calls = async_mock_service(hass, "test", "act")
    step = {"action": "test.act", "data": {"text": "{{ value }}"}}
    await set_up(templated("{{ state.state }}", "string", "Message", step))
    await settled(simulator, "Message")
    await simulator.press("Message", "{{ states('sensor.kitchen') }}")
    await eventually(lambda: calls)
    assert calls[0].data == {"text": "{{ states('sensor.kitchen') }}"}


async def test_the_outcome_of_the_actions_is_confirmed(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Once, whatever entity has changed."""
    hass.states.async_set("sensor.kitchen", "1")
    hass.states.async_set("number.goal", "10")
    calls = async_mock_service(hass, "number", "set_value")
    step = {
        "action": "number.set_value",
        "data": {"value": "{{ value * 2 }}"},
        "target": {"entity_id": "number.goal"},
    }
    await set_up(
        templated("{{ states('number.goal') | float / 2 }}", "double", "Humidity", step)
    )
    await settled(simulator, "Humidity")
    await simulator.press("Humidity", 30)
    await eventually(lambda: calls)
    assert calls[0].data == {"value": 60, "entity_id": ["number.goal"]}
    hass.states.async_set("number.goal", "60")
    await simulator.wait_for(lambda: writes(simulator, "Humidity"))
    await asyncio.sleep(1.8)
    assert writes(simulator, "Humidity") == [b"30"]


@pytest.mark.parametrize(
    "step",
    [
        {"action": "test.unknown"},
        {"nonsense": 1},
        {"action": "test.act", "data": {"level": "{{ 1 / 0 }}"}},
    ],
)
async def test_actions_that_fail_snap_the_widget_back(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    step: dict[str, Any],
) -> None:
    """One line in the log, and the true value at once."""
    hass.states.async_set("sensor.kitchen", "1")
    async_mock_service(hass, "test", "act")
    await set_up(templated("{{ state.state }}", "double", "Humidity", step))
    await settled(simulator, "Humidity")
    caplog.clear()
    await simulator.press("Humidity", 30)
    await simulator.wait_for(lambda: writes(simulator, "Humidity") == [b"1"])
    said = [r for r in caplog.records if r.levelno > logging.DEBUG]
    assert [r.message for r in said if "did not do what Blynk asked" in r.message]
    assert all(r.levelno <= logging.WARNING for r in said)


async def test_without_actions_a_write_is_answered_with_the_value(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Whatever direction an entry's data claim."""
    hass.states.async_set("sensor.kitchen", "1")
    subentry = exposure(
        "sensor.kitchen",
        "template",
        "Humidity",
        "double",
        value_template="{{ state.state }}",
    )
    events = async_capture_events(hass, EVENT_COMMAND)
    await set_up(subentry)
    await settled(simulator, "Humidity")
    await simulator.press("Humidity", 30)
    await simulator.wait_for(lambda: writes(simulator, "Humidity") == [b"1"])
    assert not events


async def test_actions_that_wait_are_overtaken_by_the_next_write(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are not piled up: what they still had to do is not done."""
    monkeypatch.setattr("custom_components.blynk_bridge.downlink._ACTION_TIMEOUT", 0.2)
    hass.states.async_set("sensor.kitchen", "1")
    calls = async_mock_service(hass, "test", "act")
    steps = (
        {"action": "test.act", "data": {"level": "{{ value }}"}},
        {"delay": 2},
        {"action": "test.act", "data": {"level": "{{ value + 0.5 }}"}},
    )
    entry = await set_up(templated("{{ state.state }}", "double", "Humidity", *steps))
    await settled(simulator, "Humidity")
    await simulator.press("Humidity", 30)
    downlink = entry.runtime_data._downlink
    await eventually(lambda: downlink._late)
    await simulator.press("Humidity", 40)
    await eventually(lambda: len(calls) == 3)
    assert [call.data["level"] for call in calls] == [30, 40, 40.5]
    await eventually(lambda: not downlink._late)
