"""A server that sends as fast as it can: the loop goes on turning."""

import asyncio
from collections.abc import Iterator
import gc
import socket
import ssl
import struct
from time import thread_time

import pytest

from custom_components.blynk_bridge.device.client import _PACKETS_AT_ONCE, _UNSENT_MAX
from custom_components.blynk_bridge.device.endpoint import Transport
from custom_components.blynk_bridge.device.errors import ConnectionLost
from custom_components.blynk_bridge.device.link import Protocol
from custom_components.blynk_bridge.device.messages import Publication
from simulator.certificates import issue_certificates

from .conftest import eventually, server
from .test_link import CONNACK, link_to, local, publish_packet, scripted

FLOOD = 10_000
LAST = publish_packet(b"downlink/ds/Lamp", b"last")
LITTLE = 4096
"""Bytes that the system keeps of the answers, at either end."""
WRITE = publish_packet(b"downlink/ds/Lamp", b"1")


class Turns:
    """Counts what is received in each turn of the event loop, and its CPU time."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.received = 0
        self.most = 0
        self.longest = 0.0
        self.last = b""

    def take(self, topic: str, payload: bytes) -> None:
        """Count a message."""
        self.received += 1
        self.last = payload

    async def watch(self) -> None:
        """Look at every turn of the loop."""
        before, since = self.received, thread_time()
        while True:
            await asyncio.sleep(0)
            self.most = max(self.most, self.received - before)
            self.longest = max(self.longest, thread_time() - since)
            before, since = self.received, thread_time()


@pytest.fixture(autouse=True)
def _nothing_old() -> Iterator[None]:
    """Let no garbage of earlier tests be collected within a turn of the loop."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize("encrypted", [False, True], ids=["tcp", "tls"])
async def test_a_flood_leaves_the_loop_turning(
    socket_enabled: None,
    tmp_path_factory: pytest.TempPathFactory,
    encrypted: bool,
) -> None:
    """Ten thousand messages: few in each turn, all of them in the end.

    CPU time and counts, so that a busy machine does not matter.
    """
    tls_server = trusting = None
    if encrypted:
        folder = tmp_path_factory.mktemp("tls")
        tls_server = issue_certificates(folder)
        trusting = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    turns = Turns()
    transport = Transport.TLS if encrypted else Transport.TCP
    async with (
        scripted(CONNACK, WRITE * FLOOD, LAST, tls=tls_server) as port,
        link_to(local(port, transport), tls=trusting, on_message=turns.take),
    ):
        await eventually(lambda: turns.received)
        watching = asyncio.create_task(turns.watch())
        await eventually(lambda: turns.last == b"last", timeout=60)
        watching.cancel()
    assert turns.received == FLOOD + 1
    assert turns.most <= _PACKETS_AT_ONCE
    assert turns.longest < 0.05


async def test_our_own_messages_get_through_a_flood(socket_enabled: None) -> None:
    """And are acknowledged: the flood has not taken all of the time."""
    acknowledged: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(CONNACK)
        for _ in range(10):
            writer.write(WRITE * 1000)
            await writer.drain()
        packet = await reader.read(1024)
        acknowledged.append(packet)
        topic = struct.unpack_from("!H", packet, 2)[0]
        writer.write(b"\x40\x02" + packet[4 + topic : 6 + topic])
        await reader.read()

    turns = Turns()
    async with (
        server(serve) as port,
        link_to(local(port), on_message=turns.take, acknowledge_timeout=10) as link,
    ):
        await link.send(Publication("ds/Lamp", b"1"))
    assert acknowledged
    assert turns.received == 10_000


async def test_a_server_that_takes_no_answers_is_left(socket_enabled: None) -> None:
    """They would fill the memory: one for each of its messages of QoS 1."""
    topic = b"downlink/ds/Lamp"
    body = struct.pack("!H", len(topic)) + topic + b"\x00\x01" + b"1"
    asking = bytes([0x32, len(body)]) + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        # Of what it does not read, a stream keeps as much as this before it stops.
        reader._limit = 0  # type: ignore[attr-defined]
        writer.write(CONNACK)
        while True:
            writer.write(asking * 1000)
            await writer.drain()

    turns = Turns()
    async with server(serve, receive_buffer=LITTLE) as port:
        async with link_to(local(port), on_message=turns.take) as link:
            assert link._stream is not None
            link._stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LITTLE)
            with pytest.raises(ConnectionLost):
                async with asyncio.timeout(60):
                    await link.ended()
        assert len(link._client._out_packet) <= _UNSENT_MAX + 1
    assert turns.received > _UNSENT_MAX


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.TLS])
async def test_leaving_in_the_middle_of_a_flood(
    socket_enabled: None,
    tmp_path_factory: pytest.TempPathFactory,
    transport: Transport,
) -> None:
    """Nothing is read any more once we have left, whether paused or not."""
    folder = tmp_path_factory.mktemp("tls")
    tls_server = issue_certificates(folder)
    trusting = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    encrypted = transport is Transport.TLS
    turns = Turns()
    async with (
        scripted(CONNACK, WRITE * FLOOD, tls=tls_server if encrypted else None) as port,
        link_to(
            local(port, transport),
            protocol=Protocol.V311,
            tls=trusting if encrypted else None,
            on_message=turns.take,
        ) as link,
    ):
        await eventually(lambda: link._resuming is not None or turns.received)
    received = turns.received
    assert 0 < received < FLOOD
    await asyncio.sleep(0.1)
    assert turns.received == received
