"""Fixtures for the integration: a simulator in the test's loop, and an entry that reaches it."""

from collections.abc import AsyncGenerator, Awaitable, Callable
import logging
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
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
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.blynk_bridge import PLATFORMS
from custom_components.blynk_bridge.config_flow import BlynkConfigFlow
from custom_components.blynk_bridge.const import (
    CONF_TEMPLATE_ID,
    CONF_TRANSPORT,
    DOMAIN,
    SUBENTRY_CONTROL,
    SUBENTRY_DATASTREAM,
    SUBENTRY_EVENT,
)
from custom_components.blynk_bridge.flows.credentials import Credentials
from custom_components.blynk_bridge.traits import tolerant
from simulator import Simulator, SimulatorOptions
from simulator.datastreams import Datastream, DataType

from .device.conftest import eventually

# Home Assistant's test harness has it tell of each statement.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
# And of each turn of the loop that takes long, which on a busy machine any may.
logging.getLogger("asyncio").setLevel(logging.ERROR)

TOKEN = "abcdefghijklmnopqrstuvwxyz012345"
TEMPLATE_ID = "TMPLabcd1234"

TEMPLATE = (
    Datastream(name="Lamp", pin=1, type=DataType.INTEGER, min=0, max=1, sync=True),
    Datastream(name="Level", pin=2, type=DataType.INTEGER, min=0, max=255, sync=True),
    Datastream(name="Temperature", pin=3, min=-50, max=150, decimals=1),
    Datastream(name="Mode", pin=4, type=DataType.ENUM, labels=("a", "b", "c")),
    Datastream(name="Message", pin=5, type=DataType.STRING),
    Datastream(name="Press", pin=6, type=DataType.INTEGER, min=0, max=1, control=True),
    Datastream(name="Humidity", pin=7, min=0, max=100),
    Datastream(name="Door", pin=8, type=DataType.INTEGER, min=0, max=1, control=True),
)

type SetUp = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def _integration(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration from this repository, where it runs."""
    if "recorder_mock" in request.fixturenames:
        # It wants to know its database before there is a Home Assistant.
        request.getfixturevalue("recorder_db_url")
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _nothing_told() -> None:
    """Let every test hear of a trait's bug, which is told once in a lifetime."""
    tolerant._told.clear()


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return a snapshot that leaves out what differs from run to run.

    And what Home Assistant's registry has from 2026.11 on.
    """
    snapshot = snapshot.use_extension(HomeAssistantSnapshotExtension)
    return snapshot.with_defaults(exclude=props("compat_name"))


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a running simulator of two regions, whose template is TEMPLATE."""
    options = SimulatorOptions(
        token=TOKEN, template_id=TEMPLATE_ID, datastreams=TEMPLATE
    )
    async with Simulator(options) as running:
        yield running


@pytest.fixture
def entry_data(simulator: Simulator) -> dict[str, Any]:
    """Return the data of an entry for the simulator's entry region, over plain TCP."""
    return {
        CONF_TOKEN: TOKEN,
        CONF_TEMPLATE_ID: TEMPLATE_ID,
        CONF_HOST: simulator.entry.host,
        CONF_PORT: simulator.entry.mqtt_port,
        CONF_TRANSPORT: "tcp",
        CONF_VERIFY_SSL: True,
        CONF_PROTOCOL: "3.1.1",
    }


def exposure(
    entity_id: str,
    trait: str,
    datastream: str,
    data_type: str = "integer",
    direction: str = "both",
    **more: Any,
) -> ConfigSubentryData:
    """Return a subentry that exposes a trait of an entity."""
    data = {
        "entity_id": entity_id,
        "trait": trait,
        "datastream": datastream,
        "data_type": data_type,
        "direction": direction,
        **more,
    }
    return ConfigSubentryData(
        data=data,
        subentry_type=SUBENTRY_DATASTREAM,
        title=datastream,
        unique_id=f"ds:{datastream}",
    )


def temperature(**more: Any) -> ConfigSubentryData:
    """Return a subentry that shows sensor.temperature."""
    return exposure(
        "sensor.temperature", "value", "Temperature", "double", "publish", **more
    )


def control(
    datastream: str, kind: str, data_type: str, **more: Any
) -> ConfigSubentryData:
    """Return a subentry that shows a datastream as an entity."""
    return ConfigSubentryData(
        data={
            "datastream": datastream,
            "kind": kind,
            "data_type": data_type,
            **more,
        },
        subentry_type=SUBENTRY_CONTROL,
        title=datastream,
        unique_id=f"ds:{datastream}",
    )


def event(code: str, **more: Any) -> ConfigSubentryData:
    """Return a subentry that shows an event code as a notify entity."""
    return ConfigSubentryData(
        data={"event_code": code, **more},
        subentry_type=SUBENTRY_EVENT,
        title=more.get("name", code),
        unique_id=f"ev:{code}",
    )


def as_subentry(data: ConfigSubentryData) -> ConfigSubentry:
    """Return a subentry that can be added to an entry."""
    return ConfigSubentry(
        data=MappingProxyType(dict(data["data"])),
        subentry_type=data["subentry_type"],
        title=data["title"],
        unique_id=data["unique_id"],
    )


@pytest.fixture
def config_entry(entry_data: dict[str, Any]) -> MockConfigEntry:
    """Return an entry for the simulator, without exposures, not yet added."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        entry_id="01TESTENTRY",
        minor_version=BlynkConfigFlow.MINOR_VERSION,
        data=entry_data,
        unique_id=Credentials.parse(TOKEN).fingerprint,
    )


@pytest.fixture
async def set_up(
    hass: HomeAssistant, simulator: Simulator, entry_data: dict[str, Any]
) -> SetUp:
    """Return a function that sets up an entry with exposures, and waits for it.

    The components of our own platforms are there before: they would take the place of
    actions that a test registers.
    """
    for platform in PLATFORMS:
        assert await async_setup_component(hass, platform, {})

    async def set_up(
        *exposures: ConfigSubentryData, wait: bool = True, **changes: Any
    ) -> MockConfigEntry:
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Home",
            entry_id="01TESTENTRY",
            minor_version=BlynkConfigFlow.MINOR_VERSION,
            data=entry_data | changes,
            unique_id=Credentials.parse(TOKEN).fingerprint,
            subentries_data=list(exposures),
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        if wait:
            await eventually(lambda: entry.runtime_data.data.online)
        return entry

    return set_up
