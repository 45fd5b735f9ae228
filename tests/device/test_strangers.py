"""Servers that are none of Blynk's: captive portals, and where redirects must not lead."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
import ssl

import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    HostNotFound,
    NotMqtt,
    RedirectRefused,
    TlsError,
    TlsProblem,
)
from custom_components.blynk_bridge.device.link import Protocol
from custom_components.blynk_bridge.device.session import SessionSettings, verify
from simulator import Simulator
from simulator.certificates import Authority

from .conftest import INFO, TOKEN, Serve, endpoint, eventually, server, settings
from .test_session import running

PAGE = b"<html><body>Welcome! Accept our terms to go online.</body></html>"
LOGIN = b"Location: http://portal.hotel.example/login?from=blynk.cloud\r\n"


def page(status: bytes, *headers: bytes, body: bytes = PAGE) -> bytes:
    """Return an HTTP answer."""
    return b"".join(
        (
            b"HTTP/1.1 " + status + b"\r\n",
            b"Content-Type: text/html\r\n",
            b"Content-Length: %d\r\n" % len(body),
            *headers,
            b"\r\n",
            body,
        )
    )


ANSWERS = {
    "200": page(b"200 OK"),
    "302": page(b"302 Found", LOGIN, body=b""),
    "400": page(b"400 Bad Request", b"Connection: close\r\n"),
    "511": page(b"511 Network Authentication Required"),
    "old": b"HTTP/1.0 200 OK\r\n\r\n" + PAGE,
    "bare": PAGE,
    "alert": b"\x15\x03\x01\x00\x02\x02\x46",
}


def portal(answer: bytes, *, stays: bool) -> Serve:
    """Return a server that answers whatever comes with a page."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(answer)
        await writer.drain()
        if stays:
            await reader.read()

    return serve


class Gate:
    """A captive portal that lets through to a broker whoever has logged in."""

    def __init__(self, broker: int) -> None:
        """Take the broker's port; nobody has logged in yet."""
        self._broker = broker
        self.open = False
        self.shown = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Show the page, or carry bytes both ways."""
        if not self.open:
            self.shown += 1
            await portal(ANSWERS["511"], stays=True)(reader, writer)
            return
        inward, outward = await asyncio.open_connection("127.0.0.1", self._broker)
        try:
            await asyncio.gather(pump(reader, outward), pump(inward, writer))
        finally:
            outward.close()


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Carry bytes until there are no more."""
    while data := await source.read(1024):
        sink.write(data)
        await sink.drain()
    sink.close()


def local(port: int, transport: Transport) -> SessionSettings:
    """Return settings for a port of this machine."""
    target = Endpoint(transport, "127.0.0.1", port)
    return SessionSettings(endpoint=target, token=TOKEN, info=INFO)


# --- Captive portals -----------------------------------------------------------------


@pytest.mark.parametrize("stays", [False, True])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("transport", [Transport.TCP, Transport.TLS])
async def test_a_page_in_place_of_a_broker(
    socket_enabled: None,
    tmp_path: Path,
    transport: Transport,
    answer: bytes,
    stays: bool,
    protocol: Protocol,
) -> None:
    """It is noticed by its first byte, whether the server stays or not."""
    authority = Authority()
    tls = ssl.create_default_context(cadata=authority.pem.decode())
    context = authority.issue(tmp_path) if transport.encrypted else None
    async with server(portal(answer, stays=stays), context) as port:
        config = replace(local(port, transport), protocol=protocol)
        async with asyncio.timeout(2):
            with pytest.raises(NotMqtt):
                await verify(config, tls)


@pytest.mark.parametrize("answer", ["200", "302", "400", "511"])
@pytest.mark.parametrize("transport", [Transport.WS, Transport.WSS])
async def test_a_page_in_place_of_a_websocket(
    socket_enabled: None, tmp_path: Path, transport: Transport, answer: str
) -> None:
    """Its redirect is not followed, and never sees the token."""
    authority = Authority()
    tls = ssl.create_default_context(cadata=authority.pem.decode())
    context = authority.issue(tmp_path) if transport.encrypted else None
    async with server(portal(ANSWERS[answer], stays=True), context) as port:
        async with asyncio.timeout(2):
            with pytest.raises(NotMqtt):
                await verify(local(port, transport), tls)


@pytest.mark.parametrize("transport", [Transport.TLS, Transport.WSS])
async def test_a_portal_under_a_certificate_of_its_own(
    socket_enabled: None, tmp_path: Path, transport: Transport
) -> None:
    """It is not believed to be the server."""
    theirs = Authority().issue(tmp_path, ["portal.hotel.example"])
    tls = ssl.create_default_context(cadata=Authority().pem.decode())
    async with server(portal(ANSWERS["302"], stays=True), theirs) as port:
        with pytest.raises(TlsError) as error:
            await verify(local(port, transport), tls)
    assert error.value.problem is TlsProblem.UNKNOWN_AUTHORITY


async def test_logging_in_to_the_portal_heals_the_session(sim: Simulator) -> None:
    """Nothing is asked of the user, and the token is not called invalid."""
    gate = Gate(sim.entry.mqtt_port)
    async with server(gate.serve) as port:
        pauses: list[float] = []
        async with running(local(port, Transport.TCP), pauses=pauses) as run:
            await run.backed_off(NotMqtt)
            await eventually(lambda: len(pauses) >= 3)
            gate.open = True
            await run.ready()
            await sim.wait_for(lambda: sim.device.online)
        assert pauses[:3] == [1, 2, 4]
        assert set(run.errors()) == {NotMqtt}


# --- Redirects to strangers ------------------------------------------------------------


class Attacker:
    """Listens under a name of its own, and counts who comes."""

    def __init__(self) -> None:
        """Nobody has come yet."""
        self.port = 0
        self.connections = 0
        self.received = bytearray()
        self.asked: list[str] = []

    async def resolve(self, host: str) -> list[str]:
        """Lead every name here; and notice that somebody asks for it."""
        self.asked.append(host)
        return ["127.0.0.1"]

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Accept whatever comes, as a broker."""
        self.connections += 1
        while data := await reader.read(1024):
            self.received.extend(data)
            writer.write(b"\x20\x02\x00\x00")
            await writer.drain()


@asynccontextmanager
async def attacker(tls: ssl.SSLContext | None) -> AsyncGenerator[Attacker]:
    """Run an attacker's server."""
    villain = Attacker()
    async with server(villain.serve, tls) as villain.port:
        yield villain


@pytest.mark.parametrize(
    ("scheme", "encrypted"),
    [
        ("tcp", False),
        ("mqtt", False),
        ("ws", False),
        ("tls", True),
        ("mqtts", True),
        ("wss", True),
    ],
)
@pytest.mark.parametrize("transport", list(Transport))
async def test_no_byte_goes_to_an_attacker(
    sim: Simulator,
    trusting: ssl.SSLContext,
    transport: Transport,
    scheme: str,
    encrypted: bool,
    tmp_path: Path,
) -> None:
    """Not even a connection, although the name leads to a server that would take it."""
    context = Authority().issue(tmp_path) if encrypted else None
    async with attacker(context) as villain:
        target = f"{scheme}://attacker.example:{villain.port}"
        sim.behaviour.redirect_always = target
        config = replace(settings(sim), endpoint=endpoint(sim.entry, transport))
        with pytest.raises(RedirectRefused) as error:
            await verify(config, trusting, resolve=villain.resolve)
        assert f"://attacker.example:{villain.port}" in error.value.target
        # What was on its way to it would have arrived by now.
        await asyncio.sleep(0.05)
    assert (villain.connections, bytes(villain.received)) == (0, b"")
    assert not villain.asked


async def test_a_session_comes_back_from_a_redirect_to_an_attacker(
    sim: Simulator,
) -> None:
    """To the server it was configured for, while the attacker hears nothing."""
    async with attacker(None) as villain:
        async with running(settings(sim), resolve=villain.resolve) as run:
            await run.ready()
            uri = f"tcp://attacker.example:{villain.port}"
            await sim.redirect(uri=uri, then="close")
            await run.backed_off(RedirectRefused)
            await run.ready()
            assert run.session.status.endpoint == endpoint(sim.entry)
    assert (villain.connections, villain.asked) == (0, [])


async def test_the_attacker_would_have_heard(sim: Simulator) -> None:
    """The check above can fail: a host the user allows is connected to."""
    async with attacker(None) as villain:
        config = replace(settings(sim), allowed_hosts=frozenset({"attacker.example"}))
        async with running(config, resolve=villain.resolve) as run:
            await run.ready()
            await sim.redirect(uri=f"tcp://attacker.example:{villain.port}")
            await eventually(lambda: TOKEN.encode() in villain.received)
    assert villain.asked == ["attacker.example"]


async def test_a_server_reference_to_a_stranger_is_refused(sim: Simulator) -> None:
    """MQTT 5's own redirect follows the same policy."""
    async with attacker(None) as villain:
        config = replace(settings(sim), protocol=Protocol.V5)
        async with running(config, resolve=villain.resolve) as run:
            await run.ready()
            reference = f"attacker.example:{villain.port}".encode()
            properties = b"\x1c" + len(reference).to_bytes(2) + reference
            body = b"\x9d" + bytes([len(properties)]) + properties
            await sim.send_raw(b"\xe0" + bytes([len(body)]) + body, then_close=True)
            await run.backed_off(RedirectRefused)
    assert (villain.connections, villain.asked) == (0, [])


async def test_a_name_that_leads_nowhere_is_no_reason_to_ask_the_user(
    sim: Simulator,
) -> None:
    """DNS comes back by itself, and so does the session."""
    names: dict[str, list[str]] = {}

    async def resolve(host: str) -> list[str]:
        if host not in names:
            raise OSError("Temporary failure in name resolution")
        return names[host]

    target = Endpoint(Transport.TCP, "blynk.example", sim.entry.mqtt_port)
    config = SessionSettings(endpoint=target, token=TOKEN, info=INFO)
    async with running(config, resolve=resolve) as run:
        await eventually(lambda: run.errors().count(HostNotFound) >= 3)
        names["blynk.example"] = ["127.0.0.1"]
        await run.ready()
    assert set(run.errors()) == {HostNotFound}
