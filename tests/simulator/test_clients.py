"""The behaviour of Blynk's official samples, with the very clients they use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlparse

import gmqtt
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
import pytest

from simulator import Kind, Simulator

from .conftest import TOKEN

type Messages = list[tuple[str, bytes]]


# --- paho, in a thread of its own ----------------------------------------------


class PahoSample:
    """Blynk's paho sample: subscribe on connect, follow a redirect in the callback."""

    def __init__(self, port: int) -> None:
        """Aim at the port."""
        self.messages: Messages = []
        self.client = Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set("device", TOKEN)
        self.client.on_connect = self._connected
        self.client.on_message = self._received
        self.client.reconnect_delay_set(min_delay=1, max_delay=1)
        self.client.connect_async("127.0.0.1", port, 45)

    def _connected(self, client: Client, *_: object) -> None:
        client.subscribe("downlink/#")
        client.publish("info/mcu", '{"tmpl": "TMPLabcd1234", "ver": "0.0.1"}')

    def _received(
        self, client: Client, _userdata: object, message: MQTTMessage
    ) -> None:
        self.messages.append((message.topic, message.payload))
        if message.topic == "downlink/redirect":
            uri = urlparse(message.payload.decode())
            client.connect_async(str(uri.hostname), uri.port or 0, 45)


@contextmanager
def running(sample: PahoSample) -> Iterator[PahoSample]:
    """Run the sample in its thread."""
    sample.client.loop_start()
    try:
        yield sample
    finally:
        sample.client.disconnect()
        sample.client.loop_stop()


async def test_paho_sends_and_receives(sim: Simulator) -> None:
    with running(PahoSample(sim.entry.mqtt_port)) as sample:
        await sim.wait_for(lambda: sim.device.info_mcu)
        sample.client.publish("ds/Temperature", "20.5")
        state = sim.device.datastreams["Temperature"]
        await sim.wait_for(lambda: state.value == 20.5)
        assert await sim.press("Switch", 1)
        assert await sim.ping() < 5
    assert sample.messages == [("downlink/ds/Switch", b"1"), ("downlink/ping", b"")]
    await sim.wait_for(lambda: not sim.device.online)


async def test_paho_follows_a_redirect(sim: Simulator) -> None:
    with running(PahoSample(sim.regions["ny3"].mqtt_port)) as sample:
        await sim.wait_for(lambda: sim.device.info_mcu)
        assert sim.device.region == "fra1"
        assert sample.messages[0][0] == "downlink/redirect"
        await sim.redirect("ny3")
        await sim.wait_for(lambda: sim.device.region == "ny3")
    assert sim.device.redirects == 2


async def test_paho_hears_that_its_token_is_bad(sim: Simulator) -> None:
    sample = PahoSample(sim.entry.mqtt_port)
    sample.client.username_pw_set("device", "x" * 32)
    codes: list[str] = []

    def on_connect(*arguments: object) -> None:
        codes.append(str(arguments[3]))

    sample.client.on_connect = on_connect
    with running(sample):
        await sim.wait_for(lambda: codes)
    assert codes[0] == "Bad user name or password"


# --- gmqtt, in the loop --------------------------------------------------------


class GmqttSample:
    """Blynk's gmqtt sample: disconnect and connect again at a redirect."""

    def __init__(self, version: int) -> None:
        """Speak this protocol level."""
        self.messages: Messages = []
        self._version = version
        self._tasks: set[asyncio.Task[None]] = set()
        self.client = cast(Any, gmqtt.Client)("", clean_session=True)
        self.client.set_auth_credentials("device", TOKEN)
        self.client.set_config({"reconnect_retries": -2})
        self.client.on_connect = self._connected
        self.client.on_message = self._received

    async def connect(self, port: int) -> None:
        """Connect to a region."""
        await self.client.connect(
            "127.0.0.1", port, keepalive=45, version=self._version
        )

    def _connected(self, client: Any, *_: object) -> None:
        client.subscribe("downlink/#", qos=0)
        client.publish("info/mcu", '{"tmpl": "TMPLabcd1234", "ver": "0.0.1"}')

    def _received(self, _client: Any, topic: str, payload: bytes, *_: object) -> int:
        self.messages.append((topic, bytes(payload)))
        if topic == "downlink/redirect":
            task = asyncio.create_task(self._follow(payload.decode()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return 0

    async def _follow(self, uri: str) -> None:
        await self.client.disconnect()
        await self.connect(urlparse(uri).port or 0)

    async def close(self) -> None:
        """Leave."""
        await asyncio.gather(*self._tasks)
        await self.client.disconnect()


@pytest.fixture(params=[4, 5], ids=["3.1.1", "5"])
async def sample(
    sim: Simulator, request: pytest.FixtureRequest
) -> AsyncIterator[GmqttSample]:
    """Return the sample in both versions, not connected yet."""
    created = GmqttSample(request.param)
    yield created
    await created.close()


async def test_gmqtt_sends_and_receives(sim: Simulator, sample: GmqttSample) -> None:
    await sample.connect(sim.entry.mqtt_port)
    await sim.wait_for(lambda: sim.device.info_mcu)
    sample.client.publish("ds/Temperature", "20.5", qos=1)
    state = sim.device.datastreams["Temperature"]
    await sim.wait_for(lambda: state.value == 20.5)
    assert await sim.press("Switch", 1)
    assert await sim.ping() < 5
    assert sample.messages == [("downlink/ds/Switch", b"1"), ("downlink/ping", b"")]


async def test_gmqtt_follows_a_redirect(sim: Simulator, sample: GmqttSample) -> None:
    await sample.connect(sim.regions["ny3"].mqtt_port)
    await sim.wait_for(lambda: sim.device.info_mcu)
    assert sim.device.region == "fra1"
    assert sample.messages[0][0] == "downlink/redirect"
    assert sim.journal.find(Kind.DISCONNECT, region="ny3", direction="in")
