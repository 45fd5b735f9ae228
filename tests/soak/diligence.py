"""The recorder's diligence: when time must wait for it, since it works in a thread."""

import asyncio
from typing import Final

from homeassistant.components.recorder.core import Recorder

_BACKLOG: Final = 200
"""Events that may wait: each has its own time, whenever it is written."""


class Diligence:
    """Tells whether the recorder is behind, or somebody waits for what it writes."""

    def __init__(self, recorder: Recorder) -> None:
        """Watch who waits for the recorder."""
        self._recorder = recorder
        self._awaited: set[asyncio.Future[None]] = set()
        self._ask = recorder.async_get_commit_future
        vars(recorder)["async_get_commit_future"] = self._asked

    def busy(self) -> bool:
        """Return whether time is to wait."""
        return bool(self._awaited) or self._recorder.backlog > _BACKLOG

    def _asked(self) -> asyncio.Future[None] | None:
        """Return the recorder's answer, and remember that it is waited for."""
        if (future := self._ask()) is not None:
            self._awaited.add(future)
            future.add_done_callback(self._awaited.discard)
        return future
