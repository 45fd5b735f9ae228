"""What else could bring a month of changes to Blynk: each at once, or all of a minute."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import partial
import math
from typing import Final

from custom_components.blynk_bridge.device.outbox import Outbox
from custom_components.blynk_bridge.device.pacing import Lane

from .durations import Durations
from .month_home import Change, Kind

BATCH_SECONDS: Final = 60.0


class Rival(ABC):
    """Counts messages against the quota, and times what they bring.

    It is never offline, and its messages take no time: both are in its favour.
    """

    label: str

    def __init__(self, start: float, quota: int) -> None:
        """Begin a month at a time, in seconds of the epoch, with nothing sent."""
        self._start = start
        self._quota = quota
        self.messages = 0
        self.ended: float | None = None
        """Seconds into the month after which nothing is taken any more."""
        self.took = {kind: Durations() for kind in Kind}

    @property
    def taken(self) -> int:
        """Return how many of the messages Blynk has taken."""
        return min(self.messages, self._quota)

    @abstractmethod
    def take(self, change: Change) -> None:
        """Take a change of now."""

    def _send(self, now: float) -> bool:
        """Send a message; return whether it is taken."""
        self.messages += 1
        if self.messages <= self._quota:
            return True
        if self.ended is None:
            self.ended = now - self._start
        return False

    def _note(self, changes: Iterable[Change], now: float, *, taken: bool) -> None:
        """Note when changes have arrived, if ever."""
        for change in changes:
            self.took[change.kind].add(now - change.since if taken else math.inf)


class EachChange(Rival):
    """Publishes each change at once."""

    label = "each change at once"

    def take(self, change: Change) -> None:
        """Take a change of now."""
        self._note([change], change.at, taken=self._send(change.at))


class EachMinute(Rival):
    """Publishes what has changed in a minute, in as few messages as hold it."""

    label = f"a batch every {BATCH_SECONDS:.0f} s"

    def __init__(self, start: float, quota: int) -> None:
        """Begin with a minute in which nothing has changed."""
        super().__init__(start, quota)
        self._due = start + BATCH_SECONDS
        self._outbox = Outbox()
        self._values: dict[str, float] = {}
        self._waiting: dict[str, list[Change]] = {}

    def take(self, change: Change) -> None:
        """Take a change of now; a minute that has passed is sent before."""
        while change.at >= self._due:
            self.publish()
        self._values[change.name] = change.value
        self._waiting.setdefault(change.name, []).append(change)
        self._outbox.put(
            change.name,
            change.data_type,
            partial(self._values.get, change.name),
            Lane.ROUTINE,
        )

    def publish(self) -> None:
        """Send what has changed in the minute that ends."""
        while (parcel := self._outbox.take()) is not None:
            self._outbox.acknowledged(parcel)
            taken = self._send(self._due)
            for name in parcel.values:
                self._note(self._waiting.pop(name), self._due, taken=taken)
        # What is again as it was is there already.
        for changes in self._waiting.values():
            self._note(changes, self._due, taken=True)
        self._waiting.clear()
        self._due += BATCH_SECONDS
