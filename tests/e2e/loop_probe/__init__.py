"""How long Home Assistant's event loop lets others wait, and how much memory it holds.

A custom integration for the tests' configuration folders. Times come in two forms:
as they were, and without what the machine has kept from the loop's thread while that
was ready to run (Linux counts it in schedstat): the tests share their processors.
"""

import asyncio
from asyncio import Handle
import atexit
from collections.abc import Callable
import gc
import os
from pathlib import Path
import resource
import threading
import time
from typing import Any, Final, cast

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import (
    Event,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.typing import ConfigType

DOMAIN: Final = "loop_probe"
_INTERVAL: Final = 0.005
_SLOW: Final = 0.1
"""Seconds; asyncio's own measure of a slow callback."""
_SCHEDSTAT: Final = "/proc/thread-self/schedstat"
_NANO: Final = 1e-9


class Probe:
    """A clock that ticks in the loop, and a look at each callback."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare the probe, in the loop's own thread."""
        self._loop = loop
        self._schedstat = os.open(_SCHEDSTAT, os.O_RDONLY)
        self._due = self._withheld_before = 0.0
        self._thread = threading.get_ident()
        self._collected = self._collecting_since = 0.0
        self.started: float | None = None
        """Seconds from the process's beginning until its start-up was over."""
        self._reset()

    def start(self) -> None:
        """Tick, and time whatever the loop calls."""
        self._await_tick()
        run = cast(Callable[[Handle], None], vars(Handle)["_run"])

        def timed(handle: Handle) -> None:
            began, withheld = time.perf_counter(), self._withheld()
            cpu_before, collected = time.thread_time(), self._collected
            run(handle)
            seconds = time.perf_counter() - began
            if seconds > _SLOW:
                # A collection of all garbage may hit anybody, while much is imported.
                collecting = self._collected - collected
                busy = time.thread_time() - cpu_before - collecting
                seconds -= collecting
                idle = seconds - busy - (self._withheld() - withheld)
                self._slow.append(
                    {
                        "what": _name(handle),
                        "busy_ms": busy * 1e3,
                        "idle_ms": idle * 1e3,
                    }
                )

        setattr(Handle, "_run", timed)  # noqa: B010 # a private name
        gc.callbacks.append(self._collect)

    def _collect(self, phase: str, info: dict[str, int]) -> None:
        """Count the seconds that this thread collects garbage."""
        if threading.get_ident() != self._thread:
            return
        now = time.thread_time()
        if phase == "stop":
            self._collected += now - self._collecting_since
        self._collecting_since = now

    @callback
    def note_start(self, event: Event) -> None:
        """Remember how long the start has taken."""
        ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").split()[21])
        began = ticks / os.sysconf("SC_CLK_TCK")
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.started = now - began - self._withheld()

    @callback
    def note_stop(self, file: Path) -> None:
        """Write down in the end how long the stop has taken, in seconds."""
        asked, withheld = time.perf_counter(), self._withheld()

        def write() -> None:
            seconds = time.perf_counter() - asked - (self._withheld() - withheld)
            # Home Assistant still takes this thread for its loop's, and objects to open().
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(descriptor, f"{seconds:.3f}".encode())
            os.close(descriptor)

        atexit.register(write)

    def take(self) -> dict[str, Any]:
        """Return what was seen since the last look, and begin anew."""
        seen = {
            "ticks": self._ticks,
            "lag_ms": self._lag * 1e3,
            "raw_lag_ms": self._raw_lag * 1e3,
            "slow": self._slow,
            "resident_kb": _resident_kb(),
            "started_s": self.started,
        }
        self._reset()
        return seen

    def _reset(self) -> None:
        self._ticks = 0
        self._lag = self._raw_lag = 0.0
        self._slow: list[dict[str, Any]] = []

    def _await_tick(self) -> None:
        self._withheld_before = self._withheld()
        self._due = self._loop.time() + _INTERVAL
        self._loop.call_at(self._due, self._tick)

    @callback
    def _tick(self) -> None:
        """Note how late this is."""
        late = self._loop.time() - self._due
        withheld = self._withheld() - self._withheld_before
        self._ticks += 1
        self._raw_lag = max(self._raw_lag, late)
        self._lag = max(self._lag, late - withheld)
        self._await_tick()

    def _withheld(self) -> float:
        """Return for how many seconds this thread was ready to run, and did not."""
        return int(os.pread(self._schedstat, 64, 0).split()[1]) * _NANO


def _name(handle: Handle) -> str:
    """Say what the loop has called: a task with its file, or a function with its module."""
    called: Callable[..., object] = getattr(handle, "_callback")  # noqa: B009
    owner = getattr(called, "__self__", None)
    if isinstance(owner, asyncio.Task):
        return repr(owner)
    function = getattr(called, "func", called)
    module = getattr(function, "__module__", None) or type(owner).__module__
    return f"{module}.{getattr(function, '__qualname__', function)} of {owner!r}"


def _resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1024


def _block() -> None:
    """Do what no callback should: keep the loop busy for a while."""
    end = time.thread_time() + 1.5 * _SLOW
    while time.thread_time() < end:
        pass


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Start the probe, and offer what it sees as an action's response."""
    probe = Probe(hass.loop)
    probe.start()
    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STARTED, probe.note_start)
    stopped = Path(hass.config.path("stopped"))

    @callback
    def note_stop(event: Event) -> None:
        probe.note_stop(stopped)

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, note_stop)

    async def take(call: ServiceCall) -> ServiceResponse:
        # What has just held up the loop shows in the tick behind it.
        await asyncio.sleep(2 * _INTERVAL)
        return probe.take()

    @callback
    def block(call: ServiceCall) -> None:
        hass.loop.call_soon(_block)

    hass.services.async_register(DOMAIN, "block", block)
    hass.services.async_register(
        DOMAIN, "take", take, supports_response=SupportsResponse.ONLY
    )
    return True
