"""The life of an entry: set-up without the cloud, unload, stop, removal, re-auth."""

import asyncio
import logging
from typing import Any
from unittest.mock import Mock

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    flush_store,
)

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator
from simulator.behaviour import WrongRegion
from simulator.journal import Kind

from .conftest import TOKEN, SetUp, as_subentry, exposure, temperature
from .device.conftest import eventually, server

TEMPERATURE = temperature()


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept, and say nothing for ever."""
    while await reader.read(1024):
        pass


@pytest.mark.parametrize("transport", ["tcp", "tls", "ws", "wss"])
@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
async def test_every_transport_and_version(
    simulator: Simulator,
    set_up: SetUp,
    hass: HomeAssistant,
    transport: str,
    protocol: str,
) -> None:
    """From the entry's data to a value in the cloud."""
    port = {
        "tcp": simulator.entry.mqtt_port,
        "tls": simulator.entry.tls_port,
        "ws": simulator.entry.ws_port,
        "wss": simulator.entry.wss_port,
    }[transport]
    hass.states.async_set("sensor.temperature", "3")
    await set_up(
        TEMPERATURE,
        transport=transport,
        port=port,
        verify_ssl=False,
        protocol=protocol,
    )
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Temperature"].value == 3
    )


@pytest.mark.parametrize("transport", ["tcp", "tls", "ws", "wss"])
async def test_set_up_and_stop_do_not_wait_for_a_mute_server(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, transport: str
) -> None:
    """The entities exist and say what is wrong; a stop is over at once."""
    async with server(mute) as port:
        started = hass.loop.time()
        entry = await set_up(wait=False, port=port, transport=transport)
        assert hass.loop.time() - started < 2
        assert entry.state is ConfigEntryState.LOADED
        assert not entry.runtime_data.data.online
        await asyncio.sleep(0.2)
        started = hass.loop.time()
        await hass.async_stop(force=True)
        assert hass.loop.time() - started < 2


async def test_unloading_says_goodbye_and_leaves_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """No task, listener or timer of ours outlives the entry."""
    hass.states.async_set("sensor.temperature", "3")
    listeners = hass.bus.async_listeners()
    entry = await set_up(temperature(min_interval=30, max_interval=60))
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Temperature"].value == 3
    )
    hass.states.async_set("sensor.temperature", "4")
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await simulator.wait_for(lambda: simulator.journal.find(Kind.DISCONNECT))
    await hass.async_block_till_done()
    assert hass.bus.async_listeners().get("state_changed", 0) <= listeners.get(
        "state_changed", 0
    )


async def test_changed_data_reloads_once(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """New connection data need a new session, a new exposure does not."""
    entry = await set_up()
    coordinator = entry.runtime_data
    hass.config_entries.async_add_subentry(entry, as_subentry(TEMPERATURE))
    await hass.async_block_till_done()
    assert entry.runtime_data is coordinator
    hass.config_entries.async_update_entry(entry, data={**entry.data, "protocol": "5"})
    await hass.async_block_till_done()
    assert entry.runtime_data is not coordinator
    await simulator.wait_for(lambda: len(simulator.journal.find(Kind.CONNECT)) == 2)
    assert " 5 " in simulator.journal.find(Kind.CONNECT)[-1].detail


async def test_a_refused_token_starts_one_re_auth(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The bridge does not hammer; the user is asked."""
    entry = await set_up(wait=False, token="x" * 32)
    await eventually(hass.config_entries.flow.async_progress)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["handler"] == DOMAIN
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id
    assert not entry.runtime_data.data.online
    assert len(simulator.journal.find(Kind.CONNECT)) == 1


async def test_the_connection_is_logged_once_in_each_direction(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However many attempts an outage takes."""
    caplog.set_level(logging.INFO, "custom_components.blynk_bridge")
    entry = await set_up()
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data.data.online)
    await asyncio.sleep(1.5)
    await simulator.start_listening()
    await eventually(lambda: entry.runtime_data.data.online, 15)
    lines = [r for r in caplog.records if "blynk_bridge" in r.name]
    assert [r.levelname for r in lines] == ["INFO", "WARNING", "INFO"]


async def test_the_home_server_is_remembered(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """The next start saves the redirect; removal forgets it."""
    other = list(simulator.regions.values())[1]
    simulator.device.home = other.name
    entry = await set_up()
    await flush_store(entry.runtime_data._learned._store)
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    assert stored.pop("spent")["used"] == 1
    assert stored == {
        "configured": f"mqtt://127.0.0.1:{simulator.entry.mqtt_port}",
        "home": f"mqtt://127.0.0.1:{other.mqtt_port}",
    }

    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.journal.clear()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await simulator.wait_for(lambda: simulator.journal.find(Kind.CONNECT))
    assert {item.region for item in simulator.journal.find(Kind.CONNECT)} == {
        other.name
    }

    await hass.config_entries.async_remove(entry.entry_id)
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage


@pytest.mark.parametrize(
    ("configured", "home"),
    [("mqtt://127.0.0.1:1", "mqtt://127.0.0.1:2"), (None, "nonsense")],
    ids=["learned from another server", "not an endpoint"],
)
async def test_a_stored_home_of_no_use_is_forgotten(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    configured: str | None,
    home: str,
) -> None:
    """A reconfigured server, or a file that somebody edited."""
    entered = f"mqtt://127.0.0.1:{simulator.entry.mqtt_port}"
    hass_storage[f"{DOMAIN}.01TESTENTRY"] = {
        "version": 1,
        "minor_version": 1,
        "key": f"{DOMAIN}.01TESTENTRY",
        "data": {"configured": configured or entered, "home": home},
    }
    entry = await set_up()
    assert entry.runtime_data.data.server == entered
    assert len(simulator.journal.find(Kind.CONNECT)) == 1


async def test_a_refused_redirect_becomes_an_issue_until_it_works(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The user learns where the server wanted to send the token."""
    entry = await set_up()
    issues = ir.async_get(hass)
    key = f"redirect_refused_{entry.entry_id}"
    await simulator.redirect(uri="mqtt://stranger.example:1883")
    await eventually(lambda: issues.async_get_issue(DOMAIN, key))
    issue = issues.async_get_issue(DOMAIN, key)
    assert issue is not None
    assert issue.translation_placeholders == {
        "title": "Home",
        "target": "mqtt://stranger.example:1883",
    }
    await eventually(lambda: entry.runtime_data.data.online, 15)
    assert issues.async_get_issue(DOMAIN, key) is None


async def test_a_token_in_use_becomes_an_issue(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A restored backup that runs twice is the usual reason."""
    entry = await set_up(protocol="5")
    body = b"\xe0\x02\x8e\x00"
    await simulator.send_raw(body, then_close=True)
    key = f"token_in_use_{entry.entry_id}"
    await eventually(lambda: ir.async_get(hass).async_get_issue(DOMAIN, key))


async def test_the_status_follows_the_session(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What the own entities show."""
    entry = await set_up()
    coordinator = entry.runtime_data
    await eventually(lambda: coordinator.data.online)
    assert coordinator.data.quota.messages == 1
    await simulator.send("downlink/diag", f"wrong {TOKEN} type".encode())
    await eventually(lambda: coordinator.data.diagnostic)
    assert coordinator.data.diagnostic == "wrong [token] type"
    await simulator.stop_listening()
    await eventually(lambda: not coordinator.data.online)
    assert coordinator.data.server is None


async def test_other_downlinks_change_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A reboot from Blynk does not reboot a home."""
    stops = async_capture_events(hass, "homeassistant_stop")
    entry = await set_up()
    for topic in ("reboot", "reconfigure", "meta/Device Name"):
        await simulator.send(f"downlink/{topic}", b"")
    await simulator.send("downlink/ota/json", b'{"url":"https://x.example/fw.bin"}')
    await simulator.ping()
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert not stops


async def test_an_unexpected_error_restarts_the_session(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bug of ours is in the log with its traceback, and not the end."""
    monkeypatch.setattr("custom_components.blynk_bridge.coordinator._RESTART_DELAY", 0)
    failures = iter((ZeroDivisionError("a bug"),))

    def fail(*args: object) -> None:
        if error := next(failures, None):
            raise error

    monkeypatch.setattr(
        "custom_components.blynk_bridge.device.session.DeviceSession._become_ready",
        fail,
    )
    await set_up(wait=False)
    await simulator.wait_for(lambda: len(simulator.journal.find(Kind.CONNECT)) >= 2)
    assert "a bug" in caplog.text


async def test_the_token_is_in_no_log_line(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At debug level, through a connect, a command, an error and a re-auth."""
    caplog.set_level(logging.DEBUG)
    hass.states.async_set("switch.lamp", "off")
    entry: MockConfigEntry = await set_up(
        TEMPERATURE, exposure("switch.lamp", "power", "Lamp")
    )
    await simulator.press("Lamp", 1)
    await simulator.send("downlink/diag", TOKEN.encode())
    await simulator.send(f"downlink/ds/{TOKEN}", TOKEN.encode())
    await simulator.send(f"downlink/{TOKEN}", TOKEN.encode())
    await simulator.ping()
    await simulator.drop()
    await eventually(lambda: not entry.runtime_data.data.online)
    await eventually(lambda: entry.runtime_data.data.online, 15)
    simulator.cloud.deny(simulator.device, "y" * 32)
    await eventually(hass.config_entries.flow.async_progress, 15)
    assert len(caplog.records) > 50
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(entry.runtime_data)


async def test_an_issue_does_not_outlive_what_it_is_about(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Unloading, or a reload that works, takes it back."""
    entry = await set_up(protocol="5")
    await simulator.send_raw(b"\xe0\x02\x8e\x00", then_close=True)
    key = f"token_in_use_{entry.entry_id}"
    issues = ir.async_get(hass)
    await eventually(lambda: issues.async_get_issue(DOMAIN, key))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert issues.async_get_issue(DOMAIN, key) is None


async def test_a_token_refused_for_a_moment_heals_by_itself(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bridge asks again after a while, and takes its question back."""
    monkeypatch.setattr("custom_components.blynk_bridge.coordinator._REFUSED_RETRY", 1)
    simulator.behaviour.wrong_region = WrongRegion.REFUSE
    simulator.device.home = list(simulator.regions)[1]
    entry = await set_up(wait=False)
    await eventually(hass.config_entries.flow.async_progress)
    assert not entry.runtime_data.data.online
    simulator.device.home = simulator.entry.name
    await eventually(lambda: entry.runtime_data.data.online)
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()


async def test_what_was_learned_is_saved_by_an_unload(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """Nothing is written after the entry has gone."""
    other = list(simulator.regions.values())[1]
    simulator.device.home = other.name
    entry = await set_up()
    key = f"{DOMAIN}.{entry.entry_id}"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[key]["data"]["home"].endswith(str(other.mqtt_port))


async def test_a_removed_entry_leaves_no_file(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is learned while the entry is being unloaded."""
    monkeypatch.setattr("custom_components.blynk_bridge.learned._SAVE_DELAY", 0.1)
    entry = await set_up()
    learned = entry.runtime_data.learned

    def learn() -> None:
        learned.async_set_override("Lamp", "label", ("Anna",))

    entry.async_on_unload(learn)
    assert await hass.config_entries.async_remove(entry.entry_id)
    await asyncio.sleep(0.3)
    await hass.async_block_till_done()
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage


@pytest.mark.parametrize(
    "changes", [{"data_type": "colour"}, {"direction": "sideways"}]
)
async def test_an_exposure_of_another_version_costs_no_other(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    changes: dict[str, str],
) -> None:
    """After a downgrade, or a storage file that was edited."""
    hass.states.async_set("sensor.temperature", "3")
    broken = exposure("switch.lamp", "power", "Lamp", **changes)
    await set_up(broken, TEMPERATURE)
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Temperature"].value == 3
    )
    assert "Exposure Lamp is not valid" in caplog.text


WRONG: tuple[Any, ...] = (None, "?", [[]], {"?": {"?": [5]}})


@pytest.mark.parametrize(
    "file",
    [
        {"version": 2, "minor_version": 1, "data": {}},
        {"version": 0, "minor_version": 1, "data": {}},
        {"version": 1, "minor_version": 9, "data": {}},
        *({"version": 1, "minor_version": 1, "data": wrong} for wrong in WRONG),
        *(
            {"version": 1, "minor_version": 1, "data": {section: wrong}}
            for section in ("configured", "home", "overrides", "plan", "events")
            for wrong in WRONG
        ),
        *(
            {
                "version": 1,
                "minor_version": 1,
                "data": {"overrides": {"device": "x", "properties": wrong}},
            }
            for wrong in (*WRONG, {"A/B+#": {"label": ["?"]}}, {"Lamp": {"+": ["?"]}})
        ),
    ],
    ids=str,
)
async def test_a_file_that_is_not_understood_costs_what_was_learned(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    file: dict[str, Any],
) -> None:
    """Of another version, or edited by hand: set up all the same, and written anew."""
    key = f"{DOMAIN}.01TESTENTRY"
    hass_storage[key] = {"key": key, **file}
    hass.states.async_set("sensor.temperature", "3")
    entry = await set_up(TEMPERATURE)
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Temperature"].value == 3
    )
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_an_unexpected_error_shows_as_offline(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the session pauses, the bridge does not claim to be connected."""
    entry = await set_up()
    monkeypatch.setattr(
        "custom_components.blynk_bridge.device.session.Route.next",
        Mock(side_effect=ZeroDivisionError),
    )
    await simulator.drop()
    await eventually(lambda: not entry.runtime_data.data.online)


async def test_many_diagnostics_are_few_states(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A server that complains all the time does not fill the recorder."""
    entry = await set_up()
    updates = Mock()
    entry.async_on_unload(entry.runtime_data.async_add_listener(updates))
    for number in range(500):
        await simulator.send("downlink/diag", str(number).encode())
    await simulator.ping()
    assert updates.call_count < 5
    assert entry.runtime_data.data.diagnostic == "0"


async def test_an_unload_right_after_a_change_leaves_no_listener(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The change that was about to be applied is not applied to what has gone."""
    entry = await set_up()
    coordinator = entry.runtime_data
    hass.config_entries.async_add_subentry(entry, as_subentry(TEMPERATURE))
    coordinator._bindings.async_schedule()
    coordinator._async_stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not coordinator._uplink._feeds
    assert coordinator.upkeep.changes._untrack is None


async def test_who_chose_to_operate_has_agreed(
    hass: HomeAssistant, simulator: Simulator, entry_data: dict[str, Any]
) -> None:
    """Before there was an opt-in, the direction was all that had to be chosen.

    It was about what the entity is now: a blind that becomes a gate asks anew.
    """
    entry = MockConfigEntry(
        domain=DOMAIN,
        data=entry_data,
        minor_version=1,
        subentries_data=[
            exposure("cover.a", "open", "Lamp", direction="both"),
            exposure("cover.b", "open", "Level", direction="control"),
            exposure("cover.c", "open", "Door", direction="publish"),
            exposure("cover.garage", "open", "Garage", direction="both"),
            exposure("cover.blind", "open", "Blind", direction="both"),
            exposure("light.lamp", "power", "Light", direction="both"),
            exposure("lock.gone", "locked", "Gone", entity_registry_id="gone"),
        ],
    )
    for device_class in ("garage", "blind"):
        er.async_get(hass).async_get_or_create(
            "cover",
            "test",
            device_class,
            suggested_object_id=device_class,
            original_device_class=device_class,
            supported_features=3,
        )
    hass.states.async_set("light.lamp", "on")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (entry.version, entry.minor_version) == (1, 2)
    assert {
        subentry.title: subentry.data.get("opted_in")
        for subentry in entry.subentries.values()
    } == {
        "Lamp": True,
        "Level": True,
        "Door": None,
        "Garage": True,
        "Blind": None,
        "Light": None,
        "Gone": None,
    }


async def test_an_entry_of_a_later_version_is_left_alone(
    hass: HomeAssistant, simulator: Simulator, entry_data: dict[str, Any]
) -> None:
    """As after going back to an earlier release."""
    entry = MockConfigEntry(domain=DOMAIN, data=entry_data, version=2)
    entry.add_to_hass(hass)
    assert not await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.MIGRATION_ERROR
