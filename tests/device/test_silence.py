"""Links that die without a word: how long until it shows. docs/architecture.md says the same."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    BlynkError,
    ConnectionLost,
    ConnectTimeout,
    LinkError,
    NotAcknowledged,
)
from custom_components.blynk_bridge.device.link import (
    ACKNOWLEDGE_TIMEOUT,
    CONNECT_TIMEOUT,
    KEEPALIVE,
    Protocol,
)
from custom_components.blynk_bridge.device.messages import Publication
from custom_components.blynk_bridge.device.session import SessionSettings
from simulator import Simulator
from simulator.behaviour import SecondClient
from simulator.journal import Kind
from tests.skipped_time import skipped_time

from .conftest import INFO, TOKEN, eventually, server, settings
from .test_session import VALUE, Running, running


@dataclass
class Line:
    """A line to a broker that can die: it takes every byte, and carries none."""

    broker: int
    port: int = 0
    alive: bool = True
    swallowed: bytearray = field(default_factory=bytearray)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Carry bytes both ways while the line lives."""
        inward, outward = await asyncio.open_connection("127.0.0.1", self.broker)
        try:
            await asyncio.gather(
                self._carry(reader, outward), self._carry(inward, writer)
            )
        finally:
            outward.close()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        while data := await source.read(1024):
            if self.alive:
                sink.write(data)
                await sink.drain()
            else:
                self.swallowed.extend(data)
        sink.close()


@asynccontextmanager
async def on_a_line(
    sim: Simulator, protocol: Protocol
) -> AsyncGenerator[tuple[Line, Running]]:
    """Run a session over a line of its own, in skipped time, until it is ready."""
    line = Line(sim.entry.mqtt_port)
    with skipped_time(asyncio.get_running_loop()) as skipped:
        sim.cloud.clock = skipped.wall
        async with server(line.serve) as line.port:
            target = Endpoint(Transport.TCP, "127.0.0.1", line.port)
            config = SessionSettings(
                endpoint=target, token=TOKEN, info=INFO, protocol=protocol
            )
            async with running(config, pause=60) as run:
                await run.ready()
                yield line, run


async def seconds_until_lost(run: Running, kind: type[BlynkError]) -> float:
    """Return how long it takes until the session notices."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    await eventually(run.errors, 600)
    assert run.errors() == [kind]
    assert not run.session.ready
    return loop.time() - started


async def test_a_line_that_dies_idle_shows_within_two_keepalives(
    sim: Simulator, protocol: Protocol
) -> None:
    """A ping after 45 s of silence, and as long without its answer."""
    async with on_a_line(sim, protocol) as (line, run):
        line.alive = False
        lost_after = await seconds_until_lost(run, ConnectionLost)
    assert KEEPALIVE < lost_after <= 2 * KEEPALIVE + 1
    assert line.swallowed.startswith(b"\xc0\x00")


async def test_a_line_that_dies_while_something_is_sent_shows_at_once(
    sim: Simulator, protocol: Protocol
) -> None:
    """Ten seconds without an acknowledgement, and the message is not lost."""
    async with on_a_line(sim, protocol) as (line, run):
        line.alive = False
        sending = asyncio.ensure_future(run.session.publish(VALUE))
        lost_after = await seconds_until_lost(run, ConnectionLost)
        with pytest.raises(NotAcknowledged):
            await sending
    assert lost_after == pytest.approx(ACKNOWLEDGE_TIMEOUT, abs=0.5)


async def test_what_comes_in_does_not_hide_that_nothing_goes_out(
    sim: Simulator,
) -> None:
    """Half-open: the server talks, and hears nothing. Pings are due all the same."""
    async with on_a_line(sim, Protocol.V311) as (_, run):
        loop = asyncio.get_running_loop()
        sim.behaviour.withhold_pingresp = True
        started = loop.time()
        while not run.errors() and loop.time() - started < 600:
            await sim.press("Switch", 1)
            await asyncio.sleep(5)
        assert run.errors() == [ConnectionLost]
        assert loop.time() - started <= 2 * KEEPALIVE + 6


@pytest.mark.parametrize(
    ("fault", "kind", "seconds"),
    [
        ("mute", ConnectTimeout, CONNECT_TIMEOUT),
        ("withhold_connack", ConnectTimeout, CONNECT_TIMEOUT),
        ("withhold_suback", NotAcknowledged, ACKNOWLEDGE_TIMEOUT),
        ("withhold_puback", NotAcknowledged, ACKNOWLEDGE_TIMEOUT + 0.5),
    ],
)
async def test_a_server_that_accepts_and_stays_mute(
    sim: Simulator, fault: str, kind: type[LinkError], seconds: float
) -> None:
    """Whatever it leaves out, ten seconds tell; and it heals by itself."""
    setattr(sim.behaviour, fault, True)
    loop = asyncio.get_running_loop()
    with skipped_time(loop) as skipped:
        sim.cloud.clock = skipped.wall
        async with running(settings(sim), pause=1) as run:
            started = loop.time()
            await run.backed_off(kind, 60)
            assert loop.time() - started == pytest.approx(seconds, abs=0.5)
            setattr(sim.behaviour, fault, False)
            await run.ready(60)


async def test_an_idle_hour_is_a_ping_in_45_seconds_and_nothing_else(
    sim: Simulator,
) -> None:
    """What lives idle stays, and costs no message."""
    hours = 1
    with skipped_time(asyncio.get_running_loop()) as skipped:
        sim.cloud.clock = skipped.wall
        async with running(settings(sim)) as run:
            await run.ready()
            await asyncio.sleep(hours * 3600)
            assert run.session.ready
            assert run.session.messages_sent == 1
    pings = len(sim.journal.find(Kind.PING, direction="in"))
    assert hours * 3600 / KEEPALIVE * 0.9 <= pings <= hours * 3600 / KEEPALIVE + 1


async def test_a_second_client_that_is_mute_is_told_nothing(sim: Simulator) -> None:
    """Acknowledged, and neither heard nor served: only a question shows it."""
    sim.behaviour.second_client = SecondClient.NEW_MUTE
    question = Publication("get/ds", b"Switch")
    async with running(settings(sim)) as first:
        await first.ready()
        await first.session.publish(Publication("ds/Switch", b"1"))
        async with running(settings(sim)) as second:
            await second.ready()
            await second.session.publish(Publication("ds/Switch", b"0"))
            await second.session.publish(question)
            await first.session.publish(question)
            await eventually(lambda: first.messages)
            assert not second.messages
            assert not second.errors()
    assert sim.device.datastreams["Switch"].value == 1
