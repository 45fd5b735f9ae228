"""The proxy does what it says: one connection, one fault, one way at a time."""

import asyncio
from collections.abc import AsyncGenerator
import time

import pytest

from tests.device.conftest import eventually

from . import mishaps
from .proxy import Fault, Plan, Proxy, Way

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Echo:
    """A server that says what it hears."""

    def __init__(self) -> None:
        """Start without having heard anything."""
        self.heard = b""
        self.ended: BaseException | bool = False

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one client."""
        try:
            while data := await reader.read(1000):
                self.heard += data
                writer.write(data)
            self.ended = True
        except ConnectionError as error:
            self.ended = error
        finally:
            writer.close()


@pytest.fixture
async def proxy() -> AsyncGenerator[Proxy]:
    """Return a proxy without ports."""
    proxy = Proxy()
    yield proxy
    await proxy.close()


@pytest.fixture
async def echo() -> Echo:
    """Return what the server has heard."""
    return Echo()


@pytest.fixture
async def port(proxy: Proxy, echo: Echo) -> AsyncGenerator[int]:
    """Return a port that leads to the server."""
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    yield proxy.listen(server.sockets[0].getsockname()[1])
    server.close()


@pytest.fixture
async def client(port: int) -> AsyncGenerator[Streams]:
    """Return a client's connection through the proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.transport.abort()


async def said(client: Streams, data: bytes, expected: bytes) -> None:
    """Say something, and hear something."""
    client[1].write(data)
    async with asyncio.timeout(5):
        assert await client[0].readexactly(len(expected)) == expected


async def silent(client: Streams, seconds: float = 0.05) -> None:
    """Hear nothing, and no end either."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await client[0].read(1)


async def test_bytes_pass_both_ways_and_are_counted(
    proxy: Proxy, client: Streams
) -> None:
    await said(client, b"hello", b"hello")
    (connection,) = proxy.connections
    assert connection.gone == {Way.UP: 5, Way.DOWN: 5}
    assert connection.chunks == [(Way.UP, 5), (Way.DOWN, 5)]
    assert connection.open


@pytest.mark.parametrize(
    ("fault", "way", "answer"),
    [
        (mishaps.flip, Way.UP, b"he\x93lo"),
        (mishaps.garbage, Way.DOWN, b"he" + b"\xff" * 16 + b"llo"),
        (mishaps.truncate, Way.DOWN, b"heo"),
    ],
)
async def test_bytes_are_corrupted_at_an_offset(
    proxy: Proxy, client: Streams, fault: Fault, way: Way, answer: bytes
) -> None:
    """And only once."""
    await said(client, b"..", b"..")
    proxy.plan = Plan(way, 4, fault)
    await said(client, b"hello", answer)
    await said(client, b"hello", b"hello")
    assert proxy.plan is None


async def test_a_connection_is_cut_in_the_middle(
    proxy: Proxy, client: Streams, echo: Echo
) -> None:
    """What comes before the offset arrives, and then the end."""
    proxy.plan = Plan(Way.UP, 2, mishaps.finish)
    client[1].write(b"hello")
    assert await client[0].read() in {b"", b"he"}
    await eventually(lambda: echo.ended is True)
    assert echo.heard == b"he"


async def test_a_connection_is_reset(proxy: Proxy, client: Streams, echo: Echo) -> None:
    proxy.plan = Plan(Way.DOWN, 0, mishaps.reset)
    client[1].write(b"hello")
    with pytest.raises(ConnectionResetError):
        await client[0].read()
    await eventually(lambda: isinstance(echo.ended, ConnectionResetError))


async def test_a_plan_can_befall_every_connection(proxy: Proxy, port: int) -> None:
    proxy.plan = Plan(Way.UP, 0, mishaps.finish, repeated=True)
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        assert await reader.read() == b""
        writer.close()
    assert proxy.plan is not None


async def test_a_half_open_connection_says_nothing_for_ever(
    proxy: Proxy, client: Streams, echo: Echo
) -> None:
    """Neither end hears of the other's, and its client's end is still seen."""
    await said(client, b"hello", b"hello")
    proxy.connections[0].vanish()
    client[1].write(b"again")
    await silent(client)
    assert echo.heard == b"hello"
    assert proxy.connections[0].open
    client[1].close()
    await eventually(lambda: not proxy.connections[0].open)
    assert not echo.ended


@pytest.mark.parametrize("way", Way)
async def test_a_swallowed_way_is_lost_for_good(
    proxy: Proxy, client: Streams, echo: Echo, way: Way, port: int
) -> None:
    """A new connection is not: a line that works again has new ones only."""
    proxy.traffic[way].swallow = True
    client[1].write(b"hello")
    await silent(client)
    assert echo.heard == (b"" if way is Way.UP else b"hello")
    proxy.traffic[way].swallow = False
    client[1].write(b"hello")
    await silent(client)
    another = await asyncio.open_connection("127.0.0.1", port)
    await said(another, b"hello", b"hello")
    assert proxy.most_open == 2
    another[1].close()


@pytest.mark.parametrize("way", Way)
async def test_a_way_is_delayed_and_throttled(
    proxy: Proxy, client: Streams, way: Way
) -> None:
    proxy.traffic[way].delay = 0.1
    began = time.monotonic()
    await said(client, b"hello", b"hello")
    assert time.monotonic() - began >= 0.1
    proxy.traffic[way].delay, proxy.traffic[way].rate = 0.0, 100
    began = time.monotonic()
    await said(client, b"x" * 20, b"x" * 20)
    assert time.monotonic() - began >= 0.1
    proxy.traffic[way].rate = None
    await said(client, b"x" * 100_000, b"x" * 100_000)


async def test_new_connections_are_refused_and_the_old_one_lives(
    proxy: Proxy, client: Streams, port: int
) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await said(client, b"hello", b"hello")
    proxy.accept()
    another = await asyncio.open_connection("127.0.0.1", port)
    await said(another, b"hello", b"hello")
    another[1].close()


async def test_new_connections_can_be_met_with_silence(
    proxy: Proxy, client: Streams, port: int, echo: Echo
) -> None:
    proxy.mute = True
    another = await asyncio.open_connection("127.0.0.1", port)
    another[1].write(b"hello")
    await silent(another)
    await said(client, b"", b"")
    assert echo.heard == b""
    another[1].close()
