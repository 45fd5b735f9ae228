"""Points that come with a time of their own: `timestamped_batch`."""

from __future__ import annotations

import json

import aiohttp
import pytest

from simulator import Simulator
from simulator.datastreams import Value

from .peer import Peer
from .test_datastreams import deliver, diagnostics, value_of

NOW = 1_800_000_000.25
DAY = 86_400_000


@pytest.fixture
def level() -> int:
    """Run these tests with MQTT 3.1.1: what is inside a message does not depend on it."""
    return 4


@pytest.fixture
def sim(sim: Simulator) -> Simulator:
    """Return the simulator with a clock that stands still."""
    sim.cloud.clock = lambda: NOW
    sim.behaviour.max_rate = 0
    return sim


def ago(milliseconds: int) -> int:
    """Return a time in the past, in milliseconds of the epoch."""
    return int(NOW * 1000) - milliseconds


async def put(peer: Peer, name: str, *points: object) -> None:
    """Send points."""
    await deliver(peer, f"ds/{name}/timestamped_batch", json.dumps(points))


def points(sim: Simulator, name: str) -> list[tuple[int, Value]]:
    """Return a history, in milliseconds."""
    history = sim.device.datastreams[name].history
    return [(round(point.time * 1000), point.value) for point in history]


@pytest.mark.parametrize(
    ("name", "datum", "value"),
    [
        ("Switch", 1, 1),
        ("Switch", 5, 1),  # clamped
        ("Temperature", 21.5, 21.5),
        ("Temperature", 21, 21.0),
        ("Text", "grün", "grün"),
        ("Open", True, True),
        ("Mode", 7, 0),  # the fallback
        ("Place", [13.4, 52.5], (13.4, 52.5)),
    ],
)
async def test_a_point_is_taken_by_its_type(
    sim: Simulator, device: Peer, name: str, datum: object, value: Value
) -> None:
    await put(device, name, [ago(5001), datum])
    assert points(sim, name) == [(ago(5001), value)]
    assert sim.device.datastreams[name].history[0].imported
    assert not diagnostics(sim)


async def test_points_are_kept_in_the_order_of_their_times(
    sim: Simulator, device: Peer
) -> None:
    await put(device, "Temperature", [ago(10), 1], [ago(30), 2])
    await put(device, "Temperature", [ago(20), 3])
    assert [value for _, value in points(sim, "Temperature")] == [2, 3, 1]


async def test_a_point_of_the_same_millisecond_replaces(
    sim: Simulator, device: Peer
) -> None:
    chunk = [[ago(1000 + each), each] for each in range(20)]
    await put(device, "Temperature", *chunk)
    before = points(sim, "Temperature")
    await put(device, "Temperature", *chunk)
    assert points(sim, "Temperature") == before
    assert sim.device.datastreams["Temperature"].history.repeated == 20
    await put(device, "Temperature", [ago(1000), 70])
    assert points(sim, "Temperature")[-1] == (ago(1000), 70)
    assert sim.device.datastreams["Temperature"].history.repeated == 20


async def test_an_older_point_leaves_the_value_alone(
    sim: Simulator, device: Peer
) -> None:
    """And the live point in the history, which counts as the device's write."""
    await deliver(device, "ds/Temperature", "21")
    await put(device, "Temperature", [ago(60_000), 5], [ago(-60_000), 9])
    assert value_of(sim, "Temperature") == 21
    state = sim.device.datastreams["Temperature"]
    assert state.updated_at == NOW
    assert state.writes_by_device == 1
    assert [point.imported for point in state.history] == [True, False, True]


async def test_a_newer_point_becomes_the_value(sim: Simulator, device: Peer) -> None:
    await put(device, "Temperature", [ago(60_000), 5])
    assert value_of(sim, "Temperature") == 5
    await put(device, "Temperature", [ago(90_000), 4])
    assert value_of(sim, "Temperature") == 5
    await put(device, "Temperature", [ago(30_000), 6], [ago(-1), 7])
    assert value_of(sim, "Temperature") == 6


async def test_nothing_old_comes_back_after_an_erasure(
    sim: Simulator, device: Peer
) -> None:
    await deliver(device, "ds/Temperature", "21")
    await deliver(device, "ds/Temperature/erase")
    await put(device, "Temperature", [ago(60_000), 5])
    assert value_of(sim, "Temperature") is None


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ([ago(31 * DAY + 1000), 1], "1 point more than a month from now"),
        ([ago(-31 * DAY - 1000), 1], "1 point more than a month from now"),
        ([ago(1), "warm"], "1 point not of type double"),
        ([ago(1), None], "1 point not of type double"),
        ([ago(1), True], "1 point not of type double"),
        ([True, 1], "1 point of another form than [milliseconds, value]"),
        ([ago(1)], "1 point of another form than [milliseconds, value]"),
        (["now", 1], "1 point of another form than [milliseconds, value]"),
        ({}, "1 point of another form than [milliseconds, value]"),
    ],
)
async def test_a_bad_point_only_loses_itself(
    sim: Simulator, device: Peer, bad: object, text: str
) -> None:
    await put(device, "Temperature", [ago(2), 1], bad, [ago(31 * DAY - 1000), 2])
    assert [value for _, value in points(sim, "Temperature")] == [2, 1]
    assert diagnostics(sim) == [f"Temperature: {text}"]


@pytest.mark.parametrize("payload", ["", "{}", "[", "7", b"\xff"])
async def test_what_is_no_list_is_diagnosed(
    sim: Simulator, device: Peer, payload: str | bytes
) -> None:
    await deliver(device, "ds/Temperature/timestamped_batch", payload)
    assert diagnostics(sim) == ["Temperature: not a JSON list of points"]
    assert not points(sim, "Temperature")


async def test_a_device_has_so_many_points_a_day(sim: Simulator, device: Peer) -> None:
    """In all datastreams together; what is sent again counts again."""
    sim.behaviour.imports_per_day = 5
    await put(device, "Temperature", [ago(1), 1], [ago(2), 2], [ago(1), 1])
    await put(device, "Switch", [ago(1), 1], [ago(2), 0], [ago(3), 1], [ago(4), 0])
    assert len(points(sim, "Temperature")) == len(points(sim, "Switch")) == 2
    assert diagnostics(sim) == ["Switch: 2 points over the 5 of a day"]
    sim.cloud.clock = lambda: NOW + 86_400
    await put(device, "Switch", [ago(3), 1])
    assert len(points(sim, "Switch")) == 3


async def test_ten_thousand_points_are_told(
    sim: Simulator, device: Peer, http: aiohttp.ClientSession
) -> None:
    """By the hook, whole."""
    for start in range(0, 10_000, 40):
        chunk = [[ago(10_000 - each), each % 70] for each in range(start, start + 40)]
        await put(device, "Temperature", *chunk)
    async with http.get("/sim/history/Temperature") as answer:
        history = await answer.json()
    assert len(history["points"]) == 10_000
    assert history["points"][0] == [ago(10_000) / 1000, 0.0, True]
    assert history["repeated"] == 0
    async with http.get("/sim/history/Nowhere") as answer:
        assert answer.status == 404
