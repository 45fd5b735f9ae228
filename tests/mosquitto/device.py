"""The device under test: sessions in the background, and single links."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import ssl
from typing import Final

from custom_components.blynk_bridge.device.endpoint import Endpoint
from custom_components.blynk_bridge.device.errors import BlynkError, LinkError
from custom_components.blynk_bridge.device.link import Link, Protocol
from custom_components.blynk_bridge.device.messages import Downlink, Publication
from custom_components.blynk_bridge.device.session import (
    DeviceSession,
    SessionSettings,
    SessionState,
    SessionStatus,
)
from tests.device.conftest import INFO, TOKEN

TIME_LIMIT: Final = 10.0
VALUE: Final = Publication("ds/Set Temperature", b"21.5")


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

    async def published(self, publication: Publication) -> None:
        """Publish, again after a lost connection, until it is acknowledged.

        Several versions of mosquitto close a connection behind a publish that
        their access list denies, Debian's 2.0.11 among them.
        """
        async with asyncio.timeout(TIME_LIMIT):
            while True:
                await self.session.wait_ready()
                try:
                    await self.session.publish(publication)
                except LinkError:
                    await asyncio.sleep(0.01)
                else:
                    return


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
