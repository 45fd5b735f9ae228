"""Names are resolved, and the address that answers first serves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import socket

import pytest
import pytest_socket

from custom_components.blynk_bridge.device.dial import Resolve, dial, resolve_by_system
from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    ConnectTimeout,
    HostNotFound,
    LinkError,
)
from custom_components.blynk_bridge.device.link import CONNECT_TIMEOUT
from custom_components.blynk_bridge.device.session import SessionSettings, verify
from simulator import Simulator
from tests.skipped_time import skipped_time

from .conftest import INFO, TOKEN

LOCAL = "127.0.0.1"
LOCAL_6 = "::1"
# Documentation's own: nothing is there, and no router answers for it.
BLACK_HOLE, BLACK_HOLE_6 = "192.0.2.1", "2001:db8::1"


@pytest.fixture(autouse=True)
def _addresses_allowed(socket_enabled: None) -> None:
    """Let tests connect to more than 127.0.0.1."""
    pytest_socket.socket_allow_hosts(
        [LOCAL, LOCAL_6, BLACK_HOLE, BLACK_HOLE_6], allow_unix_socket=True
    )


def named(*addresses: str) -> Resolve:
    """Return a resolver that gives every name these addresses."""

    async def resolve(host: str) -> list[str]:
        return list(addresses)

    return resolve


@asynccontextmanager
async def accepting(*addresses: str) -> AsyncGenerator[int]:
    """Listen on the same port of each address."""
    listeners: list[asyncio.Server] = []
    port = 0
    for address in addresses:
        listener = await asyncio.start_server(lambda *_: None, address, port)
        port = listener.sockets[0].getsockname()[1]
        listeners.append(listener)
    try:
        yield port
    finally:
        for listener in listeners:
            listener.close()


async def reached(port: int, resolve: Resolve) -> str:
    """Return which address a connection was made to."""
    stream = await dial("blynk.example", port, resolve)
    with stream:
        assert not stream.getblocking()
        return str(stream.getpeername()[0])


# --- Several addresses -----------------------------------------------------------


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ((LOCAL,), LOCAL),
        ((LOCAL_6,), LOCAL_6),
        ((LOCAL_6, LOCAL), LOCAL_6),
        ((LOCAL, LOCAL_6), LOCAL),
    ],
)
async def test_the_best_address_serves(
    addresses: tuple[str, ...], expected: str
) -> None:
    """The resolver's order counts where all of them answer."""
    async with accepting(LOCAL, LOCAL_6) as port:
        assert await reached(port, named(*addresses)) == expected


@pytest.mark.parametrize(
    ("alive", "addresses"),
    [(LOCAL, (LOCAL_6, LOCAL)), (LOCAL_6, (LOCAL, LOCAL_6))],
)
async def test_a_closed_port_of_one_family_costs_nothing(
    alive: str, addresses: tuple[str, ...]
) -> None:
    """Refused at once, the next address is tried at once."""
    async with accepting(alive) as port:
        async with asyncio.timeout(0.2):
            assert await reached(port, named(*addresses)) == alive


@pytest.mark.parametrize("dead", [BLACK_HOLE, BLACK_HOLE_6])
async def test_an_address_that_swallows_everything_costs_a_head_start(
    dead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with IPv6 that leads nowhere: the other family comes a quarter second later."""
    loop = asyncio.get_running_loop()
    connect, swallowed = loop.sock_connect, asyncio.Event()

    async def sock_connect(stream: socket.socket, address: tuple[str, int]) -> None:
        if address[0] != dead:
            await connect(stream, address)
            return
        try:
            await asyncio.Event().wait()
        finally:
            assert stream.fileno() != -1
            swallowed.set()

    monkeypatch.setattr(loop, "sock_connect", sock_connect)
    async with accepting(LOCAL) as port:
        started = loop.time()
        assert await reached(port, named(dead, LOCAL)) == LOCAL
        assert 0.2 <= loop.time() - started < 1
    assert swallowed.is_set()


async def test_the_families_take_turns() -> None:
    """Ten dead addresses of one do not hold back the other."""
    dead = [f"127.0.0.{number}" for number in range(10, 20)]
    pytest_socket.socket_allow_hosts([LOCAL_6, *dead], allow_unix_socket=True)
    async with accepting(LOCAL_6) as port:
        async with asyncio.timeout(0.2):
            assert await reached(port, named(*dead, LOCAL_6)) == LOCAL_6


async def test_the_first_reason_is_told_when_all_fail() -> None:
    """In the system's words, without the addresses."""
    async with accepting(LOCAL) as port:
        pass
    with pytest.raises(LinkError, match="refused") as error:
        await dial("blynk.example", port, named(LOCAL, LOCAL_6))
    assert LOCAL not in str(error.value)


async def test_an_address_needs_no_resolver() -> None:
    """Nobody is asked what 127.0.0.1 means."""

    async def resolve(host: str) -> list[str]:
        raise AssertionError(host)

    async with accepting(LOCAL) as port:
        (await dial(LOCAL, port, resolve)).close()


async def test_the_system_knows_this_machine() -> None:
    """Without another resolver the operating system's is asked."""
    assert set(await resolve_by_system("localhost")) <= {LOCAL, LOCAL_6}


# --- No address --------------------------------------------------------------------


@pytest.mark.parametrize("addresses", [(), ("",), ("not an address", "blynk.example")])
async def test_a_name_without_an_address(addresses: tuple[str, ...]) -> None:
    """An empty answer is told apart from a server that is away."""
    with pytest.raises(HostNotFound):
        await dial("blynk.example", 1883, named(*addresses))


async def test_a_resolver_that_fails() -> None:
    """As offline, or with a name nobody has."""

    async def resolve(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(HostNotFound):
        await dial("blynk.example", 1883, resolve)


async def test_one_deadline_from_the_name_to_connack(sim: Simulator) -> None:
    """A resolver that hangs costs the ten seconds of a connection, and no thread."""
    cancelled = asyncio.Event()

    async def resolve(host: str) -> list[str]:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    target = Endpoint(Transport.TCP, "blynk.example", sim.entry.mqtt_port)
    settings = SessionSettings(endpoint=target, token=TOKEN, info=INFO)
    loop = asyncio.get_running_loop()
    with skipped_time(loop):
        started = loop.time()
        with pytest.raises(ConnectTimeout):
            await verify(settings, None, resolve=resolve)
        assert loop.time() - started == pytest.approx(CONNECT_TIMEOUT, abs=0.5)
    assert cancelled.is_set()


async def test_a_slow_name_leaves_the_rest_of_the_deadline(sim: Simulator) -> None:
    """Six seconds for the name leave four for a CONNACK that takes five."""

    async def resolve(host: str) -> list[str]:
        await asyncio.sleep(6)
        return [LOCAL]

    sim.behaviour.connack_delay = 5
    target = Endpoint(Transport.TCP, "blynk.example", sim.entry.mqtt_port)
    settings = SessionSettings(endpoint=target, token=TOKEN, info=INFO)
    loop = asyncio.get_running_loop()
    with skipped_time(loop):
        started = loop.time()
        with pytest.raises(ConnectTimeout):
            await verify(settings, None, resolve=resolve)
        assert loop.time() - started == pytest.approx(CONNECT_TIMEOUT, abs=0.5)
        sim.behaviour.connack_delay = 1
        assert await verify(settings, None, resolve=resolve) == target
