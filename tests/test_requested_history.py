"""The action that sends a chosen time of the recorder's history, and what limits it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
import logging
from typing import Any

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from sqlalchemy.exc import OperationalError

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.history.daily_points import POINTS_PER_DAY
from simulator import Simulator

from .backfilled import (
    STATE,
    WARMTH,
    chunks,
    come_back,
    crash,
    filled,
    go_offline,
    has,
    imported,
    recorded_home,
    restart,
    warm,
)
from .conftest import SetUp, exposure, temperature
from .device.conftest import eventually
from .skipped_time import SkippedTime
from .translated import STRINGS

HOUR = 3600.0
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
async def time(
    recorder_mock: Recorder, hass: HomeAssistant, simulator: Simulator
) -> AsyncGenerator[SkippedTime]:
    """Set up the real recorder, and a sensor; return the time."""
    with recorded_home(hass, recorder_mock, simulator) as skipped:
        yield skipped


def past(hass: HomeAssistant, times: dict[float, float]) -> None:
    """Let the sensor have shown values at times, in seconds of the epoch."""
    for time, value in times.items():
        hass.states.async_set("sensor.temperature", str(value), STATE, timestamp=time)


async def backfill(
    hass: HomeAssistant, entry: MockConfigEntry, **data: Any
) -> dict[str, Any]:
    """Return what the action answers."""
    answer = await hass.services.async_call(
        DOMAIN,
        "backfill",
        {"config_entry_id": entry.entry_id, **data},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return dict(answer)


def moment(time: float) -> datetime:
    """Return a time as the action takes it."""
    return datetime.fromtimestamp(time, UTC)


async def test_a_chosen_time_is_sent(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: SkippedTime
) -> None:
    """And not what was before or after it; the answer tells how much it is."""
    now = time.wall()
    past(hass, {now - hour * HOUR: float(hour) for hour in range(9, 0, -1)})
    entry = await set_up(WARMTH)
    await eventually(lambda: entry.runtime_data.uplink.has_arrived("Temperature"))
    answer = await backfill(
        hass, entry, start=moment(now - 6.5 * HOUR), end=moment(now - 2.5 * HOUR)
    )
    assert answer == {
        "start": moment(now - 6.5 * HOUR).isoformat(),
        "end": moment(now - 2.5 * HOUR).isoformat(),
        "points": {"Temperature": 4},
        "messages": 1,
        "skipped": {},
        "points_waiting": 4,
        "days": 1,
    }
    await filled(entry)
    assert imported(simulator) == [6, 5, 4, 3]
    assert simulator.device.datastreams["Temperature"].value == 1
    state = hass.states.get("sensor.home_history_points_waiting")
    assert state is not None
    await eventually(
        lambda: hass.states.is_state("sensor.home_history_points_waiting", "0")
    )


async def test_asked_twice_it_is_there_once(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: SkippedTime
) -> None:
    """Without a time it is the last day; a datastream may be named."""
    now = time.wall()
    past(hass, {now - hour * HOUR: float(hour) for hour in (30, 20, 10)})
    entry = await set_up(temperature(), exposure("switch.lamp", "power", "Lamp"))
    for _ in range(2):
        answer = await backfill(hass, entry, datastreams=["Temperature"])
        assert answer["points"] == {"Temperature": 3}
        await filled(entry)
    assert imported(simulator) == [20, 10, 20]
    assert simulator.device.datastreams["Temperature"].history.repeated == 3


async def test_no_more_than_a_month(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: SkippedTime
) -> None:
    """Blynk takes nothing that is older."""
    now = time.wall()
    past(hass, {now - day * DAY: float(day) for day in (40, 31, 29, 10)})
    entry = await set_up(WARMTH)
    answer = await backfill(hass, entry, start=moment(now - 60 * DAY))
    assert answer["points"] == {"Temperature": 3}
    await filled(entry)
    assert imported(simulator) == [29, 10, 20]
    assert not simulator.device.diagnostics


async def test_so_many_points_a_day(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    time: SkippedTime,
    hass_storage: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A day later it goes on; a crash in between makes no more of them.

    The day has 24 minutes here, and there are a thousand points in it.
    """
    limit, count, began = 1000, 1150, time.wall()
    ours = "custom_components.blynk_bridge"
    monkeypatch.setattr(f"{ours}.history.daily_points._HOUR", 60.0)
    monkeypatch.setattr(f"{ours}.history.daily_points._BLOCK", 50)
    monkeypatch.setattr(f"{ours}.history.daily_points.POINTS_PER_DAY", limit)
    monkeypatch.setattr(f"{ours}.actions.history.POINTS_PER_DAY", limit)
    monkeypatch.setattr("simulator.quota.DAY", 24 * 60)
    simulator.behaviour.imports_per_day = limit
    values = [float(number % 97) for number in range(count - 1)]
    past(hass, {began - 3 * HOUR + n: value for n, value in enumerate(values)})
    entry = await set_up(WARMTH)
    answer = await backfill(hass, entry, start=moment(began - 4 * HOUR))
    assert answer["points"] == {"Temperature": count}
    assert answer["days"] == 2
    assert count / 60 < answer["messages"] < count / 35
    (due,) = entry.runtime_data.backfill._dues
    await eventually(lambda: due.sent > limit / 2, 60)
    await crash(hass, entry, hass_storage)
    await restart(hass, entry)
    await asyncio.sleep(120)
    history = simulator.device.datastreams["Temperature"].history
    sent = len(imported(simulator)) + history.repeated
    assert limit - 150 < sent <= limit
    await asyncio.sleep(26 * 60)
    assert imported(simulator) == [*values, 20]
    assert entry.runtime_data.backfill.waiting == 0
    assert not simulator.device.diagnostics


# --- What is in the way ----------------------------------------------------------------


async def test_what_has_no_history_is_skipped(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    recorder_mock: Recorder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The answer says why, and so does the log, once, when it would have been filled."""
    recorder_mock.entity_filter = lambda entity_id: entity_id != "sensor.damp"
    hass.states.async_set("sensor.damp", "40")
    entry = await set_up(
        WARMTH,
        exposure("sensor.damp", "value", "Humidity", "double", backfill=True),
        exposure(
            "sensor.x", "template", "Level", value_template="{{ 1 }}", backfill=True
        ),
    )
    answer = await backfill(hass, entry)
    assert answer["skipped"] == {"Humidity": "not_recorded", "Level": "template"}
    for number in range(2):
        await go_offline(simulator, entry)
        hass.states.async_set("sensor.damp", str(number))
        await come_back(simulator, entry)
    told = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING and "Humidity" in record.getMessage()
    ]
    (text,) = told
    assert text == (
        "Blynk's history of Humidity (sensor.damp) is not complete: "
        "the recorder leaves this entity out"
    )
    diagnostics = entry.runtime_data.backfill.diagnostics()
    assert diagnostics["datastreams"]["Humidity"]["left_out"] == ["not_recorded"]


async def test_what_is_purged_is_said(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    time: SkippedTime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The rest is sent."""
    entry = await set_up(WARMTH)
    await backfill(hass, entry, start=moment(time.wall() - 20 * DAY))
    await filled(entry)
    assert "older states are no longer recorded" in caplog.text
    assert imported(simulator) == [20]


async def test_a_recorder_that_fails_is_asked_again(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    time: SkippedTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The action says so; what was owed before is sent later."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    read = "homeassistant.components.recorder.history.get_significant_states"

    def fail(*args: object, **more: object) -> None:
        raise OperationalError("locked", None, Exception())

    await go_offline(simulator, entry)
    warm(hass, 21)
    with monkeypatch.context() as patch:
        patch.setattr(read, fail)
        await come_back(simulator, entry)
        with pytest.raises(HomeAssistantError) as refusal:
            await backfill(hass, entry)
        assert refusal.value.translation_key == "recorder_unavailable"
        await has(simulator, 21)
        await asyncio.sleep(10)
        assert not chunks(simulator)
    await asyncio.sleep(600)
    await filled(entry)
    assert imported(simulator) == [21]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"start": moment(2e9)}, "empty_range"),
        ({"end": moment(1e9)}, "empty_range"),
        ({"datastreams": ["Temperature", "Nowhere"]}, "not_published"),
        ({"datastreams": ["Level"]}, "not_published"),
        ({}, "nothing_to_backfill"),
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    data: dict[str, Any],
    key: str,
) -> None:
    """In words."""
    entry = await set_up(
        temperature(),
        exposure("switch.lamp", "power", "Level", direction="control", backfill=True),
    )
    with pytest.raises(ServiceValidationError) as refusal:
        await backfill(hass, entry, **data)
    assert refusal.value.translation_key == key
    assert key in STRINGS["exceptions"]


async def test_nothing_secret_is_in_the_diagnostics(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """How far Blynk was told, what waits, and what is left out."""
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    told = entry.runtime_data.backfill.diagnostics()
    assert told["live"] is True
    assert told["points_left_today"] == POINTS_PER_DAY
    due = told["datastreams"]["Temperature"]
    assert due["backfill"] is True
    assert due["gaps"] == due["left_out"] == []
    assert str(entry.unique_id) not in str(told)
