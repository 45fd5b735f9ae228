"""What the recorder leaves out of states: the past is as it was, or there is none."""

import asyncio
from collections.abc import Iterable
import logging

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.select import SelectEntity
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.entity import StateInfo
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.blynk_bridge import traits
from custom_components.blynk_bridge.availability import Availability
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.exposure import Exposure
from custom_components.blynk_bridge.history.omissions import Omissions
from custom_components.blynk_bridge.history.recorded import (
    Obstacle,
    async_settle,
    async_states,
)
from custom_components.blynk_bridge.history.unrecorded import constant_attributes
from custom_components.blynk_bridge.reader import Reader
from custom_components.blynk_bridge.traits.base import Trait
from simulator import Simulator

from .backfilled import (
    WARMTH,
    come_back,
    filled,
    go_offline,
    has,
    history,
    imported,
    recorded_home,
    warm,
)
from .conftest import SetUp, as_subentry, exposure
from .every_domain import DOMAINS, async_set_up_domain, exposed

# What Home Assistant's own entities have no past of.
WITHOUT_PAST = frozenset(
    {
        ("light", "brightness"),
        ("light", "color"),
        ("light", "color_temp"),
        ("light", "effect"),
        ("schedule", "next_change"),
        ("sun", "azimuth"),
        ("sun", "elevation"),
        ("sun", "next_rising"),
        ("sun", "next_setting"),
    }
)
BED = "light.bed_light"

# Some of Home Assistant's own demo platforms leave timers behind.
pytestmark = pytest.mark.parametrize("expected_lingering_timers", [True])


def exposures_of(
    hass: HomeAssistant, state: State, trait: Trait
) -> Iterable[tuple[Exposure, DataType]]:
    """Yield an entity's trait on a datastream of its own type, and on one of texts."""
    subentry = exposed(state, trait)
    for data_type in {DataType(subentry["data"]["data_type"]), DataType.STRING}:
        subentry["data"] = {**subentry["data"], "data_type": data_type}
        item = Exposure.from_subentry(hass, as_subentry(subentry))
        assert item is not None
        yield item, data_type


async def switch(hass: HomeAssistant, service: str, **data: object) -> None:
    """Turn the bed's lamp on or off."""
    await hass.services.async_call(
        "light", service, {"entity_id": BED, **data}, blocking=True
    )
    await asyncio.sleep(0.003)


def told(caplog: pytest.LogCaptureFixture, name: str) -> list[str]:
    """Return what the log says of a datastream."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and name in record.getMessage()
    ]


# --- Every trait -----------------------------------------------------------------------


@pytest.mark.parametrize("domain", DOMAINS)
async def test_the_past_of_every_trait_is_as_it_was(
    recorder_mock: Recorder, hass: HomeAssistant, domain: str
) -> None:
    """What a trait reads of a recorded state, it has read of the state itself."""
    await async_set_up_domain(hass, domain)
    await async_settle(hass)
    reader = Reader(hass, Availability(hass, lambda _: None))
    omissions = Omissions(hass)
    without_past = set()
    for state in hass.states.async_all(domain):
        moment = state.last_updated_timestamp
        constant = constant_attributes(hass, state.entity_id)
        _, recorded = await async_states(
            hass, state.entity_id, moment - 1, moment, constant, first=False
        )
        for trait in traits.traits_of(state):
            for item, data_type in exposures_of(hass, state, trait):
                if (reason := omissions.obstacle(item)) is not None:
                    assert reason is Obstacle.ATTRIBUTE_NOT_RECORDED
                    without_past.add((domain, trait.key))
                    continue
                past = reader.read_past(item, recorded[-1])
                assert past == reader.read(item), f"{item.entity_id} as {data_type}"
    assert without_past == {row for row in WITHOUT_PAST if row[0] == domain}


# --- Sent, and not sent ----------------------------------------------------------------


async def test_a_brightness_has_no_past(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Its zeros alone would be a wrong picture; whether the light was on has one."""
    with recorded_home(hass, recorder_mock, simulator):
        await async_set_up_domain(hass, "light")
        await switch(hass, "turn_off")
        entry = await set_up(
            exposure(BED, "power", "Lamp", backfill=True),
            exposure(BED, "brightness", "Level", backfill=True),
        )
        await has(simulator, 0, "Lamp")
        await has(simulator, 0, "Level")
        for _ in range(2):
            await go_offline(simulator, entry)
            await switch(hass, "turn_on", brightness=128)
            await switch(hass, "turn_off")
            await come_back(simulator, entry)
            await filled(entry)
        assert imported(simulator, "Lamp") == [1, 0, 1, 0]
        answer = await hass.services.async_call(
            DOMAIN,
            "backfill",
            {"config_entry_id": entry.entry_id, "datastreams": ["Level"]},
            blocking=True,
            return_response=True,
        )
        await filled(entry)
        assert not imported(simulator, "Level")
        assert simulator.device.datastreams["Level"].value == 0
    (text,) = told(caplog, "Level")
    assert text == (
        f"Blynk's history of Level ({BED}) is not complete: "
        "the recorder leaves out an attribute that tells it"
    )
    assert not told(caplog, "Lamp")
    assert answer is not None
    assert answer["skipped"] == {"Level": "attribute_not_recorded"}
    diagnostics = entry.runtime_data.backfill.diagnostics()
    assert diagnostics["datastreams"]["Level"]["left_out"] == ["attribute_not_recorded"]


async def test_a_light_that_is_not_there_yet_has_none_either(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Home Assistant has just started, and knows of the light what was registered."""
    await async_set_up_domain(hass, "light")
    state = hass.states.get(BED)
    assert state is not None
    items = {
        key: next(iter(exposures_of(hass, state, trait)))[0]
        for key in ("power", "brightness")
        if (trait := traits.find("light", key)) is not None
    }
    omissions = Omissions(hass)
    (demo,) = hass.config_entries.async_entries("demo")
    assert await hass.config_entries.async_unload(demo.entry_id)
    absent = hass.states.get(BED)
    assert absent is not None
    assert absent.attributes["restored"]
    for _ in range(2):
        assert omissions.obstacle(items["power"]) is None
        assert (
            omissions.obstacle(items["brightness"]) is Obstacle.ATTRIBUTE_NOT_RECORDED
        )
        capabilities = constant_attributes(hass, BED)
        assert capabilities["supported_color_modes"]
        hass.states.async_remove(BED)


async def test_an_option_has_its_place_although_the_options_are_not_recorded(
    recorder_mock: Recorder, hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """They are the entity's of today."""
    simulator.cloud.define([])
    speed = "select.speed"
    with recorded_home(hass, recorder_mock, simulator):
        await async_set_up_domain(hass, "select")
        state = hass.states.get(speed)
        assert state is not None
        options = state.attributes["options"]
        entry = await set_up(
            exposure(speed, "option", "Mode", "enum", backfill=True),
            exposure(speed, "option", "Message", "string", backfill=True),
        )
        await has(simulator, options.index(state.state), "Mode")
        await go_offline(simulator, entry)
        for option in (options[2], options[0]):
            await hass.services.async_call(
                "select",
                "select_option",
                {"entity_id": speed, "option": option},
                blocking=True,
            )
            await asyncio.sleep(0.003)
        await come_back(simulator, entry)
        await filled(entry)
        assert imported(simulator, "Mode") == [2, 0]
        assert imported(simulator, "Message") == ["Ludicrous speed", "Light speed"]


class Mode(SelectEntity):
    """A choice that nobody has registered."""

    _attr_name = "Mode"
    _attr_current_option = "away"

    def __init__(self) -> None:
        """Choose from two."""
        self._attr_options = ["home", "away"]


async def test_an_entity_without_an_id_tells_its_options_itself(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """The registry knows nothing of it."""
    setup_test_component_platform(hass, "select", [Mode()])
    assert await async_setup_component(hass, "select", {"select": {"platform": "test"}})
    await hass.async_block_till_done()
    assert hass.states.is_state("select.mode", "away")
    assert constant_attributes(hass, "select.mode") == {"options": ["home", "away"]}


@pytest.mark.parametrize(
    ("unrecorded", "sent"),
    [
        (None, [8, 9]),
        (frozenset({"battery"}), []),
        (frozenset({MATCH_ALL}), []),
        (frozenset({"other"}), [8, 9]),
    ],
)
async def test_an_attribute_has_a_past_where_it_is_recorded(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    unrecorded: frozenset[str] | None,
    sent: list[float],
) -> None:
    """The entity says so; its state has one in any case."""
    info = None if unrecorded is None else StateInfo(unrecorded_attributes=unrecorded)

    def show(battery: int) -> None:
        hass.states.async_set(
            "sensor.door",
            str(battery + 10),
            {"battery": battery, "unit_of_measurement": "V"},
            state_info=info,
        )

    with recorded_home(hass, recorder_mock, simulator):
        show(7)
        entry = await set_up(
            exposure("sensor.door", "value", "Temperature", "double", backfill=True),
            exposure(
                "sensor.door",
                "attribute",
                "Humidity",
                "double",
                attribute="battery",
                backfill=True,
            ),
        )
        await has(simulator, 7, "Humidity")
        await go_offline(simulator, entry)
        for battery in (8, 9):
            show(battery)
            await asyncio.sleep(0.003)
        await come_back(simulator, entry)
        await filled(entry)
        assert imported(simulator, "Humidity") == sent
        assert imported(simulator) == [18, 19]


async def test_a_template_is_said_to_have_no_past(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The form does not offer it the option: somebody has edited the file."""
    with recorded_home(hass, recorder_mock, simulator):
        entry = await set_up(
            WARMTH,
            exposure(
                "sensor.temperature",
                "template",
                "Level",
                value_template="{{ states('sensor.temperature') | int * 2 }}",
                backfill=True,
            ),
        )
        await has(simulator, 40, "Level")
        for warmth in (21, 22):
            await go_offline(simulator, entry)
            warm(hass, warmth)
            await come_back(simulator, entry)
            await filled(entry)
        await has(simulator, 44, "Level")
        assert imported(simulator) == [21, 22]
        assert not [point for point in history(simulator, "Level") if point.imported]
    (text,) = told(caplog, "Level")
    assert text == (
        "Blynk's history of Level (sensor.temperature) is not complete: "
        "a template has no past"
    )
    diagnostics = entry.runtime_data.backfill.diagnostics()
    assert diagnostics["datastreams"]["Level"]["left_out"] == ["template"]
