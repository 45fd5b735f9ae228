"""The registry, and what holds for every trait of every family."""

import random

from homeassistant.components.climate.const import ClimateEntityFeature
from homeassistant.components.cover.const import CoverEntityFeature
from homeassistant.components.media_player.const import MediaPlayerEntityFeature
from homeassistant.core import State
from homeassistant.util import slugify
import pytest

from custom_components.blynk_bridge.device.values import (
    DataType,
    Location,
    Value,
    normalize,
)
from custom_components.blynk_bridge.traits import DOMAINS, TRAITS, find, traits_of
from custom_components.blynk_bridge.traits.base import (
    Action,
    NotWritable,
    OnOffTrait,
    Trait,
)

from . import an, named
from .samples_comfort import SAMPLES as COMFORT
from .samples_home import SAMPLES as HOME

EVERY_CLIMATE_FEATURE = int(~ClimateEntityFeature(0))
EVERY_MEDIA_FEATURE = int(~MediaPlayerEntityFeature(0))
EVERY_COVER_FEATURE = int(~CoverEntityFeature(0))

OFFERS = [
    (an("sensor.t", "21.5", device_class="temperature"), ["value"]),
    (an("sensor.t", "idle"), ["value"]),
    (an("sensor.t", "wet", device_class="enum", options=["wet", "dry"]), ["option"]),
    (an("binary_sensor.door", "on"), ["state"]),
    (an("switch.pump", "on"), ["power"]),
    (an("input_boolean.guests", "off"), ["power"]),
    (an("light.bulb", "off", supported_color_modes=["onoff"]), ["power"]),
    (
        an("light.lamp", "off", supported_color_modes=["brightness"]),
        ["power", "brightness"],
    ),
    (
        an(
            "light.sofa",
            "off",
            supported_color_modes=["color_temp", "hs"],
            effect_list=["fire"],
            supported_features=4,
        ),
        ["power", "brightness", "color", "color_temp", "effect"],
    ),
    (
        an("fan.ceiling", "off", preset_modes=["auto"], supported_features=63),
        ["power", "speed", "preset", "oscillation", "direction"],
    ),
    (
        an(
            "climate.bedroom",
            "heat_cool",
            hvac_modes=["off", "heat_cool"],
            hvac_action="idle",
            min_temp=7,
            max_temp=35,
            current_temperature=20.5,
            current_humidity=40,
            preset_modes=["none", "eco"],
            fan_modes=["low"],
            swing_modes=["on"],
            swing_horizontal_modes=["on"],
            supported_features=EVERY_CLIMATE_FEATURE,
        ),
        [
            "target_temperature",
            "current_temperature",
            "mode",
            "action",
            "target_low",
            "target_high",
            "power",
            "preset",
            "fan_mode",
            "swing_mode",
            "swing_horizontal_mode",
            "target_humidity",
            "current_humidity",
        ],
    ),
    (an("climate.heater", "off", hvac_modes=["off", "heat"]), ["mode"]),
    (
        an(
            "humidifier.nursery",
            "on",
            action="idle",
            current_humidity=40,
            available_modes=["auto"],
            supported_features=1,
        ),
        ["power", "target_humidity", "current_humidity", "mode", "action"],
    ),
    (an("humidifier.cellar", "off"), ["power", "target_humidity"]),
    (
        an(
            "water_heater.boiler",
            "eco",
            current_temperature=50.5,
            operation_list=["off", "eco"],
            supported_features=15,
        ),
        ["target_temperature", "current_temperature", "mode", "away_mode", "power"],
    ),
    (
        an(
            "media_player.hifi",
            "off",
            source_list=["Radio"],
            sound_mode_list=["Stereo"],
            supported_features=EVERY_MEDIA_FEATURE,
        ),
        [
            "power",
            "playing",
            "music_player",
            "volume",
            "mute",
            "next",
            "previous",
            "title",
            "state",
            "source",
            "sound_mode",
            "shuffle",
            "repeat",
        ],
    ),
    (an("media_player.window", "idle"), ["title", "state"]),
    (
        an("remote.hub", "off", activity_list=["Music"], supported_features=4),
        ["power", "activity"],
    ),
    (an("siren.garden", "off", supported_features=3), ["power"]),
    (an("group.downstairs", "off", entity_id=["light.lamp"]), ["power"]),
    (an("number.speed", "3"), ["value"]),
    (an("input_number.speed", "3"), ["value"]),
    (an("select.mode", "eco", options=["eco"]), ["option"]),
    (an("input_select.mode", "eco", options=["eco"]), ["option"]),
    (an("text.note", "milk"), ["value"]),
    (an("input_text.note", "milk"), ["value"]),
    (an("button.restart", "unknown"), ["press"]),
    (an("input_button.bell", "unknown"), ["press"]),
    (an("scene.movie", "unknown"), ["activate"]),
    (an("script.goodnight", "off"), ["run"]),
    (
        an("cover.blind", "open", supported_features=EVERY_COVER_FEATURE),
        ["position", "open", "movement", "tilt", "tilt_open"],
    ),
    (an("cover.flap", "open", supported_features=3), ["open"]),
    (an("cover.roof", "open"), ["open"]),
]

EVERY = [*(state for state, _ in OFFERS), *COMFORT, *HOME]
# What is only known while the entity is there tells what else it offers.
MOMENTARY_KNOWLEDGE = {"current_position", "current_tilt_position", "battery_level"}

TOKENS: list[object] = [
    None,
    "",
    "nan",
    "inf",
    "0x10",
    "on",
    "é" * 300,
    "\ud800",
    [],
    ["a", "b"],
    ["color_temp", "hs"],
    [None, 1, {}],
    [1, 2.5, "3"],
    {},
    {"a": 1},
    0,
    -1,
    True,
    0xFFFFFFFF,
    10**400,
    1e308,
    1.7e308,
    1e-320,
    35.5,
    float("nan"),
    float("inf"),
    object(),
    b"bytes",
]
ATTRIBUTES = [
    "action",
    "activity_list",
    "assumed_state",
    "available_modes",
    "away_mode",
    "brightness",
    "color_mode",
    "color_temp_kelvin",
    "current_activity",
    "current_humidity",
    "current_position",
    "current_temperature",
    "device_class",
    "direction",
    "effect",
    "effect_list",
    "entity_id",
    "fan_mode",
    "fan_modes",
    "hs_color",
    "humidity",
    "hvac_action",
    "hvac_modes",
    "is_volume_muted",
    "max",
    "max_color_temp_kelvin",
    "max_humidity",
    "max_temp",
    "media_artist",
    "media_title",
    "min",
    "min_color_temp_kelvin",
    "min_humidity",
    "min_temp",
    "mode",
    "operation_list",
    "operation_mode",
    "options",
    "oscillating",
    "pattern",
    "percentage",
    "percentage_step",
    "preset_mode",
    "preset_modes",
    "repeat",
    "rgb_color",
    "shuffle",
    "sound_mode",
    "sound_mode_list",
    "source",
    "source_list",
    "state_class",
    "step",
    "supported_color_modes",
    "supported_features",
    "swing_mode",
    "swing_modes",
    "target_humidity_step",
    "target_temp_high",
    "target_temp_low",
    "target_temp_step",
    "temperature",
    "unit_of_measurement",
    "volume_level",
]
STATES = [
    "on",
    "off",
    "open",
    "opening",
    "heat",
    "eco",
    "5",
    "a",
    "",
    "unknown",
    "unavailable",
]
WRITTEN: list[Value] = [
    True,
    False,
    0,
    1,
    2**40,
    10**400,
    -1,
    50.5,
    float("nan"),
    float("-inf"),
    "",
    "on",
    "1",
    "nan",
    "1e999",
    "\ud800",
    "x" * 1_000_000,
    "1,2,3",
    "1\x002.5\x003",
    "a",
    "next",
    Location(1, 2),
    Location(float("nan"), 400),
]


@pytest.mark.parametrize(("state", "keys"), OFFERS, ids=named)
def test_an_entity_offers_its_traits_in_order_of_importance(
    state: State, keys: list[str]
) -> None:
    assert [trait.key for trait in traits_of(state)] == keys


def test_every_trait_has_a_sample() -> None:
    shown = {(state.domain, trait.key) for state in EVERY for trait in traits_of(state)}
    assert shown == {
        (domain, trait.key) for trait in TRAITS for domain in trait.domains
    }


@pytest.mark.parametrize("state", [an("tts.cloud", "up"), an("stt.cloud", "up")])
def test_an_entity_of_another_domain_offers_nothing(state: State) -> None:
    assert traits_of(state) == ()
    assert state.domain not in DOMAINS
    assert find(state.domain, "power") is None


def test_a_trait_is_found_by_domain_and_key() -> None:
    for trait in TRAITS:
        for domain in trait.domains:
            assert find(domain, trait.key) is trait
    assert find("light", "colour of the moon") is None


@pytest.mark.parametrize("trait", TRAITS, ids=lambda trait: type(trait).__name__)
def test_a_key_is_a_slug(trait: Trait) -> None:
    assert trait.key == slugify(trait.key)
    assert trait.domains


def test_a_key_is_unique_in_its_domain() -> None:
    pairs = [(domain, trait.key) for trait in TRAITS for domain in trait.domains]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("state", [state for state, _ in OFFERS], ids=named)
def test_what_can_be_known_is_described_while_the_entity_is_unavailable(
    state: State,
) -> None:
    kept = {k: v for k, v in state.attributes.items() if k not in MOMENTARY_KNOWLEDGE}
    away = State(state.entity_id, "unavailable", kept)
    assert traits_of(away) == traits_of(state)
    for trait in traits_of(away):
        assert trait.value(away, DataType.STRING) == ("0" if trait.momentary else None)
        with pytest.raises(NotWritable):
            trait.action(away, 1)


@pytest.mark.parametrize("state", EVERY, ids=named)
def test_a_description_fits_what_write_does(state: State) -> None:
    for trait in traits_of(state):
        description = trait.describe(state)
        assert description is not None
        if not description.writable:
            for reading in (True, False, 0, 50, "open", "wet"):
                with pytest.raises(NotWritable):
                    trait.write(state, reading)
            for value in (1, 0, 100):
                with pytest.raises(NotWritable):
                    trait.action(state, value)
        is_enumeration = description.data_type is DataType.ENUM
        assert is_enumeration is bool(description.options)
        assert description.options == trait.options(state)
        if isinstance(trait, OnOffTrait):
            assert description.data_type is DataType.INTEGER
        if description.data_type is DataType.STRING:
            assert description.limits is None
            assert description.unit is None


def a_hostile_state(dice: random.Random) -> State:
    """Return a state whose attributes are anything at all."""
    attributes = {
        attribute: dice.choice(TOKENS)
        for attribute in ATTRIBUTES
        if dice.random() < 0.7
    }
    return State(
        f"{dice.choice(sorted(DOMAINS))}.hostile", dice.choice(STATES), attributes
    )


@pytest.mark.parametrize("seed", range(40))
def test_no_state_and_no_write_makes_a_trait_raise(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(50):
        state = a_hostile_state(dice)
        for trait in (trait for trait in TRAITS if state.domain in trait.domains):
            trait.describe(state)
            trait.read(state)
            for data_type in DataType:
                value = trait.value(state, data_type)
                assert value is None or normalize(value, data_type) == value
            try:
                action = trait.action(state, dice.choice(WRITTEN))
            except NotWritable:
                continue
            assert action is None or isinstance(action, Action)
            assert state.state != "unavailable"
