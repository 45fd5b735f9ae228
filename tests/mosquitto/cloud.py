"""A client of another make that plays Blynk on a broker."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiomqtt

from tests.device.conftest import eventually

from .broker import CLOUD_PASSWORD, CLOUD_USER, Mosquitto


@dataclass(slots=True)
class Cloud:
    """Blynk's part on a broker: an independent client that sees and says all."""

    client: aiomqtt.Client
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    async def collect(self) -> None:
        """Keep what devices publish, until the broker goes."""
        try:
            async for message in self.client.messages:
                if not message.topic.matches("downlink/#"):
                    assert isinstance(message.payload, bytes)
                    self.messages.append((message.topic.value, message.payload))
        except aiomqtt.MqttError:
            return

    async def seen(self, topic: str, payload: bytes | None = None) -> None:
        """Wait until a device has published on a topic."""
        await eventually(
            lambda: any(
                message[0] == topic and payload in (None, message[1])
                for message in self.messages
            )
        )

    async def send(
        self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False
    ) -> None:
        """Publish a downlink."""
        await self.client.publish(topic, payload, qos, retain)


@asynccontextmanager
async def cloud_at(broker: Mosquitto) -> AsyncGenerator[Cloud]:
    """Connect to a broker as the cloud, and leave with the block."""
    endpoint = broker.endpoint()
    async with aiomqtt.Client(
        endpoint.host,
        endpoint.port,
        username=CLOUD_USER,
        password=CLOUD_PASSWORD,
    ) as client:
        await client.subscribe("#", qos=1)
        cloud = Cloud(client)
        collecting = asyncio.create_task(cloud.collect())
        try:
            yield cloud
        finally:
            collecting.cancel()
            await asyncio.wait((collecting,))
