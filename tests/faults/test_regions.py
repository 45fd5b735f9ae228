"""MQTT refuses the token: another is asked for, unless HTTPS knows better."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
import ssl
from typing import Final

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
import pytest

from custom_components.blynk_bridge import network
from simulator import Simulator
from simulator.behaviour import WrongRegion
from simulator.certificates import issue_certificates
from simulator.journal import Kind
from tests.conftest import SetUp
from tests.device.conftest import server
from tests.skipped_time import skipped_time

type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_RETRY: Final = 900.0
_REDIRECT: Final = "HTTP/1.1 308 Permanent Redirect\r\nContent-Length: 0\r\nLocation: "


def says(text: str) -> Serve:
    """Return a server that answers with this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(text.encode("latin-1"))
        await writer.drain()

    return serve


def body(text: str, status: str = "200 OK") -> Serve:
    """Return a server that answers with this text."""
    return says(f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\n\r\n{text}")


async def be_mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say nothing."""
    await reader.read()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End the connection at the question."""
    await reader.readuntil(b"\r\n\r\n")


@dataclass(frozen=True, slots=True)
class Case:
    """What HTTPS does."""

    words: str
    serve: Serve
    asks_for_token: bool = True

    def __str__(self) -> str:
        """Return what pytest calls it."""
        return self.words


CASES: Final = (
    Case("HTTPS knows the token here", body("true"), asks_for_token=False),
    Case("HTTPS knows it here, offline", body("false"), asks_for_token=False),
    Case(
        "HTTPS refuses it, too", body('{"error":"Invalid token."}', "400 Bad Request")
    ),
    Case("HTTPS is mute", be_mute),
    Case("HTTPS hangs up", hang_up),
    Case("HTTPS says garbage", says("\0\xff garbage\r\n\r\n")),
    Case("HTTPS has a page of somebody's", body("<html>true</html>")),
    Case("HTTPS is broken", body("", "500 Internal Server Error")),
    Case("HTTPS redirects to nowhere", says(f"{_REDIRECT}\r\n\r\n")),
    Case("HTTPS redirects without TLS", says(f"{_REDIRECT}http://127.0.0.1/\r\n\r\n")),
)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return a server's certificate, which nobody verifies here."""
    folder: Path = tmp_path_factory.mktemp("certificates")
    return issue_certificates(folder)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_token_that_mqtt_refuses(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    case: Case,
) -> None:
    """HTTPS is asked once; when MQTT takes the token again, the question takes itself back."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await case.serve(reader, writer)

    simulator.behaviour.wrong_region = WrongRegion.REFUSE
    simulator.device.home = "ny3"
    async with server(serve, tls) as port:
        monkeypatch.setattr(network, "HTTPS_PORT", port)
        with skipped_time(hass.loop) as skipped:
            simulator.cloud.clock = skipped.wall
            entry = await set_up(wait=False, verify_ssl=False)
            await asyncio.sleep(3600)
            attempts = len(simulator.journal.find(Kind.CONNECT))
            asks = any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
            assert asks == case.asks_for_token
            # aiohttp repeats at once what a server hangs up on.
            assert 1 <= asked <= 2
            assert 3 <= attempts <= 60
            simulator.device.home = simulator.cloud.entry
            async with asyncio.timeout(_RETRY + 10):
                while not entry.runtime_data.data.online:
                    await asyncio.sleep(1)
            assert not any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
            assert await hass.config_entries.async_unload(entry.entry_id)
