"""The hand-shake, subscriptions, acknowledgements and the end of a session, in both versions."""

from __future__ import annotations

import asyncio

import pytest

from simulator import (
    BadSubscription,
    Kind,
    Protocols,
    RefuseCode,
    SecondClient,
    Simulator,
    Unavailable,
)
from simulator.mqtt.packets import V5, V311, PacketType

from .conftest import TOKEN, OpenPeer
from .peer import ConnectionEnded, Peer

OTHER = "x" * 32


async def refused(peer: Peer) -> int | None:
    """Return the code of the CONNACK that refuses, after which the connection must end."""
    connack = await peer.expect(PacketType.CONNACK)
    assert await peer.ended()
    return connack.code


# --- CONNECT -------------------------------------------------------------------


async def test_a_device_is_online_while_it_is_connected(
    sim: Simulator, peer: Peer
) -> None:
    await peer.connected(TOKEN, client_id="me")
    assert sim.device.online
    assert sim.device.region == "fra1"
    assert sim.device.connections == 1
    assert sim.device.link is not None
    assert sim.device.link.info.client_id == "me"
    assert sim.device.link.info.keepalive == 45
    peer.disconnect()
    await sim.wait_for(lambda: not sim.device.online)
    assert sim.device.region is None


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        (RefuseCode.BAD_CREDENTIALS, {V311: 4, V5: 0x86}),
        (RefuseCode.NOT_AUTHORISED, {V311: 5, V5: 0x87}),
    ],
)
@pytest.mark.parametrize(
    ("token", "username"), [(OTHER, "device"), (TOKEN, "root"), ("", "device")]
)
async def test_bad_credentials_are_refused(
    sim: Simulator,
    peer: Peer,
    code: RefuseCode,
    answers: dict[int, int],
    token: str,
    username: str,
) -> None:
    sim.behaviour.refuse_code = code
    peer.connect(token, username=username)
    assert await refused(peer) == answers[peer.level]
    assert not sim.device.online


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Unavailable.UNAVAILABLE, 0x88),
        (Unavailable.BUSY, 0x89),
        (Unavailable.QUOTA, 0x97),
        (Unavailable.USE_ANOTHER_SERVER, 0x9C),
        (Unavailable.SERVER_MOVED, 0x9D),
        (Unavailable.CONNECTION_RATE, 0x9F),
    ],
)
async def test_an_unavailable_server_says_why(
    sim: Simulator, peer: Peer, reason: Unavailable, code: int
) -> None:
    sim.behaviour.unavailable = reason
    peer.connect(TOKEN)
    assert await refused(peer) == (3 if peer.level == V311 else code)


@pytest.mark.parametrize(
    ("level", "served", "code"),
    [(V311, Protocols.ONLY_5, 1), (V5, Protocols.ONLY_311, 0x84)],
)
async def test_one_version_can_be_switched_off(
    sim: Simulator, peer: Peer, served: Protocols, code: int
) -> None:
    sim.behaviour.protocols = served
    peer.connect(TOKEN)
    assert await refused(peer) == code


@pytest.mark.parametrize(
    "connect",
    [
        b"\x10\x0e\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x00",  # MQTT 3.1
        b"\x10\x0d\x00\x04MQTT\x06\x02\x00\x3c\x00\x00\x00",  # a version to come
    ],
)
async def test_other_versions_are_refused(sim: Simulator, connect: bytes) -> None:
    async with Peer.open(sim.entry.mqtt_port) as peer:
        peer.send_raw(connect)
        assert await refused(peer) == 1


@pytest.mark.parametrize(
    ("client_id", "code"),
    [
        ("", {V311: 0, V5: 0}),
        ("ü" * 64, {V311: 0, V5: 0}),
        ("x" * 65, {V311: 2, V5: 0x85}),
    ],
)
async def test_a_client_id_has_up_to_64_characters(
    peer: Peer, client_id: str, code: dict[int, int]
) -> None:
    peer.connect(TOKEN, client_id=client_id)
    assert (await peer.expect(PacketType.CONNACK)).code == code[peer.level]


async def test_the_token_as_client_id_is_never_shown(
    sim: Simulator, peer: Peer
) -> None:
    await peer.connected(TOKEN, client_id=TOKEN)
    assert sim.device.link is not None
    assert sim.device.link.info.client_id == "(token)"
    assert not any(TOKEN in repr(entry) for entry in sim.journal)


async def test_a_session_is_always_clean(sim: Simulator, open_peer: OpenPeer) -> None:
    """Nothing is kept for a client that asks for it: no subscription, no message."""
    async with open_peer() as first:
        await first.subscribed(TOKEN, clean=False)
        first.disconnect()
        await sim.wait_for(lambda: not sim.device.online)
    assert not await sim.press("Switch", 1)
    async with open_peer() as second:
        second.connect(TOKEN, clean=False)
        connack = await second.expect(PacketType.CONNACK)
        assert connack.code == 0
        assert not await sim.press("Switch", 1)


@pytest.mark.parametrize("level", [V5])
async def test_connack_says_what_the_server_decides(sim: Simulator, peer: Peer) -> None:
    sim.behaviour.grant_keepalive = 7
    sim.behaviour.receive_maximum = 3
    connack = await peer.connected(
        TOKEN, client_id="", properties={"SESSION_EXPIRY_INTERVAL": 60}
    )
    properties = dict(connack.properties)
    assert str(properties.pop("ASSIGNED_CLIENT_IDENTIFIER")).startswith("auto-")
    assert properties == {
        "SESSION_EXPIRY_INTERVAL": 0,
        "SERVER_KEEP_ALIVE": 7,
        "RECEIVE_MAXIMUM": 3,
    }
    assert sim.device.link is not None
    assert sim.device.link.info.keepalive == 7


@pytest.mark.parametrize("level", [V5])
async def test_enhanced_authentication_is_refused(peer: Peer) -> None:
    peer.connect(TOKEN, properties={"AUTHENTICATION_METHOD": "SCRAM-SHA-1"})
    assert await refused(peer) == 0x8C


# --- A second client -----------------------------------------------------------


async def test_a_second_client_takes_over(
    sim: Simulator, device: Peer, open_peer: OpenPeer
) -> None:
    async with open_peer() as second:
        await second.subscribed(TOKEN, client_id="second")
        if device.level == V5:
            assert (await device.expect(PacketType.DISCONNECT)).code == 0x8E
        assert await device.ended()
        assert sim.device.online
        assert await sim.press("Switch", 1)
        assert (await second.expect(PacketType.PUBLISH)).payload == b"1"


async def test_a_second_client_can_be_refused(
    sim: Simulator, device: Peer, open_peer: OpenPeer
) -> None:
    sim.behaviour.second_client = SecondClient.NEW_REFUSED
    async with open_peer() as second:
        second.connect(TOKEN)
        assert await refused(second) == {V311: 3, V5: 0x88}[second.level]
    assert await sim.press("Switch", 1)
    assert (await device.expect(PacketType.PUBLISH)).payload == b"1"


async def test_a_second_client_can_be_mute(
    sim: Simulator, device: Peer, open_peer: OpenPeer
) -> None:
    """It is accepted and acknowledged, but the first one is the device."""
    sim.behaviour.second_client = SecondClient.NEW_MUTE
    async with open_peer() as second:
        await second.subscribed(TOKEN)
        second.publish("ds/Temperature", b"20", qos=1)
        await second.expect(PacketType.PUBACK)
        assert sim.device.datastreams["Temperature"].value is None
        assert await sim.press("Switch", 1)
        assert (await device.expect(PacketType.PUBLISH)).payload == b"1"
        second.ping()
        await second.expect(PacketType.PINGRESP)


# --- SUBSCRIBE -----------------------------------------------------------------

WILDCARD = {V311: 0x80, V5: 0xA2}
FOREIGN = {V311: 0x80, V5: 0x87}


@pytest.mark.parametrize(
    ("topic_filter", "failure"),
    [
        ("downlink/#", None),
        ("downlink/ds/#", None),
        ("downlink/ds/Switch", None),
        ("downlink/+/Switch", WILDCARD),
        ("downlink/ds/+", WILDCARD),
        ("ds/+/x", WILDCARD),
        ("#", WILDCARD),
        ("ds/#", FOREIGN),
        ("ds/Switch", FOREIGN),
        ("downlink", FOREIGN),
        ("$SYS/#", FOREIGN),
    ],
)
async def test_only_filters_under_downlink_are_granted(
    peer: Peer, topic_filter: str, failure: dict[int, int] | None
) -> None:
    await peer.connected(TOKEN)
    peer.subscribe(topic_filter)
    suback = await peer.expect(PacketType.SUBACK)
    assert suback.codes == (1 if failure is None else failure[peer.level],)


async def test_each_filter_of_a_subscribe_has_its_code(peer: Peer) -> None:
    await peer.connected(TOKEN)
    peer.subscribe("downlink/ds/#", "ds/#", qos=0)
    suback = await peer.expect(PacketType.SUBACK)
    assert suback.codes == (0, FOREIGN[peer.level])


async def test_a_bad_filter_can_be_ignored_in_silence(
    sim: Simulator, peer: Peer
) -> None:
    sim.behaviour.bad_subscription = BadSubscription.SILENT
    await peer.connected(TOKEN)
    peer.subscribe("#")
    assert (await peer.expect(PacketType.SUBACK)).codes == (1,)
    assert not await sim.press("Switch", 1)


async def test_a_bad_filter_can_end_the_connection(sim: Simulator, peer: Peer) -> None:
    sim.behaviour.bad_subscription = BadSubscription.DISCONNECT
    await peer.connected(TOKEN)
    peer.subscribe("downlink/+")
    if peer.level == V5:
        assert (await peer.expect(PacketType.DISCONNECT)).code == 0x87
    assert await peer.ended()


@pytest.mark.parametrize(
    ("topic_filter", "topics"),
    [
        ("downlink/ds/Switch", ["downlink/ds/Switch"]),
        ("downlink/ds/#", ["downlink/ds/Switch", "downlink/ds/Temperature"]),
    ],
)
async def test_only_what_is_subscribed_is_delivered(
    sim: Simulator, peer: Peer, topic_filter: str, topics: list[str]
) -> None:
    await peer.connected(TOKEN)
    peer.subscribe(topic_filter)
    await peer.expect(PacketType.SUBACK)
    await sim.press("Temperature", 20.5)
    await sim.press("Switch", 1)
    await sim.send("downlink/end", b"")
    received = []
    while (message := await peer.expect(PacketType.PUBLISH)).topic != "downlink/end":
        received.append(message.topic)
    assert sorted(received) == topics


async def test_ota_redirect_and_diag_need_no_subscription(
    sim: Simulator, peer: Peer
) -> None:
    await peer.connected(TOKEN)
    assert not await sim.press("Switch", 1)
    assert not sim.cloud.deliver(sim.device, "downlink/reboot", b"")
    await expect_unsolicited(sim, peer)


async def test_ota_redirect_and_diag_are_sent_at_qos_0(
    sim: Simulator, device: Peer
) -> None:
    sim.behaviour.downlink_qos = 1
    await expect_unsolicited(sim, device)


async def expect_unsolicited(sim: Simulator, peer: Peer) -> None:
    """Send the three messages that are never asked for, and receive them at QoS 0."""
    assert sim.cloud.deliver(sim.device, "downlink/ota/json", b"{}", qos=1)
    assert sim.cloud.diagnose(sim.device, "hello")
    await sim.redirect(uri="mqtt://127.0.0.1:1", then="stay")
    for topic in ("downlink/ota/json", "downlink/diag", "downlink/redirect"):
        message = await peer.expect(PacketType.PUBLISH)
        assert (message.topic, message.qos) == (topic, 0)


async def test_unsubscribe_ends_delivery(sim: Simulator, device: Peer) -> None:
    device.unsubscribe("downlink/#", "downlink/never")
    unsuback = await device.expect(PacketType.UNSUBACK)
    assert unsuback.codes == ((0, 0x11) if device.level == V5 else ())
    assert not await sim.press("Switch", 1)


# --- Messages and their acknowledgement ----------------------------------------


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_every_qos_is_taken_once(sim: Simulator, device: Peer, qos: int) -> None:
    device.publish("ds/Temperature", b"20.5", qos=qos, packet_id=7)
    if qos == 1:
        assert (await device.expect(PacketType.PUBACK)).packet_id == 7
    if qos == 2:
        assert (await device.expect(PacketType.PUBREC)).packet_id == 7
        device.publish("ds/Temperature", b"20.5", qos=2, packet_id=7)
        await device.expect(PacketType.PUBREC)
        device.acknowledge(PacketType.PUBREL, 7)
        assert (await device.expect(PacketType.PUBCOMP)).packet_id == 7
    state = sim.device.datastreams["Temperature"]
    await sim.wait_for(lambda: state.value == 20.5)
    assert state.writes_by_device == 1


async def test_a_ping_is_over_with_its_puback(sim: Simulator, device: Peer) -> None:
    ping = asyncio.create_task(sim.ping())
    message = await device.expect(PacketType.PUBLISH)
    assert (message.topic, message.payload, message.qos) == ("downlink/ping", b"", 1)
    assert not ping.done()
    device.acknowledge(PacketType.PUBACK, message.packet_id)
    assert 0 <= await ping < 5


async def test_a_ping_without_puback_times_out(sim: Simulator, device: Peer) -> None:
    with pytest.raises(TimeoutError):
        await sim.ping(timeout=0.1)


async def test_a_ping_ends_with_the_connection(sim: Simulator, device: Peer) -> None:
    ping = asyncio.create_task(sim.ping())
    await device.expect(PacketType.PUBLISH)
    await sim.drop()
    with pytest.raises(ConnectionError):
        await ping


async def test_a_ping_needs_a_subscription(sim: Simulator, peer: Peer) -> None:
    await peer.connected(TOKEN)
    with pytest.raises(ConnectionError):
        await sim.ping()


async def test_a_downlink_of_qos_2_is_completed(sim: Simulator, device: Peer) -> None:
    assert await sim.send("downlink/ds/Switch", b"1", qos=2)
    message = await device.expect(PacketType.PUBLISH)
    device.acknowledge(PacketType.PUBREC, message.packet_id)
    assert (await device.expect(PacketType.PUBREL)).packet_id == message.packet_id


@pytest.mark.parametrize(
    ("granted", "wanted", "qos"), [(0, 1, 0), (1, 1, 1), (1, 0, 0)]
)
async def test_downlinks_keep_to_the_granted_qos(
    sim: Simulator, peer: Peer, granted: int, wanted: int, qos: int
) -> None:
    sim.behaviour.downlink_qos = wanted
    await peer.connected(TOKEN)
    peer.subscribe("downlink/#", qos=granted)
    await peer.expect(PacketType.SUBACK)
    await sim.press("Switch", 1)
    assert (await peer.expect(PacketType.PUBLISH)).qos == qos


@pytest.mark.parametrize("level", [V5])
async def test_the_clients_maximum_packet_size_is_kept(
    sim: Simulator, peer: Peer
) -> None:
    await peer.subscribed(TOKEN, properties={"MAXIMUM_PACKET_SIZE": 60})
    await sim.press("Text", "x" * 60)
    await sim.press("Text", "short")
    assert (await peer.expect(PacketType.PUBLISH)).payload == b"short"


# --- The end -------------------------------------------------------------------


async def test_pingreq_is_answered(device: Peer) -> None:
    device.ping()
    await device.expect(PacketType.PINGRESP)


async def test_silence_ends_the_session(sim: Simulator, peer: Peer) -> None:
    """After 1.5 keepalives, and not before."""
    started = asyncio.get_running_loop().time()
    await peer.connected(TOKEN, keepalive=1)
    await sim.wait_for(lambda: not sim.device.online)
    assert 1.4 <= asyncio.get_running_loop().time() - started < 3
    reasons = [entry.code for entry in sim.journal.find(Kind.DISCONNECT)]
    assert reasons == ([0x8D] if peer.level == V5 else [])


async def test_a_sign_of_life_extends_the_session(sim: Simulator, peer: Peer) -> None:
    sim.behaviour.keepalive_factor = 0.3
    await peer.connected(TOKEN, keepalive=1)
    for _ in range(4):
        await asyncio.sleep(0.15)
        peer.ping()
        await peer.expect(PacketType.PINGRESP)
    assert sim.device.online


async def test_without_keepalive_silence_is_no_end(sim: Simulator, peer: Peer) -> None:
    sim.behaviour.keepalive_factor = 0
    await peer.connected(TOKEN, keepalive=0)
    peer.ping()
    await peer.expect(PacketType.PINGRESP)
    assert sim.device.online


WILL = ("ds/Text", b"gone")


async def test_the_will_is_published_when_the_connection_is_lost(
    sim: Simulator, open_peer: OpenPeer
) -> None:
    async with open_peer() as peer:
        await peer.connected(TOKEN, will=WILL)
    await sim.wait_for(lambda: not sim.device.online)
    assert sim.device.datastreams["Text"].value == "gone"
    assert sim.journal.find(Kind.WILL)


async def test_the_will_is_not_published_after_disconnect(
    sim: Simulator, peer: Peer
) -> None:
    await peer.connected(TOKEN, will=WILL)
    peer.disconnect()
    await sim.wait_for(lambda: not sim.device.online)
    assert sim.device.datastreams["Text"].value is None


@pytest.mark.parametrize("level", [V5])
async def test_disconnect_can_ask_for_the_will(sim: Simulator, peer: Peer) -> None:
    await peer.connected(TOKEN, will=WILL)
    peer.disconnect(code=4)
    await sim.wait_for(lambda: sim.device.datastreams["Text"].value == "gone")


@pytest.mark.parametrize("abort", [False, True])
async def test_drop_cuts_the_connection_without_a_word(
    sim: Simulator, device: Peer, abort: bool
) -> None:
    assert await sim.drop(abort) == 1
    with pytest.raises(ConnectionEnded):
        await device.receive()
    assert not sim.device.online
    assert await sim.drop() == 0


async def test_a_denied_token_loses_its_sessions(
    sim: Simulator, device: Peer, open_peer: OpenPeer
) -> None:
    sim.cloud.deny(sim.device, OTHER)
    if device.level == V5:
        assert (await device.expect(PacketType.DISCONNECT)).code == 0x87
    assert await device.ended()
    async with open_peer() as old:
        old.connect(TOKEN)
        assert await refused(old) in {4, 0x86}
    async with open_peer() as new:
        await new.connected(OTHER)
    assert sim.token == OTHER
