"""B8: what an hour offline costs afterwards, in messages and in time."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
import json
from pathlib import Path
from typing import Final

from homeassistant.helpers.recorder import get_instance

from custom_components.blynk_bridge.device.month import FREE_PLAN, MONTH_SECONDS
from custom_components.blynk_bridge.device.pacing import MESSAGES_PER_SECOND
from custom_components.blynk_bridge.quota import CONF_QUOTA, QuotaKind
from simulator.datastreams import Datastream
from simulator.journal import JournalEntry, Kind
from tests.conftest import exposure

from .backfill_points import differences, least_messages, owed, recorded
from .month_home import ROOMS, Sensor
from .results import Chart, Goal, Line, Result, Spread, Table
from .size import Size
from .virtual_home import VirtualHome, run_virtually, virtual_home

_START: Final = datetime(2027, 1, 1, tzinfo=UTC)
_SENSORS: Final = tuple(
    sensor
    for room in ROOMS
    for sensor in (
        Sensor(f"{room} Power", "W", 0, 1, 40_000, 7919),
        Sensor(f"{room} Temperature", "°C", 15, 2, 1500, 7),
        Sensor(f"{room} Humidity", "%", 30, 1, 400, 3),
        Sensor(f"{room} Carbon Dioxide", "ppm", 400, 0, 1601, 5),
    )
)
_QUICK_SENSORS: Final = 10
_CHANGE_SECONDS: Final = 20.0
_POINT_SECONDS: Final = 60
_BEFORE: Final = 2 * 3600.0
"""Seconds in which a bucket that was full at first is used up."""
_OUTAGE: Final = 3600.0
_PATIENCE: Final = 24 * 3600.0
_LOOK: Final = 10.0
_AFTER: Final = 600.0
"""Seconds in which nothing more is to come."""
_RATIO_MAX: Final = 1.1
_LABELS: Final = {
    QuotaKind.UNLIMITED: "unlimited",
    QuotaKind.FREE: f"free, {FREE_PLAN:,} messages a month",
}
_RATES: Final = {
    QuotaKind.UNLIMITED: float(MESSAGES_PER_SECOND),
    QuotaKind.FREE: FREE_PLAN / MONTH_SECONDS,
}
"""Messages a second that a plan allows for good, for all that there is to send."""

_NOTE: Final = (
    "On the free plan, history has what the readings leave: a bucket that is more than"
    " half full, and a quarter of the readings' pace in a house that is never quiet. It is"
    " slower than the plan's rate for that, and faster where the bucket has filled up"
    " during the outage."
)


@dataclass(frozen=True, slots=True)
class _Outage:
    """What an outage has led to."""

    plan: QuotaKind
    away: float
    """Seconds without a connection."""
    owed: int
    missing: int
    surplus: int
    least: int
    arrivals: Sequence[tuple[float, int]]
    """Each message with history: seconds since the connection was back, and its points."""

    @property
    def messages(self) -> int:
        """Return how many messages had history in them."""
        return len(self.arrivals)

    @property
    def took(self) -> float:
        """Return the seconds until Blynk had all of it."""
        return self.arrivals[-1][0]

    @property
    def at_full_rate(self) -> float:
        """Return the seconds that as many messages take at the plan's rate, alone."""
        return self.messages / _RATES[self.plan]


def measure(size: Size) -> Result:
    """Let a home be offline for an hour, once on each plan."""
    sensors = size.pick(_SENSORS, _SENSORS[:_QUICK_SENSORS])
    outages = [run_virtually(partial(_suffer, plan, sensors)) for plan in _LABELS]
    return _result(sensors, outages)


# --- What is measured ------------------------------------------------------------


class _History:
    """Notes what comes with a time of its own."""

    def __init__(self, home: VirtualHome) -> None:
        """Listen to what the cloud takes."""
        self._home = home
        self.arrivals: list[tuple[float, int]] = []
        home.simulator.journal.on_line = self._on_line

    def _on_line(self, entry: JournalEntry) -> None:
        """Note a message with history."""
        if entry.kind is not Kind.PUBLISH or entry.direction != "in":
            return
        if entry.topic.endswith("/timestamped_batch"):
            points = len(json.loads(entry.payload))
            self.arrivals.append((self._home.now(), points))


async def _suffer(plan: QuotaKind, sensors: Sequence[Sensor]) -> _Outage:
    """Live, be offline for an hour, and live on until all has been told."""
    exposures = [
        exposure(
            *(sensor.entity_id, "value", sensor.name, "double", "publish"),
            backfill=True,
            min_interval=_POINT_SECONDS,
        )
        for sensor in sensors
    ]
    template = [
        Datastream(name=sensor.name, pin=pin) for pin, sensor in enumerate(sensors)
    ]
    options = {CONF_QUOTA: plan.value}
    async with virtual_home(_START, exposures, template, options) as home:
        await home.async_record()
        for sensor in sensors:
            _show(home, sensor, 0)
        await home.async_connect()
        arrived = _History(home)
        living = asyncio.create_task(_live(home, sensors))
        await home.async_until(_START.timestamp() + _BEFORE)
        await home.simulator.stop_listening()
        went = home.now()
        await asyncio.sleep(_OUTAGE)
        back = asyncio.get_running_loop().create_future()

        def look() -> None:
            if home.coordinator.data.online and not back.done():
                back.set_result(home.now())

        unlisten = home.coordinator.async_add_listener(look)
        await home.simulator.start_listening()
        came: float = await back
        unlisten()
        await _caught_up(home)
        await asyncio.sleep(_AFTER)
        living.cancel()
        return await _seen(home, plan, sensors, (went, came), arrived.arrivals)


async def _live(home: VirtualHome, sensors: Sequence[Sensor]) -> None:
    """Let each sensor change in its own time, for ever."""
    number, due = len(sensors), home.now()
    while True:
        _show(home, sensors[number % len(sensors)], number // len(sensors))
        number += 1
        due += _CHANGE_SECONDS / len(sensors)
        await home.async_until(due)


def _show(home: VirtualHome, sensor: Sensor, number: int) -> None:
    """Let a sensor have one of its values."""
    home.hass.states.async_set(
        sensor.entity_id, sensor.state(number), {"unit_of_measurement": sensor.unit}
    )


async def _caught_up(home: VirtualHome) -> None:
    """Wait until nothing of the past is owed any more."""
    async with asyncio.timeout(_PATIENCE):
        await asyncio.sleep(_LOOK)
        while home.coordinator.backfill.waiting:
            await asyncio.sleep(_LOOK)


async def _seen(
    home: VirtualHome,
    plan: QuotaKind,
    sensors: Sequence[Sensor],
    gap: tuple[float, float],
    arrivals: Iterable[tuple[float, int]],
) -> _Outage:
    """Compare what Blynk has with what the recorder has."""
    recorder = get_instance(home.hass)
    if (written := recorder.async_get_commit_future()) is not None:
        await written
    database = Path(home.hass.config.path("home-assistant_v2.db"))
    went, came = gap
    count = missing = surplus = least = 0
    for sensor in sensors:
        history = home.simulator.device.datastreams[sensor.name].history
        states = await home.hass.async_add_executor_job(
            recorded, database, sensor.entity_id
        )
        points = owed(states, history, went, came, _POINT_SECONDS)
        lost, more = differences(points, history)
        count, missing, surplus = count + len(points), missing + lost, surplus + more
        least += least_messages(sensor.name, points)
    return _Outage(
        plan,
        came - went,
        count,
        missing,
        surplus,
        least,
        [(at - came, points) for at, points in arrivals],
    )


# --- What it shows ------------------------------------------------------------------


def _result(sensors: Sequence[Sensor], outages: Sequence[_Outage]) -> Result:
    """Return what the outages show."""
    goals = [
        goal
        for outage in outages
        for goal in (
            Goal(
                f"messages with history, {outage.plan} plan, times the least possible",
                Spread.of([outage.messages / outage.least]),
                _RATIO_MAX,
            ),
            Goal(
                f"points that are missing or too many, {outage.plan} plan",
                Spread.of([outage.missing + outage.surplus]),
                0,
                "points",
            ),
        )
    ]
    return Result(
        key="B8",
        title="An hour offline, and its history",
        work=_work(sensors),
        goals=goals,
        tables=[_table(outages)],
        charts=[_chart(outages)],
        notes=[_NOTE],
    )


def _work(sensors: Sequence[Sensor]) -> str:
    """Return what was done."""
    return (
        f"{len(sensors)} readings that change every {_CHANGE_SECONDS:.0f} s, recorded by"
        " Home Assistant's recorder in a file of SQLite, and exposed with their history at"
        f" a point every {_POINT_SECONDS} s. After {_BEFORE / 3600:.0f} hours the broker"
        f" goes away for {_OUTAGE / 60:.0f} minutes, in virtual time; the device comes back"
        " when its own pause between two attempts is over. The readings go on throughout,"
        " so on the free plan the house is never quiet, and history shares the month with"
        " what is new. The points that Blynk lacks, and the least number of messages of"
        " 1,000 bytes that holds them, are worked out from the recorder's database with"
        " nothing of the integration, and compared with the history in the cloud, point by"
        " point. The plan's rate is what the plan allows for good, for history alone:"
        f" {MESSAGES_PER_SECOND} messages a second where there is no quota, and the month's"
        " average where there is one."
    )


def _table(outages: Sequence[_Outage]) -> Table:
    """Return the plans side by side."""
    rows = [
        ["time without a connection", *(_minutes(each.away) for each in outages)],
        ["points owed", *(f"{each.owed:,}" for each in outages)],
        ["points missing", *(str(each.missing) for each in outages)],
        ["points twice or too many", *(str(each.surplus) for each in outages)],
        ["messages with history", *(str(each.messages) for each in outages)],
        ["the least possible", *(str(each.least) for each in outages)],
        ["time to catch up", *(_minutes(each.took) for each in outages)],
        [
            "as many messages at the plan's rate",
            *(_minutes(each.at_full_rate) for each in outages),
        ],
        [
            "share of the plan's rate",
            *(f"{each.at_full_rate / each.took:.0%}" for each in outages),
        ],
    ]
    return Table(["", *(_LABELS[each.plan] for each in outages)], rows)


def _minutes(seconds: float) -> str:
    """Return a time to be read."""
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def _chart(outages: Sequence[_Outage]) -> Chart:
    """Return how the history is filled."""
    lines = []
    for outage in outages:
        points, total = [0], 0
        for _, count in outage.arrivals:
            total += count
            points.append(total)
        minutes = [0.0, *(at / 60 for at, _ in outage.arrivals)]
        lines.append(Line(_LABELS[outage.plan], minutes, points))
    return Chart(
        "backfill",
        "History after an hour offline",
        "minutes since the connection is back",
        "points in Blynk",
        lines,
    )
