"""One Home Assistant process of the demo: a fresh configuration folder, started, onboarded, stopped."""

import asyncio
import json
import os
from pathlib import Path
import shutil
import sys
from typing import Self

import certifi

from .client import HomeAssistantClient
from .processes import LOCALHOST, ChildProcess
from .waiting import wait_for

ROOT = Path(__file__).parents[1]
INTEGRATION = ROOT / "custom_components" / "blynk_bridge"
USERNAME = "demo"
PASSWORD = "blynk-bridge"  # noqa: S105 # printed for whoever runs the demo; it listens on this machine only
START_TIMEOUT = (
    150.0  # the very first start installs what Home Assistant's own integrations want
)
STOP_TIMEOUT = 15.0
RESTART_EXIT_STATUS = 100


class HomeAssistant:
    """A Home Assistant process with the demo's home in a folder of its own."""

    def __init__(
        self, folder: Path, port: int, ca_file: Path, archive: Path | None = None
    ) -> None:
        """Remember where to run and which extra certificate authority to trust.

        The integration is the checkout's, or what an archive of a release holds.
        """
        self.folder = folder
        self._archive = archive
        self.client = HomeAssistantClient(f"http://{LOCALHOST}:{port}")
        self._port = port
        self._ca_file = ca_file
        self.process = ChildProcess(
            "Home Assistant",
            [Path(sys.executable).parent / "hass", "-c", folder, "--log-no-color"],
            folder / "output.log",
            cwd=folder,
            env={**os.environ, "REQUESTS_CA_BUNDLE": str(folder / "ca-bundle.pem")},
        )

    @property
    def log_files(self) -> list[Path]:
        """Return every file Home Assistant has logged to."""
        return [self.process.log_file, *sorted(self.folder.glob("home-assistant.log*"))]

    async def __aenter__(self) -> Self:
        """Write the configuration, start, and create the user."""
        try:
            await asyncio.to_thread(self._write_configuration)
            await self.start()
            await self.client.onboard("Demo", USERNAME, PASSWORD)
            await self.wait_until_running()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop, whatever happened."""
        await self.client.__aexit__()
        await self.stop()

    async def start(self) -> None:
        """Start the process and wait until it answers."""
        await self.process.start()
        await wait_for(self._answers, START_TIMEOUT, "Home Assistant answers")

    async def wait_until_running(self) -> None:
        """Wait until everything of the configuration is set up."""
        await wait_for(self._is_running, START_TIMEOUT, "Home Assistant has started")

    async def stop(self) -> bool:
        """Stop the process; return whether it ended when asked to."""
        return await self.process.stop(STOP_TIMEOUT)

    async def _answers(self) -> bool:
        self.process.check_alive()
        return await self.client.answers()

    async def _is_running(self) -> bool:
        self.process.check_alive()
        return await self.client.is_running()

    def _write_configuration(self) -> None:
        """Make the configuration folder: the demo's home and the integration."""
        config = ROOT / "config"
        shutil.copy(config / "configuration.yaml", self.folder)
        shutil.copytree(config / "packages", self.folder / "packages")
        shutil.copy(Path(__file__).parent / "dashboard.yaml", self.folder)
        installed = self.folder / "custom_components" / INTEGRATION.name
        installed.parent.mkdir()
        if self._archive is None:
            installed.symlink_to(INTEGRATION)
        else:
            shutil.unpack_archive(self._archive, installed, "zip")
        bundle = Path(certifi.where()).read_bytes() + self._ca_file.read_bytes()
        (self.folder / "ca-bundle.pem").write_bytes(bundle)
        # In configuration.yaml these would make the frontend ask to confirm them, and the
        # onboarding would set up integrations that want the internet.
        self._write_storage(
            "http", 1, {"server_host": [LOCALHOST], "server_port": self._port}
        )
        self._write_storage(
            "onboarding", 4, {"done": ["core_config", "analytics", "integration"]}
        )

    def _write_storage(self, key: str, version: int, data: dict[str, object]) -> None:
        """Write one file of Home Assistant's storage."""
        storage = self.folder / ".storage"
        storage.mkdir(exist_ok=True)
        content = {"version": version, "minor_version": 1, "key": key, "data": data}
        (storage / key).write_text(json.dumps(content), encoding="utf-8")
