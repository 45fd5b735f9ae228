"""The device session on a real broker: hand-shake, refusals, redirects, reconnects."""

import asyncio
import json
import re
import ssl

import aiomqtt
import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    ConnectionLost,
    InvalidToken,
    LinkError,
    NotConnected,
    TlsError,
    TokenInUse,
)
from custom_components.blynk_bridge.device.link import Link, Protocol
from custom_components.blynk_bridge.device.messages import DatastreamWrite, device_info
from custom_components.blynk_bridge.device.session import DeviceSession, verify
from tests.device.conftest import INFO, TOKEN, eventually

from .broker import HOST, Mosquitto, program
from .cloud import Cloud, cloud_at
from .device import TIME_LIMIT, VALUE, running, settings

DEVICE_INFO = device_info(INFO)
WRONG_TOKEN = "x" * 32

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
    """Version 2.0.11 just closes; later ones say 0x8E on MQTT 5. We come back."""
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
