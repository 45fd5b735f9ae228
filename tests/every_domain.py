"""A home for each domain that has traits, from Home Assistant's own demo and helpers."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from random import Random
from typing import Any, Final
from unittest.mock import patch

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.discovery import async_load_platform
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.traits.base import Trait

from .conftest import exposure

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
# What Home Assistant's demo sets up with a config entry, a platform at a time.
_DEMO_PLATFORMS: Final = (
    "air_quality",
    "alarm_control_panel",
    "binary_sensor",
    "button",
    "calendar",
    "camera",
    "climate",
    "cover",
    "date",
    "datetime",
    "event",
    "fan",
    "humidifier",
    "light",
    "lock",
    "media_player",
    "number",
    "remote",
    "select",
    "sensor",
    "siren",
    "switch",
    "text",
    "time",
    "update",
    "vacuum",
    "valve",
    "water_heater",
    "weather",
)
# What it sets up as YAML platforms.
_DISCOVERED: Final = ("device_tracker", "geo_location", "image_processing")
# What it makes up.
_RANDOM: Final = ("device_tracker", "geo_location", "light")
_LAMP: Final = {"input_boolean": {"lamp": {"name": "Lamp"}}}
_HELPERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "automation": {
        "automation": [
            {
                "alias": "Welcome",
                "triggers": {"trigger": "event", "event_type": "welcome"},
                "actions": {"event": "welcomed"},
            }
        ]
    },
    "counter": {
        "counter": {"visitors": {"initial": 3, "minimum": 0, "maximum": 9, "step": 1}}
    },
    "group": {**_LAMP, "group": {"lamps": {"entities": ["input_boolean.lamp"]}}},
    "input_boolean": _LAMP,
    "input_button": {"input_button": {"bell": {"name": "Bell"}}},
    "input_datetime": {
        "input_datetime": {
            "alarm": {"has_time": True, "has_date": False, "initial": "06:30:00"},
            "holiday": {"has_time": False, "has_date": True, "initial": "2026-12-24"},
            "party": {
                "has_time": True,
                "has_date": True,
                "initial": "2026-12-31 20:00:00",
            },
        }
    },
    "input_number": {
        "input_number": {
            "level": {"min": 0, "max": 100, "step": 5, "initial": 10},
            "fine": {"min": -1, "max": 1, "step": 0.1, "initial": 0.2},
        }
    },
    "input_select": {"input_select": {"mode": {"options": ["Home", "Away"]}}},
    "input_text": {"input_text": {"message": {"initial": "Hello", "max": 20}}},
    "person": {"person": [{"id": "1", "name": "Anne", "device_trackers": []}]},
    "scene": {
        **_LAMP,
        "scene": [{"name": "Cosy", "entities": {"input_boolean.lamp": "on"}}],
    },
    "schedule": {
        "schedule": {
            "heating": {
                "name": "Heating",
                **{day: [{"from": "00:00:00", "to": "24:00:00"}] for day in WEEKDAYS},
            }
        }
    },
    "script": {
        "script": {"wait": {"alias": "Wait", "sequence": [{"delay": {"seconds": 60}}]}}
    },
    "sun": {"sun": {}},
    "timer": {"timer": {"egg": {"name": "Egg", "duration": "00:05:00"}}},
    "zone": {
        "zone": [{"name": "Work", "latitude": 52.1, "longitude": 4.3, "radius": 100}]
    },
}


async def async_set_up_domain(hass: HomeAssistant, domain: str) -> None:
    """Give the home entities of one domain, the same at every run."""
    assert await async_setup_component(hass, "homeassistant", {})
    with ExitStack() as stack:
        for module in _RANDOM:
            place = f"homeassistant.components.demo.{module}.random"
            stack.enter_context(patch(place, Random(1)))
        await _OTHERS.get(domain, _async_set_up_helper)(hass, domain)
        await hass.async_block_till_done()


async def _async_set_up_helper(hass: HomeAssistant, domain: str) -> None:
    """Set up what is configured in YAML."""
    config = _HELPERS[domain]
    for component in config:
        assert await async_setup_component(hass, component, dict(config))


async def _async_set_up_demo(hass: HomeAssistant, domain: str) -> None:
    """Set up one platform of the demo's config entry."""
    with patch(
        "homeassistant.components.demo.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM",
        [Platform(domain)],
    ):
        await _async_set_up_entry(hass, "demo")


async def _async_discover(hass: HomeAssistant, domain: str) -> None:
    """Set up one platform that the demo discovers."""
    await async_load_platform(hass, domain, "demo", {}, {"demo": {}})
    assert await async_setup_component(hass, domain, {})


async def _async_set_up_lawn_mower(hass: HomeAssistant, domain: str) -> None:
    """Set up the one domain that only the kitchen sink has."""
    with patch(
        "homeassistant.components.kitchen_sink.COMPONENTS_WITH_DEMO_PLATFORM",
        [Platform.LAWN_MOWER],
    ):
        await _async_set_up_entry(hass, "kitchen_sink")


async def _async_set_up_todo(hass: HomeAssistant, domain: str) -> None:
    """Set up a shopping list, with things on it."""
    with patch("homeassistant.components.shopping_list.ShoppingData.save"):
        await _async_set_up_entry(hass, "shopping_list")
        for name in ("Bread", "Butter"):
            await hass.services.async_call(
                "shopping_list", "add_item", {"name": name}, blocking=True
            )


async def _async_set_up_entry(hass: HomeAssistant, integration: str) -> None:
    """Set up an integration's config entry."""
    entry = MockConfigEntry(domain=integration, title=integration)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


type _SetUp = Callable[[HomeAssistant, str], Awaitable[None]]
_OTHERS: Final[Mapping[str, _SetUp]] = {
    **dict.fromkeys(_DEMO_PLATFORMS, _async_set_up_demo),
    **dict.fromkeys(_DISCOVERED, _async_discover),
    "lawn_mower": _async_set_up_lawn_mower,
    "todo": _async_set_up_todo,
}
DOMAINS: Final = tuple(sorted({*_OTHERS, *_HELPERS}))


def name_of(state: State, trait: Trait) -> str:
    """Return the datastream's name of an entity's trait."""
    return f"{state.entity_id} {trait.key}"


def exposed(state: State, trait: Trait) -> ConfigSubentryData:
    """Return a subentry that exposes all that the trait can do."""
    description = trait.describe(state)
    assert description is not None
    return exposure(
        state.entity_id,
        trait.key,
        name_of(state, trait),
        description.data_type,
        "both" if description.writable else "publish",
        opted_in=True,
    )
