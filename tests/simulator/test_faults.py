"""What may go wrong on the broker's side, and hostile bytes from the client's."""

from __future__ import annotations

import asyncio
import random
import ssl

import aiohttp
import pytest

from simulator import Kind, Simulator
from simulator.connection import MAX_BACKLOG
from simulator.mqtt.packets import V5, V311, PacketType

from .conftest import TOKEN, OpenPeer
from .peer import ConnectionEnded, Peer, Received


async def next_within(peer: Peer, seconds: float) -> Received | None:
    """Return the next packet, or None if none comes within that time."""
    try:
        async with asyncio.timeout(seconds):
            return await peer.receive()
    except TimeoutError:
        return None


# --- Late and missing answers --------------------------------------------------


async def test_connack_can_be_late(sim: Simulator, peer: Peer) -> None:
    """What the client sends meanwhile is answered afterwards."""
    sim.behaviour.connack_delay = 0.15
    peer.connect(TOKEN)
    peer.subscribe("downlink/#")
    peer.ping()
    assert await next_within(peer, 0.05) is None
    assert not sim.device.online
    for packet_type in (PacketType.CONNACK, PacketType.SUBACK, PacketType.PINGRESP):
        await peer.expect(packet_type)
    assert sim.device.online


async def test_connack_can_be_withheld(sim: Simulator, peer: Peer) -> None:
    sim.behaviour.withhold_connack = True
    peer.connect(TOKEN)
    peer.ping()
    assert await next_within(peer, 0.1) is None
    assert not sim.device.online


async def test_the_connection_can_end_before_connack(
    sim: Simulator, peer: Peer
) -> None:
    sim.behaviour.close_before_connack = True
    peer.connect(TOKEN)
    with pytest.raises(ConnectionEnded):
        await peer.receive()


async def test_suback_can_be_late(sim: Simulator, peer: Peer) -> None:
    sim.behaviour.suback_delay = 0.1
    await peer.connected(TOKEN)
    peer.subscribe("downlink/#")
    peer.ping()
    await peer.expect(PacketType.PINGRESP)
    await peer.expect(PacketType.SUBACK)


async def test_suback_can_be_withheld(sim: Simulator, peer: Peer) -> None:
    sim.behaviour.withhold_suback = True
    await peer.connected(TOKEN)
    peer.subscribe("downlink/#")
    peer.ping()
    await peer.expect(PacketType.PINGRESP)
    assert await sim.press("Switch", 1)
    await peer.expect(PacketType.PUBLISH)


async def test_puback_can_be_late(sim: Simulator, device: Peer) -> None:
    sim.behaviour.puback_delay = 0.1
    device.publish("ds/Temperature", b"20", qos=1)
    device.ping()
    await device.expect(PacketType.PINGRESP)
    assert sim.device.datastreams["Temperature"].value == 20
    await device.expect(PacketType.PUBACK)


async def test_puback_can_be_withheld(sim: Simulator, device: Peer) -> None:
    sim.behaviour.withhold_puback = True
    device.publish("ds/Temperature", b"20", qos=1)
    device.publish("ds/Temperature", b"21", qos=2)
    device.ping()
    await device.expect(PacketType.PINGRESP)
    assert sim.device.datastreams["Temperature"].value == 21


async def test_pingresp_can_be_withheld(sim: Simulator, device: Peer) -> None:
    sim.behaviour.withhold_pingresp = True
    device.ping()
    device.publish("ds/Temperature", b"20", qos=1)
    await device.expect(PacketType.PUBACK)


@pytest.mark.parametrize("transport", ["tcp", "tls", "ws"])
async def test_a_mute_broker_accepts_and_says_nothing(
    sim: Simulator, transport: str
) -> None:
    sim.behaviour.mute = True
    region = sim.entry
    port = {
        "tcp": region.mqtt_port,
        "tls": region.tls_port,
        "ws": region.ws_port,
    }[transport]
    context = ssl.create_default_context(cafile=sim.ca_file)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            if transport == "tls":
                await writer.start_tls(context, server_hostname="localhost")
            writer.write(b"GET /mqtt HTTP/1.1\r\nHost: x\r\n\r\n")
            await reader.read()
    writer.transport.abort()
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{region.http_port}/sim/state"
        assert (await session.get(url)).status == 200


async def test_a_broker_can_fall_mute(sim: Simulator, device: Peer) -> None:
    """An open connection then hears nothing any more: neither answers nor downlinks."""
    sim.behaviour.mute = True
    device.ping()
    assert await next_within(device, 0.1) is None
    await sim.send("downlink/ds/Switch", b"1")
    assert await next_within(device, 0.1) is None


# --- Outage --------------------------------------------------------------------


async def test_an_outage_ends_on_the_same_ports(
    sim: Simulator, device: Peer, open_peer: OpenPeer
) -> None:
    regions = dict(sim.regions)
    await sim.stop_listening()
    assert await device.ended()
    assert not sim.device.online
    for region in regions.values():
        for port in (
            region.mqtt_port,
            region.tls_port,
            region.ws_port,
            region.wss_port,
        ):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
    await sim.start_listening()
    assert sim.regions == regions
    async with open_peer() as again:
        await again.connected(TOKEN)


async def test_an_outage_can_end_by_itself(sim: Simulator, open_peer: OpenPeer) -> None:
    await sim.outage(0.1)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", sim.entry.mqtt_port)
    await sim.wait_for(lambda: sim.broker.listening)
    async with open_peer() as again:
        await again.connected(TOKEN)


async def test_websockets_survive_an_outage(sim: Simulator) -> None:
    url = f"ws://127.0.0.1:{sim.entry.ws_port}/mqtt"
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url, protocols=["mqtt"]) as socket:
            await sim.stop_listening()
            message = await socket.receive(timeout=2)
            assert message.type in {
                aiohttp.WSMsgType.CLOSE,
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
            }
        await sim.start_listening()
        async with session.ws_connect(url, protocols=["mqtt"]) as socket:
            assert socket.protocol == "mqtt"


# --- Malformed packets to the client -------------------------------------------


async def test_any_bytes_can_be_sent_to_the_device(
    sim: Simulator, device: Peer
) -> None:
    assert await sim.send_raw(b"\x30\x05\x00\x03\x61\x2f\x62")
    message = await device.expect(PacketType.PUBLISH) if device.level == V311 else None
    assert message is None or message.topic == "a/b"
    assert await sim.send_raw(b"\xff\xff\xff\xff\xff", then_close=True)
    assert not sim.device.online
    assert not await sim.send_raw(b"x")
    assert not await sim.send("downlink/diag", b"x")


# --- Malformed packets from the client -----------------------------------------

MALFORMED = {
    "no MQTT": b"GET / HTTP/1.1\r\n\r\n",
    "PUBLISH before CONNECT": b"\x30\x05\x00\x03a/b",
    "PINGREQ before CONNECT": b"\xc0\x00",
    "endless length": b"\x10\xff\xff\xff\xff\xff\xff",
    "packet too large": b"\x10\xff\xff\xff\x7f",
    "truncated CONNECT": b"\x10\x04\x00\x04MQ",
    "reserved flags of CONNECT": b"\x11\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
    "reserved connect flag": b"\x10\x0c\x00\x04MQTT\x04\x03\x00\x3c\x00\x00",
    "QoS 3 will": b"\x10\x0c\x00\x04MQTT\x04\x1e\x00\x3c\x00\x00",
    "client id no UTF-8": b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02\xff\xfe",
    "password without user": b"\x10\x0f\x00\x04MQTT\x04\x42\x00\x3c\x00\x00\x00\x01x",
    "bytes left over": b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x00\x00",
    "unknown property": b"\x10\x0f\x00\x04MQTT\x05\x02\x00\x3c\x02\x7f\x00\x00\x00",
    "property not for CONNECT": b"\x10\x10\x00\x04MQTT\x05\x02\x00\x3c\x03\x23\x00\x01\x00\x00",
    "property twice": b"\x10\x13\x00\x04MQTT\x05\x02\x00\x3c\x06\x21\x00\x01\x21\x00\x01\x00\x00",
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_is_no_connect_ends_the_connection(
    sim: Simulator, data: bytes
) -> None:
    async with Peer.open(sim.entry.mqtt_port) as peer:
        peer.send_raw(data)
        with pytest.raises(ConnectionEnded):
            await peer.receive()
    assert sim.journal.find(Kind.MALFORMED)


MALFORMED_IN_SESSION = {
    "second CONNECT": (
        b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00",
        b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00",
        0x82,
    ),
    "server's packet": (b"\x20\x02\x00\x00", b"\x20\x03\x00\x00\x00", 0x82),
    "QoS 3": (b"\x36\x05\x00\x01a\x00\x01", b"\x36\x06\x00\x01a\x00\x01\x00", 0x81),
    "wildcard in topic": (b"\x30\x03\x00\x01#", b"\x30\x04\x00\x01#\x00", 0x90),
    "NUL in topic": (b"\x30\x03\x00\x01\x00", b"\x30\x04\x00\x01\x00\x00", 0x81),
    "topic no UTF-8": (b"\x30\x03\x00\x01\xff", b"\x30\x04\x00\x01\xff\x00", 0x81),
    "empty topic": (b"\x30\x02\x00\x00", b"\x30\x03\x00\x00\x00", 0x82),
    "topic beyond the end": (b"\x30\x02\x00\x09", b"\x30\x02\x00\x09", 0x81),
    "packet id 0": (
        b"\x32\x05\x00\x01a\x00\x00",
        b"\x32\x06\x00\x01a\x00\x00\x00",
        0x82,
    ),
    "SUBSCRIBE flags": (b"\x80\x06\x00\x01\x00\x01a\x00",) * 2 + (0x81,),
    "empty SUBSCRIBE": (b"\x82\x02\x00\x01", b"\x82\x03\x00\x01\x00", 0x82),
    "empty UNSUBSCRIBE": (b"\xa2\x02\x00\x01", b"\xa2\x03\x00\x01\x00", 0x82),
    "subscription options": (
        b"\x82\x06\x00\x01\x00\x01a\x03",
        b"\x82\x07\x00\x01\x00\x00\x01a\xc0",
        0x81,
    ),
    "PINGREQ with a body": (b"\xc0\x01x",) * 2 + (0x81,),
    "AUTH": (b"\xf0\x00",) * 2 + (0x82,),
    "packet type 0": (b"\x00\x00",) * 2 + (0x82,),
}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    MALFORMED_IN_SESSION.values(),
    ids=MALFORMED_IN_SESSION.keys(),
)
async def test_a_malformed_packet_ends_the_session(
    sim: Simulator, device: Peer, old: bytes, new: bytes, code: int
) -> None:
    device.send_raw(old if device.level == V311 else new)
    if device.level == V5:
        assert (await device.expect(PacketType.DISCONNECT)).code == code
    assert await device.ended()
    assert not sim.device.online


@pytest.mark.parametrize("level", [V5])
async def test_topic_aliases_are_not_granted(device: Peer) -> None:
    device.send_raw(b"\x30\x06\x00\x00\x03\x23\x00\x01")
    assert (await device.expect(PacketType.DISCONNECT)).code == 0x94


SESSIONS = {
    V311: (
        b"\x10\x38\x00\x04MQTT\x04\xc2\x00\x3c\x00\x02me\x00\x06device\x00\x20"
        + TOKEN.encode()
        + b"\x82\x0f\x00\x01\x00\x0adownlink/#\x01"
        + b'\x32\x1e\x00\x08batch_ds\x00\x02{"Temperature":20}'
        + b"\x34\x0f\x00\x09ds/Switch\x00\x031\x62\x02\x00\x03\xc0\x00\xe0\x00"
    ),
    V5: (
        b"\x10\x3c\x00\x04MQTT\x05\xc2\x00\x3c\x03\x21\x00\x14\x00\x02me\x00\x06device"
        b"\x00\x20"
        + TOKEN.encode()
        + b"\x82\x10\x00\x01\x00\x00\x0adownlink/#\x01"
        + b'\x32\x1f\x00\x08batch_ds\x00\x02\x00{"Temperature":20}'
        + b"\x34\x10\x00\x09ds/Switch\x00\x03\x001\x62\x02\x00\x03\xc0\x00\xe0\x01\x00"
    ),
}


async def test_random_bytes_do_no_harm(
    sim: Simulator,
    level: int,
    open_peer: OpenPeer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """After hundreds of mutilated sessions the next client is served as if nothing was."""
    sim.behaviour.max_rate = 0
    luck = random.Random(2026)
    for _ in range(400):
        data = bytearray(SESSIONS[level])
        for _ in range(luck.randrange(1, 6)):
            data[luck.randrange(len(data))] = luck.randrange(256)
        if luck.random() < 0.3:
            del data[luck.randrange(len(data)) :]
        async with open_peer() as peer:
            peer.send_raw(bytes(data))
            await peer.anything(0.002)
    assert sim.device.connections > 10
    async with open_peer() as peer:
        await peer.subscribed(TOKEN)
        assert await sim.press("Switch", 1)
        assert (await peer.expect(PacketType.PUBLISH)).payload == b"1"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_client_that_does_not_read_is_cut_off(
    sim: Simulator, device: Peer
) -> None:
    payload = b"x" * 65536
    for _ in range(4 * MAX_BACKLOG // len(payload)):
        if not await sim.send("downlink/ds/Text", payload):
            break
    assert not sim.device.online


async def test_a_client_that_says_nothing_is_sent_away(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.session.CONNECT_TIMEOUT", 0.05)
    async with Peer.open(sim.entry.mqtt_port) as peer:
        assert await peer.ended()


async def test_a_websocket_carries_binary_frames_only(sim: Simulator) -> None:
    url = f"ws://127.0.0.1:{sim.entry.ws_port}/mqtt"
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, protocols=["mqtt"]) as socket,
    ):
        await socket.send_str("CONNECT")
        message = await socket.receive(timeout=2)
        assert message.type is aiohttp.WSMsgType.CLOSE


async def test_a_websocket_needs_the_path(sim: Simulator) -> None:
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{sim.entry.ws_port}/"
        assert (await session.get(url)).status == 404


async def test_a_packet_may_come_byte_by_byte(sim: Simulator, device: Peer) -> None:
    for byte in b"\x30\x12\x00\x0eds/Temperature" + b"20":
        device.send_raw(bytes((byte,)))
        await asyncio.sleep(0)
    if device.level == V311:
        state = sim.device.datastreams["Temperature"]
        await sim.wait_for(lambda: state.value == 20)
