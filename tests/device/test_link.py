"""One MQTT connection against the simulator, and against servers that misbehave."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
import hashlib
import logging
import resource
import ssl
import struct
import tracemalloc

from paho.mqtt.enums import MQTTErrorCode
import pytest
from websockets.asyncio.server import ServerConnection, serve as serve_websocket
from websockets.typing import Subprotocol

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    ConnectionLost,
    ConnectionRefused,
    ConnectTimeout,
    InvalidToken,
    LinkError,
    NotAcknowledged,
    ProtocolRefused,
    PublishRefused,
    SubscriptionRefused,
)
from custom_components.blynk_bridge.device.link import Link, Protocol
from custom_components.blynk_bridge.device.messages import Publication
from simulator import Simulator
from simulator.behaviour import (
    BadSubscription,
    Protocols,
    RefuseCode,
    SecondClient,
    Unavailable,
)
from simulator.certificates import issue_certificates
from simulator.journal import Kind

from ..skipped_time import skipped_time
from .conftest import TOKEN, endpoint, eventually, server

CONNACK = b"\x20\x02\x00\x00"
CONNACK_V5 = b"\x20\x03\x00\x00\x00"

type Received = list[tuple[str, bytes]]


def link_to(
    target: Endpoint,
    *,
    received: Received | None = None,
    token: str = TOKEN,
    protocol: Protocol = Protocol.V311,
    tls: ssl.SSLContext | None = None,
    connect_timeout: float = 5,
    acknowledge_timeout: float = 5,
    on_message: Callable[[str, bytes], None] | None = None,
    keepalive: int = 45,
) -> Link:
    """Return a link that collects what it receives."""

    def collect(topic: str, payload: bytes) -> None:
        if received is not None:
            received.append((topic, payload))

    return Link(
        target,
        token,
        on_message=on_message or collect,
        client_id="test-client",
        protocol=protocol,
        tls=tls,
        connect_timeout=connect_timeout,
        acknowledge_timeout=acknowledge_timeout,
        keepalive=keepalive,
    )


def local(port: int, transport: Transport = Transport.TCP) -> Endpoint:
    """Return an endpoint of this machine."""
    return Endpoint(transport, "127.0.0.1", port)


def publish_packet(
    topic: bytes, payload: bytes, *, retain: bool = False, v5: bool = False
) -> bytes:
    """Return a PUBLISH packet at QoS 0."""
    body = struct.pack("!H", len(topic)) + topic + (b"\0" if v5 else b"") + payload
    length, encoded = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([0x31 if retain else 0x30]) + bytes(encoded) + body


@asynccontextmanager
async def scripted(
    *answers: bytes, then_close: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[int]:
    """Run a server that answers the first packet with these bytes, and no other."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(b"".join(answers))
        await writer.drain()
        if then_close:
            return
        while await reader.read(1024):
            pass

    async with server(serve, tls) as port:
        yield port


async def upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Turn a connection into a WebSocket, for a server that frames as it likes."""
    request = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(
        line.split(": ")[1]
        for line in request.splitlines()
        if line.startswith("Sec-WebSocket-Key")
    )
    guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    digest = hashlib.sha1((key + guid).encode(), usedforsecurity=False).digest()
    writer.write(
        b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + b64encode(digest) + b"\r\n\r\n"
    )


# --- What a link is for --------------------------------------------------------


async def test_a_message_is_written_before_anything_is_noted_of_it(
    simulator: Simulator,
) -> None:
    """At once: in the next turn of the loop, others may have much to do."""
    made: list[bool] = []
    async with link_to(endpoint(simulator.entry)) as link:
        sending = asyncio.Task(
            link.send(Publication("ds/Level", b"1"), on_made=lambda: made.append(True)),
            eager_start=True,
        )
        assert not link._client.want_write()
        assert not made
        await sending
    assert made == [True]


async def test_a_message_that_was_never_made_is_not_noted(simulator: Simulator) -> None:
    """It costs nothing; one that nobody acknowledges may have cost something."""
    made: list[bool] = []

    def note() -> None:
        made.append(True)

    async with link_to(endpoint(simulator.entry)) as link:
        sending = asyncio.Task(
            link.send(Publication("ds/Level", b"1"), on_made=note), eager_start=True
        )
        link.end(ConnectionLost())
        with pytest.raises(ConnectionLost):
            await sending
        assert made == [True]
        with pytest.raises(ConnectionLost):
            await link.send(Publication("ds/Level", b"1"), on_made=note)
    assert made == [True]


@pytest.mark.parametrize("transport", list(Transport))
async def test_values_go_up_and_down(
    sim: Simulator, trusting: ssl.SSLContext, transport: Transport, protocol: Protocol
) -> None:
    """Every transport and version connects, subscribes, publishes and receives."""
    received: Received = []
    target = endpoint(sim.entry, transport)
    async with link_to(
        target, received=received, protocol=protocol, tls=trusting
    ) as link:
        await link.subscribe_to("downlink/#")
        await link.send(Publication("ds/Temperature", b"21.5"))
        assert sim.device.datastreams["Temperature"].value == 21.5

        await sim.press("Switch", 1)
        await eventually(lambda: received)
        assert received == [("downlink/ds/Switch", b"1")]

        assert await sim.ping() < 5

    await sim.wait_for(lambda: not sim.device.online)
    assert sim.journal.find(Kind.DISCONNECT, direction="in")


async def test_a_text_larger_than_a_socket_buffer_arrives_whole(
    sim: Simulator, trusting: ssl.SSLContext
) -> None:
    """Packets larger than a TLS record or a WebSocket frame are put together."""
    received: Received = []
    async with link_to(
        endpoint(sim.entry, Transport.WSS), received=received, tls=trusting
    ):
        payload = bytes(range(256)) * 4096
        await sim.send("downlink/ds/Text", payload)
        await eventually(lambda: received)
    assert received == [("downlink/ds/Text", payload)]


async def test_connect_carries_what_blynk_asks_for(
    sim: Simulator, protocol: Protocol
) -> None:
    """Clean session, keepalive 45 s, a client id; the token as the password."""
    async with link_to(endpoint(sim.entry), protocol=protocol):
        await sim.wait_for(lambda: sim.device.online)
        (carrier,) = sim.device.links
        assert carrier.info.client_id == "test-client"
        assert carrier.info.keepalive == 45


# --- Refusals ------------------------------------------------------------------


@pytest.mark.parametrize("code", list(RefuseCode))
async def test_a_bad_token_is_refused(
    sim: Simulator, protocol: Protocol, code: RefuseCode
) -> None:
    """Return codes 4 and 5, and reason codes 0x86 and 0x87, are one thing."""
    sim.behaviour.refuse_code = code
    with pytest.raises(InvalidToken) as refused:
        async with link_to(endpoint(sim.entry), token="x" * 32, protocol=protocol):
            pass
    assert (
        refused.value.code
        == {
            RefuseCode.BAD_CREDENTIALS: 0x86,
            RefuseCode.NOT_AUTHORISED: 0x87,
        }[code]
    )
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("protocol", "served"),
    [(Protocol.V311, Protocols.ONLY_5), (Protocol.V5, Protocols.ONLY_311)],
)
async def test_an_unserved_protocol_version_is_told_apart(
    sim: Simulator, protocol: Protocol, served: Protocols
) -> None:
    """CONNACK 1 is more than the protocol error that paho makes of it."""
    sim.behaviour.protocols = served
    with pytest.raises(ProtocolRefused):
        async with link_to(endpoint(sim.entry), protocol=protocol):
            pass


@pytest.mark.parametrize("return_code", [2, 3])
async def test_other_refusals_keep_their_code(return_code: int, sim: Simulator) -> None:
    """Return codes become the reason codes of the same meaning."""
    async with scripted(b"\x20\x02\x00" + bytes([return_code])) as port:
        with pytest.raises(ConnectionRefused) as refused:
            async with link_to(local(port)):
                pass
    assert refused.value.code == {2: 0x85, 3: 0x88}[return_code]


async def test_a_server_that_moved_says_where(sim: Simulator) -> None:
    """MQTT 5's Server Reference is kept."""
    sim.behaviour.unavailable = Unavailable.SERVER_MOVED
    with pytest.raises(ConnectionRefused) as refused:
        async with link_to(endpoint(sim.entry), protocol=Protocol.V5):
            pass
    assert refused.value.code == 0x9D


async def test_an_unknown_reason_code_is_still_a_refusal(socket_enabled: None) -> None:
    """A code that no standard knows does not hang the link."""
    async with scripted(b"\x20\x03\x00\xee\x00") as port:
        with pytest.raises(ConnectionRefused) as refused:
            async with link_to(local(port), protocol=Protocol.V5):
                pass
    assert refused.value.code == 0xEE


async def test_a_close_before_connack_is_noticed_at_once(
    sim: Simulator, protocol: Protocol
) -> None:
    """It does not look like a time-out."""
    sim.behaviour.close_before_connack = True
    started = asyncio.get_running_loop().time()
    with pytest.raises(ConnectionLost):
        async with link_to(endpoint(sim.entry), protocol=protocol):
            pass
    assert asyncio.get_running_loop().time() - started < 2


async def test_a_refused_subscription_is_an_error(
    sim: Simulator, protocol: Protocol
) -> None:
    """A failure SUBACK is not silently taken for a subscription."""
    sim.behaviour.bad_subscription = BadSubscription.FAILURE
    async with link_to(endpoint(sim.entry), protocol=protocol) as link:
        with pytest.raises(SubscriptionRefused):
            await link.subscribe_to("uplink/+")


# --- Time limits ---------------------------------------------------------------


async def test_a_late_connack_finds_the_socket_closed(
    sim: Simulator, protocol: Protocol
) -> None:
    """No orphan stays connected on the token after a time-out."""
    sim.behaviour.withhold_connack = True
    with pytest.raises(ConnectTimeout):
        async with link_to(endpoint(sim.entry), protocol=protocol, connect_timeout=0.3):
            pass
    await sim.wait_for(
        lambda: sim.journal.find(Kind.EOF) or sim.journal.find(Kind.CLOSE)
    )
    assert not sim.device.links


@pytest.mark.parametrize("transport", list(Transport))
async def test_a_mute_server_costs_the_time_limit_and_no_more(
    transport: Transport, socket_enabled: None
) -> None:
    """One deadline covers TCP, TLS, WebSocket and CONNACK, without a thread."""
    closed = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        closed.set()

    async with server(mute) as port:
        started = asyncio.get_running_loop().time()
        with pytest.raises(ConnectTimeout):
            async with link_to(
                local(port, transport),
                tls=ssl.create_default_context(),
                connect_timeout=0.3,
            ):
                pass
        assert asyncio.get_running_loop().time() - started < 1.5
        async with asyncio.timeout(2):
            await closed.wait()


@pytest.mark.parametrize("transport", list(Transport))
async def test_cancelling_a_connect_closes_the_socket(
    transport: Transport, socket_enabled: None
) -> None:
    """A stop in the middle of any hand-shake is over at once."""
    opened, closed = asyncio.Event(), asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            opened.set()
        closed.set()

    async def connect(port: int) -> None:
        async with link_to(local(port, transport), tls=ssl.create_default_context()):
            pass

    async with server(mute) as port:
        connecting = asyncio.create_task(connect(port))
        async with asyncio.timeout(2):
            await opened.wait()
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            await closed.wait()


async def test_a_missing_puback_is_a_dead_link(
    sim: Simulator, protocol: Protocol
) -> None:
    """Who waits for an acknowledgement is told, and so is everyone else."""
    sim.behaviour.withhold_puback = True
    async with link_to(
        endpoint(sim.entry), protocol=protocol, acknowledge_timeout=0.3
    ) as link:
        with pytest.raises(NotAcknowledged):
            await link.send(Publication("ds/Temperature", b"1"))
        assert link.lost.done()


async def test_each_message_has_its_own_time_for_a_puback(sim: Simulator) -> None:
    """Whatever was sent before, and acknowledged or not."""
    loop = asyncio.get_running_loop()
    async with link_to(endpoint(sim.entry), acknowledge_timeout=0.3) as link:
        await link.send(Publication("ds/Temperature", b"1"))
        await asyncio.sleep(0.2)
        sim.behaviour.withhold_puback = True
        sent = loop.time()
        with pytest.raises(NotAcknowledged):
            await link.send(Publication("ds/Temperature", b"2"))
        assert loop.time() - sent > 0.29
        assert link.lost.done()


async def test_a_puback_of_the_last_moment_excuses_no_other(sim: Simulator) -> None:
    """Who waited for it has not run yet when the others are looked at."""
    sim.behaviour.withhold_puback = True
    async with link_to(endpoint(sim.entry), acknowledge_timeout=0.2) as link:
        arrived = asyncio.get_running_loop().create_future()
        arrived.set_result(None)
        link._acknowledgements[999] = arrived, 0.0
        async with asyncio.timeout(2):
            with pytest.raises(NotAcknowledged):
                await link.send(Publication("ds/Temperature", b"1"))
        del link._acknowledgements[999]


async def test_a_puback_that_refuses_is_no_lost_link(sim: Simulator) -> None:
    """MQTT 5 says why, and the link lives on."""
    sim.behaviour.puback_code = 0x99
    async with link_to(endpoint(sim.entry), protocol=Protocol.V5) as link:
        with pytest.raises(PublishRefused) as refused:
            await link.send(Publication("ds/Temperature", b"1"))
        assert refused.value.code == 0x99
        assert not link.lost.done()


async def test_a_missing_suback_is_a_dead_link(sim: Simulator) -> None:
    """The subscription is not taken for granted."""
    sim.behaviour.withhold_suback = True
    async with link_to(endpoint(sim.entry), acknowledge_timeout=0.3) as link:
        with pytest.raises(NotAcknowledged):
            await link.subscribe_to("downlink/#")
        assert link.lost.done()


async def test_a_missing_pingresp_ends_the_link(sim: Simulator) -> None:
    """An idle link that is dead is noticed within twice the keepalive."""
    sim.behaviour.withhold_pingresp = True
    async with link_to(endpoint(sim.entry), keepalive=1) as link:
        async with asyncio.timeout(8):
            with pytest.raises(ConnectionLost):
                await link.ended()


async def test_pings_keep_an_idle_link(sim: Simulator, protocol: Protocol) -> None:
    """PINGREQ is acknowledged, and the link lives on."""
    async with link_to(endpoint(sim.entry), protocol=protocol, keepalive=1) as link:
        await sim.wait_for(lambda: len(sim.journal.find(Kind.PING)) >= 2, timeout=8)
        assert not link.lost.done()


async def test_an_idle_link_wakes_for_its_pings_only(sim: Simulator) -> None:
    """Whoever asks each second what is due wakes the house 86,400 times a day."""
    async with link_to(endpoint(sim.entry)) as link:
        looks = 0
        look = link._client.loop_misc

        def counted() -> MQTTErrorCode:
            nonlocal looks
            looks += 1
            return look()

        vars(link._client)["loop_misc"] = counted
        with skipped_time(asyncio.get_running_loop()):
            await asyncio.sleep(3600)
            pings = len(sim.journal.find(Kind.PING))
            assert not link.lost.done()
    assert 78 <= pings <= 80
    assert looks <= 2 * pings + 2


# --- Ends ----------------------------------------------------------------------


async def test_the_end_of_the_link_ends_what_waits_on_it(
    sim: Simulator, protocol: Protocol
) -> None:
    """Subscribe and publish do not wait for their own time-out."""
    sim.behaviour.withhold_puback = True
    async with link_to(endpoint(sim.entry), protocol=protocol) as link:
        sending = asyncio.create_task(link.send(Publication("ds/Text", b"x")))
        await sim.wait_for(lambda: sim.journal.find(Kind.PUBLISH, topic="ds/Text"))
        await sim.drop()
        async with asyncio.timeout(2):
            with pytest.raises(ConnectionLost):
                await sending
        with pytest.raises(ConnectionLost):
            await link.send(Publication("ds/Text", b"y"))


async def test_a_takeover_names_its_reason_on_mqtt_5(sim: Simulator) -> None:
    """A DISCONNECT without properties keeps its reason, which paho drops."""
    sim.behaviour.second_client = SecondClient.OLD_CLOSED
    target = endpoint(sim.entry)
    async with link_to(target, protocol=Protocol.V5) as first:
        async with link_to(target, protocol=Protocol.V5) as second:
            async with asyncio.timeout(2):
                with pytest.raises(ConnectionLost) as lost:
                    await first.ended()
            assert not second.lost.done()
    assert lost.value.code == 0x8E


async def test_connack_redirect_and_disconnect_in_one_tls_record(
    sim: Simulator, socket_enabled: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What came with CONNACK is delivered, and the end behind it is noticed."""
    folder = tmp_path_factory.mktemp("tls")
    tls_server = issue_certificates(folder)
    trusting = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    redirect = publish_packet(b"downlink/redirect", b"mqtts://x.example", v5=True)
    received: Received = []
    async with (
        scripted(CONNACK_V5, redirect, b"\xe0\x02\x9d\x00", tls=tls_server) as port,
        link_to(
            local(port, Transport.TLS),
            received=received,
            protocol=Protocol.V5,
            tls=trusting,
        ) as link,
    ):
        async with asyncio.timeout(2):
            with pytest.raises(ConnectionLost) as lost:
                await link.ended()
    assert received == [("downlink/redirect", b"mqtts://x.example")]
    assert lost.value.code == 0x9D


MALFORMED = {
    "remaining length of five bytes": b"\x30\xff\xff\xff\xff\xff",
    "topic longer than the packet": b"\x30\x04\x00\xff\x61\x62",
    "topic that is not UTF-8": publish_packet(b"downlink/\xff", b"1"),
    "a packet of type 0": b"\x00\x00",
    "a packet only clients send": b"\x82\x05\x00\x01\x00\x00\x00",
    "SUBACK for nobody, and too short": b"\x90\x01\x00",
    "PUBACK of one byte": b"\x40\x01\x00",
    "PUBLISH without a topic": b"\x30\x00",
    "packet of 200 MB": b"\x30\x80\x80\xaf\x5f",
}


@pytest.mark.parametrize("garbage", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_packet_and_eof_cost_the_link_and_no_cpu(
    garbage: bytes, socket_enabled: None
) -> None:
    """The reader does not spin on a socket that nobody reads any more."""
    async with scripted(CONNACK, garbage, then_close=True) as port:
        async with link_to(local(port)) as link:
            async with asyncio.timeout(2):
                with pytest.raises(ConnectionLost):
                    await link.ended()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            await asyncio.sleep(0.5)
            spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before
    assert spent < 0.25


async def test_a_malformed_packet_ends_the_link_although_the_server_stays(
    socket_enabled: None,
) -> None:
    """Our side closes the socket."""
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(CONNACK + publish_packet(b"downlink/\xff\xfe", b""))
        while await reader.read(1024):
            pass
        closed.set()

    async with server(serve) as port, link_to(local(port)) as link:
        async with asyncio.timeout(2):
            with pytest.raises(ConnectionLost):
                await link.ended()
            await closed.wait()


async def test_leaving_with_a_full_send_buffer_takes_half_a_second(
    socket_enabled: None,
) -> None:
    """A server that has stopped reading does not delay a stop."""

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        writer.write(CONNACK)
        await asyncio.sleep(60)

    async with server(deaf) as port:
        link = link_to(local(port))
        async with link:
            for _ in range(200):
                await link.send(Publication("ds/Text", b"x" * 100_000), qos=0)
            started = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - started < 1.5


async def test_an_error_in_the_receiver_costs_the_link_not_the_loop(
    sim: Simulator,
) -> None:
    """Whatever the handler of messages raises ends in a lost link."""

    def fail(topic: str, payload: bytes) -> None:
        raise ZeroDivisionError

    async with link_to(endpoint(sim.entry), on_message=fail) as link:
        await sim.send("downlink/diag", b"hello")
        async with asyncio.timeout(2):
            with pytest.raises(ConnectionLost):
                await link.ended()


async def test_a_strict_websocket_server_may_ping(socket_enabled: None) -> None:
    """Our PONG is masked, as RFC 6455 obliges a client to; paho's own is not."""
    pinged = asyncio.Event()

    async def serve(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(CONNACK)
        await (await connection.ping())
        pinged.set()
        await connection.wait_closed()

    async with serve_websocket(
        serve, "127.0.0.1", 0, subprotocols=[Subprotocol("mqtt")]
    ) as listener:
        port = next(iter(listener.sockets)).getsockname()[1]
        async with link_to(local(port, Transport.WS)) as link:
            async with asyncio.timeout(5):
                await pinged.wait()
            assert not link.lost.done()


async def test_a_closed_websocket_is_a_lost_link(socket_enabled: None) -> None:
    """Also where the server leaves the socket open behind its CLOSE."""
    closing = b"\x88\x02\x03\xe8"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x82\x04" + CONNACK)
        await reader.read(1024)
        writer.write(closing)
        while await reader.read(1024):
            pass

    async with server(serve) as port:
        async with link_to(local(port, Transport.WS)) as link:
            async with asyncio.timeout(3):
                with pytest.raises(ConnectionLost):
                    await link.ended()


async def test_an_endless_websocket_frame_fills_no_memory(socket_enabled: None) -> None:
    """Where paho would keep it until it ends, and copy all of it for each packet in it."""
    message = publish_packet(b"downlink/ds/Text", b"x" * 1000)
    received: Received = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x82\x7f" + (2**62).to_bytes(8) + CONNACK)
        for _ in range(4000):
            writer.write(message)
            await writer.drain()
        while await reader.read(1024):
            pass

    async with server(serve) as port:
        async with link_to(
            local(port, Transport.WS),
            on_message=lambda topic, _: received.append((topic, b"")),
        ):
            await eventually(lambda: received)
            tracemalloc.start()
            try:
                await eventually(lambda: len(received) == 4000)
                assert tracemalloc.get_traced_memory()[1] < 2_000_000
            finally:
                tracemalloc.stop()


@pytest.mark.parametrize(
    "frame",
    [
        b"\x81\x04" + CONNACK,
        b"\x83\x00",
        b"\x89\x7e\x00\x7e" + bytes(126),
        b"\x8a\x7f" + b"\xff" * 8,
    ],
    ids=["text", "unknown", "long ping", "long pong"],
)
async def test_a_frame_that_mqtt_has_not_ends_the_link(
    socket_enabled: None, frame: bytes
) -> None:
    """A text, one of an unknown kind, a PING and a PONG that are too long."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        writer.write(b"\x82\x04" + CONNACK + frame)
        while await reader.read(1024):
            pass

    async with server(serve) as port:
        async with link_to(local(port, Transport.WS)) as link:
            async with asyncio.timeout(3):
                with pytest.raises(ConnectionLost):
                    await link.ended()


async def test_frames_may_be_cut_masked_and_empty(socket_enabled: None) -> None:
    """A packet goes on in the next frame; PINGs in between are answered."""
    received: Received = []
    pongs: list[bytes] = []
    packet = publish_packet(b"downlink/ds/Text", b"hello")
    masked = bytes(byte ^ b"abcd"[index % 4] for index, byte in enumerate(packet[3:]))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await upgrade(reader, writer)
        frames = (
            *(b"\x82\x04" + CONNACK, b"\x82\x00", b"\x02\x03" + packet[:3]),
            *(b"\x89\x02hi", b"\x80" + bytes((0x80 | len(masked),)) + b"abcd" + masked),
        )
        for byte in b"".join(frames):
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0)
        while data := await reader.read(1024):
            pongs.append(data)

    async with server(serve) as port:
        async with link_to(local(port, Transport.WS), received=received):
            await eventually(lambda: received)
            assert received == [("downlink/ds/Text", b"hello")]
            await eventually(lambda: any(b"\x8a\x82" in data for data in pongs))


async def test_the_server_may_ask_for_a_shorter_keepalive(sim: Simulator) -> None:
    """MQTT 5's Server Keep Alive counts, or the server would drop us."""
    sim.behaviour.grant_keepalive = 1
    async with link_to(endpoint(sim.entry), protocol=Protocol.V5) as link:
        await sim.wait_for(lambda: len(sim.journal.find(Kind.PING)) >= 2, timeout=8)
        assert not link.lost.done()


async def test_a_second_connack_that_refuses_is_no_invalid_token(
    socket_enabled: None,
) -> None:
    """A session that runs is not ended with a question to the user."""
    async with scripted(CONNACK, b"\x20\x02\x00\x05") as port:
        async with link_to(local(port)) as link:
            async with asyncio.timeout(2):
                with pytest.raises(ConnectionLost):
                    await link.ended()


async def test_messages_of_qos_2_do_not_pile_up(socket_enabled: None) -> None:
    """They would be kept until they are released, and we never ask for them."""
    packets = [
        b"\x34\x0d\x00\x07downlin" + number.to_bytes(2) + b"xx"
        for number in range(1, 40)
    ]
    async with scripted(CONNACK, *packets) as port:
        async with link_to(local(port)) as link:
            async with asyncio.timeout(2):
                with pytest.raises(ConnectionLost):
                    await link.ended()
            assert len(link._client._in_messages) < 20


# --- Messages ------------------------------------------------------------------


async def test_ten_thousand_messages_lose_none(sim: Simulator) -> None:
    """No queue overflows, and a redirect behind them all is delivered."""
    received: Received = []
    async with link_to(endpoint(sim.entry), received=received):
        for number in range(10_000):
            await sim.send("downlink/ds/Text", str(number).encode())
        await sim.send("downlink/redirect", b"mqtt://127.0.0.1")
        await eventually(lambda: received[-1:] and received[-1][0].endswith("redirect"))
    assert len(received) == 10_001


async def test_many_publishes_at_once_stay_within_the_receive_maximum(
    sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """The server's limit holds, and aiomqtt has nothing to warn about."""
    sim.behaviour.receive_maximum = 3
    sim.behaviour.max_rate = 0
    sim.behaviour.puback_delay = 0.02
    async with link_to(endpoint(sim.entry), protocol=Protocol.V5) as link:
        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(
                    link.send(Publication("ds/Temperature", str(number).encode()))
                )
        assert not link.lost.done()
    assert sim.device.datastreams["Temperature"].value == 39
    assert "pending" not in caplog.text


async def test_a_retained_message_is_not_a_command(socket_enabled: None) -> None:
    """A broker that retains would open the door at every reconnect."""
    received: Received = []
    async with (
        scripted(
            CONNACK,
            publish_packet(b"downlink/ds/Door", b"1", retain=True),
            publish_packet(b"downlink/ds/Lamp", b"1"),
        ) as port,
        link_to(local(port), received=received),
    ):
        await eventually(lambda: received)
    assert received == [("downlink/ds/Lamp", b"1")]


async def test_topics_with_wildcards_do_not_cost_the_link(socket_enabled: None) -> None:
    """A datastream may be named so in a template; it is just not ours."""
    received: Received = []
    async with scripted(CONNACK, publish_packet(b"downlink/ds/A+B#", b"1")) as port:
        async with link_to(local(port), received=received) as link:
            await eventually(lambda: received)
            assert not link.lost.done()
    assert received == [("downlink/ds/A+B#", b"1")]


# --- No server of MQTT ----------------------------------------------------------


async def test_no_websocket_at_the_address(sim: Simulator) -> None:
    """A web server that does not upgrade is named so."""
    with pytest.raises(LinkError, match="WebSocket"):
        async with link_to(Endpoint(Transport.WS, "127.0.0.1", sim.entry.http_port)):
            pass


async def test_a_web_server_that_never_ends_its_head(socket_enabled: None) -> None:
    """The head of an HTTP answer is bounded."""
    async with scripted(b"HTTP/1.1 101 X\r\n" + b"a: b\r\n" * 5000) as port:
        with pytest.raises(LinkError, match="WebSocket"):
            async with link_to(local(port, Transport.WS)):
                pass


async def test_nobody_listens(socket_enabled: None) -> None:
    """A closed port is a link error with the system's words."""
    async with scripted() as port:
        pass
    with pytest.raises(LinkError):
        async with link_to(local(port)):
            pass


# --- Secrets -------------------------------------------------------------------


async def test_the_token_is_in_no_log_line(
    sim: Simulator, protocol: Protocol, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where a hostile server sends it back to us."""
    caplog.set_level(logging.DEBUG)
    received: Received = []
    async with link_to(
        endpoint(sim.entry), received=received, protocol=protocol
    ) as link:
        await link.subscribe_to("downlink/#")
        await sim.send(f"downlink/ds/{TOKEN}", TOKEN.encode())
        await link.send(Publication("ds/Text", b"x"))
        await eventually(lambda: received)
    assert "Received PUBLISH" in caplog.text
    assert "[token]" in caplog.text
    assert TOKEN not in caplog.text
    assert not [r for r in caplog.records if r.levelno > logging.DEBUG]
