"""What is wrong with a server's TLS is told apart, and never costs the token."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
import socket
import ssl

import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    ConnectionLost,
    TlsError,
    TlsProblem,
)
from custom_components.blynk_bridge.device.session import SessionSettings, verify
from simulator import Simulator
from simulator.certificates import Authority

from .conftest import INFO, TOKEN, Serve, endpoint, server

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)
PAST = (NOW - 2 * YEAR, NOW - YEAR)
FUTURE = (NOW + YEAR, NOW + 2 * YEAR)


def trust(authority: Authority) -> ssl.SSLContext:
    """Return a client's context that trusts one authority."""
    return ssl.create_default_context(cadata=authority.pem.decode())


async def refused(
    port: int, tls: ssl.SSLContext, transport: Transport = Transport.TLS
) -> TlsError:
    """Return why no connection is made to a port of this machine."""
    target = Endpoint(transport, "127.0.0.1", port)
    settings = SessionSettings(endpoint=target, token=TOKEN, info=INFO)
    with pytest.raises(TlsError) as error:
        await verify(settings, tls)
    return error.value


def listening(heard: bytearray) -> Serve:
    """Return a server that keeps what it hears."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1024):
            heard.extend(data)

    return serve


@pytest.mark.parametrize("transport", [Transport.TLS, Transport.WSS])
@pytest.mark.parametrize(
    ("certificate", "problem"),
    [
        ({"valid": PAST}, TlsProblem.EXPIRED),
        ({"valid": FUTURE}, TlsProblem.NOT_YET_VALID),
        ({"hosts": ["blynk.example", "::1"]}, TlsProblem.WRONG_NAME),
        ({"self_signed": True}, TlsProblem.SELF_SIGNED),
    ],
    ids=lambda value: str(value) if isinstance(value, TlsProblem) else "",
)
async def test_a_certificate_that_will_not_do(
    socket_enabled: None,
    tmp_path: Path,
    certificate: dict[str, object],
    problem: TlsProblem,
    transport: Transport,
) -> None:
    """Each has a reason of its own, and nothing is said to the server."""
    authority, heard = Authority(), bytearray()
    context = authority.issue(tmp_path, **certificate)  # type: ignore[arg-type]
    async with server(listening(heard), context) as port:
        error = await refused(port, trust(authority), transport)
    assert error.problem is problem
    assert not heard


async def test_an_authority_that_nobody_knows(
    socket_enabled: None, tmp_path: Path
) -> None:
    """As a captive portal's, which pretends to be the server."""
    heard = bytearray()
    async with server(listening(heard), Authority().issue(tmp_path)) as port:
        error = await refused(port, trust(Authority()))
    assert error.problem is TlsProblem.UNKNOWN_AUTHORITY
    assert not heard


async def test_the_chain_of_an_unknown_authority(
    socket_enabled: None, tmp_path: Path
) -> None:
    """A server that sends its own authority along makes it no better known."""
    authority = Authority()
    context = authority.issue(tmp_path)
    chain = tmp_path / "chain.pem"
    chain.write_bytes((tmp_path / "server.pem").read_bytes() + authority.pem)
    context.load_cert_chain(chain, tmp_path / "server.key")
    async with server(listening(bytearray()), context) as port:
        error = await refused(port, trust(Authority()))
    assert error.problem is TlsProblem.UNKNOWN_AUTHORITY


@asynccontextmanager
async def blocking_server(context: ssl.SSLContext) -> AsyncGenerator[int]:
    """Run a server that hangs up with TLS's own alert, as asyncio's does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()

        serving = asyncio.ensure_future(asyncio.to_thread(serve))
        yield listener.getsockname()[1]
        await serving


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
async def test_a_server_of_an_old_tls(socket_enabled: None, tmp_path: Path) -> None:
    """TLS 1.1 is not safe any more, and not spoken."""
    authority = Authority()
    context = authority.issue(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with blocking_server(context) as port:
        error = await refused(port, trust(authority))
    assert error.problem is TlsProblem.OUTDATED


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"220 mail ready\r\n", b""],
)
async def test_a_server_of_no_tls(
    sim: Simulator, trusting: ssl.SSLContext, answer: bytes
) -> None:
    """It may answer the hand-shake with anything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(answer)
        await writer.drain()

    async with server(serve) as port:
        assert (await refused(port, trusting)).problem is TlsProblem.NO_TLS


async def test_the_plain_port_behind_a_tls_endpoint(
    sim: Simulator, trusting: ssl.SSLContext
) -> None:
    """A broker hangs up on what is no MQTT."""
    error = await refused(sim.entry.mqtt_port, trusting)
    assert error.problem is TlsProblem.NO_TLS


async def test_the_tls_port_behind_a_plain_endpoint(
    socket_enabled: None, tmp_path: Path
) -> None:
    """A TLS server hangs up on what is no TLS."""
    async with blocking_server(Authority().issue(tmp_path)) as port:
        target = Endpoint(Transport.TCP, "127.0.0.1", port)
        with pytest.raises(ConnectionLost):
            await verify(SessionSettings(endpoint=target, token=TOKEN, info=INFO), None)


async def test_without_verification_a_private_server_serves(sim: Simulator) -> None:
    """The user may turn it off for a server of their own."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    target = endpoint(sim.entry, Transport.TLS)
    settings = SessionSettings(endpoint=target, token=TOKEN, info=INFO)
    assert await verify(settings, context) == target
