"""Calls into a package, counted by the interpreter itself."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
import sys
from types import CodeType
from typing import Final

_TOOL: Final = sys.monitoring.PROFILER_ID
_EVENTS: Final = (
    sys.monitoring.events.PY_START,
    sys.monitoring.events.PY_RESUME,
)
_CHANGING: Final[ContextVar[bool]] = ContextVar("changing", default=False)


@dataclass(frozen=True, slots=True)
class Calls:
    """How often each function was entered, or went on after a wait."""

    caused: Counter[str] = field(default_factory=Counter)
    """By what was done within `causing`, at once or later."""
    others: Counter[str] = field(default_factory=Counter)
    """By timers and connections that were there before."""


@contextmanager
def causing() -> Generator[None]:
    """Let the block be what causes calls: so are those that it has scheduled.

    A callback or a task runs in the context in which it was made.
    """
    token = _CHANGING.set(True)
    try:
        yield
    finally:
        _CHANGING.reset(token)


@contextmanager
def counted_calls(package: Path) -> Generator[Calls]:
    """Count the calls to Python functions of a package while the block runs."""
    calls = Calls()
    inside = str(package) + "/"

    def entered(code: CodeType, _offset: int) -> object:
        if not code.co_filename.startswith(inside):
            return sys.monitoring.DISABLE
        name = f"{code.co_filename.removeprefix(inside)}: {code.co_qualname}"
        (calls.caused if _CHANGING.get() else calls.others)[name] += 1
        return None

    sys.monitoring.use_tool_id(_TOOL, "calls")
    try:
        for event in _EVENTS:
            sys.monitoring.register_callback(_TOOL, event, entered)
        # What an earlier block has seen of others is to be looked at once more.
        sys.monitoring.restart_events()
        sys.monitoring.set_events(_TOOL, sum(_EVENTS))
        yield calls
    finally:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)
