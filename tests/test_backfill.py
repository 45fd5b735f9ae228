"""What Blynk has missed is sent later, from the recorder's history."""

import asyncio
from collections.abc import AsyncGenerator
import json
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
import pytest

from custom_components.blynk_bridge.device.messages import MESSAGE_SIZE_MAX, Publication
from custom_components.blynk_bridge.device.pacing import Lane
from custom_components.blynk_bridge.history import past
from custom_components.blynk_bridge.history.recorded import RecorderUnavailable
from simulator import Simulator

from .backfilled import (
    KEY,
    LAMP,
    WARMTH,
    chunks,
    come_back,
    crash,
    filled,
    go_offline,
    has,
    history,
    imported,
    recorded_home,
    restart,
    warm,
    warm_up,
)
from .conftest import SetUp, exposure, temperature
from .device.conftest import eventually


@pytest.fixture(autouse=True)
async def home(
    recorder_mock: Recorder, hass: HomeAssistant, simulator: Simulator
) -> AsyncGenerator[None]:
    """Set up the real recorder, and a sensor."""
    with recorded_home(hass, recorder_mock, simulator):
        yield


# --- After an outage -------------------------------------------------------------------


async def test_what_was_missed_is_in_the_history(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """With the times at which it was so, and nothing twice."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    times = await warm_up(hass, 21, 22, 23)
    await come_back(simulator, entry)
    await has(simulator, 23)
    await filled(entry)
    points = history(simulator)
    assert [point.value for point in points] == [20, 21, 22, 23, 23]
    assert [point.imported for point in points] == [False, True, True, True, False]
    assert [point.time for point in points[1:4]] == pytest.approx(times, abs=0.001)
    warm(hass, 24)
    await has(simulator, 24)
    assert imported(simulator) == [21, 22, 23]


async def test_a_house_that_is_never_quiet_has_a_past_too(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Readings always wait for their turn; now and then it is the past's."""
    entry = await set_up(
        WARMTH, exposure("sensor.humidity", "value", "Humidity", "double", "publish")
    )
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22, 23)
    entry.runtime_data.quota.pacer._tokens = 0.0

    async def never_be_quiet() -> None:
        for second in range(100_000):
            hass.states.async_set("sensor.humidity", str(second % 100))
            await asyncio.sleep(1)

    busy = asyncio.ensure_future(never_be_quiet())
    await come_back(simulator, entry)
    await asyncio.sleep(3600)
    busy.cancel()
    assert imported(simulator) == [21, 22, 23]
    values = simulator.journal.find(topic="ds/Humidity", direction="in")
    assert len(values) > 20 * len(chunks(simulator))


async def test_where_nothing_changed_there_is_no_message(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Nor where only attributes did."""
    entry = await set_up(WARMTH, LAMP)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    warm(hass, 20, battery=7)
    await come_back(simulator, entry)
    await filled(entry)
    assert not chunks(simulator)
    assert not imported(simulator)


async def test_only_exposures_that_want_it_are_filled(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And of those only what publishes, and is not paused."""
    for name in ("lamp", "pump", "door"):
        hass.states.async_set(f"switch.{name}", "off")
    entry = await set_up(
        WARMTH,
        exposure("switch.lamp", "power", "Lamp"),
        exposure("switch.pump", "power", "Level", direction="control", backfill=True),
        exposure("switch.door", "power", "Door", backfill=True, paused=True),
    )
    await has(simulator, 20)
    await go_offline(simulator, entry)
    for name in ("lamp", "pump", "door"):
        hass.states.async_set(f"switch.{name}", "on")
    warm(hass, 21)
    await come_back(simulator, entry)
    await has(simulator, 1, "Lamp")
    await filled(entry)
    assert imported(simulator) == [21]
    for name in ("Lamp", "Level", "Door"):
        assert not imported(simulator, name)


async def test_what_is_no_reading_is_left_out(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """And a value again after it is news."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, "unavailable", "unknown", "nan", "warm", 21, 21)
    await come_back(simulator, entry)
    await filled(entry)
    assert imported(simulator) == [21, 21]


async def test_every_type_has_its_form(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """As in a batch; an option in its place, a text as it is."""
    simulator.cloud.define([])
    hass.states.async_set("switch.lamp", "off")
    hass.states.async_set("input_text.note", "a")
    hass.states.async_set("input_select.mode", "x", {"options": ["x", "y", "z"]})
    entry = await set_up(
        LAMP,
        exposure("input_text.note", "value", "Message", "string", backfill=True),
        exposure("input_select.mode", "option", "Mode", "enum", backfill=True),
    )
    await has(simulator, 0, "Lamp")
    await go_offline(simulator, entry)
    for lamp, note, mode in (("on", 'ü "', "y"), ("off", "\n", "z")):
        hass.states.async_set("switch.lamp", lamp)
        hass.states.async_set("input_text.note", note)
        hass.states.async_set("input_select.mode", mode, {"options": ["x", "y", "z"]})
        await asyncio.sleep(0.003)
    await come_back(simulator, entry)
    await filled(entry)
    assert imported(simulator, "Lamp") == [1, 0]
    assert imported(simulator, "Message") == ['ü "', "\n"]
    assert imported(simulator, "Mode") == [1, 2]


async def test_what_was_not_acknowledged_belongs_to_the_gap(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The line was dead before anybody noticed."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await eventually(lambda: entry.runtime_data.uplink.has_arrived("Temperature"))
    simulator.behaviour.mute = True
    await warm_up(hass, 21, 22)
    simulator.behaviour.mute = False
    await go_offline(simulator, entry)
    await warm_up(hass, 23)
    await come_back(simulator, entry)
    await filled(entry)
    # Whether the first of them had arrived is all that differs.
    assert [point.value for point in history(simulator)][-4:] == [21, 22, 23, 23]


async def test_what_was_told_live_between_two_outages_is_not_sent_again(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the first gap is still to be filled when the second one comes."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    backfill = entry.runtime_data.backfill
    sending = backfill._filling._async_send
    allowed = asyncio.Event()

    async def send(*args: Any) -> None:
        await allowed.wait()
        await sending(*args)

    monkeypatch.setattr(backfill._filling, "_async_send", send)
    for value in (21, 31):
        await go_offline(simulator, entry)
        await warm_up(hass, value, value + 1)
        await come_back(simulator, entry)
        await has(simulator, value + 1)
        warm(hass, value + 2)
        await has(simulator, value + 2)
    allowed.set()
    await filled(entry)
    assert imported(simulator) == [21, 22, 31, 32]
    live = [point.value for point in history(simulator) if not point.imported]
    assert live == [20, 22, 23, 32, 33]


async def test_a_text_of_several_parts_is_left_out(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A colour's red, green and blue have no form with a time; that is said once."""
    light = {"supported_color_modes": ["rgb"], "color_mode": "rgb"}
    hass.states.async_set("light.lamp", "on", {**light, "rgb_color": (1, 2, 3)})
    entry = await set_up(
        exposure("light.lamp", "color", "Message", "string", backfill=True), WARMTH
    )
    await simulator.wait_for(lambda: history(simulator, "Message"))
    for blue in (4, 5):
        await go_offline(simulator, entry)
        warm(hass, 20 + blue)
        color = {"rgb_color": (1, 2, blue)}
        hass.states.async_set("light.lamp", "on", {**light, **color})
        await come_back(simulator, entry)
        await filled(entry)
    assert imported(simulator) == [24, 25]
    assert not imported(simulator, "Message")
    assert caplog.text.count("texts of several parts can't be sent with a time") == 1


# --- Chunks ----------------------------------------------------------------------------


async def test_points_travel_in_order_in_as_few_messages_as_possible(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """None is larger than a message may be."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    values = [30 + number / 10 for number in range(200)]
    times = await warm_up(hass, *values)
    await come_back(simulator, entry)
    await filled(entry)
    messages = chunks(simulator)
    sizes = [Publication(each.topic, each.payload).size for each in messages]
    assert max(sizes) <= MESSAGE_SIZE_MAX
    # One more point would not have fitted.
    assert min(sizes[:-1]) > MESSAGE_SIZE_MAX - 25
    rows = [row for each in messages for row in json.loads(each.payload)]
    assert [value for _, value in rows] == values
    assert [at / 1000 for at, _ in rows] == pytest.approx(times, abs=0.001)
    assert imported(simulator) == values


async def test_a_message_without_an_answer_is_sent_again_and_is_not_there_twice(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It had arrived, and has the same times again."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, *range(30, 110))
    simulator.behaviour.max_rate = 0

    def withhold() -> None:
        simulator.behaviour.withhold_puback = bool(chunks(simulator))

    simulator.cloud.watchers.append(lambda _: withhold())
    await come_back(simulator, entry)
    await simulator.wait_for(lambda: len(chunks(simulator)) == 1)
    simulator.cloud.watchers.pop()
    await simulator.drop(abort=True)
    simulator.behaviour.withhold_puback = False
    await filled(entry)
    assert imported(simulator) == [*range(30, 110)]
    assert simulator.device.datastreams["Temperature"].history.repeated > 20


async def test_what_the_server_refuses_waits_for_the_next_connection(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It is not sent again and again."""
    entry = await set_up(WARMTH, protocol="5")
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)
    simulator.behaviour.puback_code = 0x83
    await come_back(simulator, entry)
    await simulator.wait_for(lambda: chunks(simulator))
    await asyncio.sleep(30)
    assert len(chunks(simulator)) == 1
    simulator.behaviour.puback_code = 0
    await go_offline(simulator, entry)
    await come_back(simulator, entry)
    await filled(entry)
    assert len(chunks(simulator)) == 2
    assert imported(simulator) == [21, 22]


async def test_a_used_up_quota_stops_history_for_a_while_only(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The server minds the time, not the points: they go on in the same session."""
    entry = await set_up(WARMTH, protocol="5")
    await has(simulator, 20)
    times = await warm_up(hass, 21, 22)
    await has(simulator, 22)
    simulator.behaviour.puback_code = 0x97
    coordinator = entry.runtime_data
    (warmth,) = coordinator.exposures.values()
    await coordinator.backfill.async_request(warmth, times[0] - 0.001, times[1])
    await simulator.wait_for(lambda: chunks(simulator))
    simulator.behaviour.puback_code = 0
    await asyncio.sleep(800)
    assert len(chunks(simulator)) == 1
    await asyncio.sleep(200)
    assert len(chunks(simulator)) == 2
    assert imported(simulator) == [21, 22]


async def test_a_recorder_that_is_out_of_order_is_said_once(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Asked again every few minutes, perhaps all night; then it is said that it is back."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)

    async def fail(*_: object, **__: object) -> None:
        raise RecorderUnavailable("OperationalError")

    with monkeypatch.context() as broken:
        broken.setattr(past, "async_states", fail)
        await come_back(simulator, entry)
        await asyncio.sleep(3600)
        assert caplog.text.count("The recorder can't be read") == 1
        assert "read again" not in caplog.text
    await filled(entry)
    assert imported(simulator) == [21, 22]
    assert caplog.text.count("The recorder can be read again") == 1


async def test_a_lively_house_goes_first(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """History takes what is left."""
    entry = await set_up(WARMTH, LAMP)
    await has(simulator, 20)
    pacer = entry.runtime_data._pacer
    pacer.spend(Lane.HISTORY)
    while pacer.delay(Lane.HISTORY) < 60:
        pacer.spend(Lane.ROUTINE)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)
    await come_back(simulator, entry)
    hass.states.async_set("switch.lamp", "on")
    await has(simulator, 1, "Lamp")
    await asyncio.sleep(20)
    assert not chunks(simulator)
    await asyncio.sleep(pacer.delay(Lane.HISTORY) + 60)
    assert imported(simulator) == [21, 22]


async def test_min_interval_thins_it_out(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The last value of each interval is left, so also the last one of all."""
    entry = await set_up(temperature(backfill=True, min_interval=0.2))
    await has(simulator, 20)
    await go_offline(simulator, entry)
    times = await warm_up(hass, *range(30, 110))
    await come_back(simulator, entry)
    await filled(entry)
    values = imported(simulator)
    assert values[-1] == 109
    intervals = {int(time / 0.2) for time in times}
    assert len(values) == len(intervals) < 10


# --- Restarts --------------------------------------------------------------------------


async def test_what_happens_while_the_entry_is_unloaded_is_a_gap(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """As it is while Home Assistant is restarted."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await warm_up(hass, 21, 22)
    await restart(hass, entry)
    await has(simulator, 22)
    await filled(entry)
    assert imported(simulator) == [21, 22]


async def test_home_assistant_stops(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """The file says how far Blynk was told, and that it is told no more."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    before = warm(hass, 21)
    uplink = entry.runtime_data.uplink
    await eventually(lambda: (uplink.delivered_until("Temperature") or 0) > before)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[KEY]["data"]["history"]
    assert stored["live"] is False
    (due,) = stored["exposures"].values()
    assert due["until"] >= before
    assert due["gaps"] == []


async def test_a_crash_in_an_outage_loses_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """How far Blynk was told was written when the connection ended."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)
    await hass.async_block_till_done()
    await crash(hass, entry, hass_storage)
    await warm_up(hass, 23)
    await simulator.start_listening()
    await restart(hass, entry)
    await has(simulator, 23)
    await filled(entry)
    assert imported(simulator) == [21, 22, 23]
    assert len(history(simulator)) == 5


async def test_a_crash_in_the_middle_of_filling_puts_nothing_there_twice(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """What is sent again has the same times."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    times = await warm_up(hass, *range(-40, 140))
    await come_back(simulator, entry)
    await simulator.wait_for(lambda: len(chunks(simulator)) >= 2)
    await crash(hass, entry, hass_storage)
    await restart(hass, entry)
    await filled(entry)
    assert imported(simulator) == [*range(-40, 140)]
    points = [point.time for point in history(simulator) if point.imported]
    assert points == pytest.approx(times, abs=0.001)
    assert simulator.device.datastreams["Temperature"].history.repeated


async def test_a_reload_in_the_middle_of_filling_sends_nothing_again(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What had arrived was written down."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, *range(-40, 140))
    await come_back(simulator, entry)
    (due,) = entry.runtime_data.backfill._dues
    await eventually(lambda: due.sent > 0)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await restart(hass, entry)
    await filled(entry)
    assert imported(simulator) == [*range(-40, 140)]
    # At most the message that was under way.
    assert simulator.device.datastreams["Temperature"].history.repeated < 60


async def test_a_crash_while_connected_sends_nothing_again(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Up to then Blynk was told as it happened; the new run has something to tell."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    for value in (21, 22):
        warm(hass, value)
        await has(simulator, value)
    await hass.async_block_till_done()
    await crash(hass, entry, hass_storage)
    # A point of the millisecond in which 22 has arrived would take its place.
    await asyncio.sleep(0.01)
    began = warm(hass, 23)
    monkeypatch.setattr(
        "custom_components.blynk_bridge.history.backfill.recording_since",
        lambda _: began - 0.001,
    )
    await restart(hass, entry)
    await has(simulator, 23)
    await filled(entry)
    assert [point.value for point in history(simulator)] == [20, 21, 22, 23, 23]
    assert imported(simulator) == [23]


@pytest.mark.parametrize(
    "history",
    [
        {"until": -1e300, "gaps": [[-1e300, 1e300], [5, 1]]},
        {"until": 1e300, "gaps": []},
        {"until": "now", "gaps": []},
        {"until": 1, "gaps": [[1]]},
        {"gaps": []},
    ],
)
async def test_a_file_of_no_use_is_no_harm(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    history: dict[str, Any],
) -> None:
    """Somebody has edited it."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await crash(hass, entry, hass_storage)
    stored = hass_storage[KEY]["data"]["history"]
    (subentry_id,) = entry.subentries
    stored["exposures"] = {subentry_id: {"datastream": "Temperature", **history}}
    await restart(hass, entry)
    await filled(entry)
    warm(hass, 21)
    await has(simulator, 21)


# --- Whose history it is ---------------------------------------------------------------


async def test_another_datastream_begins_anew(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A renamed exposure's past is not that of the new name."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "datastream": "Humidity"}
    )
    await hass.async_block_till_done()
    await warm_up(hass, 23)
    await come_back(simulator, entry)
    await has(simulator, 23, "Humidity")
    await filled(entry)
    assert imported(simulator, "Humidity") == [23]
    assert not imported(simulator)


async def test_a_removed_exposure_is_forgotten(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
) -> None:
    """Nothing of it is sent, and nothing kept."""
    entry = await set_up(WARMTH, LAMP)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)
    gone = next(
        item for item in entry.subentries.values() if item.title == "Temperature"
    )
    hass.config_entries.async_remove_subentry(entry, gone.subentry_id)
    await hass.async_block_till_done()
    await come_back(simulator, entry)
    await filled(entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert not imported(simulator)
    exposures = hass_storage[KEY]["data"]["history"]["exposures"]
    assert [each["datastream"] for each in exposures.values()] == ["Lamp"]


async def test_another_device_inherits_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Another token is another device, with a history of its own."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await warm_up(hass, 21, 22)
    hass.config_entries.async_update_entry(entry, unique_id="another")
    await restart(hass, entry)
    await has(simulator, 22)
    await filled(entry)
    assert not imported(simulator)


async def test_a_change_of_intervals_forgets_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """It is still the same in the same place."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "max_interval": 600}
    )
    await hass.async_block_till_done()
    await come_back(simulator, entry)
    await filled(entry)
    assert imported(simulator) == [21, 22]


async def test_switched_on_it_owes_nothing_of_before(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The user has not wanted that to be sent."""
    entry = await set_up(temperature())
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, 21, 22)
    (subentry,) = entry.subentries.values()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "backfill": True}
    )
    await hass.async_block_till_done()
    await warm_up(hass, 23)
    await come_back(simulator, entry)
    await filled(entry)
    assert imported(simulator) == [23]


async def test_what_is_private_stays_at_home(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In the past as at present."""
    hass.states.async_set("person.ann", "home")
    entry = await set_up(
        WARMTH, exposure("person.ann", "place", "Message", "string", backfill=True)
    )
    await has(simulator, 20)
    await go_offline(simulator, entry)
    for place in ("not_home", "Work", "home"):
        hass.states.async_set("person.ann", place)
    warm(hass, 21)
    await come_back(simulator, entry)
    await filled(entry)
    assert imported(simulator) == [21]
    assert not history(simulator, "Message")
