"""A trait with a bug costs its own exposure, and one traceback."""

import asyncio
import logging
from typing import Any
from unittest.mock import Mock

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.blynk_bridge.plan import plan_of
from custom_components.blynk_bridge.traits.switches import Power
from simulator import Simulator

from .conftest import SetUp, exposure, temperature
from .device.conftest import eventually
from .test_downlink import settled, writes
from .test_uplink import has

SWITCH = exposure("switch.lamp", "power", "Lamp", "integer")


def bugs(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what was told of bugs."""
    return [
        r
        for r in caplog.records
        if r.levelno > logging.WARNING and r.name.startswith("custom_components")
    ]


@pytest.mark.parametrize("method", ["describe", "value", "read"])
@pytest.mark.parametrize("unavailable", ["erase", "disable"])
async def test_a_bug_is_told_once_and_costs_no_other(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    unavailable: str,
) -> None:
    """Through every part that looks at it, and a hundred changes."""
    monkeypatch.setattr("custom_components.blynk_bridge.overrides._PAUSE", 0.01)
    monkeypatch.setattr(Power, method, Mock(side_effect=ZeroDivisionError))
    more: dict[str, Any] = {"unavailable": unavailable, "properties": ["label"]}
    entry = await set_up(
        exposure("switch.lamp", "power", "Lamp", sync_from_blynk=True, **more),
        temperature(),
    )
    for number in range(100):
        attributes = {"friendly_name": str(number)}
        hass.states.async_set("switch.lamp", "on" if number % 2 else "off", attributes)
    hass.states.async_set("sensor.temperature", "7")
    await has(simulator, "Temperature", 7)
    assert {row.name for row in plan_of(hass, entry)} == {"Lamp", "Temperature"}
    await hass.async_block_till_done()
    (told,) = bugs(caplog)
    assert told.getMessage() == "The trait power can't deal with switch.lamp"
    assert told.exc_info is not None


@pytest.mark.parametrize("method", ["describe", "action", "write"])
async def test_a_write_that_meets_a_bug_is_refused(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
) -> None:
    """The widget snaps back, each time; the log has it once."""
    calls = async_mock_service(hass, "switch", "turn_on")
    hass.states.async_set("switch.lamp", "off")
    await set_up(SWITCH)
    await settled(simulator, "Lamp")
    with monkeypatch.context() as patch:
        patch.setattr(Power, method, Mock(side_effect=ZeroDivisionError))
        # What can't be described may be private, and is not even confirmed.
        for _ in range(2):
            await simulator.press("Lamp", 1)
            await asyncio.sleep(0.15)
        if method != "describe":
            await simulator.wait_for(lambda: writes(simulator, "Lamp")[-1:] == [b"0"])
    assert not calls
    assert len(bugs(caplog)) == 1
    await simulator.press("Lamp", 1)
    await eventually(lambda: calls)


async def test_a_bug_tells_no_text_that_was_written(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may be a password."""
    hass.states.async_set("switch.lamp", "off")
    await set_up(exposure("switch.lamp", "power", "Message", "string"))
    await settled(simulator, "Message")
    failing = Mock(side_effect=ZeroDivisionError("open sesame"))
    monkeypatch.setattr(Power, "write", failing)
    await simulator.press("Message", "on")
    await eventually(lambda: bugs(caplog))
    assert "open sesame" not in caplog.text
