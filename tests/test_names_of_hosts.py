"""Names of servers, asked of real name servers: silent ones, and ones that answer."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
import socket
import struct
import threading
from typing import cast

from aiohttp.resolver import AsyncResolver
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, HassAsyncDNSResolver
import pytest
import pytest_socket

from custom_components.blynk_bridge.problem import Problem
from simulator import Simulator

from .conftest import SetUp
from .device.conftest import eventually
from .skipped_time import skipped_time

type Answer = Callable[[int], bytes | None]
A, AAAA = 1, 28
ADDRESSES = {A: socket.inet_aton("127.0.0.1"), AAAA: b"\0" * 15 + b"\1"}


def silent(kind: int) -> bytes | None:
    """Answer nothing, as behind a firewall."""
    return None


def empty(kind: int) -> bytes | None:
    """Know the name, and no address of it."""
    return b""


def both(kind: int) -> bytes | None:
    """Know an IPv4 address that serves, and an IPv6 one where nobody listens."""
    data = ADDRESSES[kind]
    return struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(data)) + data


class NameServer(asyncio.DatagramProtocol):
    """Answers questions about any name (RFC 1035)."""

    def __init__(self, answer: Answer) -> None:
        """Take what to answer a question for a type of record."""
        self._answer = answer
        self._transport: asyncio.DatagramTransport | None = None
        self.questions = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        """Answer, or do not."""
        self.questions += 1
        end = data.index(b"\0", 12) + 5
        (kind,) = struct.unpack_from("!H", data, end - 4)
        record = self._answer(kind) if kind in ADDRESSES else b""
        if record is None or self._transport is None:
            return
        head = data[:2] + struct.pack("!HHHHH", 0x8180, 1, bool(record), 0, 0)
        self._transport.sendto(head + data[12:end] + record, address)


@asynccontextmanager
async def name_server(
    hass: HomeAssistant, answer: Answer
) -> AsyncGenerator[NameServer]:
    """Let Home Assistant ask a name server of this machine."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: NameServer(answer), local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    resolver = AsyncResolver(nameservers=[f"127.0.0.1:{port}"], timeout=60, tries=1)
    hass.data[DATA_RESOLVER] = cast(HassAsyncDNSResolver, resolver)
    try:
        yield protocol
    finally:
        await resolver.close()
        transport.close()


async def test_a_name_server_that_is_silent_holds_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Ten seconds later the session goes on; no thread waits, and no stop is held up."""
    threads = set(threading.enumerate())
    async with name_server(hass, silent) as asked:
        with skipped_time(hass.loop):
            started = hass.loop.time()
            entry = await set_up(wait=False, host="blynk.example")
            await eventually(
                lambda: entry.runtime_data.data.problem is Problem.NO_ANSWER, 60
            )
            assert hass.loop.time() - started == pytest.approx(10, abs=1)
        assert asked.questions
        # While the next question hangs.
        await eventually(lambda: entry.runtime_data._session._link is not None)
        started = hass.loop.time()
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert hass.loop.time() - started < 1
    others = {t for t in threading.enumerate() if not t.daemon} - threads
    assert not [t for t in others if "SyncWorker" not in t.name]


async def test_a_name_without_an_address(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The name server has answered, and that is what shows."""
    async with name_server(hass, empty):
        entry = await set_up(wait=False, host="blynk.example")
        await eventually(
            lambda: entry.runtime_data.data.problem is Problem.HOST_NOT_FOUND
        )
        assert await hass.config_entries.async_unload(entry.entry_id)


async def test_a_name_of_two_families_one_of_them_dead(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """The one that serves is found."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)
    async with name_server(hass, both):
        entry = await set_up(host="blynk.example")
        port = simulator.entry.mqtt_port
        assert entry.runtime_data.data.server == f"mqtt://blynk.example:{port}"
        assert await hass.config_entries.async_unload(entry.entry_id)
