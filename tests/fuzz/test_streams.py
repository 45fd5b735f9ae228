"""A link to a server that may send anything: it ends with a LinkError and leaves nothing."""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum
import hashlib
import logging
import struct

from hypothesis import event, given, strategies as st
import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import LinkError
from custom_components.blynk_bridge.device.link import Link, Protocol
from custom_components.blynk_bridge.device.messages import Publication
from simulator.mqtt.encoder import encode
from simulator.mqtt.packets import (
    V5,
    V311,
    Acknowledgement,
    Connack,
    Disconnect,
    PacketType,
    Ping,
    Publish,
    ServerPacket,
    SubscriptionAcknowledgement,
)
from simulator.mqtt.properties import Property

from ..device.conftest import TOKEN, server
from ..skipped_time import SkippedTime
from .effort import effort
from .loops import Turns, play

LEVELS = {Protocol.V311: V311, Protocol.V5: V5}
PATIENCE = 300.0
"""Seconds after which every link has noticed that nobody is there."""
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Act(StrEnum):
    """What a server does that is not sending."""

    LISTEN = "listen"
    ECHO = "echo"
    WAIT = "wait"
    CLOSE = "close"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Script:
    """What a server sends and does, from the first byte it hears."""

    protocol: Protocol
    transport: Transport
    upgrade: bytes | None
    """The answer to the upgrade of a WebSocket; None for the right one."""
    steps: tuple[bytes | Act, ...]


TOPICS = st.sampled_from(["downlink/ds/A", "downlink/redirect", "x", "ü" * 60, "+", ""])
CODES = st.one_of(st.sampled_from([0, 0, 0, 1, 4, 5, 0x80, 0x87]), st.integers(0, 255))
IDS = st.one_of(st.integers(1, 3), st.integers(0, 0xFFFF))
TEXT = st.sampled_from(["mqtts://blynk.cloud", TOKEN, "", "a:1", "é" * 30])
PROPERTIES = st.dictionaries(
    st.sampled_from(
        [
            Property.SERVER_REFERENCE,
            Property.REASON_STRING,
            Property.RECEIVE_MAXIMUM,
            Property.SERVER_KEEP_ALIVE,
            Property.MAXIMUM_QOS,
            Property.TOPIC_ALIAS_MAXIMUM,
            Property.MAXIMUM_PACKET_SIZE,
            Property.ASSIGNED_CLIENT_IDENTIFIER,
        ]
    ),
    st.integers(0, 255),
    max_size=2,
)
PACKETS: st.SearchStrategy[ServerPacket] = st.one_of(
    st.builds(Connack, CODES),
    st.builds(
        Publish,
        TOPICS,
        st.one_of(st.binary(max_size=20), st.just(b"x" * 3000), TEXT.map(str.encode)),
        st.integers(0, 3),
        IDS,
        st.booleans(),
        st.booleans(),
    ),
    st.builds(
        Acknowledgement,
        st.sampled_from(
            [
                PacketType.PUBACK,
                PacketType.PUBREC,
                PacketType.PUBREL,
                PacketType.PUBCOMP,
            ]
        ),
        IDS,
        CODES,
    ),
    st.builds(
        SubscriptionAcknowledgement,
        st.sampled_from([PacketType.SUBACK, PacketType.UNSUBACK]),
        IDS,
        st.lists(CODES, max_size=3).map(tuple),
    ),
    st.builds(Ping, st.sampled_from([PacketType.PINGREQ, PacketType.PINGRESP])),
    st.builds(Disconnect, CODES),
)


@st.composite
def properties(draw: st.DrawFn, identifier: Property) -> int | str:
    """Return a value of a property's type."""
    text = {
        Property.SERVER_REFERENCE,
        Property.REASON_STRING,
        Property.ASSIGNED_CLIENT_IDENTIFIER,
    }
    return draw(TEXT) if identifier in text else draw(st.integers(0, 200))


@st.composite
def packets(draw: st.DrawFn, level: int) -> bytes:
    """Return a packet of a server's, valid or damaged."""
    packet = draw(PACKETS)
    if level == V5 and isinstance(packet, Connack | Disconnect):
        chosen = {each: draw(properties(each)) for each in draw(PROPERTIES)}
        packet = type(packet)(packet.code, chosen)
    raw = bytearray(encode(packet, level))
    match draw(
        st.sampled_from(["whole", "whole", "whole", "bit", "cut", "long", "more"])
    ):
        case "bit":
            raw[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
        case "cut":
            del raw[draw(st.integers(0, len(raw) - 1)) :]
        case "long":
            raw[1:2] = draw(st.binary(min_size=1, max_size=5))
        case "more":
            raw += draw(st.binary(max_size=20))
    return bytes(raw)


def masked(data: bytes, mask: bytes) -> bytes:
    """Return the data as they are behind a mask."""
    if not mask:
        return data
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))


@st.composite
def frames(draw: st.DrawFn, data: bytes) -> bytes:
    """Return WebSocket frames that carry the data, not always as they should."""
    parts = [data]
    if len(data) > 1 and draw(st.booleans()):
        cut = draw(st.integers(1, len(data) - 1))
        parts = [data[:cut], data[cut:]]
    made = b""
    for part in parts:
        opcode = draw(st.sampled_from([2, 2, 2, 2, 0, 1, 8, 9, 10, 3]))
        first = opcode | draw(st.sampled_from([0x80, 0x80, 0x80, 0x00, 0x70]))
        mask = draw(st.sampled_from([b"", b"", b"\1\2\3\4"]))
        size = draw(
            st.sampled_from([None, None, None, None, len(part) + 9, 2**31, 2**63])
        )
        length = len(part) if size is None else size
        bit = 0x80 if mask else 0
        if length < 126 and draw(st.booleans()):
            head = bytes((first, length | bit))
        elif length < 2**16:
            head = bytes((first, 126 | bit)) + struct.pack("!H", length)
        else:
            head = bytes((first, 127 | bit)) + struct.pack("!Q", length)
        made += head + mask + masked(part, mask)
    return made


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    """Return a server that knows how MQTT begins, and then does what it likes."""
    protocol = draw(st.sampled_from(Protocol))
    transport = draw(st.sampled_from([Transport.TCP, Transport.WS]))
    level = LEVELS[protocol]
    beginning = [
        encode(Connack(0), level),
        encode(SubscriptionAcknowledgement(PacketType.SUBACK, 1, (1,)), level),
        encode(Acknowledgement(PacketType.PUBACK, 2), level),
    ][: draw(st.integers(0, 3))]
    steps: list[bytes | Act] = []
    for packet in beginning:
        framed = packet
        if transport is Transport.WS:
            framed = bytes((0x82, len(packet))) + packet
        steps += [Act.LISTEN, framed]
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            steps.append(draw(st.sampled_from(Act)))
            continue
        data = draw(st.one_of(packets(level), st.binary(max_size=30)))
        if transport is Transport.WS and draw(st.integers(0, 9)):
            data = draw(frames(data))
        steps.append(data)
    upgrade = None
    if transport is Transport.WS and draw(st.integers(0, 4)) == 0:
        upgrade = draw(
            st.one_of(
                st.binary(max_size=30),
                st.just(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>"),
                st.just(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
                st.just(b"HTTP/1.1 101\r\nSec-WebSocket-Accept: x\r\n\r\n"),
                st.just(b"a" * 9000),
            )
        )
    return Script(protocol, transport, upgrade, tuple(steps))


class Stage:
    """The server of a script, and what it has sent."""

    def __init__(self, script: Script) -> None:
        """Wait for a link."""
        self.script = script
        self.sent = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Play the script once; after that the link is left alone."""
        if self.script.transport is Transport.WS:
            head = await reader.readuntil(b"\r\n\r\n")
            self.send(writer, self.upgrade(head))
        heard = b""
        for step in self.script.steps:
            match step:
                case bytes():
                    self.send(writer, step)
                case Act.LISTEN:
                    heard += await reader.read(4096)
                case Act.ECHO:
                    self.send(writer, heard)
                case Act.WAIT:
                    await asyncio.sleep(3)
                case Act.CLOSE:
                    writer.write_eof()
                    break
                case Act.RESET:
                    writer.transport.abort()
                    return
        while await reader.read(4096):
            pass

    def send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Send, and count."""
        self.sent += len(data)
        if not writer.transport.is_closing():
            writer.write(data)

    def upgrade(self, head: bytes) -> bytes:
        """Return the answer to an upgrade."""
        if self.script.upgrade is not None:
            return self.script.upgrade
        key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        accept = b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
        return (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )


async def hold(script: Script, port: int, received: list[bytes]) -> LinkError | None:
    """Hold a link as the session does, and return what ended it."""
    link = Link(
        Endpoint(script.transport, "127.0.0.1", port),
        TOKEN,
        on_message=lambda _, payload: received.append(payload),
        client_id="fuzz",
        protocol=script.protocol,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            async with link:
                await link.subscribe_to("downlink/#")
                await link.send(Publication("info/mcu", b"{}"))
                await link.send(Publication("ds/A", b"1"))
                await link.ended()
    except LinkError as error:
        return error
    except TimeoutError:
        return None


@pytest.mark.usefixtures("socket_enabled")
@given(scripts())
@effort(400)
def test_whatever_a_server_sends_ends_in_a_link_error(script: Script) -> None:
    """In no time, without a word of the token, and without spinning."""
    logger = logging.getLogger("custom_components.blynk_bridge")
    lines: list[str] = []
    listener = logging.Handler()
    listener.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(listener)
    logger.setLevel(logging.DEBUG)

    async def story(_: SkippedTime, turns: Turns) -> None:
        received: list[bytes] = []
        stage = Stage(script)
        async with server(stage.serve) as port:
            error = await hold(script, port, received)
        event(type(error).__name__)
        # What keeps its pings answered may stay; nobody here does for so long.
        assert error is not None
        assert TOKEN not in f"{error!s} {error!r}"
        assert turns.count < 3 * PATIENCE + 4 * stage.sent
        assert len(received) <= stage.sent / 2

    try:
        play(story)
    finally:
        logger.removeHandler(listener)
    assert not any(TOKEN in line for line in lines)
