"""Whether Blynk hears us at all, or only acknowledges what we say."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from simulator import Simulator
from simulator.journal import Kind

from .conftest import SetUp, temperature
from .device.conftest import eventually
from .skipped_time import skipped_time

DAY = 86400


@pytest.fixture
def silent(simulator: Simulator) -> None:
    """Let Blynk take everything and answer nothing."""
    simulator.behaviour.withhold_answers = True


def connections(simulator: Simulator) -> int:
    """Return how often the device has connected."""
    return len(simulator.journal.find(Kind.CONNECT))


@pytest.mark.usefixtures("silent")
async def test_a_server_that_never_answers_is_left_after_one_more_try(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It may be one that answers no such question: values reach it all the same."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        hass.states.async_set("sensor.temperature", "20")
        entry = await set_up(temperature())
        await asyncio.sleep(2 * DAY)
        assert connections(simulator) == 2
        assert entry.runtime_data.data.online
        hass.states.async_set("sensor.temperature", "21")
        stored = simulator.device.datastreams["Temperature"]
        await eventually(lambda: stored.value == 21, 60)
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_server_that_has_answered_is_left_until_it_does_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What it takes meanwhile goes to nobody."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        hass.states.async_set("sensor.temperature", "20")
        entry = await set_up(temperature())
        await asyncio.sleep(120)
        simulator.behaviour.withhold_answers = True
        await simulator.drop()
        await asyncio.sleep(3600)
        assert connections(simulator) > 3
        simulator.behaviour.withhold_answers = False
        await asyncio.sleep(600)
        settled = connections(simulator)
        await asyncio.sleep(3600)
        assert connections(simulator) == settled
        assert entry.runtime_data.data.online
        assert await hass.config_entries.async_unload(entry.entry_id)
