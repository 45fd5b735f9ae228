"""A PostgreSQL server of the test's own, for the recorder."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
import os
from pathlib import Path
import pwd
import shutil
import subprocess
import tempfile
from typing import Final
from urllib.parse import quote

import pytest

from demo.processes import ChildProcess
from demo.waiting import wait_for

_ACCOUNT: Final = "postgres"
_DEBIAN: Final = Path("/usr/lib/postgresql")
"""Where Debian keeps servers of all versions, none of them in the search path."""
_START_LIMIT: Final = 30.0
_STOP_LIMIT: Final = 10.0
_SOCKET: Final = ".s.PGSQL.5432"


def program(name: str) -> Path:
    """Return where one of PostgreSQL's programs is; skip the test where it is not.

    Continuous integration has it, or fails: a test that is skipped there would
    never run at all.
    """
    if found := sorted(_DEBIAN.glob(f"*/bin/{name}"), key=_version):
        return found[-1]
    if (path := shutil.which(name)) is not None:
        return Path(path)
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is missing, and CI must not go without it")
    pytest.skip(f"{name} is not installed; Debian's package is called postgresql")


def _version(path: Path) -> list[int]:
    """Return a program's version, from its folder: 15, or 9.6 long ago."""
    version = path.relative_to(_DEBIAN).parts[0]
    return [int(part) for part in version.split(".") if part.isdigit()]


@asynccontextmanager
async def postgresql() -> AsyncGenerator[str]:
    """Run a server on a Unix socket, and yield its database as the recorder's `db_url`."""
    initdb, postgres = program("initdb"), program("postgres")
    # The test's own folders are closed to other accounts, and a socket's path has
    # no more than 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="blynk-bridge-pg-"))
    try:
        as_account = _as_account(folder)
        data = folder / "data"
        create: list[str | Path] = [
            *as_account,
            *(initdb, "--pgdata", data, "--username", _ACCOUNT),
            *("--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"),
        ]
        await asyncio.to_thread(_run, create, folder)
        server = ChildProcess(
            "PostgreSQL",
            [
                *as_account,
                *(postgres, "-D", data, "-k", folder, "-F"),
                *("-c", "listen_addresses="),
            ],
            folder / "postgresql.log",
            cwd=folder,
            env=os.environ,
        )
        await server.start()
        try:
            await wait_for(
                lambda: _listens(server, folder), _START_LIMIT, "PostgreSQL listens"
            )
            yield f"postgresql://{_ACCOUNT}@/postgres?host={quote(str(folder), safe='')}"
        finally:
            await server.stop(_STOP_LIMIT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: Sequence[str | Path], folder: Path) -> None:
    """Run a program until it has ended well."""
    subprocess.run(command, check=True, timeout=_START_LIMIT, cwd=folder)


def _as_account(folder: Path) -> list[str]:
    """Return what runs a program as the owner of the folder: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwnam(_ACCOUNT)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
    ]


async def _listens(server: ChildProcess, folder: Path) -> bool:
    """Return whether the socket is there, which is made last of all."""
    server.check_alive()
    # Before it says so, it refuses connections.
    return (folder / _SOCKET).exists() and "is ready" in server.log_file.read_text()
