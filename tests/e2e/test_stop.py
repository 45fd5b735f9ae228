"""A real Home Assistant among servers of all kinds: its start and its stop wait for none."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from demo.waiting import wait_for
from simulator import Simulator, SimulatorOptions
from simulator.datastreams import Datastream, DataType
from simulator.journal import Kind
from tests.conftest import TEMPLATE_ID, exposure

from . import peers
from .home import QUIET_LOGGER, Entry, Home
from .peers import Peer, Peers

START_ALLOWANCE: Final = 4.0
"""Seconds; of our deadlines for a server, the first is 10 s."""
STOP_ALLOWANCE: Final = 2.0

TEXTS: Final = 30
"""Of 255 characters each: more than a message, and more than may be on its way at once."""
CONFIGURATION: Final = "input_text:\n" + "".join(
    f"  text{number}:\n    max: 255\n    initial: {'x' * 255}\n"
    for number in range(TEXTS)
)
EXPOSURES: Final = [
    exposure(f"input_text.text{number}", "value", f"Text{number}", "string", "publish")
    for number in range(TEXTS)
]
DATASTREAMS: Final = tuple(
    Datastream(name=f"Text{number}", pin=number, type=DataType.STRING)
    for number in range(TEXTS)
)

MET: Final[tuple[tuple[str, str, Peers], ...]] = (
    ("refused", "tcp", peers.refusing),
    ("black hole", "tcp", peers.black_hole),
    ("mute", "tcp", peers.mute),
    ("mute TLS", "tls", peers.mute),
    ("mute WebSocket", "ws", peers.mute),
    ("deaf", "tcp", peers.deaf),
)
"""What it is, how it is connected to, and how it behaves."""


@dataclass(frozen=True, slots=True)
class Run:
    """How long Home Assistant has taken, in seconds."""

    start: float
    stop: float


async def _run(folder: Path, entries: Sequence[Entry], met: Sequence[Peer]) -> Run:
    """Run Home Assistant until it has met everybody; the log must be free of complaints."""
    home = Home(folder, f"{CONFIGURATION}{QUIET_LOGGER}", entries)
    async with home:
        report = await home.take_report()
        assert report.started_s is not None
        assert report.slow_of_ours == []

        async def alone() -> list[int]:
            return [peer.port for peer in met if not peer.held]

        await wait_for(alone, 40, "all are connected to", lambda ports: not ports)
        assert await home.stop()
    assert home.complaints() == []
    assert "Traceback" not in home.log
    for complaint in ("taking over", "Something is blocking", "Timed out waiting"):
        assert complaint not in home.log
    return Run(report.started_s, float((folder / "stopped").read_text()))


async def test_no_server_delays_start_or_stop(
    tmp_path: Path, socket_enabled: None
) -> None:
    """One entry for each kind of server, and one for a good one, in one home.

    Compared with the same home without them; both without the time in which the
    machine let others run. The stop is over when the event loop has ended; Python
    still takes a second or more to clear up, with or without us.
    """
    without = await _run(tmp_path / "without", (), ())
    options = SimulatorOptions(
        token="good" * 8, template_id=TEMPLATE_ID, datastreams=DATASTREAMS
    )
    async with AsyncExitStack() as stack:
        good = await stack.enter_async_context(Simulator(options))
        met = [await stack.enter_async_context(open_peer()) for *_, open_peer in MET]
        entries = [
            Entry(
                port=peer.port,
                entry_id=f"01{number}",
                token=f"{number}" * 32,
                transport=transport,
                exposures=EXPOSURES,
            )
            for number, ((_, transport, _), peer) in enumerate(
                zip(MET, met, strict=True)
            )
        ]
        entries.append(
            Entry(port=good.entry.mqtt_port, token=good.token, exposures=EXPOSURES)
        )
        among = await _run(tmp_path / "among", entries, met)
        assert good.device.datastreams["Text0"].value == "x" * 255
        assert good.journal.find(Kind.DISCONNECT, direction="in")
    assert among.start < without.start + START_ALLOWANCE
    assert among.stop < without.stop + STOP_ALLOWANCE
