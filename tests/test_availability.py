"""What Blynk shows of an entity that is unknown, unavailable or not there at all."""

import asyncio

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.device.pacing import Lane
from simulator import Simulator

from .conftest import SetUp, exposure, temperature
from .device.conftest import eventually
from .test_uplink import has, messages

GRACE = 0.3
SETTLE_TIME = 0.6
ERASED_LAMP = exposure("switch.lamp", "power", "Lamp", unavailable="erase")
DISABLED_LAMP = exposure("switch.lamp", "power", "Lamp", unavailable="disable")
LEVEL = exposure("number.level", "value", "Level")


@pytest.fixture(autouse=True)
def _impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the waits short, and leave their order."""
    package = "custom_components.blynk_bridge"
    monkeypatch.setattr(f"{package}.availability._GRACE", GRACE)
    monkeypatch.setattr(f"{package}.settling.SETTLE_TIME", SETTLE_TIME)
    monkeypatch.setattr(f"{package}.overrides._PAUSE", 0.02)


def topics(simulator: Simulator) -> list[str]:
    """Return where the messages went, and what the short ones said."""
    return [f"{m.topic} {m.payload.decode()}".strip() for m in messages(simulator)]


async def sent(simulator: Simulator, *expected: str) -> None:
    """Wait for these messages, and find that there are no others."""
    await simulator.wait_for(lambda: len(messages(simulator)) >= len(expected))
    assert topics(simulator) == list(expected)


async def passed(hass: HomeAssistant, simulator: Simulator, number: int) -> None:
    """Wait until something that happened later has gone up, so that nothing waits."""
    hass.states.async_set("number.level", str(number))
    await has(simulator, "Level", number)


@pytest.mark.parametrize("state", ["unavailable", "unknown", None])
async def test_a_value_is_erased_once_and_comes_back(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, state: str | None
) -> None:
    """The same value, too: Blynk has it no more."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature(unavailable="erase"), LEVEL)
    await has(simulator, "Temperature", 7)
    if state is None:
        hass.states.async_remove("sensor.temperature")
    else:
        hass.states.async_set("sensor.temperature", state)
        hass.states.async_set("sensor.temperature", state, {"again": True})
    await has(simulator, "Temperature", None)
    await passed(hass, simulator, 5)
    hass.states.async_set("sensor.temperature", "7")
    await has(simulator, "Temperature", 7)
    assert topics(simulator) == [
        "ds/Temperature 7",
        "ds/Temperature/erase",
        "ds/Level 5",
        "ds/Temperature 7",
    ]


async def test_from_unavailable_to_unknown_is_still_away(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """One erasure for both."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature(unavailable="erase"), LEVEL)
    await has(simulator, "Temperature", 7)
    hass.states.async_set("sensor.temperature", "unavailable")
    await has(simulator, "Temperature", None)
    hass.states.async_set("sensor.temperature", "unknown")
    await asyncio.sleep(2 * GRACE)
    await passed(hass, simulator, 5)
    assert topics(simulator).count("ds/Temperature/erase") == 1


@pytest.mark.parametrize("unavailable", ["erase", "disable"])
async def test_a_short_absence_costs_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, unavailable: str
) -> None:
    """A device that reconnects, an integration that is reloaded."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature(unavailable=unavailable), LEVEL)
    await has(simulator, "Temperature", 7)
    for _ in range(3):
        hass.states.async_set("sensor.temperature", "unavailable")
        await asyncio.sleep(GRACE / 3)
        hass.states.async_set("sensor.temperature", "7")
    await asyncio.sleep(2 * GRACE)
    await passed(hass, simulator, 5)
    assert topics(simulator) == ["ds/Temperature 7", "ds/Level 5"]


@pytest.mark.parametrize("unavailable", ["erase", "disable"])
async def test_what_waits_for_the_pace_is_the_newest_wish(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, unavailable: str
) -> None:
    """An absence that is over before its message could go costs nothing either."""
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(temperature(unavailable=unavailable), LEVEL)
    await has(simulator, "Temperature", 7)
    pacer = entry.runtime_data._pacer
    capacity, pacer._tokens = pacer._tokens, 0.0
    assert pacer.delay(Lane.ROUTINE) > 60
    hass.states.async_set("sensor.temperature", "unavailable")
    await asyncio.sleep(2 * GRACE)
    hass.states.async_set("sensor.temperature", "7")
    pacer._tokens = capacity
    await passed(hass, simulator, 5)
    await asyncio.sleep(GRACE)
    assert topics(simulator) == ["ds/Temperature 7", "ds/Level 5"]


async def test_unknown_is_normal_for_a_button(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It has never been pressed; only unavailable, it is disabled."""
    hass.states.async_set("button.bell", "unknown")
    await set_up(exposure("button.bell", "press", "Press", unavailable="disable"))
    await has(simulator, "Press", 0)
    await asyncio.sleep(2 * GRACE)
    assert not simulator.device.datastreams["Press"].properties
    hass.states.async_set("button.bell", "unavailable")
    pressed = simulator.device.datastreams["Press"]
    await simulator.wait_for(lambda: pressed.properties == {"isDisabled": "true"})


@pytest.mark.parametrize("direction", ["both", "control"])
async def test_a_widget_is_disabled_once_and_enabled_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, direction: str
) -> None:
    """It keeps its value; what only Blynk operates is disabled, too."""
    hass.states.async_set("switch.lamp", "on")
    data = {**DISABLED_LAMP["data"], "direction": direction}
    await set_up({**DISABLED_LAMP, "data": data}, LEVEL)
    await passed(hass, simulator, 5)
    before = len(messages(simulator))
    lamp = simulator.device.datastreams["Lamp"]
    hass.states.async_set("switch.lamp", "unavailable")
    await simulator.wait_for(lambda: lamp.properties == {"isDisabled": "true"})
    value = lamp.value
    hass.states.async_set("switch.lamp", "unavailable", {"again": True})
    await passed(hass, simulator, 6)
    assert lamp.value == value
    hass.states.async_set("switch.lamp", "on")
    await simulator.wait_for(lambda: lamp.properties == {"isDisabled": "false"})
    assert topics(simulator)[before:] == [
        "ds/Lamp/prop/isDisabled true",
        "ds/Level 6",
        "ds/Lamp/prop/isDisabled false",
    ]


async def test_nobody_is_missed_before_home_assistant_has_settled(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A start does not erase half the template; whoever then is missing is."""
    hass.set_state(CoreState.starting)
    hass.states.async_set("sensor.humidity", "unavailable")
    await set_up(
        temperature(unavailable="erase"),
        exposure(
            *("sensor.humidity", "value", "Humidity", "double", "publish"),
            unavailable="erase",
        ),
        LEVEL,
    )
    await asyncio.sleep(SETTLE_TIME + GRACE)
    await passed(hass, simulator, 5)
    assert topics(simulator) == ["ds/Level 5"]

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    started = hass.loop.time()
    hass.states.async_set("sensor.humidity", "40")
    await has(simulator, "Humidity", 40)
    await sent(simulator, "ds/Level 5", "ds/Humidity 40", "ds/Temperature/erase")
    assert hass.loop.time() - started >= SETTLE_TIME


async def test_a_reload_has_nothing_to_wait_for(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant has settled long ago; during its start it has not."""
    monkeypatch.setattr("custom_components.blynk_bridge.availability._GRACE", 60)
    hass.set_state(CoreState.starting)
    entry = await set_up(temperature(unavailable="erase"))
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    await reload(hass, entry)
    assert not topics(simulator)
    await sent(simulator, "ds/Temperature/erase")
    await reload(hass, entry)
    await sent(simulator, "ds/Temperature/erase", "ds/Temperature/erase")


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Reload the entry, and wait until it is back."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await eventually(lambda: entry.runtime_data.data.online)


async def test_a_disabled_widget_is_enabled_after_a_restart(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What was sent is remembered, though the entity came back while we were away."""
    hass.states.async_set("switch.lamp", "unavailable")
    entry = await set_up(DISABLED_LAMP)
    lamp = simulator.device.datastreams["Lamp"]
    learned = entry.runtime_data.learned
    await eventually(lambda: learned.overrides("Lamp") == {"isDisabled": ("true",)})
    await reload(hass, entry)
    await asyncio.sleep(2 * GRACE)
    assert topics(simulator) == ["ds/Lamp/prop/isDisabled true"]
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.states.async_set("switch.lamp", "on")
    assert await hass.config_entries.async_setup(entry.entry_id)
    await simulator.wait_for(lambda: lamp.properties == {"isDisabled": "false"})


@pytest.mark.parametrize("unavailable", ["keep", "erase"])
async def test_what_is_no_reading_is_not_repeated(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, unavailable: str
) -> None:
    """A maximum interval repeats values, and begins again with the next one."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature(max_interval=0.2, unavailable=unavailable))
    await simulator.wait_for(lambda: len(messages(simulator)) >= 2)
    hass.states.async_set("sensor.temperature", "unavailable")
    await asyncio.sleep(2 * GRACE)
    before = topics(simulator)
    await asyncio.sleep(0.6)
    assert topics(simulator) == before
    assert before.count("ds/Temperature/erase") == (unavailable == "erase")
    hass.states.async_set("sensor.temperature", "7")
    await simulator.wait_for(lambda: len(messages(simulator)) >= len(before) + 3)
    assert set(topics(simulator)[len(before) :]) == {"ds/Temperature 7"}


async def test_a_reconnect_does_not_erase_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Each would be a message of its own, each time the line flaps."""
    hass.states.async_set("switch.lamp", "unavailable")
    entry = await set_up(ERASED_LAMP, LEVEL)
    await sent(simulator, "ds/Lamp/erase")
    await simulator.drop()
    await eventually(lambda: not entry.runtime_data.data.online)
    await eventually(lambda: entry.runtime_data.data.online, 15)
    await passed(hass, simulator, 5)
    assert topics(simulator) == ["ds/Lamp/erase", "ds/Level 5"]


async def test_a_widget_of_an_absent_entity_snaps_back_to_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What was written in Blynk has no effect, and does not stay there."""
    hass.states.async_set("switch.lamp", "unavailable")
    await set_up(ERASED_LAMP)
    await sent(simulator, "ds/Lamp/erase")
    await simulator.press("Lamp", 1)
    await sent(simulator, "ds/Lamp/erase", "ds/Lamp/erase")
    assert simulator.device.datastreams["Lamp"].value is None


async def test_a_template_is_there_as_long_as_it_gives_something(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Whatever its entity is like; what counts is what it is made of."""
    hass.states.async_set("sensor.temperature", "unavailable")
    hass.states.async_set("sensor.other", "3")
    template = exposure(
        *("sensor.temperature", "template", "Temperature", "double", "publish"),
        value_template="{{ states('sensor.other') }}",
        unavailable="erase",
    )
    await set_up(template, LEVEL)
    await has(simulator, "Temperature", 3)
    await asyncio.sleep(2 * GRACE)
    hass.states.async_set("sensor.other", "unknown")
    await has(simulator, "Temperature", None)
    hass.states.async_set("sensor.other", "3")
    await has(simulator, "Temperature", 3)
    assert topics(simulator) == [
        "ds/Temperature 3",
        "ds/Temperature/erase",
        "ds/Temperature 3",
    ]


async def test_no_timer_outlives_an_unload(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Somebody was just leaving."""
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(temperature(unavailable="erase"))
    await has(simulator, "Temperature", 7)
    hass.states.async_set("sensor.temperature", "unavailable")
    await hass.async_block_till_done()
    availability = entry.runtime_data._availability
    assert len(availability._leaving) == 1
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not availability._leaving
    await asyncio.sleep(2 * GRACE)
    assert topics(simulator) == ["ds/Temperature 7"]
