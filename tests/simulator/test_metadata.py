"""What the cloud tells a device of itself: metadata, time, place, updates."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from simulator import Simulator
from simulator.device import METADATA
from simulator.mqtt.packets import V311, PacketType
from simulator.place import clock_json

from .peer import Peer
from .test_datastreams import deliver, diagnostics
from .test_hooks import post

WINTER = 1_767_225_600  # 2026-01-01 00:00 UTC
SUMMER = 1_782_864_000  # 2026-07-01 00:00 UTC


@pytest.fixture
def level() -> int:
    """Run with one protocol level: the rules know none."""
    return V311


async def answer_to(peer: Peer, topic: str, payload: bytes = b"") -> tuple[str, bytes]:
    """Ask, and return the topic and payload of the answer."""
    peer.publish(topic, payload)
    message = await peer.expect(PacketType.PUBLISH)
    return message.topic, message.payload


async def test_metadata_is_answered_field_by_field(
    sim: Simulator, device: Peer
) -> None:
    topic, payload = await answer_to(device, "get/meta", b"Device Name, Device Owner")
    assert (topic, payload.decode()) == (
        "downlink/meta/Device Name",
        METADATA["Device Name"],
    )
    second = await device.expect(PacketType.PUBLISH)
    assert second.topic == "downlink/meta/Device Owner"


async def test_a_field_nobody_knows_is_not_answered(
    sim: Simulator, device: Peer
) -> None:
    await deliver(device, "get/meta", "Colour")
    await deliver(device, "meta/Colour", "red")
    assert diagnostics(sim) == ["unknown metadata field: Colour"] * 2


async def test_the_device_writes_the_fields_it_may(
    sim: Simulator, device: Peer
) -> None:
    await deliver(device, "meta/Hotspot Name", "Büro")
    await deliver(device, "meta/Device Owner", "somebody@example.com")
    assert sim.device.metadata == {**METADATA, "Hotspot Name": "Büro"}
    assert diagnostics(sim) == ["metadata field Device Owner: read-only"]


async def test_a_person_writes_any_field_and_the_device_hears_of_it(
    sim: Simulator, http: aiohttp.ClientSession, device: Peer
) -> None:
    assert await post(http, "meta", field="Room", value="Küche") == {"delivered": True}
    message = await device.expect(PacketType.PUBLISH)
    assert (message.topic, message.payload.decode()) == ("downlink/meta/Room", "Küche")
    await deliver(device, "meta/Room", "Bad")
    assert sim.device.metadata["Room"] == "Bad"


@pytest.mark.parametrize(
    ("now", "dst_offset", "iso8601"),
    [
        (WINTER, 0, "2026-01-01T01:00:00.000+01:00"),
        (SUMMER, 60, "2026-07-01T02:00:00.000+02:00"),
    ],
)
def test_the_time_is_that_of_the_devices_zone(
    now: int, dst_offset: int, iso8601: str
) -> None:
    assert clock_json("Europe/Amsterdam", now) == {
        "tz_name": "Europe/Amsterdam",
        "tz_rule": "CET-1CEST,M3.5.0,M10.5.0/3",
        "tz_offset": 60 + dst_offset,
        "dst_offset": dst_offset,
        "time": now * 1000,
        "iso8601": iso8601,
    }


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "Europe"])
def test_a_zone_nobody_knows_is_utc(zone: str) -> None:
    clock = clock_json(zone, WINTER)
    assert (clock["tz_name"], clock["tz_offset"]) == ("UTC", 0)


async def test_time_and_place_are_answered(sim: Simulator, device: Peer) -> None:
    topic, payload = await answer_to(device, "get/utc/all/json")
    clock: dict[str, Any] = json.loads(payload)
    assert (topic, clock["tz_name"]) == ("downlink/utc/all/json", "Europe/Amsterdam")
    assert await answer_to(device, "get/loc/all") == ("downlink/loc/all", b"52.37,4.9")


async def test_an_update_is_offered_without_a_subscription(
    sim: Simulator, http: aiohttp.ClientSession, peer: Peer
) -> None:
    await peer.connected("abcdefghijklmnopqrstuvwxyz012345")
    assert await post(http, "ota", ver="9.9.9", size=5) == {"delivered": True}
    message = await peer.expect(PacketType.PUBLISH)
    assert message.topic == "downlink/ota/json"
    assert json.loads(message.payload) == {
        "url": "https://blynk.cloud/dl/package.bin",
        "size": 5,
        "ver": "9.9.9",
    }
