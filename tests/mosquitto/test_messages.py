"""Messages on a real broker: acknowledgements and rights, downlinks, pings."""

import asyncio
import ssl

import aiomqtt
import pytest

from custom_components.blynk_bridge.device.endpoint import Transport
from custom_components.blynk_bridge.device.errors import NotAcknowledged
from custom_components.blynk_bridge.device.link import Protocol
from custom_components.blynk_bridge.device.messages import (
    DatastreamWrite,
    Diagnostic,
    Ping,
    Publication,
)
from custom_components.blynk_bridge.device.session import SessionState
from tests.device.conftest import eventually

from .broker import CLOUD_PASSWORD, CLOUD_USER, HOST, Mosquitto
from .cloud import Cloud
from .device import TIME_LIMIT, VALUE, link_to, running

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
    """PUBACK 0x87; should the broker close behind it, the session comes back."""
    async with running(broker.endpoint(), Protocol.V5) as run:
        await run.ready()
        with pytest.raises(NotAcknowledged, match="0x87"):
            await run.session.publish(Publication("downlink/ds/Lamp", b"1"))
        await run.published(VALUE)
        await cloud.seen(VALUE.topic)
    assert "Denied PUBLISH" in broker.log
    assert not run.messages


async def test_a_forbidden_publish_vanishes_on_mqtt_3(
    broker: Mosquitto, cloud: Cloud
) -> None:
    """MQTT 3.1.1 has no word for a refusal: the PUBACK comes, the message does not."""
    async with running(broker.endpoint(), Protocol.V311) as run:
        await run.ready()
        await run.session.publish(Publication("elsewhere", b"1"))
        await run.published(VALUE)
        await cloud.seen(VALUE.topic)
    assert "Denied PUBLISH" in broker.log
    assert {topic for topic, _ in cloud.messages} == {"info/mcu", VALUE.topic}


async def test_a_forbidden_subscription_brings_nothing(
    broker: Mosquitto, cloud: Cloud, protocol: Protocol
) -> None:
    """The broker grants it and delivers nothing of it, as Blynk may do, too."""
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


async def test_pings_keep_an_idle_link(broker: Mosquitto, protocol: Protocol) -> None:
    """The broker would end it after one and a half times the keepalive."""
    async with link_to(broker.endpoint(), protocol, keepalive=1) as link:
        await eventually(
            lambda: broker.log.count("Received PINGREQ from test-client") >= 3,
            TIME_LIMIT,
        )
        assert not link.lost.done()
