"""What was measured on: a figure means little without it."""

from datetime import UTC, datetime
from importlib.metadata import version
import os
from pathlib import Path
import platform
import re
import shutil
import subprocess
from typing import Final

from demo import release

from .results import Table

_SYSTEM_PROGRAMS: Final = "/usr/sbin:/usr/local/sbin"
"""Debian keeps servers out of the search path of a user."""
_GIB: Final = 1 << 20
"""KiB, in which Linux counts memory."""


def describe() -> Table:
    """Return the machine as it is now, and what runs on it."""
    load = ", ".join(f"{figure:.2f}" for figure in os.getloadavg())
    return Table(
        ("", ""),
        (
            ("Date", f"{datetime.now(UTC):%-d %B %Y}"),
            ("Blynk Bridge", release.version()),
            ("Home Assistant", version("homeassistant")),
            ("Python", platform.python_version()),
            ("aiomqtt, paho-mqtt", f"{version('aiomqtt')}, {version('paho-mqtt')}"),
            ("mosquitto", _program("mosquitto", "-h")),
            ("valgrind", _program("valgrind", "--version")),
            ("Processor", _processor()),
            ("Processors to run on", str(os.process_cpu_count())),
            ("Memory", f"{_memory():.1f} GiB"),
            ("System", _system()),
            ("Load before the start (1, 5, 15 minutes)", load),
        ),
    )


def _program(name: str, asked: str) -> str:
    """Return a program's version, as it tells by itself."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), _SYSTEM_PROGRAMS))
    if (program := shutil.which(name, path=path)) is None:
        return "not installed"
    # mosquitto's help ends with the status of a mistake.
    said = subprocess.run(  # noqa: S603 - a name of our own, found in the search path
        [program, asked], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return found.group() if found else "of an unknown version"


def _processor() -> str:
    """Return the processor's name, which not every kind of it has."""
    found = re.search(r"^model name\s*: (.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    name = found.group(1) if found else "unnamed"
    return f"{name} ({platform.machine()})"


def _memory() -> float:
    """Return how much memory there is, in GiB."""
    found = re.search(r"^MemTotal: +(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return int(found.group(1)) / _GIB if found else 0.0


def _system() -> str:
    """Return the distribution and the kernel."""
    name = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{name}, {platform.system()} {platform.release()}"


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")
