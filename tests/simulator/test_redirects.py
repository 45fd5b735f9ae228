"""Redirects: on the wrong region, on command, hostile ones, and what follows them."""

from __future__ import annotations

import asyncio
import ssl

import aiomqtt
import pytest

from simulator import AfterRedirect, Kind, Simulator, Transport, WrongRegion
from simulator.mqtt.packets import V5, V311, PacketType

from .conftest import TOKEN, OpenPeer
from .peer import Peer


async def expect_redirect(peer: Peer) -> str:
    """Return the URI of the redirect, which must come next."""
    message = await peer.expect(PacketType.PUBLISH)
    assert (message.topic, message.qos) == ("downlink/redirect", 0)
    return message.payload.decode()


async def test_the_wrong_region_redirects_after_connack(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    """Without a subscription, and the device stays offline; then the connection is closed."""
    async with open_peer("ny3") as peer:
        await peer.connected(TOKEN)
        assert await expect_redirect(peer) == f"mqtt://127.0.0.1:{sim.entry.mqtt_port}"
        assert not sim.device.online
        assert await peer.ended()
    assert sim.device.redirects == 1
    assert sim.journal[-1].kind in {Kind.CLOSE, Kind.EOF}


async def test_the_wrong_region_can_refuse_a_good_token(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    sim.behaviour.wrong_region = WrongRegion.REFUSE
    async with open_peer("ny3") as peer:
        peer.connect(TOKEN)
        connack = await peer.expect(PacketType.CONNACK)
        assert connack.code == {V311: 4, V5: 0x86}[peer.level]


@pytest.mark.parametrize("transport", list(Transport))
async def test_the_redirect_keeps_the_transport(
    sim: Simulator, transport: Transport
) -> None:
    sim.behaviour.after_redirect = AfterRedirect.STAY
    region = sim.regions["ny3"]
    expected = {
        Transport.TCP: f"mqtt://127.0.0.1:{sim.entry.mqtt_port}",
        Transport.TLS: f"mqtts://127.0.0.1:{sim.entry.tls_port}",
        Transport.WS: f"ws://127.0.0.1:{sim.entry.ws_port}/mqtt",
        Transport.WSS: f"wss://127.0.0.1:{sim.entry.wss_port}/mqtt",
    }
    async with client(sim, region.name, transport) as redirected:
        message = await anext(aiter(redirected.messages))
        assert message.topic.value == "downlink/redirect"
        assert message.payload == expected[transport].encode()


def client(sim: Simulator, region: str, transport: Transport) -> aiomqtt.Client:
    """Return a client for a region over a transport."""
    where = sim.regions[region]
    port = {
        Transport.TCP: where.mqtt_port,
        Transport.TLS: where.tls_port,
        Transport.WS: where.ws_port,
        Transport.WSS: where.wss_port,
    }[transport]
    secure = transport in {Transport.TLS, Transport.WSS}
    context = ssl.create_default_context(cafile=sim.ca_file) if secure else None
    if transport in {Transport.TCP, Transport.TLS}:
        return aiomqtt.Client(
            "127.0.0.1", port, username="device", password=TOKEN, tls_context=context
        )
    return aiomqtt.Client(
        "127.0.0.1",
        port,
        username="device",
        password=TOKEN,
        tls_context=context,
        transport="websockets",
        websocket_path="/mqtt",
    )


@pytest.mark.parametrize("transport", list(Transport))
async def test_every_transport_carries_a_session(
    sim: Simulator, transport: Transport
) -> None:
    async with client(sim, "fra1", transport) as connected:
        assert sim.device.link is not None
        assert sim.device.link.info.transport is transport
        await connected.subscribe("downlink/#", qos=1)
        await connected.publish("ds/Temperature", "20.5", qos=1)
        assert sim.device.datastreams["Temperature"].value == 20.5
        await sim.press("Switch", 1)
        message = await anext(aiter(connected.messages))
        assert (message.topic.value, message.payload) == ("downlink/ds/Switch", b"1")
        assert await sim.ping() < 5
    await sim.wait_for(lambda: not sim.device.online)


# --- What follows --------------------------------------------------------------


async def test_a_redirected_client_that_stays_is_not_listened_to(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    sim.behaviour.after_redirect = AfterRedirect.STAY
    async with open_peer("ny3") as peer:
        await peer.connected(TOKEN)
        await expect_redirect(peer)
        peer.subscribe("downlink/#")
        await peer.expect(PacketType.SUBACK)
        peer.publish("ds/Temperature", b"20", qos=1)
        await peer.expect(PacketType.PUBACK)
        assert sim.device.datastreams["Temperature"].value is None
        assert not sim.device.online
        assert not await sim.press("Switch", 1)


async def test_a_redirect_can_end_with_server_moved(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    sim.behaviour.after_redirect = AfterRedirect.DISCONNECT_9D
    async with open_peer("ny3") as peer:
        await peer.connected(TOKEN)
        uri = await expect_redirect(peer)
        if peer.level == V5:
            disconnect = await peer.expect(PacketType.DISCONNECT)
            assert disconnect.code == 0x9D
            assert dict(disconnect.properties) == {"SERVER_REFERENCE": uri}
        assert await peer.ended()


async def test_a_redirect_leaves_time_for_suback(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    async with open_peer("ny3") as peer:
        await peer.connected(TOKEN)
        peer.subscribe("downlink/#")
        await expect_redirect(peer)
        await peer.expect(PacketType.SUBACK)
        assert await peer.ended()


@pytest.mark.parametrize("after", list(AfterRedirect))
async def test_a_redirect_can_replace_suback(
    sim: Simulator, open_peer: OpenPeer, after: AfterRedirect
) -> None:
    sim.behaviour.redirect_before_suback = True
    sim.behaviour.after_redirect = after
    async with open_peer("ny3") as peer:
        peer.connect(TOKEN)
        peer.subscribe("downlink/#")
        await peer.expect(PacketType.CONNACK)
        await expect_redirect(peer)
        if after is AfterRedirect.STAY:
            peer.ping()
            await peer.expect(PacketType.PINGRESP)
        else:
            assert await peer.ended()
    assert not sim.journal.find(Kind.SUBACK)


# --- On command ----------------------------------------------------------------


async def test_the_device_moves_to_another_region(
    sim: Simulator, device: Peer, open_peer: OpenPeer
) -> None:
    assert await sim.redirect("ny3", then="close")
    uri = await expect_redirect(device)
    assert uri == f"mqtt://127.0.0.1:{sim.regions['ny3'].mqtt_port}"
    assert not sim.device.online
    assert await device.ended()
    async with open_peer("ny3") as moved:
        await moved.connected(TOKEN)
        assert sim.device.region == "ny3"
        async with open_peer("fra1") as back:
            await back.connected(TOKEN)
            assert await expect_redirect(back) == uri


async def test_a_device_that_ignores_the_redirect_goes_offline(
    sim: Simulator, device: Peer
) -> None:
    assert await sim.redirect("ny3", then="stay")
    await expect_redirect(device)
    device.publish("ds/Temperature", b"20", qos=1)
    await device.expect(PacketType.PUBACK)
    assert not sim.device.online
    assert sim.device.datastreams["Temperature"].value is None


async def test_a_device_can_move_while_it_is_away(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    assert not await sim.redirect("ny3")
    async with open_peer("fra1") as peer:
        await peer.connected(TOKEN)
        assert "127.0.0.1" in await expect_redirect(peer)


HOSTILE = [
    "mqtt://127.0.0.1:1",
    "mqtt://127.0.0.1",
    "mqtts://elsewhere.example:8883",
    "wss://127.0.0.1:9443/mqtt",
    '{"host": "127.0.0.1", "port": 1883}',
    "no uri at all \u00fc",
    "",
]


@pytest.mark.parametrize("uri", HOSTILE)
async def test_any_text_can_be_sent_as_a_redirect(
    sim: Simulator, device: Peer, uri: str
) -> None:
    """A client that does not follow it is still the device."""
    assert await sim.redirect(uri=uri, then="stay")
    assert await expect_redirect(device) == uri
    assert sim.device.home == "fra1"
    device.publish("ds/Temperature", b"20", qos=1)
    await device.expect(PacketType.PUBACK)
    assert sim.device.datastreams["Temperature"].value == 20


async def test_every_connection_can_be_sent_round_in_circles(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    sim.behaviour.redirect_always = "next"
    for here, there in (("fra1", "ny3"), ("ny3", "fra1"), ("fra1", "ny3")):
        async with open_peer(here) as peer:
            await peer.connected(TOKEN)
            port = sim.regions[there].mqtt_port
            assert await expect_redirect(peer) == f"mqtt://127.0.0.1:{port}"
    assert sim.device.redirects == 3


async def test_every_connection_can_be_sent_to_a_fixed_place(
    sim: Simulator, peer: Peer
) -> None:
    sim.behaviour.redirect_always = "mqtt://127.0.0.1:1"
    await peer.connected(TOKEN)
    assert await expect_redirect(peer) == "mqtt://127.0.0.1:1"


async def test_a_redirect_needs_somewhere_to_go(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="no such region"):
        await sim.redirect("mars")
    with pytest.raises(ValueError, match="a region or a URI"):
        await sim.redirect()


async def test_the_redirect_closes_within_a_tenth_of_a_second(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    async with open_peer("ny3") as peer:
        await peer.connected(TOKEN)
        started = asyncio.get_running_loop().time()
        assert await peer.ended()
        assert asyncio.get_running_loop().time() - started < 1
    assert sim.behaviour.redirect_close_delay <= 0.1
