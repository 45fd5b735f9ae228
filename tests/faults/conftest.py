"""Fixtures of the fault table: a house in skipped time, and a cloud of any kind."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import random

from homeassistant.config_entries import ConfigEntryState
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
from custom_components.blynk_bridge.flows.credentials import Credentials
from simulator import Simulator, SimulatorOptions
from tests.conftest import TEMPLATE_ID, TOKEN
from tests.mosquitto.broker import (
    Credentials as Certificates,
    Mosquitto,
    mosquitto_in,
    program,
)
from tests.skipped_time import SkippedTime, skipped_time

from .clouds import SIMULATOR, TEMPLATE, Blynk, CloudKind, SimulatedBlynk, blynk_on
from .house import SUBENTRIES, House
from .proxy import Proxy
from .row import Row, heal


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return users, rights and certificates that all brokers share."""
    program("mosquitto")
    return Certificates.issue(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
async def proxy(socket_enabled: None) -> AsyncGenerator[Proxy]:
    """Return a proxy without ports."""
    proxy = Proxy()
    yield proxy
    await proxy.close()


@pytest.fixture
async def server(
    request: pytest.FixtureRequest, socket_enabled: None, kind: CloudKind
) -> AsyncGenerator[Simulator | Mosquitto]:
    """Return a running server, which takes its time to start."""
    if kind is SIMULATOR:
        options = SimulatorOptions(
            token=TOKEN, template_id=TEMPLATE_ID, datastreams=TEMPLATE
        )
        async with Simulator(options) as simulator:
            yield simulator
        return
    certificates: Certificates = request.getfixturevalue("certificates")
    folders: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    async with mosquitto_in(folders.mktemp("mosquitto"), certificates) as broker:
        yield broker


@asynccontextmanager
async def _cloud(
    server: Simulator | Mosquitto, kind: CloudKind, proxy: Proxy, time: SkippedTime
) -> AsyncGenerator[tuple[Blynk, int]]:
    """Give the cloud, and the port that leads to it through the proxy."""
    if isinstance(server, Simulator):
        server.cloud.clock = time.wall
        simulated = SimulatedBlynk(server, proxy)
        yield simulated, simulated.port
        return
    time.busy = lambda: server.at_work
    async with blynk_on(server) as played:
        yield played, proxy.listen(server.endpoint(kind.transport).port)


async def _furnish(hass: HomeAssistant) -> None:
    """Have what is exposed, and the platforms of the bridge's own entities."""
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


@pytest.fixture
async def house(
    hass: HomeAssistant,
    proxy: Proxy,
    caplog: pytest.LogCaptureFixture,
    server: Simulator | Mosquitto,
    kind: CloudKind,
    row: Row,
) -> AsyncGenerator[House]:
    """Return a house that is online, and where all is said."""
    random.seed(row.fault)
    await _furnish(hass)
    with skipped_time(hass.loop, kind.grace) as skipped:
        async with _cloud(server, kind, proxy, skipped) as (blynk, port):
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
                    CONF_PORT: port,
                    CONF_TRANSPORT: kind.transport,
                    CONF_VERIFY_SSL: False,
                    CONF_PROTOCOL: kind.protocol,
                    **row.entry,
                },
                unique_id=Credentials.parse(TOKEN).fingerprint,
                subentries_data=list(SUBENTRIES),
            )
            house = House(hass, entry, proxy, blynk, skipped, caplog)
            await house.move_in()
            yield house
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)
            await heal(house)
            await proxy.close()
