"""Fixtures for the device protocol: a simulator, and settings that reach it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
import socket
import ssl

import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.link import Protocol
from custom_components.blynk_bridge.device.messages import DeviceInfo
from custom_components.blynk_bridge.device.session import SessionSettings
from simulator import Simulator, SimulatorOptions
from simulator.datastreams import Datastream, DataType as TemplateType
from simulator.regions import Region

TOKEN = "abcdefghijklmnopqrstuvwxyz012345"
INFO = DeviceInfo("TMPLabcd1234", "0.1.0", "Nov 22 2026 12:00:00")

TEMPLATE = (
    Datastream(name="Switch", pin=1, type=TemplateType.INTEGER, min=0, max=1),
    Datastream(name="Temperature", pin=2, min=-50, max=100),
    Datastream(name="Text", pin=3, type=TemplateType.STRING),
)


@pytest.fixture
async def sim(socket_enabled: None) -> AsyncGenerator[Simulator]:
    """Return a running simulator of two regions."""
    options = SimulatorOptions(
        token=TOKEN, template_id=INFO.template_id, datastreams=TEMPLATE
    )
    async with Simulator(options) as simulator:
        yield simulator


@pytest.fixture
def trusting(sim: Simulator) -> ssl.SSLContext:
    """Return a TLS context that trusts the simulator's authority only."""
    return ssl.create_default_context(cafile=str(sim.ca_file))


@pytest.fixture(params=list(Protocol))
def protocol(request: pytest.FixtureRequest) -> Protocol:
    """Run the test with each version of MQTT."""
    version: Protocol = request.param
    return version


def endpoint(region: Region, transport: Transport = Transport.TCP) -> Endpoint:
    """Return a region's endpoint for a transport."""
    port = {
        Transport.TCP: region.mqtt_port,
        Transport.TLS: region.tls_port,
        Transport.WS: region.ws_port,
        Transport.WSS: region.wss_port,
    }[transport]
    return Endpoint(transport, region.host, port)


def settings(sim: Simulator) -> SessionSettings:
    """Return settings for the simulator's entry region over TCP."""
    return SessionSettings(endpoint=endpoint(sim.entry), token=TOKEN, info=INFO)


type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(
    serve: Serve, tls: ssl.SSLContext | None = None, *, receive_buffer: int = 0
) -> AsyncGenerator[int]:
    """Run a server of any behaviour on a free port, and end all it has begun.

    `receive_buffer` is its size in bytes, 0 for the system's own. What is made smaller
    on a connection that stands has promised more already, and drops it.
    """
    serving: set[asyncio.Task[None]] = set()

    async def accept(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            await serve(reader, writer)
        except ConnectionError, asyncio.IncompleteReadError:
            pass
        finally:
            serving.discard(task)
            writer.close()

    listening = socket.create_server(("127.0.0.1", 0))
    if receive_buffer:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    listener = await asyncio.start_server(accept, sock=listening, ssl=tls)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for task in list(serving):
            task.cancel()
        if serving:
            await asyncio.wait(list(serving))


async def eventually(condition: Callable[[], object], timeout: float = 15) -> None:
    """Wait until a condition that no event announces has come true."""
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.01)
