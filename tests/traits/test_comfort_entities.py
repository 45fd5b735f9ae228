"""The comfort and media families on Home Assistant's own demo entities."""

from collections.abc import Iterator
from unittest.mock import patch

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.device.values import Value
from custom_components.blynk_bridge.traits import TRAITS, traits_of
from custom_components.blynk_bridge.traits.base import Description, OnOffTrait, Trait

PLATFORMS = [
    Platform.CLIMATE,
    Platform.FAN,
    Platform.HUMIDIFIER,
    Platform.LIGHT,
    Platform.MEDIA_PLAYER,
    Platform.REMOTE,
    Platform.SIREN,
    Platform.WATER_HEATER,
]
GROUP = {"downstairs": {"entities": ["light.bed_light", "light.ceiling_lights"]}}
READ_ONLY = {
    ("climate", "action"),
    ("climate", "current_humidity"),
    ("climate", "current_temperature"),
    ("humidifier", "action"),
    ("humidifier", "current_humidity"),
    ("media_player", "state"),
    ("media_player", "title"),
    ("water_heater", "current_temperature"),
}
# Values to write where neither options nor limits tell any.
OWN_VALUES: dict[str, tuple[Value, ...]] = {
    "color": ("255\x000\x000", "0\x000\x00255"),
    "music_player": ("stop", "play"),
    "speed": (0, 33, 66, 100),
    # Neither end of a range goes beyond the other.
    "target_high": (30.0, 25.5),
    "target_low": (10.0, 20.5),
}


@pytest.fixture
async def home(hass: HomeAssistant) -> HomeAssistant:
    """Set up a home with the demo integration's entities and a group."""
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "group", {"group": GROUP})
    entry = MockConfigEntry(domain="demo")
    entry.add_to_hass(hass)
    with patch(
        "homeassistant.components.demo.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM",
        PLATFORMS,
    ):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    return hass


def offered(hass: HomeAssistant) -> Iterator[tuple[State, Trait, Description]]:
    """Return all that the home's entities offer."""
    for state in hass.states.async_all([*PLATFORMS, "group"]):
        for trait in traits_of(state):
            description = trait.describe(state)
            assert description is not None
            yield state, trait, description


def values(trait: Trait, description: Description) -> tuple[Value, ...]:
    """Return values that the trait must take, one after the other."""
    if own := OWN_VALUES.get(trait.key):
        return own
    if description.options:
        return tuple(range(len(description.options)))
    if isinstance(trait, OnOffTrait):
        return 0, 1, 0
    assert description.limits is not None
    return description.limits.minimum, description.limits.nearest(1e9)


async def write(
    hass: HomeAssistant, trait: Trait, entity_id: str, value: Value
) -> State:
    """Do what a write asks for, and return what becomes of the entity."""
    before = hass.states.get(entity_id)
    assert before is not None
    if (action := trait.action(before, value)) is not None:
        await hass.services.async_call(
            action.domain, action.service, dict(action.data), blocking=True
        )
        await hass.async_block_till_done()
    after = hass.states.get(entity_id)
    assert after is not None
    return after


def there(state: State) -> dict[str, object]:
    """Return what there is to an entity: a speed that is 0 is none at all."""
    attributes = {key: value for key, value in state.attributes.items() if value}
    return {"state": state.state, **attributes}


async def test_what_is_written_back_changes_nothing(home: HomeAssistant) -> None:
    for state, trait, description in offered(home):
        value = trait.value(state, description.data_type)
        if description.writable and value is not None:
            after = await write(home, trait, state.entity_id, value)
            assert there(after) == there(state), trait.key


async def test_every_trait_takes_what_it_offers(home: HomeAssistant) -> None:
    taken = set()
    for state, trait, description in offered(home):
        # A thermostat that only heats, or only cools, has no range at the moment.
        in_use = (
            trait.key not in ("target_low", "target_high")
            or trait.read(state) is not None
        )
        if not description.writable or trait.momentary or not in_use:
            continue
        for value in values(trait, description):
            after = await write(home, trait, state.entity_id, value)
            told = trait.value(after, description.data_type)
            assert told == value, (state.entity_id, trait.key)
        taken.add((state.domain, trait.key))
    there_are = {
        (domain, trait.key)
        for trait in TRAITS
        for domain in trait.domains & {*PLATFORMS, "group"}
        if not trait.momentary
    }
    assert there_are - taken == READ_ONLY | {("remote", "activity")}
