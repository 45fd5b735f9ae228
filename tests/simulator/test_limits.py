"""Blynk's limits: message size, messages a second, messages a month."""

from __future__ import annotations

import pytest

from simulator import OverQuota, OverRate, Oversize, Simulator
from simulator.mqtt.packets import V5, V311, PacketType

from .conftest import TOKEN, OpenPeer
from .peer import Peer


async def settle(peer: Peer) -> list[str]:
    """Wait until everything sent is processed; return the diagnostics received meanwhile."""
    peer.ping()
    texts = []
    while (packet := await peer.receive()).type is not PacketType.PINGRESP:
        texts.append(packet.payload.decode())
    return texts


async def expect_end(peer: Peer, code: int) -> None:
    """Wait for the end of the connection, on MQTT 5 with this reason."""
    while (packet := await peer.receive()).type is PacketType.PUBLISH:
        assert packet.topic == "downlink/diag"
        if peer.level == V311:
            break
    else:
        assert (packet.type, packet.code) == (PacketType.DISCONNECT, code)
    assert await peer.ended()


# --- Size ----------------------------------------------------------------------


@pytest.mark.parametrize(("excess", "stored"), [(0, True), (1, False)])
async def test_a_message_has_up_to_1024_bytes(
    sim: Simulator, device: Peer, excess: int, stored: bool
) -> None:
    """Variable header + payload: topic with its length, on MQTT 5 the properties' length."""
    header = 2 + len("ds/Text") + (device.level == V5)
    device.publish("ds/Text", b"x" * (1024 - header + excess))
    texts = await settle(device)
    assert texts == ([] if stored else ["message of 1025 bytes; 1024 are allowed"])
    assert (sim.device.datastreams["Text"].value is not None) == stored
    assert sim.device.online
    assert sim.device.dropped == (not stored)


async def test_an_oversized_message_can_end_the_connection(
    sim: Simulator, device: Peer
) -> None:
    sim.behaviour.oversize = Oversize.DISCONNECT
    device.publish("ds/Text", b"x" * 1100)
    await expect_end(device, 0x95)
    assert not sim.device.online


async def test_the_size_limit_can_be_raised(sim: Simulator, device: Peer) -> None:
    sim.behaviour.max_message_size = 4096
    device.publish("batch_ds", b'{"Temperature": 20' + b" " * 2000 + b"}")
    assert await settle(device) == []
    assert sim.device.datastreams["Temperature"].value == 20


# --- Rate ----------------------------------------------------------------------


async def test_a_flood_ends_the_connection(sim: Simulator, device: Peer) -> None:
    for _ in range(20):
        device.publish("ds/Temperature", b"20")
    assert await settle(device) == []
    device.publish("ds/Temperature", b"21")
    await expect_end(device, 0x96)
    assert sim.device.datastreams["Temperature"].value == 20


async def test_a_flood_can_be_answered_with_diagnostics(
    sim: Simulator, device: Peer
) -> None:
    sim.behaviour.over_rate = OverRate.DIAG
    sim.behaviour.max_rate = 3
    for value in range(5):
        device.publish("ds/Temperature", str(value).encode())
    assert await settle(device) == ["flood: more than 3 messages a second"] * 2
    assert sim.device.datastreams["Temperature"].value == 2
    assert sim.device.online


async def test_the_rate_can_be_unlimited(sim: Simulator, device: Peer) -> None:
    sim.behaviour.max_rate = 0
    for _ in range(500):
        device.publish("ds/Temperature", b"20")
    assert await settle(device) == []
    assert sim.device.messages_in == 500


# --- Quota ---------------------------------------------------------------------


async def test_over_quota_messages_are_dropped(sim: Simulator, device: Peer) -> None:
    sim.behaviour.monthly_quota = 2
    for value in (1, 2, 3):
        device.publish("ds/Temperature", str(value).encode())
    assert await settle(device) == [
        "the organization has used up its messages of this month"
    ]
    assert sim.device.datastreams["Temperature"].value == 2
    assert sim.device.online


async def test_over_quota_the_device_can_be_refused(
    sim: Simulator, device: Peer, open_peer: OpenPeer
) -> None:
    sim.behaviour.over_quota = OverQuota.REFUSE
    sim.behaviour.monthly_quota = 1
    device.publish("ds/Temperature", b"1")
    device.publish("ds/Temperature", b"2")
    await expect_end(device, 0x97)
    async with open_peer() as again:
        again.connect(TOKEN)
        connack = await again.expect(PacketType.CONNACK)
        assert connack.code == (3 if again.level == V311 else 0x97)


@pytest.mark.parametrize(("counted", "used"), [(False, 1), (True, 3)])
async def test_downlinks_can_be_counted(
    sim: Simulator, device: Peer, counted: bool, used: int
) -> None:
    sim.behaviour.count_downlinks = counted
    device.publish("ds/Temperature", b"1")
    await sim.press("Switch", 1)
    await sim.press("Switch", 0)
    await settle(device)
    assert sim.cloud.quota.used(sim.cloud.clock()) == used
