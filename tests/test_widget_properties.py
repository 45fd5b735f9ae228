"""Properties of Blynk's widgets that follow Home Assistant."""

import asyncio
from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.messages import MESSAGE_SIZE_MAX
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.exposure import (
    Direction,
    Exposure,
    Unavailable,
    WidgetProperty,
)
from custom_components.blynk_bridge.traits import find
from custom_components.blynk_bridge.traits.readings import SensorValue
from custom_components.blynk_bridge.widget_properties import widget_properties
from simulator import Simulator

from .conftest import SetUp, as_subentry, exposure, temperature
from .device.conftest import eventually
from .skipped_time import skipped_time
from .test_uplink import has, messages

ALL = ["label", "limits", "labels", "suffix", "decimals"]
RANGE = {"min": 0, "max": 40, "step": 0.5, "unit_of_measurement": "°C"}
OPTIONS = {"options": ["eco", "comfort"], "friendly_name": "Heating"}

NUMBER = exposure("number.level", "value", "Level", "double", properties=ALL)
SELECT = exposure("select.mode", "option", "Mode", "enum", properties=["labels"])
LABELLED = temperature(properties=["label"])
LIMITS = {"min": "0", "max": "40", "step": "0.5", "maximumFractionDigits": "1"}


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gather changes for a moment only."""
    monkeypatch.setattr("custom_components.blynk_bridge.overrides._PAUSE", 0.05)


def properties(simulator: Simulator, name: str) -> dict[str, str | tuple[str, ...]]:
    """Return the properties that a datastream's widgets have in Blynk."""
    return simulator.device.datastreams[name].properties


async def become(simulator: Simulator, name: str, **expected: object) -> None:
    """Wait until a datastream's widgets have these properties, and no other."""
    await simulator.wait_for(lambda: properties(simulator, name) == expected)


def property_topics(simulator: Simulator) -> list[str]:
    """Return where the messages about properties went."""
    return [m.topic for m in messages(simulator) if "/prop/" in m.topic]


async def known(entry: MockConfigEntry) -> None:
    """Wait until every property that was sent has been acknowledged."""
    overrides = entry.runtime_data._overrides
    await eventually(lambda: not overrides._waiting and not overrides._stale)


async def passed(hass: HomeAssistant, simulator: Simulator, number: int) -> None:
    """Wait until whatever is on its way has arrived."""
    hass.states.async_set("sensor.humidity", str(number))
    await has(simulator, "Humidity", number)
    await asyncio.sleep(0.2)


HUMIDITY = exposure("sensor.humidity", "value", "Humidity", "double", "publish")


# --- What they are to be -------------------------------------------------------


def shown(trait: str, entity_id: str, *kinds: WidgetProperty, **more: Any) -> Exposure:
    """Return an exposure whose widgets have these properties."""
    found = find(entity_id.partition(".")[0], trait)
    assert found is not None
    return Exposure(
        subentry_id="1",
        entity_id=entity_id,
        trait=found,
        datastream=more.get("datastream", "Name"),
        data_type=DataType.DOUBLE,
        direction=Direction.BOTH,
        min_interval=0,
        max_interval=0,
        properties=frozenset(kinds or WidgetProperty),
    )


@pytest.mark.parametrize(
    ("trait", "state", "expected"),
    [
        (
            "value",
            State("number.level", "20", RANGE | {"friendly_name": "Boiler"}),
            {"label": ("Boiler",), "suffix": ("°C",)}
            | {key: (text,) for key, text in LIMITS.items()},
        ),
        (
            "value",
            State("number.level", "20", {"min": -1e9, "max": 1e-3}),
            {"label": ("level",), "min": ("-1000000000",), "max": ("0.001",)},
        ),
        (
            "option",
            State("select.mode", "eco", OPTIONS),
            {"label": ("Heating",), "labels": ("eco", "comfort")},
        ),
        (
            "option",
            State("select.mode", "unknown", {"options": []}),
            {"label": ("mode",)},
        ),
        (
            "value",
            State("sensor.temperature", "20", {"unit_of_measurement": ""}),
            {"label": ("temperature",)},
        ),
        ("value", State("number.level", "unavailable", RANGE), None),
        ("option", State("sensor.temperature", "20"), None),
    ],
    ids=lambda value: value.entity_id if isinstance(value, State) else None,
)
async def test_what_an_entity_asks_for(
    hass: HomeAssistant,
    trait: str,
    state: State,
    expected: Mapping[str, tuple[str, ...]] | None,
) -> None:
    """All that is chosen and known; nothing while the entity is not there."""
    hass.states.async_set(state.entity_id, state.state, state.attributes)
    assert widget_properties(hass, shown(trait, state.entity_id)) == expected


async def test_only_what_was_chosen(hass: HomeAssistant) -> None:
    """Each is opted into."""
    hass.states.async_set("number.level", "20", RANGE)
    number = shown("value", "number.level", WidgetProperty.SUFFIX)
    assert widget_properties(hass, number) == {"suffix": ("°C",)}


async def test_an_attribute_and_a_template_are_named_after_their_entity(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Both are the user's own, and no domain offers them."""
    hass.states.async_set(
        "sensor.temperature", "20", {"friendly_name": "Boiler", "pressure": 2}
    )
    place = ("double", "publish")
    await set_up(
        exposure(
            *("sensor.temperature", "attribute", "Level", *place),
            attribute="pressure",
            properties=["label"],
        ),
        exposure(
            *("sensor.temperature", "template", "Humidity", *place),
            value_template="{{ 1 }}",
            properties=["label"],
        ),
    )
    await become(simulator, "Level", label="Boiler: pressure")
    await become(simulator, "Humidity", label="Boiler")


async def test_a_trait_that_is_not_the_main_one_is_named(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    """In Home Assistant's language, from our own translations."""
    await set_up()
    attributes = {
        "friendly_name": "Kitchen",
        "supported_color_modes": ["brightness"],
        "brightness": 255,
    }
    hass.states.async_set("light.kitchen", "on", attributes)
    labels = [
        widget_properties(hass, shown(trait, "light.kitchen", WidgetProperty.LABEL))
        for trait in ("power", "brightness")
    ]
    assert labels == [{"label": ("Kitchen",)}, {"label": ("Kitchen: Brightness",)}]


@pytest.mark.parametrize(
    ("options", "decimals"),
    [
        ({"suggested_display_precision": 1}, ("1",)),
        ({"suggested_display_precision": 1, "display_precision": 0}, ("0",)),
        ({}, None),
    ],
)
async def test_decimals_are_those_that_home_assistant_shows(
    hass: HomeAssistant, options: dict[str, int], decimals: tuple[str, ...] | None
) -> None:
    """The user's choice, else what the integration suggests."""
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "sensor", "test", "1", suggested_object_id="temperature"
    )
    registry.async_update_entity_options("sensor.temperature", "sensor", options)
    hass.states.async_set("sensor.temperature", "20")
    found = widget_properties(
        hass, shown("value", "sensor.temperature", WidgetProperty.DECIMALS)
    )
    assert found is not None
    assert found.get("maximumFractionDigits") == decimals


@pytest.mark.parametrize("option", ["x", "x" * 30, "ü" * 999, "🔑" * 250, "\ud800\0"])
async def test_a_list_never_exceeds_what_blynk_takes(
    hass: HomeAssistant, option: str
) -> None:
    """At most 100 texts, and a message's size; what is left keeps its place."""
    options = [f"{number}{option}" for number in range(120)]
    hass.states.async_set("select.mode", "1", {"options": options})
    name = "🔑" * 32
    found = widget_properties(
        hass,
        shown("option", "select.mode", WidgetProperty.LABELS, datastream=name),
    )
    assert found is not None
    labels = found["labels"]
    payload = "\0".join(labels).encode()
    assert len(payload) + len(f"ds/{name}/prop/labels".encode()) <= MESSAGE_SIZE_MAX - 5
    assert 1 <= len(labels) <= 100
    assert payload.count(0) == len(labels) - 1
    assert all(label.startswith(str(index)) for index, label in enumerate(labels))


# --- How they go up ------------------------------------------------------------


async def test_properties_go_up_after_the_values(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Each is a message."""
    hass.states.async_set("number.level", "20", RANGE)
    await set_up(NUMBER)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)
    assert messages(simulator)[0].topic == "ds/Level"
    assert len(messages(simulator)) == 7


async def test_a_list_is_one_message(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Joined by NUL, as Blynk splits it."""
    hass.states.async_set("select.mode", "eco", OPTIONS)
    await set_up(SELECT)
    await become(simulator, "Mode", labels=("eco", "comfort"))
    assert messages(simulator)[-1].payload == b"eco\0comfort"


async def test_properties_follow_and_cost_nothing_unless_they_change(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """State changes and other attributes are not looked at twice."""
    hass.states.async_set("number.level", "20", RANGE)
    entry = await set_up(NUMBER, HUMIDITY)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)
    await known(entry)
    before = len(property_topics(simulator))
    for number in range(20, 40):
        hass.states.async_set("number.level", str(number), RANGE | {"icon": number})
    await passed(hass, simulator, 1)
    assert len(property_topics(simulator)) == before
    changed = RANGE | {"max": 100, "unit_of_measurement": "°F", "friendly_name": "T"}
    hass.states.async_set("number.level", "20", changed)
    await become(simulator, "Level", label="T", suffix="°F", **LIMITS | {"max": "100"})
    assert property_topics(simulator)[before:] == [
        "ds/Level/prop/label",
        "ds/Level/prop/max",
        "ds/Level/prop/suffix",
    ]


async def test_a_state_change_alone_is_not_looked_at(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not one description is made."""
    hass.states.async_set("number.level", "20", RANGE)
    entry = await set_up(NUMBER)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)
    await known(entry)
    mark = Mock()
    monkeypatch.setattr(entry.runtime_data._overrides, "_async_mark", mark)
    for number in range(100):
        hass.states.async_set("number.level", str(number), RANGE)
    await hass.async_block_till_done()
    mark.assert_not_called()


async def test_what_no_longer_applies_is_taken_back(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A unit that is gone."""
    hass.states.async_set("number.level", "20", RANGE)
    await set_up(NUMBER)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)
    hass.states.async_set("number.level", "20", {"min": 0, "max": 40, "step": 0.5})
    await become(simulator, "Level", label="level", **LIMITS)
    assert property_topics(simulator)[-1] == "ds/Level/prop/suffix/erase"


async def test_names_and_decimals_follow_the_registry(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A new id keeps what was sent; a new precision is sent."""
    registry = er.async_get(hass)
    registered = registry.async_get_or_create(
        "sensor", "test", "1", suggested_object_id="temperature"
    )
    hass.states.async_set("sensor.temperature", "20", {"friendly_name": "Old"})
    await set_up(
        temperature(entity_registry_id=registered.id, properties=["label", "decimals"]),
        HUMIDITY,
    )
    await become(simulator, "Temperature", label="Old")
    registry.async_update_entity_options(
        "sensor.temperature", "sensor", {"display_precision": 2}
    )
    await become(simulator, "Temperature", label="Old", maximumFractionDigits="2")
    registry.async_update_entity("sensor.temperature", new_entity_id="sensor.kitchen")
    await hass.async_block_till_done()
    hass.states.async_remove("sensor.temperature")
    before = len(property_topics(simulator))
    hass.states.async_set("sensor.kitchen", "20", {"friendly_name": "New"})
    await become(simulator, "Temperature", label="New", maximumFractionDigits="2")
    await passed(hass, simulator, 1)
    assert property_topics(simulator)[before:] == ["ds/Temperature/prop/label"]


async def test_labels_follow_the_language(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are asked for again in the new one."""
    labels = Mock(
        side_effect=lambda hass, *_: {
            "en": ("Economy", "Comfort"),
            "de": ("Sparsam", "Bequem"),
        }[hass.config.language]
    )
    monkeypatch.setattr(
        "custom_components.blynk_bridge.widget_properties.option_labels", labels
    )
    hass.states.async_set("select.mode", "eco", OPTIONS)
    await set_up(SELECT)
    await become(simulator, "Mode", labels=("Economy", "Comfort"))
    await hass.config.async_update(language="de")
    await become(simulator, "Mode", labels=("Sparsam", "Bequem"))


async def test_while_unavailable_everything_stays(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An entity that is not there has not taken anything back."""
    hass.states.async_set("number.level", "20", RANGE)
    await set_up(NUMBER, HUMIDITY)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)
    before = property_topics(simulator)
    hass.states.async_set("number.level", "unavailable", {})
    hass.states.async_remove("number.level")
    await passed(hass, simulator, 1)
    assert property_topics(simulator) == before


# --- Remembering -----------------------------------------------------------------


async def test_what_was_sent_is_remembered(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """A restart costs no property; the file of earlier versions has just more in it."""
    hass.states.async_set("number.level", "20", RANGE)
    entry = await set_up(NUMBER, HUMIDITY)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)
    await known(entry)
    await flush_store(entry.runtime_data.learned._store)
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    assert stored["home"] == stored["configured"]
    assert stored["overrides"]["properties"] == {
        "Level": {"label": ["level"], "suffix": ["°C"]}
        | {key: [text] for key, text in LIMITS.items()}
    }
    assert await hass.config_entries.async_reload(entry.entry_id)
    await eventually(lambda: entry.runtime_data.data.online)
    before = property_topics(simulator)
    await passed(hass, simulator, 1)
    assert property_topics(simulator) == before


async def test_the_file_is_written_though_there_is_always_something_new(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A delay that is begun again and again would never be over."""
    monkeypatch.setattr("custom_components.blynk_bridge.learned._SAVE_DELAY", 0.3)
    entry = await set_up(temperature(properties=["suffix"]))
    key = f"{DOMAIN}.{entry.entry_id}"
    for number in range(40):
        entry.runtime_data.learned.async_set_override("Level", "max", (str(number),))
        await asyncio.sleep(0.02)
    assert "overrides" in hass_storage[key]["data"]


@pytest.mark.parametrize("change", ["turned off", "removed"])
async def test_what_is_not_wanted_any_more_is_erased(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, change: str
) -> None:
    """Blynk would keep it for ever."""
    hass.states.async_set("sensor.temperature", "20")
    entry = await set_up(LABELLED, HUMIDITY)
    await become(simulator, "Temperature", label="temperature")
    abandon(hass, entry, change)
    await become(simulator, "Temperature")
    await known(entry)
    assert property_topics(simulator) == [
        "ds/Temperature/prop/label",
        "ds/Temperature/prop/label/erase",
    ]
    assert not entry.runtime_data.learned.overrides("Temperature")


def abandon(hass: HomeAssistant, entry: MockConfigEntry, change: str) -> None:
    """Want no property of the first exposure any more."""
    subentry = next(iter(entry.subentries.values()))
    if change == "removed":
        hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    else:
        hass.config_entries.async_update_subentry(
            entry, subentry, data={**subentry.data, "properties": []}
        )


@pytest.mark.parametrize("change", ["turned off", "removed"])
async def test_what_could_not_be_erased_is_at_the_next_connection(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, change: str
) -> None:
    """Remembered, over a restart too."""
    hass.states.async_set("sensor.temperature", "20")
    entry = await set_up(LABELLED, HUMIDITY)
    await become(simulator, "Temperature", label="temperature")
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data.data.online)
    abandon(hass, entry, change)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await simulator.start_listening()
    assert properties(simulator, "Temperature") == {"label": "temperature"}
    assert await hass.config_entries.async_setup(entry.entry_id)
    await become(simulator, "Temperature")


async def test_a_pause_keeps_what_is_there(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A paused exposure sends nothing, and takes nothing back."""
    hass.states.async_set("sensor.temperature", "20")
    entry = await set_up(LABELLED, HUMIDITY)
    await become(simulator, "Temperature", label="temperature")
    subentry = next(iter(entry.subentries.values()))
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "paused": True}
    )
    await hass.async_block_till_done()
    hass.states.async_set("sensor.temperature", "20", {"friendly_name": "New"})
    await passed(hass, simulator, 1)
    assert properties(simulator, "Temperature") == {"label": "temperature"}
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "paused": False}
    )
    await become(simulator, "Temperature", label="New")


async def test_a_datastream_that_is_bound_anew_has_nothing_of_the_old(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What the new exposure does not set is erased, the rest overwritten."""
    hass.states.async_set("number.level", "20", RANGE)
    entry = await set_up(NUMBER)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    hass.states.async_set("sensor.temperature", "20", {"friendly_name": "Boiler"})
    new = exposure(
        *("sensor.temperature", "value", "Level", "double", "publish"), properties=ALL
    )
    hass.config_entries.async_add_subentry(entry, as_subentry(new))
    await become(simulator, "Level", label="Boiler")


@pytest.mark.parametrize("occasion", ["resync", "another server", "another token"])
async def test_a_blynk_that_knows_nothing_is_told_everything(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, occasion: str
) -> None:
    """What was sent elsewhere, or before the data were cleared, says nothing."""
    hass.states.async_set("sensor.temperature", "20")
    entry = await set_up(LABELLED, HUMIDITY)
    await become(simulator, "Temperature", label="temperature")
    await known(entry)
    properties(simulator, "Temperature").clear()
    overrides = entry.runtime_data._overrides
    if occasion == "resync":
        entry.runtime_data.async_resync()
    elif occasion == "another server":
        overrides.async_connected(f"{entry.unique_id}@other.example")
    else:
        overrides.async_connected("other@127.0.0.1")
    await become(simulator, "Temperature", label="temperature")


async def test_another_template_is_told_everything(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Its widgets are others, though the device is the same."""
    hass.states.async_set("sensor.temperature", "20")
    entry = await set_up(LABELLED)
    await become(simulator, "Temperature", label="temperature")
    await known(entry)
    properties(simulator, "Temperature").clear()
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "template_id": "TMPLother"}
    )
    await become(simulator, "Temperature", label="temperature")


# --- What goes wrong ---------------------------------------------------------------


async def test_a_lost_link_leaves_the_rest_for_the_next(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was not acknowledged is sent again, and so is what did not go at all."""
    monkeypatch.setattr("custom_components.blynk_bridge.overrides._PAUSE", 0.5)
    hass.states.async_set("number.level", "20", RANGE)
    await set_up(NUMBER)
    await has(simulator, "Level", 20)
    simulator.behaviour.withhold_puback = True
    await simulator.wait_for(lambda: property_topics(simulator))
    simulator.behaviour.withhold_puback = False
    await simulator.drop()
    await simulator.wait_for(
        lambda: len(properties(simulator, "Level")) == 6, timeout=15
    )
    assert property_topics(simulator)[:2] == ["ds/Level/prop/label"] * 2
    assert len(property_topics(simulator)) == 7


async def test_a_refused_property_is_not_sent_again_and_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The next change is another try, a reconnect is none."""
    hass.states.async_set("sensor.temperature", "20")
    simulator.behaviour.puback_code = 0x99
    entry = await set_up(LABELLED, HUMIDITY, protocol="5")
    await simulator.wait_for(lambda: property_topics(simulator))
    await asyncio.sleep(0.3)
    simulator.behaviour.puback_code = 0
    await simulator.drop()
    await eventually(lambda: not entry.runtime_data.data.online)
    await eventually(lambda: entry.runtime_data.data.online, 15)
    await passed(hass, simulator, 1)
    assert property_topics(simulator) == ["ds/Temperature/prop/label"]
    properties(simulator, "Temperature").clear()
    hass.states.async_set("sensor.temperature", "20", {"friendly_name": "New"})
    await become(simulator, "Temperature", label="New")


async def test_a_used_up_quota_loses_no_property(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The server minds the time, not the property: it goes when that is over."""
    hass.states.async_set("sensor.temperature", "20")
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up(LABELLED, protocol="5")
        await become(simulator, "Temperature", label="temperature")
        await known(entry)
        simulator.behaviour.puback_code = 0x97
        hass.states.async_set("sensor.temperature", "20", {"friendly_name": "New"})
        await simulator.wait_for(lambda: len(property_topics(simulator)) == 2)
        simulator.behaviour.puback_code = 0
        await asyncio.sleep(800)
        assert len(property_topics(simulator)) == 2
        await asyncio.sleep(200)
        assert properties(simulator, "Temperature") == {"label": "New"}
        assert len(property_topics(simulator)) == 3


async def test_a_trait_that_fails_costs_its_own_properties_only(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A bug is in the log with its traceback."""
    hass.states.async_set("sensor.temperature", "20")
    hass.states.async_set("select.mode", "eco", OPTIONS)
    monkeypatch.setattr(SensorValue, "describe", Mock(side_effect=ZeroDivisionError))
    await set_up(LABELLED, SELECT)
    await become(simulator, "Mode", labels=("eco", "comfort"))
    assert "can't deal with sensor.temperature" in caplog.text
    assert not properties(simulator, "Temperature")


async def test_nothing_is_decided_before_home_assistant_has_settled(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Entities and translations may still come; values do not wait for that."""
    monkeypatch.setattr("custom_components.blynk_bridge.settling.SETTLE_TIME", 0.2)
    hass.set_state(CoreState.starting)
    hass.states.async_set("number.level", "20", RANGE)
    await set_up(NUMBER)
    await has(simulator, "Level", 20)
    await asyncio.sleep(0.5)
    assert not property_topics(simulator)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await become(simulator, "Level", label="level", suffix="°C", **LIMITS)


async def test_disabling_is_taken_back_with_the_option(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A widget must not stay disabled because of an exposure that does not care."""
    monkeypatch.setattr("custom_components.blynk_bridge.availability._GRACE", 0.1)
    hass.states.async_set("sensor.temperature", "unavailable")
    entry = await set_up(temperature(unavailable=Unavailable.DISABLE.value))
    await become(simulator, "Temperature", isDisabled="true")
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "unavailable": "keep"}
    )
    await become(simulator, "Temperature")


async def test_one_switch_takes_everything_back_and_sends_it_again(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a reload; of what is paused, too. A disabled widget says something else."""
    monkeypatch.setattr("custom_components.blynk_bridge.availability._GRACE", 0.1)
    hass.states.async_set("number.level", "20", RANGE)
    hass.states.async_set("sensor.temperature", "20")
    hass.states.async_set("sensor.humidity", "40")
    entry = await set_up(
        exposure(
            *("number.level", "value", "Level", "double"),
            properties=["suffix"],
            unavailable="disable",
        ),
        LABELLED,
        exposure(
            *("sensor.humidity", "value", "Humidity", "double", "publish"),
            properties=["label"],
        ),
    )
    loaded = entry.runtime_data
    await become(simulator, "Level", suffix="°C")
    hass.states.async_set("number.level", "unavailable")
    await become(simulator, "Level", suffix="°C", isDisabled="true")
    await become(simulator, "Temperature", label="temperature")
    await become(simulator, "Humidity", label="humidity")
    paused = next(
        each for each in entry.subentries.values() if each.title == "Humidity"
    )
    hass.config_entries.async_update_subentry(
        entry, paused, data={**paused.data, "paused": True}
    )
    await eventually(lambda: "Humidity" not in loaded.exposures)

    hass.config_entries.async_update_entry(entry, options={"widget_properties": False})
    await become(simulator, "Level", isDisabled="true")
    await become(simulator, "Temperature")
    await become(simulator, "Humidity")
    await known(entry)

    hass.config_entries.async_update_entry(entry, options={"widget_properties": True})
    await become(simulator, "Temperature", label="temperature")
    assert properties(simulator, "Humidity") == {}
    hass.states.async_set("number.level", "20", RANGE)
    await become(simulator, "Level", suffix="°C", isDisabled="false")
    assert entry.runtime_data is loaded
