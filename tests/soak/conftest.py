"""Fixtures for the soak: its plan, and a Home Assistant that keeps its files."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
import logging
from pathlib import Path
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder, get_instance
from homeassistant.setup import async_setup_component
import pytest

from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from simulator import Simulator

from ..faults.proxy import Proxy
from .exposures import RECORDED
from .plan import Plan

_COMMIT_INTERVAL = 30
"""Seconds; the recorder's own is 5, which only costs time here."""


@pytest.fixture
def plan(request: pytest.FixtureRequest) -> Plan:
    """Return the plan of scripts/soak, or the short one of the suite."""
    plugins = request.config.pluginmanager.get_plugins()
    plans = (getattr(plugin, "soak_plan", None) for plugin in plugins)
    return next((plan for plan in plans if isinstance(plan, Plan)), Plan())


@pytest.fixture
def hass_config_dir(tmp_path: Path) -> str:
    """Have a configuration folder of the soak's own."""
    return str(tmp_path)


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Leave storage in files, which a stand-in in memory would collect for ever."""
    return {}


@pytest.fixture
async def line(simulator: Simulator) -> AsyncGenerator[Proxy]:
    """Lay a line of our own to each region, also for whoever is redirected there."""
    proxy = Proxy()
    regions = simulator.cloud.regions
    for name, region in regions.items():
        regions[name] = replace(region, mqtt_port=proxy.listen(region.mqtt_port))
    yield proxy
    await proxy.close()


@pytest.fixture
def entry_data(line: Proxy, entry_data: dict[str, Any]) -> dict[str, Any]:
    """Return the data of an entry that comes through the line."""
    return entry_data


@pytest.fixture
async def recorder(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """Run the recorder as a home does, in a file."""
    # Each statement as a log line is of use to the tests of a database.
    monkeypatch.setattr(
        logging.getLogger("sqlalchemy.engine"), "level", logging.WARNING
    )
    async_initialize_recorder(hass)
    assert await async_setup_component(
        hass,
        "recorder",
        {
            "recorder": {
                "commit_interval": _COMMIT_INTERVAL,
                "include": {"entity_globs": list(RECORDED)},
                "exclude": {"event_types": ["call_service", EVENT_COMMAND]},
            }
        },
    )
    instance = get_instance(hass)
    async with asyncio.timeout(30):
        await instance.async_recorder_ready.wait()
    await hass.async_block_till_done()
    return instance
