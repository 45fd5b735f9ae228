"""Errands: messages that are no values, each waiting for its lane's turn."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .device.errors import NotConnected
from .device.messages import Publication
from .device.pacing import Lane

_PATIENCE: Final = 60.0
"""Seconds that an errand lets values of its lane go first: there is always one."""

type Compose = Callable[[], Publication | None]
"""Tells the message when its turn has come; None where there is none any more."""


@dataclass(slots=True)
class Errand:
    """A question, an event, a widget's property, and who waits for it to be sent."""

    compose: Compose
    lane: Lane
    since: float
    """When it began to wait, in the loop's time."""
    _done: asyncio.Future[None]

    def succeed(self) -> None:
        """Tell who waits that the message has arrived, or was not needed."""
        if not self._done.done():
            self._done.set_result(None)

    def fail(self, error: Exception) -> None:
        """Tell who waits what went wrong."""
        if not self._done.done():
            self._done.set_exception(error)


class Errands:
    """What waits; nothing is kept for a later session."""

    def __init__(self) -> None:
        """Start without any."""
        self._waiting: list[Errand] = []

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    @property
    def lane(self) -> Lane | None:
        """Return the most urgent lane with something in it."""
        if not self._waiting:
            return None
        return min(errand.lane for errand in self._waiting)

    @property
    def overdue(self) -> bool:
        """Return whether the most urgent one has waited for too long."""
        first = min(self._waiting, key=lambda item: item.lane)
        return asyncio.get_running_loop().time() - first.since > _PATIENCE

    async def wait_for(
        self, compose: Compose, lane: Lane, added: Callable[[], None]
    ) -> None:
        """Wait until the message was sent; `added` is called when it waits.

        Raises the LinkError that ended the link or the message.
        """
        loop = asyncio.get_running_loop()
        errand = Errand(compose, lane, loop.time(), done := loop.create_future())
        self._waiting.append(errand)
        added()
        try:
            await done
        finally:
            if errand in self._waiting:
                self._waiting.remove(errand)

    def take(self) -> Errand:
        """Return the most urgent one, which waits no more."""
        errand = min(self._waiting, key=lambda item: item.lane)
        self._waiting.remove(errand)
        return errand

    def drop(self) -> None:
        """Tell everybody who waits that the session is over."""
        for errand in self._waiting:
            errand.fail(NotConnected("no session"))
        self._waiting.clear()
