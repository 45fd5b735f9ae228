"""Fixtures: a running simulator with a datastream of every type, and clients for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import aiohttp
import pytest

from simulator import Datastream, DataType, Simulator, SimulatorOptions
from simulator.mqtt.packets import V5, V311

from .peer import Peer

TOKEN = "abcdefghijklmnopqrstuvwxyz012345"

TEMPLATE = (
    Datastream(
        name="Switch", pin=0, type=DataType.INTEGER, min=0, max=1, default=0, sync=True
    ),
    Datastream(name="Temperature", pin=1, type=DataType.DOUBLE, min=-40, max=80),
    Datastream(name="Text", pin=2, type=DataType.STRING),
    Datastream(name="Open", pin=3, type=DataType.BOOLEAN),
    Datastream(
        name="Mode", pin=4, type=DataType.ENUM, labels=("Off", "Heat"), fallback=0
    ),
    Datastream(name="Place", pin=5, type=DataType.LOCATION),
    Datastream(name="Wohnzimmer Größe", pin=6, type=DataType.INTEGER, sync=True),
)

type OpenPeer = Callable[..., AbstractAsyncContextManager[Peer]]


@pytest.fixture
async def sim(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a running simulator of two regions."""
    async with Simulator(
        SimulatorOptions(token=TOKEN, datastreams=TEMPLATE)
    ) as simulator:
        yield simulator


@pytest.fixture(params=[V311, V5], ids=["3.1.1", "5"])
def level(request: pytest.FixtureRequest) -> int:
    """Run the test with each protocol level."""
    chosen: int = request.param
    return chosen


@pytest.fixture
def open_peer(sim: Simulator, level: int) -> OpenPeer:
    """Return an opener of bare connections; without a region, to the entry."""

    def open_(region: str | None = None) -> AbstractAsyncContextManager[Peer]:
        port = sim.regions[region or sim.entry.name].mqtt_port
        return Peer.open(port, level)

    return open_


@pytest.fixture
async def peer(open_peer: OpenPeer) -> AsyncIterator[Peer]:
    """Return a bare connection to the entry region, before CONNECT."""
    async with open_peer() as opened:
        yield opened


@pytest.fixture
async def device(sim: Simulator, peer: Peer) -> Peer:
    """Return a connected client that is subscribed to downlink/#."""
    await peer.subscribed(TOKEN)
    return peer


@pytest.fixture
async def http(sim: Simulator) -> AsyncIterator[aiohttp.ClientSession]:
    """Return an HTTP client of the entry region."""
    base = f"http://127.0.0.1:{sim.entry.http_port}"
    async with aiohttp.ClientSession(base) as session:
        yield session
