"""A mosquitto process of the test's own, with users, rights and certificates."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import socket
import ssl
import subprocess
from typing import Final

import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from simulator.certificates import issue_certificates
from tests.device.conftest import TOKEN, eventually

HOST: Final = "127.0.0.1"
CLOUD_USER: Final = "cloud"
CLOUD_PASSWORD: Final = "the-cloud-itself"
_START_LIMIT: Final = 10.0
_STOP_LIMIT: Final = 5.0
_ATTEMPTS: Final = 3

# What Blynk lets a device do (docs: device-mqtt-api/topic-structure).
_ACL: Final = f"""\
user device
topic write ds/#
topic write batch_ds
topic write info/#
topic write get/#
topic write event/#
topic write meta/#
topic read downlink/#

user {CLOUD_USER}
topic readwrite #
"""


def program(name: str) -> str:
    """Return where one of mosquitto's programs is; skip the test where it is not.

    Continuous integration has it, or fails: a set of tests that is skipped there
    would never run at all.
    """
    path = os.pathsep.join(
        (os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin")
    )
    if (found := shutil.which(name, path=path)) is not None:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is missing, and CI must not go without it")
    pytest.skip(f"{name} is not installed; Debian's package is called mosquitto")


@dataclass(frozen=True, slots=True)
class Credentials:
    """The files that say who may do what, and whom to trust."""

    folder: Path

    @classmethod
    def issue(cls, folder: Path) -> Credentials:
        """Write users, rights and certificates into a folder."""
        users = folder / "users"
        users.touch(mode=0o600)
        for user, password in (("device", TOKEN), (CLOUD_USER, CLOUD_PASSWORD)):
            subprocess.run(
                [program("mosquitto_passwd"), "-b", str(users), user, password],
                check=True,
                capture_output=True,
                timeout=_START_LIMIT,
            )
        rights = folder / "rights"
        rights.touch(mode=0o600)
        rights.write_text(_ACL)
        issue_certificates(folder)
        return cls(folder)

    def trusting(self) -> ssl.SSLContext:
        """Return a TLS context that trusts this authority only."""
        return ssl.create_default_context(cafile=str(self.folder / "ca.pem"))


class Mosquitto:
    """One broker on four ports of the loopback interface."""

    def __init__(
        self, folder: Path, credentials: Credentials, log_type: str = "all"
    ) -> None:
        """Prepare a broker; `start` runs it. By default it tells of each packet."""
        self._folder = folder
        self._log_type = log_type
        self._credentials = credentials
        self._ports: dict[Transport, int] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def endpoint(self, transport: Transport = Transport.TCP) -> Endpoint:
        """Return where a transport is listened for."""
        return Endpoint(transport, HOST, self._ports[transport])

    @property
    def log(self) -> str:
        """Return all that the broker has said since its last start."""
        return self._log_file.read_text(errors="replace")

    @property
    def _log_file(self) -> Path:
        """Return where the broker's log goes."""
        return self._folder / "mosquitto.log"

    @property
    def at_work(self) -> bool:
        """Return whether the broker has something to do, as Linux sees it.

        What is sent to it wakes it at once; when it sleeps again, it has answered.
        """
        if self._process is None:
            return False
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        # The name in parentheses may be anything.
        return stat.rpartition(")")[2].split()[0] != "S"

    async def start(self) -> None:
        """Run the broker until it listens: on free ports, and later on the same."""
        if self._ports:
            await self._run()
            return
        for attempt in range(_ATTEMPTS):
            self._ports = dict(zip(Transport, _free_ports(len(Transport)), strict=True))
            try:
                await self._run()
            except RuntimeError:
                # Somebody may have taken a port between our look and its start.
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    async def stop(self) -> None:
        """End the broker, and make sure of it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            await eventually(lambda: process.poll() is not None, _STOP_LIMIT)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(_STOP_LIMIT)

    async def _run(self) -> None:
        """Start the process and wait for its word. Raises RuntimeError with its log."""
        process = self._process = self._launched()
        try:
            await eventually(
                lambda: " running" in self.log or process.poll() is not None,
                _START_LIMIT,
            )
        except BaseException:
            await self.stop()
            raise
        if process.poll() is not None:
            raise RuntimeError(f"mosquitto did not start:\n{self.log}")

    def _launched(self) -> subprocess.Popen[bytes]:
        """Return the process, which may still fail."""
        configuration = self._folder / "mosquitto.conf"
        configuration.write_text(self._configuration())
        with self._log_file.open("wb") as log:
            return subprocess.Popen(
                [program("mosquitto"), "-c", str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _configuration(self) -> str:
        """Return mosquitto.conf."""
        folder = self._credentials.folder
        lines = [
            # As root it would become a user that can't read the test's files.
            *(["user root"] if os.geteuid() == 0 else []),
            "allow_anonymous false",
            f"password_file {folder / 'users'}",
            f"acl_file {folder / 'rights'}",
            "persistence false",
            "max_queued_messages 0",
            # Else an answer may wait for the acknowledgement of the one before.
            "set_tcp_nodelay true",
            "log_dest stderr",
            f"log_type {self._log_type}",
        ]
        for transport, port in self._ports.items():
            lines.append(f"listener {port} {HOST}")
            if transport.websocket:
                lines.append("protocol websockets")
            if transport.encrypted:
                lines.append(f"certfile {folder / 'server.pem'}")
                lines.append(f"keyfile {folder / 'server.key'}")
        return "\n".join((*lines, ""))


@asynccontextmanager
async def mosquitto_in(
    folder: Path, credentials: Credentials, log_type: str = "all"
) -> AsyncGenerator[Mosquitto]:
    """Run a broker that keeps its files in a folder, for as long as the block."""
    broker = Mosquitto(folder, credentials, log_type)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


def _free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for listener in sockets:
            listener.bind((HOST, 0))
        return [listener.getsockname()[1] for listener in sockets]
    finally:
        for listener in sockets:
            listener.close()
