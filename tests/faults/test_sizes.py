"""A server that takes smaller messages than Blynk's: what fits goes through, in the end all."""

import asyncio
from typing import Final

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator
from simulator.datastreams import Datastream, DataType
from simulator.journal import Kind
from tests.conftest import SetUp, exposure
from tests.device.conftest import eventually
from tests.skipped_time import skipped_time

_NAMES: Final = tuple(f"Reading {number:02} of the cellar" for number in range(20))
_LIMIT: Final = 256


def _furnish(hass: HomeAssistant, simulator: Simulator) -> None:
    """Have twenty numbers and a long text, which one message of Blynk's holds."""
    simulator.cloud.define(
        [
            *(Datastream(name=name, pin=10 + pin) for pin, name in enumerate(_NAMES)),
            Datastream(name="Story", pin=40, type=DataType.STRING),
        ],
        replace=True,
    )
    for number in range(len(_NAMES)):
        hass.states.async_set(f"sensor.n{number}", str(number))
    hass.states.async_set("sensor.story", "x" * 150)


def _exposures() -> list[ConfigSubentryData]:
    """Return what is exposed."""
    return [
        *(
            exposure(f"sensor.n{number}", "value", name, "double", "publish")
            for number, name in enumerate(_NAMES)
        ),
        exposure("sensor.story", "value", "Story", "string", "publish"),
    ]


def _numbers(simulator: Simulator) -> list[object]:
    """Return what Blynk has of the numbers."""
    return [simulator.device.datastreams[name].value for name in _NAMES]


async def test_a_server_that_ends_the_connection(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And says why, as MQTT 5 does: messages get smaller until they fit, nothing is lost."""
    _furnish(hass, simulator)
    simulator.behaviour.apply({"max_message_size": _LIMIT, "oversize": "disconnect"})
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up(*_exposures(), wait=False, protocol="5")
        expected = [float(number) for number in range(len(_NAMES))]
        await eventually(lambda: _numbers(simulator) == expected, 3600)
        await asyncio.sleep(1800)
        assert entry.runtime_data.data.online
        assert len(simulator.journal.find(Kind.CONNECT)) <= 4
        assert simulator.device.datastreams["Story"].value == "x" * 150
        issues = ir.async_get(hass).issues
        assert (DOMAIN, "token_in_use_01TESTENTRY") not in issues
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_server_that_drops_them(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It acknowledges all the same: what it says of that is shown, and nothing repeated."""
    _furnish(hass, simulator)
    simulator.behaviour.max_message_size = _LIMIT
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up(*_exposures())
        await asyncio.sleep(6 * 3600)
        assert entry.runtime_data.data.online
        assert "256" in (entry.runtime_data.data.diagnostic or "")
        assert len(simulator.journal.find(Kind.CONNECT)) == 1
        hass.states.async_set("sensor.story", "what fits")
        story = simulator.device.datastreams["Story"]
        await eventually(lambda: story.value == "what fits", 60)
        assert entry.runtime_data.data.quota.messages <= 60
        assert await hass.config_entries.async_unload(entry.entry_id)
