"""A session in which everything is acknowledged and nothing answered is of no use."""

import asyncio
from collections.abc import Iterator

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator, uplink
from simulator.behaviour import SecondClient
from simulator.journal import JournalEntry, Kind

from .conftest import TOKEN, SetUp, temperature
from .device.conftest import eventually
from .simulator.peer import Peer
from .skipped_time import SkippedTime, skipped_time

IN_USE = (DOMAIN, "token_in_use_01TESTENTRY")
UNKNOWN = (DOMAIN, "unknown_datastreams_01TESTENTRY")


@pytest.fixture
def time(hass: HomeAssistant, simulator: Simulator) -> Iterator[SkippedTime]:
    """Wait for nothing in vain; a sensor that is only shown, so that nothing is asked."""
    hass.states.async_set("sensor.temperature", "20")
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        yield skipped


def asked(simulator: Simulator) -> list[JournalEntry]:
    """Return how often the time was asked for."""
    return simulator.journal.find(topic="get/utc/all/json", direction="in")


async def test_a_sound_session_is_asked_for_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: SkippedTime
) -> None:
    """The datastream check has been answered; only after a cut there is a question."""
    await set_up(temperature())
    await asyncio.sleep(3600)
    assert not asked(simulator)
    await simulator.drop()
    await asyncio.sleep(3600)
    assert len(asked(simulator)) == 1
    assert len(simulator.journal.find(Kind.CONNECT)) == 2
    assert IN_USE not in ir.async_get(hass).issues


async def test_another_client_is_served_in_our_place(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: SkippedTime
) -> None:
    """From the first connection on: said within a minute, and no datastream is blamed.

    Once the other one is gone, Blynk gets what it has only acknowledged.
    """
    simulator.behaviour.second_client = SecondClient.NEW_MUTE
    async with Peer.open(simulator.entry.mqtt_port) as peer:
        await peer.connected(TOKEN)
        entry = await set_up(temperature())
        await eventually(lambda: IN_USE in ir.async_get(hass).issues, 60)
        await asyncio.sleep(20)
        hass.states.async_set("sensor.temperature", "21")
        await asyncio.sleep(10)
    value = simulator.device.datastreams["Temperature"]
    await eventually(lambda: value.value == 21, 400)
    await eventually(lambda: IN_USE not in ir.async_get(hass).issues, 120)
    assert entry.runtime_data.data.online
    assert UNKNOWN not in ir.async_get(hass).issues


async def test_unknown_datastreams_are_told_from_not_being_heard(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: SkippedTime
) -> None:
    """The time is told: it is the datastream that Blynk does not know."""
    simulator.cloud.define([], replace=True)
    await set_up(temperature())
    await eventually(lambda: UNKNOWN in ir.async_get(hass).issues, 3600)
    assert len(simulator.journal.find(Kind.CONNECT)) == 1
    assert IN_USE not in ir.async_get(hass).issues


async def test_a_server_that_never_answers_is_left_alone(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    time: SkippedTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After one more try: it may be one that has no such answer, and takes values."""
    simulator.behaviour.withhold_answers = True
    monkeypatch.setitem(uplink.EXACT, "get/utc/all/json", lambda *_: None)
    entry = await set_up(temperature())
    await asyncio.sleep(2 * 86400)
    assert len(simulator.journal.find(Kind.CONNECT)) == 2
    assert entry.runtime_data.data.online
    hass.states.async_set("sensor.temperature", "21")
    value = simulator.device.datastreams["Temperature"]
    await eventually(lambda: value.value == 21, 60)
