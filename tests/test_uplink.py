"""Home Assistant's states on their way to the simulator."""

import asyncio
import json
from unittest.mock import DEFAULT, AsyncMock, Mock, patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.blynk_bridge.departures import Departures
from custom_components.blynk_bridge.traits.base import OnOffTrait
from simulator import Simulator
from simulator.journal import JournalEntry, Kind

from .conftest import SetUp, as_subentry, exposure, temperature
from .device.conftest import eventually
from .skipped_time import skipped_time

TEMPERATURE = temperature()
LAMP = exposure("input_boolean.lamp", "power", "Lamp")


def messages(simulator: Simulator) -> list[JournalEntry]:
    """Return what was published, without info/mcu."""
    return [
        entry
        for entry in simulator.journal.find(Kind.PUBLISH, direction="in")
        if entry.topic != "info/mcu"
    ]


async def has(simulator: Simulator, name: str, value: object) -> None:
    """Wait until a datastream has a value."""
    await simulator.wait_for(lambda: simulator.device.datastreams[name].value == value)


async def test_a_state_goes_up_at_once_and_follows(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The snapshot after the start, and each change after it."""
    hass.states.async_set("sensor.temperature", "21.5")
    await set_up(TEMPERATURE)
    await has(simulator, "Temperature", 21.5)
    hass.states.async_set("sensor.temperature", "22.25")
    await has(simulator, "Temperature", 22.25)
    assert [(m.topic, m.payload, m.qos) for m in messages(simulator)] == [
        ("ds/Temperature", b"21.5", 1),
        ("ds/Temperature", b"22.25", 1),
    ]


async def test_many_values_are_one_message(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A batch counts once."""
    hass.states.async_set("sensor.temperature", "21.5")
    hass.states.async_set("sensor.humidity", "40")
    hass.states.async_set("input_boolean.lamp", "on")
    hass.states.async_set("input_text.message", 'héllo "x"')
    await set_up(
        TEMPERATURE,
        LAMP,
        exposure("sensor.humidity", "value", "Humidity", "double", "publish"),
        exposure("input_text.message", "value", "Message", "string"),
    )
    await has(simulator, "Message", 'héllo "x"')
    (message,) = messages(simulator)
    assert message.topic == "batch_ds"
    assert json.loads(message.payload) == {
        "Temperature": 21.5,
        "Lamp": 1,
        "Humidity": 40,
        "Message": 'héllo "x"',
    }


async def test_what_is_not_a_reading_is_never_sent(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Blynk keeps the last value of an entity that is unavailable or gone."""
    hass.states.async_set("sensor.temperature", "21.5")
    await set_up(TEMPERATURE, LAMP)
    await has(simulator, "Temperature", 21.5)
    for state in ("unavailable", "unknown", "nan", "inf", "warm"):
        hass.states.async_set("sensor.temperature", state)
    hass.states.async_remove("sensor.temperature")
    hass.states.async_set("input_boolean.lamp", "on")
    await has(simulator, "Lamp", 1)
    assert len(messages(simulator)) == 2


async def test_an_unchanged_value_costs_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Attributes that change and states that come back are no message."""
    hass.states.async_set("input_boolean.lamp", "off")
    await set_up(LAMP, TEMPERATURE)
    await has(simulator, "Lamp", 0)
    for number in range(20):
        hass.states.async_set("input_boolean.lamp", "off", {"n": number})
        await asyncio.sleep(0)
    hass.states.async_set("sensor.temperature", "1")
    await has(simulator, "Temperature", 1)
    assert len(messages(simulator)) == 2


async def test_a_storm_is_few_messages_and_ends_with_the_last_value(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Never more than five messages a second."""
    await set_up(TEMPERATURE)
    for number in range(100):
        hass.states.async_set("sensor.temperature", str(number))
        await asyncio.sleep(0.005)
    await has(simulator, "Temperature", 99)
    assert len(messages(simulator)) <= 10


async def test_what_waits_already_wakes_nobody(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Among hundreds that wait, each look for the most urgent one costs."""
    hass.states.async_set("sensor.temperature", "0")
    await set_up(TEMPERATURE)
    await has(simulator, "Temperature", 0)
    with patch.object(Departures, "wake") as wake:
        for number in range(1, 10):
            hass.states.async_set("sensor.temperature", str(number))
    wake.assert_called_once_with()


async def test_direction_control_publishes_no_changes(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Blynk operates the entity, and sees of it what it wrote."""
    hass.states.async_set("input_boolean.lamp", "on")
    await set_up(
        exposure("input_boolean.lamp", "power", "Lamp", direction="control"),
        TEMPERATURE,
    )
    hass.states.async_set("input_boolean.lamp", "off")
    hass.states.async_set("sensor.temperature", "1")
    await has(simulator, "Temperature", 1)
    assert simulator.device.datastreams["Lamp"].value is None


async def test_a_minimum_interval_holds_back_and_keeps_the_last(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The value that counts is the one when the interval is over."""
    hass.states.async_set("sensor.temperature", "1")
    await set_up(temperature(min_interval=1))
    await has(simulator, "Temperature", 1)
    sent = messages(simulator)[-1].time
    for number in (2, 3, 4):
        hass.states.async_set("sensor.temperature", str(number))
        await asyncio.sleep(0.05)
    await has(simulator, "Temperature", 4)
    assert len(messages(simulator)) == 2
    assert messages(simulator)[-1].time - sent >= 0.9


async def test_a_maximum_interval_repeats_an_unchanged_value(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Blynk's "invalidate value" needs a sign of life."""
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature(max_interval=0.3))
    await simulator.wait_for(lambda: len(messages(simulator)) >= 3)
    assert {m.payload for m in messages(simulator)} == {b"7"}


async def test_resync_sends_everything_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """For a template that was emptied."""
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(TEMPERATURE)
    await has(simulator, "Temperature", 7)
    entry.runtime_data.async_resync()
    await simulator.wait_for(lambda: len(messages(simulator)) == 2)


async def test_after_an_outage_only_what_changed_or_may_have_been_written(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A reading Blynk already has is not sent again; a control is."""
    hass.states.async_set("sensor.temperature", "7")
    hass.states.async_set("sensor.humidity", "40")
    hass.states.async_set("input_boolean.lamp", "on")
    await set_up(
        TEMPERATURE,
        LAMP,
        exposure("sensor.humidity", "value", "Humidity", "double", "publish"),
    )
    await has(simulator, "Lamp", 1)
    before = len(messages(simulator))
    await simulator.stop_listening()
    hass.states.async_set("sensor.humidity", "41")
    hass.states.async_set("sensor.humidity", "42")
    await simulator.press("Lamp", 0)
    await simulator.start_listening()
    await simulator.wait_for(lambda: len(messages(simulator)) > before, timeout=15)
    await has(simulator, "Lamp", 1)
    await has(simulator, "Humidity", 42)
    late = messages(simulator)[before:]
    assert len(late) == 1
    assert json.loads(late[0].payload) == {"Humidity": 42, "Lamp": 1}


async def test_an_unacknowledged_value_is_sent_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The link was lost between PUBLISH and PUBACK; the newest value wins."""
    hass.states.async_set("sensor.temperature", "1")
    await set_up(TEMPERATURE)
    await has(simulator, "Temperature", 1)
    simulator.behaviour.withhold_puback = True
    hass.states.async_set("sensor.temperature", "2")
    await has(simulator, "Temperature", 2)
    hass.states.async_set("sensor.temperature", "3")
    simulator.behaviour.withhold_puback = False
    await simulator.drop()
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Temperature"].value == 3, timeout=15
    )
    assert [m.payload for m in messages(simulator)] == [b"1", b"2", b"3"]


async def test_a_refused_value_is_not_sent_again_and_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The next change is another try."""
    simulator.behaviour.puback_code = 0x99
    hass.states.async_set("sensor.temperature", "1")
    await set_up(TEMPERATURE, protocol="5")
    await simulator.wait_for(lambda: messages(simulator))
    await asyncio.sleep(0.5)
    assert len(messages(simulator)) == 1
    simulator.behaviour.puback_code = 0
    hass.states.async_set("sensor.temperature", "2")
    await has(simulator, "Temperature", 2)
    hass.states.async_set("sensor.temperature", "1")
    await has(simulator, "Temperature", 1)


async def test_a_refused_value_takes_no_others_with_it(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each is tried alone, and what Blynk does not take even then is said once."""
    simulator.behaviour.puback_code = 0x99
    hass.states.async_set("sensor.temperature", "1")
    hass.states.async_set("sensor.humidity", "2")
    await set_up(
        TEMPERATURE,
        exposure("sensor.humidity", "value", "Humidity", "double", "publish"),
        protocol="5",
    )
    await simulator.wait_for(lambda: len(messages(simulator)) == 3)
    await eventually(lambda: len(warnings(caplog)) == 2)
    assert [m.topic for m in messages(simulator)] == [
        "batch_ds",
        "ds/Temperature",
        "ds/Humidity",
    ]
    hass.states.async_set("sensor.temperature", "3")
    await simulator.wait_for(lambda: len(messages(simulator)) == 4)
    simulator.behaviour.puback_code = 0
    hass.states.async_set("sensor.temperature", "4")
    await has(simulator, "Temperature", 4)
    assert len(warnings(caplog)) == 2


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says of values that are not taken."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.levelname == "WARNING" and "not take the value" in record.msg
    ]


async def test_a_used_up_quota_loses_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The server is left alone for a quarter of an hour, then has the newest value."""
    simulator.behaviour.puback_code = 0x97
    hass.states.async_set("sensor.temperature", "1")
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(TEMPERATURE, protocol="5")
        await simulator.wait_for(lambda: messages(simulator))
        began = hass.loop.time()
        hass.states.async_set("sensor.temperature", "2")
        await asyncio.sleep(800)
        assert len(messages(simulator)) == 1
        await simulator.wait_for(lambda: len(messages(simulator)) == 2, timeout=200)
        simulator.behaviour.puback_code = 0
        hass.states.async_set("sensor.temperature", "3")
        await simulator.wait_for(
            lambda: simulator.device.datastreams["Temperature"].value == 3,
            timeout=1000,
        )
        assert hass.loop.time() - began == pytest.approx(1800, abs=10)
    assert [m.payload for m in messages(simulator)] == [b"1", b"2", b"3"]
    assert caplog.text.count("takes no more messages") == 1


async def test_a_new_server_gets_everything(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What the last server acknowledged says nothing about this one."""
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(TEMPERATURE)
    await has(simulator, "Temperature", 7)
    other = list(simulator.regions)[1]
    await simulator.redirect(other)
    await simulator.wait_for(
        lambda: simulator.journal.find(
            Kind.PUBLISH, topic="ds/Temperature", region=other
        )
    )
    await hass.async_block_till_done()
    assert hass.states.get("binary_sensor.home_connection") or entry
    assert entry.runtime_data.data.server.endswith(
        str(simulator.regions[other].mqtt_port)
    )


async def test_exposures_are_applied_live(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Added, changed and removed without a new session."""
    hass.states.async_set("sensor.temperature", "7")
    hass.states.async_set("sensor.humidity", "40")
    entry = await set_up(TEMPERATURE)
    await has(simulator, "Temperature", 7)

    added = as_subentry(
        exposure("sensor.humidity", "value", "Humidity", "double", "publish")
    )
    hass.config_entries.async_add_subentry(entry, added)
    await has(simulator, "Humidity", 40)

    hass.config_entries.async_update_subentry(
        entry, added, data={**added.data, "entity_id": "sensor.temperature"}
    )
    await has(simulator, "Humidity", 7)

    hass.config_entries.async_remove_subentry(entry, added.subentry_id)
    await hass.async_block_till_done()
    hass.states.async_set("sensor.temperature", "8")
    await has(simulator, "Temperature", 8)
    assert simulator.device.datastreams["Humidity"].value == 7
    assert len(simulator.journal.find(Kind.CONNECT)) == 1


async def test_two_hundred_exposures_are_applied_once(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """200 new subentries are 201 calls of the update listener."""
    entry = await set_up()
    uplink = entry.runtime_data._uplink
    apply = Mock(wraps=uplink.async_set_exposures)
    monkeypatch.setattr(uplink, "async_set_exposures", apply)
    for number in range(200):
        hass.config_entries.async_add_subentry(
            entry,
            as_subentry(
                exposure(
                    f"sensor.s{number}", "value", f"S{number}", "double", "publish"
                )
            ),
        )
    await hass.async_block_till_done()
    assert apply.call_count <= 2
    assert len(uplink._feeds) == 200


async def test_a_renamed_entity_is_followed(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The exposure holds the registry's id."""
    registry = er.async_get(hass)
    registered = registry.async_get_or_create(
        "sensor", "test", "1", suggested_object_id="temperature"
    )
    hass.states.async_set("sensor.temperature", "7")
    await set_up(temperature(entity_registry_id=registered.id))
    await has(simulator, "Temperature", 7)
    registry.async_update_entity(
        "sensor.temperature", new_entity_id="sensor.kitchen_temperature"
    )
    await hass.async_block_till_done()
    hass.states.async_set("sensor.kitchen_temperature", "8")
    await has(simulator, "Temperature", 8)


async def test_a_renamed_entity_is_not_mistaken_for_who_takes_its_name(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The new id is remembered in the subentry, too."""
    registry = er.async_get(hass)
    registered = registry.async_get_or_create(
        "sensor", "test", "1", suggested_object_id="temperature"
    )
    entry = await set_up(temperature(entity_registry_id=registered.id))
    registry.async_update_entity("sensor.temperature", new_entity_id="sensor.kitchen")
    await hass.async_block_till_done()
    (subentry,) = entry.subentries.values()
    assert subentry.data["entity_id"] == "sensor.kitchen"
    hass.states.async_set("sensor.temperature", "99")
    hass.states.async_set("sensor.kitchen", "7")
    await has(simulator, "Temperature", 7)
    assert len(messages(simulator)) == 1


async def test_control_only_repeats_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A confirmation starts no interval of its own."""
    hass.states.async_set("switch.lamp", "off")
    await set_up(
        exposure("switch.lamp", "power", "Lamp", direction="control", max_interval=0.2)
    )
    await simulator.press("Lamp", 1)
    await simulator.wait_for(lambda: messages(simulator))
    await asyncio.sleep(0.6)
    assert len(messages(simulator)) == 1


async def test_an_unexposed_entity_costs_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not one call into our code."""
    entry = await set_up(TEMPERATURE)
    mark = Mock()
    monkeypatch.setattr(entry.runtime_data._uplink, "_async_state_changed", mark)
    for number in range(1000):
        hass.states.async_set("sensor.other", str(number))
    await hass.async_block_till_done()
    mark.assert_not_called()


async def test_a_trait_that_fails_holds_up_no_other(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A bug in one trait is in the log with its traceback, and costs one value."""
    hass.states.async_set("input_boolean.lamp", "on")
    hass.states.async_set("sensor.temperature", "1")
    monkeypatch.setattr(OnOffTrait, "value", Mock(side_effect=ZeroDivisionError))
    await set_up(LAMP, TEMPERATURE)
    await has(simulator, "Temperature", 1)
    assert "can't deal with input_boolean.lamp" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_an_error_in_the_uplink_is_not_its_end(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It goes on by itself."""
    monkeypatch.setattr("custom_components.blynk_bridge.coordinator._RESTART_DELAY", 0)
    entry = await set_up(TEMPERATURE)
    outbox = entry.runtime_data._uplink._outbox
    take = Mock(side_effect=[ZeroDivisionError("a bug"), *[DEFAULT] * 10])
    take.return_value = None
    monkeypatch.setattr(outbox, "take", take)
    hass.states.async_set("sensor.temperature", "1")
    await eventually(lambda: take.call_count >= 2)
    monkeypatch.undo()
    hass.states.async_set("sensor.temperature", "2")
    await has(simulator, "Temperature", 2)
    assert "a bug" in caplog.text


async def test_an_error_while_sending_loses_no_value(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits again, without another change."""
    monkeypatch.setattr("custom_components.blynk_bridge.coordinator._RESTART_DELAY", 0)
    hass.states.async_set("sensor.temperature", "1")
    entry = await set_up(TEMPERATURE)
    await has(simulator, "Temperature", 1)
    session = entry.runtime_data._session
    publish = AsyncMock(side_effect=ZeroDivisionError("a bug"))
    with patch.object(session, "publish", publish):
        hass.states.async_set("sensor.temperature", "2")
        await eventually(lambda: publish.await_count)
    await has(simulator, "Temperature", 2)
