"""The traits on Home Assistant's own entities: what a write asks for comes true."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

from homeassistant.const import EVENT_CALL_SERVICE, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    Description,
    Limits,
    NotWritable,
    Trait,
)

from . import the

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.COVER,
    Platform.LIGHT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
]
INPUTS = {
    "input_boolean": {"guests": None},
    "input_button": {"bell": None},
    "input_number": {
        "target": {"min": 7, "max": 35, "step": 0.5, "initial": 20},
        "count": {"min": 0, "max": 7, "initial": 3},
    },
    "input_select": {"mode": {"options": ["eco", "comfort", "off"]}},
    "input_text": {"note": {"min": 2, "max": 9, "initial": "milk", "pattern": "[a-z]"}},
    "scene": [{"name": "Movie", "entities": {"input_boolean.guests": "on"}}],
    "script": {
        "wait": {"sequence": [{"wait_template": "{{ false }}"}]},
    },
}


@pytest.fixture
async def home(hass: HomeAssistant) -> HomeAssistant:
    """Set up a home with the demo integration's entities and some inputs."""
    assert await async_setup_component(hass, "homeassistant", {})
    for domain, config in INPUTS.items():
        assert await async_setup_component(hass, domain, {domain: config})
    entry = MockConfigEntry(domain="demo")
    entry.add_to_hass(hass)
    with patch(
        "homeassistant.components.demo.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM",
        PLATFORMS,
    ):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    return hass


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity that must exist."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state


async def write(
    hass: HomeAssistant, trait: Trait, entity_id: str, value: Value
) -> None:
    """Do what a write to the trait's datastream asks for."""
    action = trait.action(state_of(hass, entity_id), value)
    if action is not None:
        await hass.services.async_call(
            action.domain, action.service, dict(action.data), blocking=True
        )


async def wait_for(hass: HomeAssistant, arrived: Callable[[], bool]) -> None:
    """Let the demo's clock tick until something is so."""
    for _ in range(20):
        if arrived():
            return
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
        await hass.async_block_till_done()
    pytest.fail("it never came true")


@pytest.mark.parametrize(
    ("entity_id", "key", "data_type", "steps"),
    [
        ("switch.decorative_lights", "power", DataType.INTEGER, [(0, 0), (1, 1)]),
        ("input_boolean.guests", "power", DataType.INTEGER, [(1, 1), (0, 0)]),
        ("light.bed_light", "power", DataType.INTEGER, [(1, 1), (0, 0)]),
        ("light.bed_light", "power", DataType.BOOLEAN, [(True, True), (False, False)]),
        (
            "light.ceiling_lights",
            "brightness",
            DataType.INTEGER,
            [(40, 40), (250, 100), (1, 1), (0, 0), (73, 73)],
        ),
        ("number.pwm_1", "value", DataType.DOUBLE, [(0.333, 0.33), (5.0, 1.0)]),
        ("number.large_range", "value", DataType.INTEGER, [(500.6, 501), (0, 1)]),
        ("number.temperature_setting", "value", DataType.INTEGER, [(21, 21)]),
        (
            "input_number.target",
            "value",
            DataType.DOUBLE,
            [(21.3, 21.5), (99.0, 35.0), (-5.0, 7.0)],
        ),
        ("input_number.count", "value", DataType.INTEGER, [(7, 7), (-2, 0)]),
        ("select.speed", "option", DataType.ENUM, [(0, 0), (2, 2)]),
        ("input_select.mode", "option", DataType.INTEGER, [(2, 2), (0, 0)]),
        ("input_select.mode", "option", DataType.STRING, [("off", "off")]),
        ("text.text", "value", DataType.STRING, [("Grüße", "Grüße"), ("", "")]),
        ("input_text.note", "value", DataType.STRING, [("bread", "bread")]),
        ("script.wait", "run", DataType.INTEGER, [(1, 1), (0, 0)]),
        ("cover.kitchen_window", "open", DataType.INTEGER, [(1, 1), (0, 0)]),
    ],
)
async def test_a_write_brings_the_entity_to_the_value(
    home: HomeAssistant,
    entity_id: str,
    key: str,
    data_type: DataType,
    steps: list[tuple[Value, Value]],
) -> None:
    trait = the(entity_id.partition(".")[0], key)
    assert trait in traits_of(state_of(home, entity_id))
    for written, told in steps:
        await write(home, trait, entity_id, written)
        assert trait.value(state_of(home, entity_id), data_type) == told


async def test_every_brightness_is_told_as_it_was_written(home: HomeAssistant) -> None:
    trait = the("light", "brightness")
    for percent in range(101):
        await write(home, trait, "light.ceiling_lights", percent)
        state = state_of(home, "light.ceiling_lights")
        assert trait.value(state, DataType.INTEGER) == percent


async def test_a_cover_moves_to_the_position_and_is_stopped(
    home: HomeAssistant,
) -> None:
    cover = "cover.hall_window"
    position, is_open, movement, *_ = traits_of(state_of(home, cover))

    def told(trait: Trait, data_type: DataType = DataType.INTEGER) -> Value | None:
        return trait.value(state_of(home, cover), data_type)

    assert told(position) == 10
    await write(home, position, cover, 40)
    assert told(movement, DataType.STRING) == "open"
    await wait_for(home, lambda: told(position) == 40)
    assert told(movement, DataType.STRING) == "stop"

    await write(home, is_open, cover, 0)
    assert told(movement, DataType.STRING) == "close"
    assert told(is_open) == 1
    await wait_for(home, lambda: told(position) == 20)
    await write(home, movement, cover, 1)
    assert told(movement) == 1
    assert told(is_open) == 1

    await write(home, movement, cover, 2)
    await wait_for(home, lambda: told(is_open) == 0)
    assert told(position) == 0


async def test_a_garage_door_is_guarded(home: HomeAssistant) -> None:
    (is_open,) = traits_of(state_of(home, "cover.garage_door"))
    assert is_open.describe(state_of(home, "cover.garage_door")) == Description(
        data_type=DataType.INTEGER,
        limits=Limits(0, 1, 1),
        writable=True,
        guarded=True,
    )


async def test_of_a_cover_that_only_tilts_only_the_slats_are_operated(
    home: HomeAssistant,
) -> None:
    roof = "cover.pergola_roof"
    is_open, tilt, tilt_open = traits_of(state_of(home, roof))
    with pytest.raises(NotWritable):
        is_open.action(state_of(home, roof), 1)

    def told(trait: Trait) -> Value | None:
        return trait.value(state_of(home, roof), DataType.INTEGER)

    await write(home, tilt, roof, 80)
    await wait_for(home, lambda: told(tilt) == 80)
    await write(home, tilt_open, roof, 0)
    await wait_for(home, lambda: told(tilt_open) == 0)
    assert told(tilt) == 0


@pytest.mark.parametrize(
    ("entity_id", "key", "service"),
    [
        ("button.push", "press", "press"),
        ("input_button.bell", "press", "press"),
        ("scene.movie", "activate", "turn_on"),
    ],
)
async def test_a_press_acts_once_and_its_release_does_nothing(
    home: HomeAssistant, entity_id: str, key: str, service: str
) -> None:
    trait = the(entity_id.partition(".")[0], key)
    calls = async_capture_events(home, EVENT_CALL_SERVICE)
    before = state_of(home, entity_id)
    await write(home, trait, entity_id, 1)
    await write(home, trait, entity_id, 0)
    after = state_of(home, entity_id)
    assert after.state != before.state
    assert trait.value(after, DataType.INTEGER) == 0
    asked = [call.data["service"] for call in calls if entity_id in str(call.data)]
    assert asked == [service]


async def test_a_scene_does_what_it_is_made_for(home: HomeAssistant) -> None:
    await write(home, the("scene", "activate"), "scene.movie", 1)
    assert home.states.is_state("input_boolean.guests", "on")


@pytest.mark.parametrize(
    ("entity_id", "written"),
    [
        ("text.text_with_1_to_5_characters", "too long"),
        ("text.text_with_1_to_5_characters", ""),
        ("text.text_with_only_lower_case_characters", "UPPER"),
        ("input_text.note", "x"),
        ("input_text.note", "BREAD"),
    ],
)
async def test_a_text_that_the_entity_would_refuse_is_not_even_tried(
    home: HomeAssistant, entity_id: str, written: str
) -> None:
    trait = the(entity_id.partition(".")[0], "value")
    with pytest.raises(NotWritable):
        trait.action(state_of(home, entity_id), written)


@pytest.mark.parametrize(
    ("entity_id", "expected"),
    [
        (
            "sensor.outside_temperature",
            Description(data_type=DataType.DOUBLE, unit="°C"),
        ),
        (
            "sensor.thermostat",
            Description(
                data_type=DataType.ENUM, options=("away", "comfort", "eco", "sleep")
            ),
        ),
        (
            "binary_sensor.movement_backyard",
            Description(data_type=DataType.INTEGER, limits=Limits(0, 1, 1)),
        ),
        (
            "number.large_range",
            Description(
                data_type=DataType.INTEGER,
                limits=Limits(1, 1000, 1),
                decimals=0,
                writable=True,
            ),
        ),
        (
            "number.pwm_1",
            Description(
                data_type=DataType.DOUBLE,
                limits=Limits(0, 1, 0.01),
                decimals=2,
                writable=True,
            ),
        ),
        (
            "select.speed",
            Description(
                data_type=DataType.ENUM,
                options=("light_speed", "ridiculous_speed", "ludicrous_speed"),
                writable=True,
            ),
        ),
    ],
)
async def test_a_real_entity_is_described(
    home: HomeAssistant, entity_id: str, expected: Description
) -> None:
    state = state_of(home, entity_id)
    assert traits_of(state)[0].describe(state) == expected


async def test_every_entity_of_the_home_offers_something(home: HomeAssistant) -> None:
    domains = {*PLATFORMS, *INPUTS}
    states = [state for state in home.states.async_all() if state.domain in domains]
    assert len(states) > 40
    for state in states:
        assert traits_of(state), state.entity_id


@pytest.mark.parametrize(
    "entity_id",
    [
        "light.kitchen_lights",
        "number.pwm_1",
        "select.speed",
        "text.text",
        "cover.garage_door",
        "sensor.thermostat",
        "sensor.outside_temperature",
    ],
)
async def test_an_entity_after_a_restart_is_described_from_the_registry(
    home: HomeAssistant, entity_id: str
) -> None:
    before = state_of(home, entity_id)
    described = [(trait, trait.describe(before)) for trait in traits_of(before)]
    entry = home.config_entries.async_entries("demo")[0]
    assert await home.config_entries.async_unload(entry.entry_id)
    await home.async_block_till_done()

    restored = state_of(home, entity_id)
    assert restored.state == "unavailable"
    assert [(t, t.describe(restored)) for t in traits_of(restored)] == described
    for trait, _ in described:
        assert trait.value(restored, DataType.STRING) is None
        with pytest.raises(NotWritable):
            trait.action(restored, 1)
