"""A real Home Assistant process whose home a test describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import os
from pathlib import Path
import signal
import sys
from typing import Any, Protocol, Self

from homeassistant.config_entries import ConfigSubentryData

from custom_components.blynk_bridge.config_flow import BlynkConfigFlow
from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.flows.credentials import Credentials
from demo import logs
from demo.home_assistant import HomeAssistant
from demo.processes import ChildProcess, free_port
from simulator import Simulator
from tests.conftest import TEMPLATE_ID, TOKEN

PROBE = Path(__file__).parent / "loop_probe"
NOT_OURS = """\
    # Tools for cameras that this home has not: ffmpeg, libturbojpeg.
    haffmpeg: critical
    homeassistant.components.camera: critical
"""
QUIET_LOGGER = f"""\
logger:
  default: warning
  logs:
{NOT_OURS}    custom_components.blynk_bridge: debug
"""
BUSY_LIMIT = 100.0
IDLE_LIMIT = 500.0
"""Milliseconds that one callback may compute, and wait."""


class StoredEntry(Protocol):
    """An entry of any integration."""

    def stored(self) -> dict[str, Any]:
        """Return the entry as Home Assistant stores it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of ours that was set up long ago."""

    port: int
    entry_id: str = "01TESTENTRY"
    token: str = TOKEN
    transport: str = "tcp"
    exposures: Sequence[ConfigSubentryData] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """Return the entry as Home Assistant stores it."""
        return {
            "entry_id": self.entry_id,
            "domain": DOMAIN,
            "title": self.entry_id,
            "version": BlynkConfigFlow.VERSION,
            "minor_version": BlynkConfigFlow.MINOR_VERSION,
            "source": "user",
            "unique_id": Credentials.parse(self.token).fingerprint,
            "options": dict(self.options),
            "subentries": [
                {**exposure, "subentry_id": f"{self.entry_id}{number}"}
                for number, exposure in enumerate(self.exposures)
            ],
            "data": {
                "token": self.token,
                "template_id": TEMPLATE_ID,
                "host": "127.0.0.1",
                "port": self.port,
                "transport": self.transport,
                "verify_ssl": True,
                "protocol": "3.1.1",
            },
        }


@dataclass(frozen=True, slots=True)
class LoopReport:
    """What the probe has seen of Home Assistant's event loop since the last report."""

    ticks: int
    lag_ms: float
    """The worst, without what the machine kept from the loop."""
    raw_lag_ms: float
    slow: list[dict[str, Any]]
    """Callbacks of more than 100 ms: what, busy_ms (computing), idle_ms (waiting)."""
    resident_kb: int
    started_s: float | None
    """Seconds from the process's beginning until Home Assistant had started."""

    @property
    def slow_of_ours(self) -> list[dict[str, Any]]:
        """Return those that are the integration's, and slow by themselves.

        Waiting may be for another thread, which the machine keeps from the processor while
        it has Python's lock; a callback that waits for a server waits longer.
        """
        return [
            each
            for each in self.slow
            if DOMAIN in _called(each["what"])
            and (each["busy_ms"] > BUSY_LIMIT or each["idle_ms"] > IDLE_LIMIT)
        ]


def _called(what: str) -> str:
    """Return the task or the function that was called, without what it belongs to.

    That may be anything: Home Assistant's set of all tasks has ours among them.
    """
    return what if what.startswith("<Task") else what.partition(" of ")[0]


class Home(HomeAssistant):
    """A process with a configuration and entries of the test's own.

    The probe is among its custom components, unless others are named.
    """

    def __init__(
        self,
        folder: Path,
        configuration: str,
        entries: Sequence[StoredEntry] = (),
        authority: bytes = b"",
        arguments: Sequence[str] = (),
        components: Sequence[Path] = (PROBE,),
    ) -> None:
        """Prepare a home in a folder; the authority's certificates are trusted."""
        folder.mkdir()
        ca_file = folder / "authority.pem"
        ca_file.write_bytes(authority)
        super().__init__(folder, free_port(), ca_file)
        self._configuration = configuration
        self._entries = entries
        self._components = components
        hass = Path(sys.executable).parent / "hass"
        self.process = ChildProcess(
            "Home Assistant",
            [hass, "-c", folder, "--log-no-color", *arguments],
            folder / "output.log",
            cwd=folder,
            env={
                **os.environ,
                "REQUESTS_CA_BUNDLE": str(folder / "ca-bundle.pem"),
            },
        )

    async def __aenter__(self) -> Self:
        """Start, and wait until everything is set up."""
        return await super().__aenter__()

    @property
    def log(self) -> str:
        """Return what Home Assistant has logged since the first start."""
        return self.process.log_file.read_text(encoding="utf-8", errors="replace")

    def complaints(self) -> list[str]:
        """Return errors of the integration, and what Home Assistant holds against it."""
        return logs.errors_of_the_integration(self.process.log_file)

    async def kill(self) -> None:
        """End the process as a power cut does: at once, whatever it is doing."""
        if self.process.pid is None:
            raise RuntimeError("Home Assistant was not started")
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    async def start_again(self) -> None:
        """Start on the same folder, after an end of whatever kind."""
        await self.start()
        await self.wait_until_running()

    async def take_report(self) -> LoopReport:
        """Ask the probe what it has seen since the last time."""
        path = "/api/services/loop_probe/take?return_response"
        answer = await self.client.request("POST", path, {})
        return LoopReport(**answer["service_response"])

    def _write_configuration(self) -> None:
        super()._write_configuration()
        configuration = self.folder / "configuration.yaml"
        loaded = "".join(f"{component.name}:\n" for component in self._components)
        configuration.write_text(
            f"config:\n{loaded}{self._configuration}", encoding="utf-8"
        )
        for component in self._components:
            (self.folder / "custom_components" / component.name).symlink_to(component)
        entries = [entry.stored() for entry in self._entries]
        self._write_storage("core.config_entries", 1, {"entries": entries})


async def until_online(simulator: Simulator) -> None:
    """Wait until the device is there, and listens."""
    await simulator.wait_for(
        lambda: (
            (session := simulator.broker.session_of(simulator.device)) is not None
            and session.subscribed("downlink/ping")
        ),
        timeout=40,
    )
