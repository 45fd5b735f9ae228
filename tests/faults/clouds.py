"""What stands behind the proxy: the simulator, or a broker with a client that plays Blynk."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
import json
from typing import Final, Protocol

import aiomqtt

from custom_components.blynk_bridge.device.endpoint import Transport
from custom_components.blynk_bridge.device.link import Protocol as MqttVersion
from simulator import Simulator
from simulator.datastreams import Datastream, DataType
from tests.mosquitto.broker import CLOUD_PASSWORD, CLOUD_USER, HOST, Mosquitto

from .proxy import Proxy

type Value = float | str
"""What a datastream holds, numbers as numbers whatever their type."""

TEMPLATE = (
    Datastream(name="Temperature", pin=1, min=-50, max=150, decimals=1),
    Datastream(name="Lamp", pin=2, type=DataType.INTEGER, min=0, max=1),
    # Its widget goes back to its old value unless the device confirms the new one.
    Datastream(
        name="Fan", pin=3, type=DataType.INTEGER, min=0, max=1, confirm_timeout=5
    ),
    Datastream(name="Level", pin=4, type=DataType.INTEGER, min=0, max=100),
    Datastream(name="Target", pin=5, type=DataType.INTEGER, min=0, max=100),
    Datastream(name="Note", pin=6, type=DataType.STRING),
)


@dataclass(frozen=True, slots=True)
class CloudKind:
    """A cloud, and how it is reached."""

    name: str
    transport: Transport
    protocol: MqttVersion
    grace: float = 0.002
    """Seconds of silence, while it sleeps, after which it has nothing to say."""

    def __str__(self) -> str:
        """Return what pytest calls it."""
        return self.name


SIMULATOR: Final = CloudKind("simulator", Transport.TCP, MqttVersion.V311)
BROKERS: Final = (
    CloudKind("mosquitto, 3.1.1 over TCP", Transport.TCP, MqttVersion.V311),
    CloudKind("mosquitto, 5 over TLS", Transport.TLS, MqttVersion.V5),
)
"""A broker that is none of ours."""
WEB_BROKERS: Final = (
    CloudKind("mosquitto, 5 over WebSocket", Transport.WS, MqttVersion.V5, 0.25),
    CloudKind("mosquitto, 3.1.1 over wss", Transport.WSS, MqttVersion.V311, 0.25),
)
"""It looks at its WebSockets ten times a second only, which takes its time."""


class Blynk(Protocol):
    """A cloud whose datastreams can be looked at, and whose widgets can be operated."""

    def value(self, name: str) -> Value | None:
        """Return what a datastream holds."""

    async def press(self, name: str, value: Value) -> None:
        """Write as a widget does: stored, and sent to whoever listens."""


class SimulatedBlynk:
    """The simulator."""

    def __init__(self, simulator: Simulator, proxy: Proxy) -> None:
        """Let every region be reached through the proxy, redirected or not."""
        self.simulator = simulator
        self.targets = {
            name: region.mqtt_port for name, region in simulator.regions.items()
        }
        for name in self.targets:
            self.move(name, proxy)

    @property
    def port(self) -> int:
        """Return the port of the entry region."""
        return self.simulator.entry.mqtt_port

    def move(self, name: str, proxy: Proxy) -> None:
        """Have a region on another port from now on; the old one is dead."""
        regions = self.simulator.cloud.regions
        proxy.close_port(regions[name].mqtt_port)
        port = proxy.listen(self.targets[name])
        regions[name] = replace(regions[name], mqtt_port=port)

    def value(self, name: str) -> Value | None:
        """Return what a datastream holds."""
        value = self.simulator.device.datastreams[name].value
        if isinstance(value, tuple):
            raise TypeError("no place in this house")
        return value if isinstance(value, str | None) else float(value)

    async def press(self, name: str, value: Value) -> None:
        """Operate a widget."""
        await self.simulator.press(name, value)


class BrokerBlynk:
    """A client of a broker that keeps values, answers questions and writes."""

    def __init__(self, client: aiomqtt.Client) -> None:
        """Start without values."""
        self._client = client
        self._stored: dict[str, Value] = {}

    async def serve(self) -> None:
        """Do what Blynk does with a device's messages, until the broker goes."""
        with suppress(aiomqtt.MqttError):
            async for message in self._client.messages:
                if isinstance(message.payload, bytes):
                    await self._take(message.topic.value, message.payload.decode())

    def value(self, name: str) -> Value | None:
        """Return what a datastream holds."""
        return self._stored.get(name)

    async def press(self, name: str, value: Value) -> None:
        """Store a value, and send it to whoever is subscribed."""
        self._stored[name] = value
        await self._tell(name)

    async def _tell(self, name: str) -> None:
        """Send what a datastream holds."""
        if (value := self._stored.get(name)) is not None:
            text = value if isinstance(value, str) else f"{value:g}"
            await self._client.publish(f"downlink/ds/{name}", text.encode())

    async def _take(self, topic: str, text: str) -> None:
        """Store a value, or answer a question."""
        if topic == "batch_ds":
            for name, value in json.loads(text).items():
                self._stored[name] = value if isinstance(value, str) else float(value)
        elif topic == "get/ds":
            for name in text.split(","):
                await self._tell(name)
        elif topic == "get/utc/all/json":
            await self._client.publish("downlink/utc/all/json", b"{}")
        elif topic.startswith("ds/"):
            name = topic.removeprefix("ds/")
            self._stored[name] = text
            with suppress(ValueError):
                self._stored[name] = float(text)


@asynccontextmanager
async def blynk_on(broker: Mosquitto) -> AsyncGenerator[BrokerBlynk]:
    """Play Blynk on a broker."""
    async with aiomqtt.Client(
        HOST, broker.endpoint().port, username=CLOUD_USER, password=CLOUD_PASSWORD
    ) as client:
        await client.subscribe("#", qos=1)
        blynk = BrokerBlynk(client)
        serving = asyncio.create_task(blynk.serve())
        try:
            yield blynk
        finally:
            serving.cancel()
            await asyncio.wait((serving,))
