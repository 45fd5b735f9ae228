"""Child processes that end with the demo, and the ports they need."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
import contextlib
import os
from pathlib import Path
import signal
import socket

from .waiting import DemoError

LOCALHOST = "127.0.0.1"


class ChildProcess:
    """One program in a session of its own, so that Ctrl-C reaches it only through stop()."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        log_file: Path,
        cwd: Path,
        env: Mapping[str, str],
    ) -> None:
        """Remember what to run; its output goes to log_file."""
        self.name = name
        self.log_file = log_file
        self._command = command
        self._cwd = cwd
        self._env = env
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """Return the process id while it has been started."""
        return self._process.pid if self._process else None

    @property
    def exit_status(self) -> int | None:
        """Return the exit status once the program has ended."""
        return self._process.returncode if self._process else None

    async def start(self) -> None:
        """Start the program."""
        with self.log_file.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._cwd,
                env=self._env,
                start_new_session=True,
            )

    async def wait(self) -> int:
        """Wait until the program ends by itself; return its exit status."""
        if self._process is None:
            raise DemoError(f"{self.name} was not started")
        return await self._process.wait()

    def check_alive(self) -> None:
        """Raise DemoError when the program has ended."""
        if self.exit_status is not None:
            raise DemoError(f"{self.name} ended with status {self.exit_status}")

    async def stop(self, timeout: float) -> bool:
        """Ask the program to end, kill it after timeout seconds; return whether it obeyed."""
        process = self._process
        if process is None:
            return True
        obeyed = True
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(timeout):
                    await process.wait()
            except TimeoutError:
                obeyed = False
        # What the program itself may have started and left behind is in its process group.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        return obeyed


def free_port() -> int:
    """Return a TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        port: int = probe.getsockname()[1]
        return port


def require_port(port: int, purpose: str, option: str) -> None:
    """Raise DemoError when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError as err:
            raise DemoError(
                f"port {port} is in use, and {purpose} needs it: "
                f"stop what listens there, or choose another with {option}"
            ) from err
