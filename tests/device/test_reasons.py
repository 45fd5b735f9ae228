"""What each reason code of MQTT makes a session do."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from custom_components.blynk_bridge.device.backoff import (
    BACKOFF_FIRST,
    BACKOFF_MAX,
    BACKOFF_PATIENT,
    BackOff,
)
from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    BlynkError,
    ConnectionLost,
    ConnectionRefused,
    InvalidToken,
    LinkError,
    ProtocolRefused,
    TokenInUse,
)
from custom_components.blynk_bridge.device.link import Protocol
from custom_components.blynk_bridge.device.reasons import meaning
from custom_components.blynk_bridge.device.session import (
    DeviceSession,
    SessionSettings,
    SessionState,
    SessionStatus,
)

from .conftest import INFO, TOKEN, server

# MQTT 5, tables 3.2.2.2 and 3.14.2.1; what is in neither of them is for nobody to send.
CONNACK_CODES = (
    *range(0x80, 0x8B),
    *(0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F),
)
DISCONNECT_CODES = (
    *(0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F),
    *range(0x90, 0xA3),
)
PATIENT = {0x8A, 0x96, 0x97, 0x9F}
BAD_TOKEN = {0x86, 0x87}


@asynccontextmanager
async def refusing(answer: bytes, ready: bool) -> AsyncGenerator[int]:
    """Run a server that ends each connection with an answer, at once or when it is ready."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        if ready:
            writer.write(b"\x20\x03\x00\x00\x00")
            subscribe = await reader.readuntil(b"#\x01")
            writer.write(b"\x90\x04" + subscribe[2:4] + b"\x00\x01")
            publish = await reader.readuntil(b"}")
            start = publish.index(b"info/mcu") + 8
            writer.write(b"\x40\x02" + publish[start : start + 2])
            await writer.drain()
        writer.write(answer)
        await writer.drain()
        await reader.read()

    async with server(serve) as port:
        yield port


async def outcome(
    answer: bytes, protocol: Protocol, *, ready: bool = False
) -> tuple[BlynkError, tuple[float, float] | None]:
    """Return what a session takes an answer for, and within what it waits then."""
    waited: asyncio.Future[tuple[float, float]] = (
        asyncio.get_running_loop().create_future()
    )
    statuses: list[SessionStatus] = []

    def jitter(low: float, high: float) -> float:
        if not waited.done():
            waited.set_result((low, high))
        return 60

    async with refusing(answer, ready) as port:
        target = Endpoint(Transport.TCP, "127.0.0.1", port)
        session = DeviceSession(
            SessionSettings(endpoint=target, token=TOKEN, info=INFO, protocol=protocol),
            tls=None,
            on_message=lambda _: None,
            on_status=statuses.append,
            jitter=jitter,
        )
        running = asyncio.ensure_future(session.run())
        try:
            async with asyncio.timeout(5):
                await asyncio.wait(
                    (running, waited), return_when=asyncio.FIRST_COMPLETED
                )
            if running.done():
                error = running.exception()
                assert isinstance(error, BlynkError)
                return error, None
        finally:
            running.cancel()
            await asyncio.wait((running,))
    error = statuses[-1].error
    assert statuses[-1].state is SessionState.WAITING
    assert error is not None
    return error, await waited


@pytest.mark.parametrize("code", [*CONNACK_CODES, 0xC7, 0xFF], ids=hex)
async def test_a_refusal_of_mqtt_5(socket_enabled: None, code: int) -> None:
    """By its code the session backs off, for long or not, or asks for a new token."""
    error, pause = await outcome(bytes([0x20, 3, 0, code, 0]), Protocol.V5)
    assert isinstance(error, ConnectionRefused)
    assert f"0x{code:02X}" in str(error)
    if code in BAD_TOKEN:
        assert isinstance(error, InvalidToken)
        assert pause is None
    elif code in PATIENT:
        assert pause == (BACKOFF_PATIENT, BACKOFF_MAX)
    else:
        assert isinstance(error, ProtocolRefused) is (code == 0x84)
        assert pause == (0, BACKOFF_FIRST)


@pytest.mark.parametrize(
    ("code", "kind", "pause"),
    [
        (1, ProtocolRefused, (0, BACKOFF_FIRST)),
        (2, ConnectionRefused, (0, BACKOFF_FIRST)),
        (3, ConnectionRefused, (0, BACKOFF_FIRST)),
        (4, InvalidToken, None),
        (5, InvalidToken, None),
        (6, ConnectionRefused, (0, BACKOFF_FIRST)),
        (0x7F, ConnectionRefused, (0, BACKOFF_FIRST)),
        (0xFF, ConnectionRefused, (0, BACKOFF_FIRST)),
    ],
)
async def test_a_refusal_of_mqtt_3(
    socket_enabled: None,
    code: int,
    kind: type[BlynkError],
    pause: tuple[float, float] | None,
) -> None:
    """Its five codes, and what a server may make up."""
    error, waits = await outcome(bytes([0x20, 2, 0, code]), Protocol.V311)
    assert (type(error), waits) == (kind, pause)


@pytest.mark.parametrize("code", [*DISCONNECT_CODES, 0xC7, 0xFF], ids=hex)
def test_an_end_of_mqtt_5(code: int) -> None:
    """Nothing ends a session for good; some reasons ask for patience."""
    back_off = BackOff(lambda low, high: (low + high) / 2)
    error = back_off.judge(3600, ConnectionLost(code))
    assert isinstance(error, TokenInUse) is (code == 0x8E)
    patient = (BACKOFF_PATIENT + BACKOFF_MAX) / 2
    usual = BACKOFF_FIRST / 2
    assert back_off.pause(error) == (patient if code in PATIENT else usual)
    # A takeover that comes again is another client that wants to stay.
    again = patient if code in PATIENT | {0x8E} else 2 * usual
    assert back_off.pause(error) == again


@pytest.mark.parametrize(
    ("packet", "kind", "pause"),
    [
        (b"\xe0\x00", ConnectionLost, (0, BACKOFF_FIRST)),
        (b"\xe0\x01\x8b", ConnectionLost, (0, BACKOFF_FIRST)),
        (b"\xe0\x02\x97\x00", ConnectionLost, (BACKOFF_PATIENT, BACKOFF_MAX)),
        (b"\xe0\x02\x8e\x00", TokenInUse, (0, BACKOFF_FIRST)),
        (b"\xe0\x02\x9d\x00", ConnectionLost, (0, BACKOFF_FIRST)),
    ],
)
async def test_a_disconnect_on_the_wire(
    socket_enabled: None,
    packet: bytes,
    kind: type[BlynkError],
    pause: tuple[float, float],
) -> None:
    """In each of the forms that MQTT 5 has of it."""
    error, waits = await outcome(packet, Protocol.V5, ready=True)
    assert (type(error), waits) == (kind, pause)


def test_every_code_of_the_tables_has_a_meaning() -> None:
    """The log says more than a number; an unknown one says its number."""
    for code in {*CONNACK_CODES, *DISCONNECT_CODES}:
        assert "unknown" not in meaning(code)
    assert meaning(0xC7) == "unknown reason (0xC7)"


async def test_a_server_that_has_moved_without_a_word_is_home_no_more(
    socket_enabled: None,
) -> None:
    """Told that we are wrong here, the configured server is asked next."""
    endpoints: list[Endpoint] = []
    async with refusing(b"\x20\x03\x00\x9d\x00", ready=False) as port:
        home = Endpoint(Transport.TCP, "127.0.0.1", port)
        config = SessionSettings(
            endpoint=replace(home, port=port - 1 if port > 1 else port + 1),
            token=TOKEN,
            info=INFO,
            protocol=Protocol.V5,
            home=home,
        )
        told = asyncio.Event()

        def on_status(status: SessionStatus) -> None:
            endpoints.append(status.endpoint)
            if len(endpoints) == 3:
                told.set()

        session = DeviceSession(
            config,
            tls=None,
            on_message=lambda _: None,
            on_status=on_status,
            jitter=lambda *_: 0.01,
        )
        running = asyncio.ensure_future(session.run())
        try:
            async with asyncio.timeout(5):
                await told.wait()
        finally:
            running.cancel()
            await asyncio.wait((running,))
    assert endpoints[:3] == [home, home, config.endpoint]


def test_a_link_error_without_a_code_is_backed_off_from() -> None:
    """Exponentially, up to five minutes, and from the start after a minute of health."""
    back_off = BackOff(lambda low, high: high)
    pauses = [back_off.pause(LinkError("")) for _ in range(10)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, BACKOFF_MAX]
    back_off.recovered()
    assert back_off.pause(LinkError("")) == BACKOFF_FIRST
