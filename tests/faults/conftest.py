"""Fixtures of the fault table: a house in skipped time."""

from collections.abc import AsyncGenerator
import random

from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_PROTOCOL,
    CONF_TOKEN,
    CONF_VERIFY_SSL,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge import PLATFORMS
from custom_components.blynk_bridge.config_flow import BlynkConfigFlow
from custom_components.blynk_bridge.const import (
    CONF_TEMPLATE_ID,
    CONF_TRANSPORT,
    DOMAIN,
)
from custom_components.blynk_bridge.credentials import Credentials
from simulator import Simulator, SimulatorOptions
from tests.conftest import TEMPLATE_ID, TOKEN
from tests.skipped_time import skipped_time

from .clouds import TEMPLATE, SimulatedBlynk
from .house import SUBENTRIES, House
from .proxy import Proxy
from .row import Row

_SETTLED = 150.0
"""Seconds after which everything was sent and nothing is asked any more."""


@pytest.fixture
async def proxy(socket_enabled: None) -> AsyncGenerator[Proxy]:
    """Return a proxy without ports."""
    proxy = Proxy()
    yield proxy
    await proxy.close()


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a running simulator of two regions, whose template is the house's."""
    options = SimulatorOptions(
        token=TOKEN, template_id=TEMPLATE_ID, datastreams=TEMPLATE
    )
    async with Simulator(options) as running:
        yield running


@pytest.fixture
async def house(
    hass: HomeAssistant,
    proxy: Proxy,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
    row: Row,
) -> AsyncGenerator[House]:
    """Return a house that is online, and where all is said."""
    random.seed(row.fault)
    for platform in PLATFORMS:
        assert await async_setup_component(hass, platform, {})
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"lamp": {}, "fan": {}}}
    )
    level = {"min": 0, "max": 100, "initial": 5}
    assert await async_setup_component(
        hass, "input_number", {"input_number": {"level": level}}
    )
    hass.states.async_set("sensor.temperature", "0")
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        blynk = SimulatedBlynk(simulator, proxy)
        await blynk.press("Target", 1)
        await blynk.press("Note", "note 0")
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Home",
            entry_id="01TESTENTRY",
            minor_version=BlynkConfigFlow.MINOR_VERSION,
            data={
                CONF_TOKEN: TOKEN,
                CONF_TEMPLATE_ID: TEMPLATE_ID,
                CONF_HOST: "127.0.0.1",
                CONF_PORT: blynk.port,
                CONF_TRANSPORT: "tcp",
                CONF_VERIFY_SSL: True,
                CONF_PROTOCOL: "3.1.1",
                **row.entry,
            },
            unique_id=Credentials.parse(TOKEN).fingerprint,
            subentries_data=list(SUBENTRIES),
        )
        house = House(hass, entry, proxy, blynk, skipped, caplog)
        await house.move_in()
        yield house
        if entry.state.recoverable:
            await hass.config_entries.async_unload(entry.entry_id)
