"""Servers that a real Home Assistant may meet, and should not wait for."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
import contextlib
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
import socket
from typing import cast

from demo.processes import LOCALHOST, free_port
from simulator.mqtt.decoder import Decoder
from simulator.mqtt.encoder import encode
from simulator.mqtt.packets import (
    V311,
    Acknowledgement,
    ClientPacket,
    Connack,
    Connect,
    PacketType,
    Publish,
    ServerPacket,
    Subscribe,
    SubscriptionAcknowledgement,
)
from tests.device.conftest import server


@dataclass(slots=True)
class Peer:
    """One of them: where it listens, and how many connections it holds just now."""

    port: int
    held: int = 0


type Peers = Callable[[], AbstractAsyncContextManager[Peer]]


@asynccontextmanager
async def refusing() -> AsyncGenerator[Peer]:
    """Have nobody listen."""
    yield Peer(free_port(), held=1)


@asynccontextmanager
async def black_hole() -> AsyncGenerator[Peer]:
    """Fill a listener's queue: Linux then drops each SYN, as a firewall may."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind((LOCALHOST, 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listener.getsockname())
        port: int = listener.getsockname()[1]
        await _assert_unanswered(port)
        yield Peer(port, held=1)


async def _assert_unanswered(port: int) -> None:
    """Make sure that the queue is full."""
    try:
        async with asyncio.timeout(0.5):
            await asyncio.open_connection(LOCALHOST, port)
    except TimeoutError:
        return
    raise AssertionError("the black hole answers")


@asynccontextmanager
async def mute() -> AsyncGenerator[Peer]:
    """Take everything and say nothing: no CONNACK, and not a byte of TLS."""

    async def listen(
        peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        peer.held += 1
        while await reader.read(1024):
            pass
        peer.held -= 1

    async with _served(listen) as peer:
        yield peer


@asynccontextmanager
async def deaf() -> AsyncGenerator[Peer]:
    """Let the device come online, and then read no more, with much on its way."""

    async def welcome(
        peer: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        decoder = Decoder()
        while data := await reader.read(1024):
            for packet in decoder.feed(data):
                if (answer := _answer(packet)) is not None:
                    writer.write(encode(answer, V311))
                if isinstance(packet, Publish):
                    cast(asyncio.Transport, writer.transport).pause_reading()
                    peer.held += 1
                    await asyncio.Event().wait()

    async with _served(welcome) as peer:
        yield peer


def _answer(packet: ClientPacket) -> ServerPacket | None:
    """Return what lets a device believe that all is well."""
    match packet:
        case Connect():
            return Connack(0)
        case Subscribe():
            return SubscriptionAcknowledgement(
                PacketType.SUBACK, packet.packet_id, (1,) * len(packet.subscriptions)
            )
        case Publish():
            return Acknowledgement(PacketType.PUBACK, packet.packet_id)
    return None


@asynccontextmanager
async def _served(
    serve: Callable[
        [Peer, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]
    ],
) -> AsyncGenerator[Peer]:
    """Listen, and let the peer know its connections."""
    peer = Peer(0)
    async with server(lambda reader, writer: serve(peer, reader, writer)) as port:
        peer.port = port
        yield peer
