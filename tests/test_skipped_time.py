"""The tests' own clock: what is idle is skipped, what is not is waited for."""

import asyncio
import time

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from simulator import Simulator

from .conftest import SetUp, temperature
from .skipped_time import skipped_time


async def test_an_idle_hour_is_skipped() -> None:
    """All clocks agree on how long it was."""
    loop = asyncio.get_running_loop()
    really = time.perf_counter()
    with skipped_time(loop):
        began, wall, now = loop.time(), time.time(), dt_util.utcnow()
        await asyncio.sleep(3600)
        assert 3600 <= loop.time() - began < 3601
        assert 3600 <= time.time() - wall < 3601
        assert 3600 <= (dt_util.utcnow() - now).total_seconds() < 3601
    assert time.perf_counter() - really < 10


async def test_a_thread_is_waited_for() -> None:
    """A timer that is due long after it does not overtake it."""
    loop = asyncio.get_running_loop()
    with skipped_time(loop):
        began = loop.time()
        await asyncio.wait_for(loop.run_in_executor(None, time.sleep, 0.2), 1000)
        assert loop.time() - began < 10


async def test_a_session_lives_through_skipped_hours(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Pings keep it alive, and what changes arrives."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(temperature())
        stored = simulator.device.datastreams["Temperature"]
        for hour in range(3):
            await asyncio.sleep(3600)
            hass.states.async_set("sensor.temperature", str(hour))
            await asyncio.sleep(60)
            assert stored.value == hour
    assert simulator.device.connections == 1
