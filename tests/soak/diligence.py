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
        self.delay = 0.0
        """Seconds by which the recorder is late."""
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
        return self._late(future) if future is not None and self.delay else future

    def _late(self, written: asyncio.Future[None]) -> asyncio.Future[None]:
        """Return a future that is done some time after another."""
        loop = written.get_loop()
        late = loop.create_future()

        def finish() -> None:
            # Whoever waited may have lost patience.
            if not late.done():
                late.set_result(None)

        written.add_done_callback(lambda _: loop.call_later(self.delay, finish))
        return late
