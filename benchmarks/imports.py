"""How long Python takes to import the integration, where Home Assistant runs already.

What Home Assistant has set up without the integration is imported first, and does not
count. Then comes what it imports of the integration when it starts. A process can do
this only once: `python -m benchmarks.imports` is such a process.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
import json
from multiprocessing import get_context
import sys
import time
from typing import Final, Self

from demo.home_assistant import ROOT

_HOME_ASSISTANT: Final = "homeassistant"
_OURS: Final = "custom_components.blynk_bridge"
_LIBRARY: Final = "aiomqtt"
_LIMIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class Import:
    """One import of the integration, in seconds of the processor; by what was imported."""

    mqtt: float
    """aiomqtt, and paho with it."""
    home_assistant: float
    """Modules of Home Assistant's that it had not imported yet."""
    ours: float
    modules: Sequence[str]
    """Those of Home Assistant's."""

    @property
    def seconds(self) -> float:
        """Return the whole."""
        return self.mqtt + self.home_assistant + self.ours

    @classmethod
    async def measured(cls, components: Sequence[str]) -> Self:
        """Return what another process measures, given what was set up without us.

        Raises ImportError with what that process has said.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        asked = json.dumps(list(components)).encode()
        try:
            async with asyncio.timeout(_LIMIT):
                output, errors = await process.communicate(asked)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise ImportError(errors.decode())
        return cls(**json.loads(output))


def _import_home_assistant(components: Sequence[str]) -> None:
    """Import what Home Assistant has without us: itself, and what it has set up."""
    import_module("homeassistant.bootstrap")
    import_module("homeassistant.runner")
    for component in components:
        module = f"{_HOME_ASSISTANT}.components.{component}"
        if find_spec(module) is not None:
            import_module(module)


def _named_by_home_assistant() -> list[str]:
    """Return the modules of ours that Home Assistant imports."""
    from homeassistant.loader import BASE_PRELOAD_PLATFORMS

    platforms: Sequence[str] = import_module(_OURS).PLATFORMS
    names = [f"{_OURS}.{name}" for name in (*BASE_PRELOAD_PLATFORMS, *platforms)]
    return [name for name in names if find_spec(name) is not None]


def _modules_brought() -> list[str]:
    """Import everything of ours; return what this brings of Home Assistant's."""
    before = set(sys.modules)
    import_module(_OURS)
    for module in _named_by_home_assistant():
        import_module(module)
    return [
        module
        for module in sys.modules
        if module not in before and module.startswith(f"{_HOME_ASSISTANT}.")
    ]


def _measure(components: Sequence[str]) -> Import:
    """Import one after the other what a fork of this process has found to be needed."""
    _import_home_assistant(components)
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as fork:
        modules = fork.submit(_modules_brought).result()
    began = time.thread_time()
    for module in modules:
        import_module(module)
    home_assistant = time.thread_time()
    import_module(_LIBRARY)
    mqtt = time.thread_time()
    import_module(_OURS)
    for module in _named_by_home_assistant():
        import_module(module)
    return Import(
        home_assistant=home_assistant - began,
        mqtt=mqtt - home_assistant,
        ours=time.thread_time() - mqtt,
        modules=modules,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(_measure(json.load(sys.stdin)))))
