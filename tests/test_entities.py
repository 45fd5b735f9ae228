"""The bridge's own entities."""

import asyncio
from datetime import UTC, datetime

from homeassistant.const import (
    ATTR_ENTITY_ID,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.loader import async_get_integration
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.blynk_bridge import entity, quota, status
from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator

from .conftest import TOKEN, SetUp, exposure

CONNECTIVITY = "binary_sensor.home_connectivity"
SERVER = "sensor.home_server"
MESSAGES = "sensor.home_messages_this_month"
LAST_DIAGNOSTIC = "sensor.home_last_server_diagnostic"
APP_COMMAND = "event.home_app_command"
RESYNC = "button.home_send_everything_again"


@pytest.fixture(autouse=True)
def only_the_platform(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Load only the platform that a test is about, if it names one."""
    if "platform" in request.fixturenames:
        monkeypatch.setattr(
            f"custom_components.{DOMAIN}.PLATFORMS",
            [request.getfixturevalue("platform")],
        )


async def becomes(hass: HomeAssistant, entity_id: str, state: str) -> State:
    """Wait until an entity has a state, and return it."""
    async with asyncio.timeout(5):
        while (current := hass.states.get(entity_id)) is None or current.state != state:
            await asyncio.sleep(0.01)
    return current


@pytest.mark.parametrize(
    ("platform", "settled"),
    [
        (Platform.BINARY_SENSOR, (CONNECTIVITY, "on")),
        (Platform.SENSOR, (SERVER, "127.0.0.1")),
        (Platform.BUTTON, (RESYNC, STATE_UNKNOWN)),
        (Platform.EVENT, (APP_COMMAND, STATE_UNKNOWN)),
    ],
)
async def test_the_entities(
    hass: HomeAssistant,
    set_up: SetUp,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
    platform: Platform,
    settled: tuple[str, str],
) -> None:
    """As they are once the device is online, on the first of a month, and all enabled."""
    enabled = property(lambda _: True)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", enabled)
    december = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    monkeypatch.setattr(quota, "_wall", lambda: december)
    entry = await set_up()
    await becomes(hass, *settled)
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_they_share_a_service_device(
    hass: HomeAssistant, set_up: SetUp, device_registry: dr.DeviceRegistry
) -> None:
    """Of the entry, with a way to the dashboard."""
    entry = await set_up()
    (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert device.entry_type is dr.DeviceEntryType.SERVICE
    assert device.identifiers == {(DOMAIN, entry.entry_id)}
    assert (device.name, device.manufacturer, device.model) == (
        "Home",
        "Blynk",
        "MQTT device",
    )
    assert device.sw_version == str((await async_get_integration(hass, DOMAIN)).version)
    assert device.configuration_url == "https://127.0.0.1/dashboard"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("blynk.cloud", "https://blynk.cloud/dashboard"),
        ("fra1.blynk.cloud", "https://blynk.cloud/dashboard"),
        ("notblynk.cloud", "https://notblynk.cloud/dashboard"),
        ("iot.example.com", "https://iot.example.com/dashboard"),
        ("Blynk.Cloud.", "https://blynk.cloud/dashboard"),
        ("[::1]", "https://[::1]/dashboard"),
    ],
)
async def test_the_way_to_the_dashboard(host: str, url: str) -> None:
    """Regions share the public cloud's, a white-label server has its own."""
    entry = MockConfigEntry(domain=DOMAIN, data={"host": host, "transport": "tls"})
    assert str(entity.dashboard(entry)) == url


async def test_they_follow_the_connection(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Offline is something to tell, not a reason to be unavailable."""
    await set_up()
    await becomes(hass, CONNECTIVITY, "on")
    await becomes(hass, SERVER, "127.0.0.1")

    await simulator.stop_listening()
    await becomes(hass, CONNECTIVITY, "off")
    await becomes(hass, SERVER, STATE_UNKNOWN)
    await becomes(hass, MESSAGES, "1")
    await becomes(hass, RESYNC, STATE_UNAVAILABLE)

    await simulator.start_listening()
    await becomes(hass, CONNECTIVITY, "on")
    await becomes(hass, SERVER, "127.0.0.1")


async def test_the_counter_follows_what_is_sent(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not with every message, but before long."""
    monkeypatch.setattr(status, "_COUNTER_INTERVAL", 0.1)
    hass.states.async_set("sensor.temperature", "21.5")
    await set_up(
        exposure("sensor.temperature", "value", "Temperature", "double", "publish")
    )
    await becomes(hass, MESSAGES, "2")
    hass.states.async_set("sensor.temperature", "22.5")
    await becomes(hass, MESSAGES, "3")


async def test_what_the_server_complains_about(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A state holds 255 characters; the attribute has the rest."""
    monkeypatch.setattr("custom_components.blynk_bridge.status._COUNTER_INTERVAL", 0.05)
    await set_up()
    assert (await becomes(hass, LAST_DIAGNOSTIC, STATE_UNKNOWN)).attributes.get(
        "text"
    ) is None

    await simulator.send("downlink/diag", b"Unknown datastream")
    state = await becomes(hass, LAST_DIAGNOSTIC, "Unknown datastream")
    assert state.attributes["text"] == "Unknown datastream"

    await simulator.send("downlink/diag", "ä".encode() * 255)
    await becomes(hass, LAST_DIAGNOSTIC, "ä" * 255)

    await simulator.send("downlink/diag", b"a" * 1000)
    state = await becomes(hass, LAST_DIAGNOSTIC, "a" * 254 + "…")
    assert state.attributes["text"] == "a" * 1000

    await simulator.send("downlink/diag", f"Bad token {TOKEN}".encode())
    state = await becomes(hass, LAST_DIAGNOSTIC, "Bad token [token]")
    assert TOKEN not in str(state.attributes)


async def test_everything_is_sent_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The button's press, though nothing has changed."""
    hass.states.async_set("sensor.temperature", "21.5")
    await set_up(
        exposure("sensor.temperature", "value", "Temperature", "double", "publish")
    )
    temperature = simulator.device.datastreams["Temperature"]
    await simulator.wait_for(lambda: temperature.writes_by_device == 1)
    await becomes(hass, RESYNC, STATE_UNKNOWN)
    await hass.services.async_call(
        "button", "press", {ATTR_ENTITY_ID: RESYNC}, blocking=True
    )
    await simulator.wait_for(lambda: temperature.writes_by_device == 2)
