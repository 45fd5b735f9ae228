"""A Home Assistant that starts and stops again and again, and the clouds it meets."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
import os
from pathlib import Path
import time
from typing import Final

from custom_components.blynk_bridge.const import DOMAIN
from demo.waiting import DemoError, wait_for
from simulator import Simulator, SimulatorOptions
from tests.conftest import TEMPLATE_ID, TOKEN
from tests.e2e import peers
from tests.e2e.home import Entry, Home, until_online
from tests.e2e.peers import Peers

from .two_hundred import CONFIGURATION, ENTITY_IDS, datastreams, exposures

_MEETING_TIMEOUT: Final = 40.0


@dataclass(frozen=True, slots=True)
class Cloud:
    """What Home Assistant meets: where, how, and how to tell that it has met it."""

    port: int
    transport: str
    met: Callable[[], Awaitable[None]]


type Opened = Callable[[], AbstractAsyncContextManager[Cloud]]


@asynccontextmanager
async def _silent(peer: Peers, transport: str) -> AsyncGenerator[Cloud]:
    """Have a cloud that lets nobody in."""
    async with peer() as opened:

        async def held() -> int:
            return opened.held

        async def met() -> None:
            await wait_for(held, _MEETING_TIMEOUT, "the cloud is connected to")

        yield Cloud(opened.port, transport, met)


@asynccontextmanager
async def _answering() -> AsyncGenerator[Cloud]:
    """Have a cloud that knows every datastream."""
    options = SimulatorOptions(
        token=TOKEN, template_id=TEMPLATE_ID, datastreams=datastreams()
    )
    async with Simulator(options) as simulator:
        port = simulator.entry.mqtt_port
        yield Cloud(port, "tcp", partial(until_online, simulator))


CLOUDS: Final[dict[str, Opened]] = {
    "refuses": partial(_silent, peers.refusing, "tls"),
    "is a black hole": partial(_silent, peers.black_hole, "tls"),
    "is a mute TLS server": partial(_silent, peers.mute, "tls"),
    "answers": _answering,
}
"""What there is, as it ends a sentence: "the cloud …"."""


@dataclass(frozen=True, slots=True)
class Life:
    """One start and one stop of Home Assistant, in seconds."""

    start: float
    """From the process's beginning; without what the machine withheld, as the stop."""
    stop: float
    """From being asked to stop until the event loop has ended."""
    gone: float
    """From the signal until the process has ended, as it was."""
    processor: float
    """Of the whole process, all threads, from its beginning until it had started."""
    setup: float | None
    """Of the integration alone, as Home Assistant's own startup times have it."""
    slow: Sequence[str]
    """What of the integration's has held up the loop, see `LoopReport.slow_of_ours`."""


@dataclass(frozen=True, slots=True)
class Household:
    """A home with the two hundred, and the cloud in front of it if there is one."""

    home: Home
    cloud: Cloud | None

    @classmethod
    def in_folder(cls, folder: Path, cloud: Cloud | None) -> Household:
        """Prepare it: with an entry if there is a cloud, and alike in all else."""
        entries = (
            [Entry(port=cloud.port, transport=cloud.transport, exposures=exposures())]
            if cloud is not None
            else []
        )
        home = Home(folder, CONFIGURATION, entries)
        return cls(home, cloud)

    async def settle_in(self) -> list[str]:
        """Stop after the first start, which has made the folder's files.

        Returns what Home Assistant has set up. Raises DemoError unless that is the
        two hundred, and the integration where it should be.
        """
        config = await self.home.client.request("GET", "/api/config")
        components: list[str] = sorted(config["components"])
        there = {state.entity_id for state in await self.home.client.states()}
        if missing := set(ENTITY_IDS) - there:
            raise DemoError(f"not there: {', '.join(sorted(missing))}")
        if (DOMAIN in components) is (self.cloud is None):
            raise DemoError(f"Home Assistant has set up: {', '.join(components)}")
        await self._stop()
        return components

    async def live(self) -> Life:
        """Start on what is there, meet the cloud, and stop."""
        await self.home.start_again()
        processor = _processor_seconds(self.home)
        report = await self.home.take_report()
        if report.started_s is None:
            raise DemoError("the probe has not seen the start")
        timings = await self.home.client.command("integration/setup_info")
        if self.cloud is not None:
            await self.cloud.met()
        gone = await self._stop()
        return Life(
            start=report.started_s,
            stop=float((self.home.folder / "stopped").read_text(encoding="ascii")),
            gone=gone,
            processor=processor,
            setup={each["domain"]: each["seconds"] for each in timings}.get(DOMAIN),
            slow=[each["what"] for each in report.slow_of_ours],
        )

    async def _stop(self) -> float:
        """Return how long that has taken. Raises DemoError if it took 15 s."""
        (self.home.folder / "stopped").unlink(missing_ok=True)
        asked = time.perf_counter()
        if not await self.home.stop():
            raise DemoError("Home Assistant did not stop")
        return time.perf_counter() - asked


def _processor_seconds(home: Home) -> float:
    """Return what the process has taken the processor so far."""
    stat = Path(f"/proc/{home.process.pid}/stat").read_text(encoding="ascii")
    # The second field is the program's name, in brackets; it may have spaces.
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
