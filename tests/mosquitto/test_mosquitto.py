"""The device session and its links on a real broker, over every transport."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
import re
import ssl

import aiomqtt
import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    BlynkError,
    ConnectionLost,
    InvalidToken,
    LinkError,
    NotAcknowledged,
    NotConnected,
    TlsError,
    TokenInUse,
)
from custom_components.blynk_bridge.device.link import Link, Protocol
from custom_components.blynk_bridge.device.messages import (
    DatastreamWrite,
    Diagnostic,
    Downlink,
    Ping,
    Publication,
    device_info,
)
from custom_components.blynk_bridge.device.session import (
    DeviceSession,
    SessionSettings,
    SessionState,
    SessionStatus,
    verify,
)
from tests.device.conftest import INFO, TOKEN, eventually

from .broker import (
    CLOUD_PASSWORD,
    CLOUD_USER,
    HOST,
    Cloud,
    Mosquitto,
    cloud_at,
    program,
)

TIME_LIMIT = 10.0
DEVICE_INFO = device_info(INFO)
VALUE = Publication("ds/Set Temperature", b"21.5")
WRONG_TOKEN = "x" * 32


@dataclass
class Running:
    """A session in the background, and all it has said."""

    session: DeviceSession
    task: asyncio.Task[None]
    messages: list[Downlink] = field(default_factory=list)
    statuses: list[SessionStatus] = field(default_factory=list)

    @property
    def errors(self) -> list[BlynkError]:
        """Return what the session has backed off for, in order."""
        return [
            status.error
            for status in self.statuses
            if status.state is SessionState.WAITING and status.error is not None
        ]

    async def ready(self) -> None:
        """Wait until the session can send."""
        async with asyncio.timeout(TIME_LIMIT):
            await self.session.wait_ready()


@asynccontextmanager
async def running(
    endpoint: Endpoint,
    protocol: Protocol = Protocol.V311,
    tls: ssl.SSLContext | None = None,
) -> AsyncGenerator[Running]:
    """Run a session whose back-off is short, and end it with the block."""
    messages: list[Downlink] = []
    statuses: list[SessionStatus] = []
    session = DeviceSession(
        settings(endpoint, protocol),
        tls=tls,
        on_message=messages.append,
        on_status=statuses.append,
        jitter=lambda _, high: min(high, 0.05),
    )
    task: asyncio.Task[None] = asyncio.create_task(session.run())
    try:
        yield Running(session, task, messages, statuses)
    finally:
        task.cancel()
        await asyncio.wait((task,))


def settings(
    endpoint: Endpoint, protocol: Protocol = Protocol.V311, token: str = TOKEN
) -> SessionSettings:
    """Return a session's settings."""
    return SessionSettings(endpoint=endpoint, token=token, info=INFO, protocol=protocol)


def link_to(
    endpoint: Endpoint,
    protocol: Protocol,
    *,
    received: list[tuple[str, bytes]] | None = None,
    keepalive: int = 45,
) -> Link:
    """Return a link with the name `test-client`."""

    def collect(topic: str, payload: bytes) -> None:
        if received is not None:
            received.append((topic, payload))

    return Link(
        endpoint,
        TOKEN,
        on_message=collect,
        client_id="test-client",
        protocol=protocol,
        keepalive=keepalive,
    )


# --- The hand-shake --------------------------------------------------------------


@pytest.mark.parametrize("transport", list(Transport))
async def test_a_session_becomes_ready_and_serves_both_ways(
    broker: Mosquitto,
    cloud: Cloud,
    trusting: ssl.SSLContext,
    transport: Transport,
    protocol: Protocol,
) -> None:
    """`info/mcu` first, then values; and a widget's write comes down."""
    async with running(broker.endpoint(transport), protocol, trusting) as run:
        await run.ready()
        await run.session.publish(VALUE)
        await cloud.seen(VALUE.topic)
        await cloud.send("downlink/ds/Küche", "an ☕".encode(), qos=1)
        await eventually(lambda: run.messages)
    assert cloud.messages == [
        ("info/mcu", DEVICE_INFO.payload),
        (VALUE.topic, VALUE.payload),
    ]
    assert json.loads(DEVICE_INFO.payload)["tmpl"] == INFO.template_id
    assert run.messages == [DatastreamWrite("Küche", "an ☕")]
    assert not run.errors
    version = {Protocol.V311: "p2", Protocol.V5: "p5"}[protocol]
    assert re.search(rf"as bridge-\w+ \({version}, c1, k45, u'device'\)", broker.log)


async def test_stopping_says_disconnect(broker: Mosquitto, protocol: Protocol) -> None:
    """The server need not wait for the keepalive to see us gone."""
    async with running(broker.endpoint(), protocol) as run:
        await run.ready()
    await eventually(lambda: "Received DISCONNECT from bridge-" in broker.log)


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.WSS])
async def test_credentials_are_verified(
    broker: Mosquitto,
    trusting: ssl.SSLContext,
    transport: Transport,
    protocol: Protocol,
) -> None:
    endpoint = broker.endpoint(transport)
    async with asyncio.timeout(TIME_LIMIT):
        assert await verify(settings(endpoint, protocol), trusting) == endpoint


# --- Refusals --------------------------------------------------------------------


@pytest.mark.parametrize("transport", list(Transport))
async def test_a_wrong_token_is_told_apart(
    broker: Mosquitto,
    trusting: ssl.SSLContext,
    transport: Transport,
    protocol: Protocol,
) -> None:
    """Return codes 4 and 5, reason codes 0x86 and 0x87: whichever it chooses."""
    config = settings(broker.endpoint(transport), protocol, WRONG_TOKEN)
    async with asyncio.timeout(TIME_LIMIT):
        with pytest.raises(InvalidToken) as refused:
            await verify(config, trusting)
    assert refused.value.code in {0x86, 0x87}


async def test_a_session_ends_with_a_wrong_token(broker: Mosquitto) -> None:
    """It does not hammer the server."""
    session = DeviceSession(
        settings(broker.endpoint(), token=WRONG_TOKEN),
        tls=None,
        on_message=lambda _: None,
    )
    async with asyncio.timeout(TIME_LIMIT):
        with pytest.raises(InvalidToken):
            await session.run()
    assert broker.log.count("New connection from") == 1


@pytest.mark.parametrize("transport", [Transport.TLS, Transport.WSS])
async def test_an_untrusted_authority_is_a_tls_error(
    broker: Mosquitto, transport: Transport
) -> None:
    """And the token is not sent to it."""
    async with asyncio.timeout(TIME_LIMIT):
        with pytest.raises(TlsError):
            await verify(
                settings(broker.endpoint(transport)), ssl.create_default_context()
            )
    assert "CONNECT" not in broker.log
    assert "u'device'" not in broker.log


@pytest.mark.parametrize(
    ("transport", "port_of"),
    [
        (Transport.TLS, Transport.TCP),
        (Transport.WSS, Transport.TCP),
        (Transport.TCP, Transport.TLS),
        (Transport.TCP, Transport.WS),
        (Transport.WS, Transport.WSS),
    ],
)
async def test_the_wrong_port_is_an_error_of_the_link(
    broker: Mosquitto,
    trusting: ssl.SSLContext,
    transport: Transport,
    port_of: Transport,
) -> None:
    endpoint = Endpoint(transport, HOST, broker.endpoint(port_of).port)
    link = Link(
        endpoint,
        TOKEN,
        on_message=lambda *_: None,
        client_id="test-client",
        tls=trusting,
        connect_timeout=1,
    )
    async with asyncio.timeout(TIME_LIMIT):
        with pytest.raises(LinkError):
            async with link:
                pass


# --- Acknowledgements and rights -------------------------------------------------


@pytest.mark.parametrize("transport", list(Transport))
async def test_every_publish_is_acknowledged(
    broker: Mosquitto,
    cloud: Cloud,
    trusting: ssl.SSLContext,
    transport: Transport,
    protocol: Protocol,
) -> None:
    """Many at once, of every topic the device may write."""
    publications = [
        *(Publication("ds/Number", str(number).encode()) for number in range(100)),
        Publication("batch_ds", b'{"A":1,"B":true}'),
        Publication("get/ds", b"A,B"),
        Publication("event/alarm", "Wasser läuft".encode()),
        Publication("ds/Text", b"x" * 990),
        Publication("ds/Empty"),
    ]
    async with running(broker.endpoint(transport), protocol, trusting) as run:
        await run.ready()
        async with asyncio.timeout(TIME_LIMIT), asyncio.TaskGroup() as group:
            for publication in publications:
                group.create_task(run.session.publish(publication))
        assert run.session.status.state is SessionState.READY
        await eventually(lambda: len(cloud.messages) == 1 + len(publications))
    assert sorted(cloud.messages[1:]) == sorted(
        (publication.topic, publication.payload) for publication in publications
    )


async def test_a_forbidden_publish_is_refused_by_name_on_mqtt_5(
    broker: Mosquitto, cloud: Cloud
) -> None:
    """PUBACK 0x87 costs the message, not the session."""
    async with running(broker.endpoint(), Protocol.V5) as run:
        await run.ready()
        with pytest.raises(NotAcknowledged, match="0x87"):
            await run.session.publish(Publication("downlink/ds/Lamp", b"1"))
        await run.session.publish(VALUE)
        await cloud.seen(VALUE.topic)
        assert run.session.status.state is SessionState.READY
    assert not run.messages
    assert not run.errors


async def test_a_forbidden_publish_vanishes_on_mqtt_3(
    broker: Mosquitto, cloud: Cloud
) -> None:
    """MQTT 3.1.1 has no word for a refusal: the PUBACK comes, the message does not."""
    async with running(broker.endpoint(), Protocol.V311) as run:
        await run.ready()
        await run.session.publish(Publication("elsewhere", b"1"))
        await run.session.publish(VALUE)
        await cloud.seen(VALUE.topic)
    assert [topic for topic, _ in cloud.messages] == ["info/mcu", VALUE.topic]


async def test_a_forbidden_subscription_brings_nothing(
    broker: Mosquitto, cloud: Cloud, protocol: Protocol
) -> None:
    """mosquitto grants it and delivers nothing of it, as Blynk may do, too."""
    received: list[tuple[str, bytes]] = []
    async with link_to(broker.endpoint(), protocol, received=received) as link:
        await link.subscribe_to("#")
        await cloud.send("uplink/secret", b"1")
        await cloud.send("downlink/ds/Lamp", b"1")
        await eventually(lambda: received)
        assert not link.lost.done()
    assert received == [("downlink/ds/Lamp", b"1")]


# --- Downlinks -------------------------------------------------------------------


async def test_a_retained_downlink_is_not_a_command(
    broker: Mosquitto, cloud: Cloud, protocol: Protocol
) -> None:
    """It would open the door at every reconnect; said live, it is one."""
    await cloud.send("downlink/ds/Door", b"1", qos=1, retain=True)
    async with running(broker.endpoint(), protocol) as run:
        await run.ready()
        await cloud.send("downlink/ds/Lamp", b"1", retain=True)
        await eventually(lambda: run.messages)
    assert run.messages == [DatastreamWrite("Lamp", "1")]


async def test_a_ping_is_acknowledged(
    broker: Mosquitto, cloud: Cloud, protocol: Protocol
) -> None:
    """The PUBACK of a downlink at QoS 1 is the whole answer."""
    async with running(broker.endpoint(), protocol) as run:
        await run.ready()
        await cloud.send("downlink/ping", b"", qos=1)
        await eventually(lambda: "Received PUBACK from bridge-" in broker.log)
    assert run.messages == [Ping()]


async def test_bad_downlinks_cost_nothing(
    broker: Mosquitto, cloud: Cloud, protocol: Protocol
) -> None:
    async with running(broker.endpoint(), protocol) as run:
        await run.ready()
        for topic, payload in (
            ("downlink/ds/Text", b"\xff\xfe"),
            ("downlink/ds/Text", b"x" * 1_000_000),
            ("downlink/ota/json", b"[1]"),
            ("downlink/nonsense", b"1"),
            ("downlink/redirect", b"mqtt://nowhere:99999"),
        ):
            await cloud.send(topic, payload)
        await cloud.send("downlink/diag", b"still here")
        await eventually(lambda: run.messages)
        assert run.session.status.state is SessionState.READY
    assert run.messages == [Diagnostic("still here")]


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.WSS])
async def test_a_burst_of_five_thousand_downlinks_loses_none(
    broker: Mosquitto,
    trusting: ssl.SSLContext,
    transport: Transport,
    protocol: Protocol,
) -> None:
    """Nor their order, faster than anyone can read them."""
    async with running(broker.endpoint(transport), protocol, trusting) as run:
        await run.ready()
        async with aiomqtt.Client(
            HOST,
            broker.endpoint().port,
            username=CLOUD_USER,
            password=CLOUD_PASSWORD,
        ) as client:
            for number in range(5000):
                await client.publish("downlink/ds/Text", str(number))
            await eventually(lambda: len(run.messages) >= 5000, 30)
        assert run.session.status.state is SessionState.READY
    assert run.messages == [DatastreamWrite("Text", str(n)) for n in range(5000)]


# --- From broker to broker -------------------------------------------------------


@pytest.mark.parametrize("transport", list(Transport))
async def test_a_redirect_to_another_broker_is_followed(
    broker: Mosquitto,
    other_broker: Mosquitto,
    cloud: Cloud,
    trusting: ssl.SSLContext,
    transport: Transport,
    protocol: Protocol,
) -> None:
    """The first broker knows nothing of it, stays up, and sees us say goodbye."""
    target = other_broker.endpoint(transport)
    async with (
        cloud_at(other_broker) as other_cloud,
        running(broker.endpoint(transport), protocol, trusting) as run,
    ):
        await run.ready()
        await cloud.send("downlink/redirect", str(target).encode())
        await other_cloud.seen("info/mcu")
        await run.ready()
        await run.session.publish(VALUE)
        await other_cloud.seen(VALUE.topic)
        assert run.session.status.endpoint == target
        assert run.session.home == target
        await eventually(lambda: "Received DISCONNECT from bridge-" in broker.log)
    assert [topic for topic, _ in other_cloud.messages] == ["info/mcu", VALUE.topic]
    assert [topic for topic, _ in cloud.messages] == ["info/mcu"]
    assert not run.errors


async def test_a_broker_that_returns_is_found_again(
    broker: Mosquitto, protocol: Protocol
) -> None:
    """Without help, and as a new session: subscribed, and `info/mcu` first."""
    async with running(broker.endpoint(), protocol) as run:
        await run.ready()
        await broker.stop()
        await eventually(lambda: run.errors)
        with pytest.raises(NotConnected):
            await run.session.publish(VALUE)
        await broker.start()
        await run.ready()
        async with cloud_at(broker) as cloud:
            await run.session.publish(VALUE)
            await cloud.send("downlink/ds/Lamp", b"1")
            await eventually(lambda: run.messages and cloud.messages)
    assert cloud.messages == [(VALUE.topic, VALUE.payload)]
    assert run.messages == [DatastreamWrite("Lamp", "1")]
    assert isinstance(run.errors[0], ConnectionLost)


async def test_a_takeover_by_our_client_id_is_survived(
    broker: Mosquitto, cloud: Cloud, protocol: Protocol
) -> None:
    """mosquitto 2.0.11 just closes; later ones say 0x8E on MQTT 5. We come back."""
    async with running(broker.endpoint(), protocol) as run:
        await run.ready()
        named = re.search(r"as (bridge-\w+) ", broker.log)
        assert named is not None
        async with aiomqtt.Client(
            HOST,
            broker.endpoint().port,
            identifier=named[1],
            username="device",
            password=TOKEN,
        ):
            await eventually(lambda: run.errors)
            await run.ready()
            await run.session.publish(VALUE)
            await cloud.seen(VALUE.topic)
    assert len(run.errors) == 1
    assert isinstance(run.errors[0], ConnectionLost | TokenInUse)


async def test_pings_keep_an_idle_link(broker: Mosquitto, protocol: Protocol) -> None:
    """mosquitto would end it after one and a half times the keepalive."""
    async with link_to(broker.endpoint(), protocol, keepalive=1) as link:
        await eventually(
            lambda: broker.log.count("Received PINGREQ from test-client") >= 3,
            TIME_LIMIT,
        )
        assert not link.lost.done()


# --- The broker itself -----------------------------------------------------------


def test_a_missing_broker_is_a_skip_but_not_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must not go without"):
        program("no-such-broker")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="not installed"):
        program("no-such-broker")
