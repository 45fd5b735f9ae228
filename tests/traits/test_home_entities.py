"""Doors, robots, times, places and the sky on Home Assistant's own entities."""

from collections.abc import AsyncIterator, Iterator
from unittest.mock import patch

from homeassistant.const import ATTR_CODE, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of

from . import the

DEMO = [
    Platform.ALARM_CONTROL_PANEL,
    Platform.CALENDAR,
    Platform.DATE,
    Platform.DATETIME,
    Platform.EVENT,
    Platform.LOCK,
    Platform.TIME,
    Platform.UPDATE,
    Platform.VACUUM,
    Platform.VALVE,
    Platform.WEATHER,
]
HELPERS: dict[str, object] = {
    "automation": {
        "alias": "Porch",
        "trigger": {"platform": "event", "event_type": "dusk"},
        "action": {"event": "porch"},
    },
    "counter": {"visitors": {"minimum": 1, "maximum": 99, "step": 2}},
    "input_datetime": {
        "day": {"has_date": True},
        "alarm": {"has_time": True},
        "party": {"has_date": True, "has_time": True},
    },
    "person": [{"id": "ada", "name": "Ada"}],
    "schedule": {
        "heating": {
            "name": "Heating",
            "monday": [{"from": "06:00:00", "to": "22:00:00"}],
        }
    },
    "timer": {"eggs": {"duration": "00:05:00"}},
    "zone": [{"name": "Work", "latitude": 1, "longitude": 2, "radius": 100}],
}
CODE = "1234"


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Let the sun, a schedule and an alarm leave timers behind: Home Assistant's own."""
    return True


@pytest.fixture
def quick() -> Iterator[None]:
    """Let the demo's locks and valves need no time."""
    with (
        patch("homeassistant.components.demo.lock.LOCK_UNLOCK_DELAY", 0),
        patch("homeassistant.components.demo.valve.OPEN_CLOSE_DELAY", 0),
    ):
        yield


@pytest.fixture
async def home(quick: None, hass: HomeAssistant) -> AsyncIterator[HomeAssistant]:
    """Set up a home with the demo's entities, Home Assistant's helpers and mowers."""
    assert await async_setup_component(hass, "homeassistant", {})
    for domain, config in HELPERS.items():
        assert await async_setup_component(hass, domain, {domain: config})
    entries = [
        MockConfigEntry(domain=domain) for domain in ("demo", "kitchen_sink", "sun")
    ]
    with (
        patch(
            "homeassistant.components.demo.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM",
            DEMO,
        ),
        patch(
            "homeassistant.components.kitchen_sink.COMPONENTS_WITH_DEMO_PLATFORM",
            [Platform.LAWN_MOWER],
        ),
    ):
        for entry in entries:
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        yield hass
        for entry in entries:
            assert await hass.config_entries.async_unload(entry.entry_id)


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    """Return the state of an entity that must exist."""
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state


async def write(hass: HomeAssistant, entity_id: str, key: str, value: Value) -> None:
    """Do what a write asks for, with a code where one may be given."""
    state = state_of(hass, entity_id)
    trait = the(state.domain, key)
    description = trait.describe(state)
    assert description is not None
    assert description.writable
    if (action := trait.action(state, value)) is None:
        return
    code = {ATTR_CODE: CODE} if description.takes_code else {}
    await hass.services.async_call(
        action.domain, action.service, {**action.data, **code}, blocking=True
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("entity_id", "key", "data_type", "steps"),
    [
        ("lock.front_door", "locked", DataType.INTEGER, [(0, 0), (1, 1)]),
        (
            "alarm_control_panel.security",
            "mode",
            DataType.STRING,
            [("disarmed", "disarmed")],
        ),
        ("valve.front_garden", "open", DataType.INTEGER, [(0, 0), (1, 1)]),
        ("valve.orchard", "open", DataType.INTEGER, [(1, 1), (0, 0)]),
        (
            "vacuum.demo_vacuum_0_ground_floor",
            "command",
            DataType.STRING,
            [("start", "start"), ("pause", "pause"), ("stop", "stop")],
        ),
        (
            "vacuum.demo_vacuum_0_ground_floor",
            "fan_speed",
            DataType.ENUM,
            [(3, 3), (0, 0)],
        ),
        (
            "lawn_mower.mower_can_do_all",
            "command",
            DataType.STRING,
            [
                ("start", "start"),
                ("pause", "pause"),
                ("dock", "dock"),
                ("stop", "stop"),
            ],
        ),
        ("date.date", "value", DataType.STRING, [("2026-08-01", "2026-08-01")]),
        ("time.time", "value", DataType.STRING, [("7:30", "07:30:00")]),
        ("time.time", "value", DataType.STRING, [("86399\0", "23:59:59")]),
        (
            "datetime.date_and_time",
            "value",
            DataType.STRING,
            [
                ("2026-08-01 20:15", "2026-08-01 20:15:00"),
                ("2026-08-01T20:15:00Z", "2026-08-01 13:15:00"),
            ],
        ),
        (
            "input_datetime.day",
            "value",
            DataType.STRING,
            [("2026-08-01", "2026-08-01")],
        ),
        ("input_datetime.alarm", "value", DataType.STRING, [("60\0", "00:01:00")]),
        (
            "input_datetime.party",
            "value",
            DataType.STRING,
            [("2026-08-01 20:15:00", "2026-08-01 20:15:00")],
        ),
        ("counter.visitors", "count", DataType.INTEGER, [(7, 8), (0, 2), (500, 98)]),
        (
            "timer.eggs",
            "command",
            DataType.STRING,
            [("start", "start"), ("pause", "pause"), ("cancel", "cancel")],
        ),
        ("automation.porch", "enabled", DataType.INTEGER, [(0, 0), (1, 1)]),
        ("automation.porch", "trigger", DataType.INTEGER, [(1, 0), (0, 0)]),
    ],
)
async def test_a_write_brings_the_entity_to_the_value(
    home: HomeAssistant,
    entity_id: str,
    key: str,
    data_type: DataType,
    steps: list[tuple[Value, Value]],
) -> None:
    """By the clock of the tests' home, which is US/Pacific."""
    trait = the(entity_id.partition(".")[0], key)
    for value, told in steps:
        await write(home, entity_id, key, value)
        assert trait.value(state_of(home, entity_id), data_type) == told


async def test_a_latch_is_opened_and_a_lock_may_jam(home: HomeAssistant) -> None:
    await write(home, "lock.openable_lock", "latch", 1)
    assert home.states.is_state("lock.openable_lock", "open")
    jammed = "lock.poorly_installed_door"
    await write(home, jammed, "locked", 1)
    assert (
        the("lock", "state").value(state_of(home, jammed), DataType.STRING) == "jammed"
    )
    assert the("lock", "locked").value(state_of(home, jammed), DataType.INTEGER) == 0


async def test_a_panel_is_armed_and_set_off_with_its_code(home: HomeAssistant) -> None:
    panel = "alarm_control_panel.security"
    await write(home, panel, "mode", "armed_away")
    assert home.states.is_state(panel, "arming")
    await write(home, panel, "trigger", 1)
    told = the("alarm_control_panel", "state").value(
        state_of(home, panel), DataType.STRING
    )
    assert told == "triggered"
    await write(home, panel, "mode", "disarmed")
    assert home.states.is_state(panel, "disarmed")


async def test_every_entity_offers_something_that_is_told(home: HomeAssistant) -> None:
    # The demo's button has not been pressed, and nobody carries a tracker.
    domains = {*DEMO, *HELPERS, "lawn_mower", "sun"} - {"event", "person"}
    told: dict[str, set[str]] = {domain: set() for domain in domains}
    for state in home.states.async_all(domains):
        assert traits_of(state), state.entity_id
        told[state.domain] |= {
            trait.key
            for trait in traits_of(state)
            if trait.value(state, DataType.STRING) is not None
        }
    assert all(told.values()), told
    assert told["sun"] == {
        "above_horizon",
        "azimuth",
        "elevation",
        "next_rising",
        "next_setting",
    }
    assert told["weather"] >= {"condition", "temperature", "humidity", "pressure"}
    assert told["calendar"] == {"active", "event", "begin", "end"}
    assert told["zone"] == {"persons"}
    assert told["update"] == {
        "available",
        "install",
        "installed_version",
        "latest_version",
    }
