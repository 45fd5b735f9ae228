"""When a month's changes arrive in the cloud, and what the cloud saw of the device."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
import math
from typing import Never

from simulator.changes import Change as CloudChange, ChangeKind
from simulator.device import Source

from .durations import Durations
from .month_home import Change, Kind
from .virtual_home import VirtualHome


class Arrivals:
    """Times each change until the cloud has that value, or a newer one."""

    def __init__(self, home: VirtualHome) -> None:
        """Watch a home's cloud."""
        self._home = home
        self._waiting: defaultdict[str, deque[Change]] = defaultdict(deque)
        self.changes = 0
        self.took = {kind: Durations() for kind in Kind}
        home.simulator.cloud.watchers.append(self._on_cloud_change)

    def take(self, change: Change) -> None:
        """Take a change of now."""
        self.changes += 1
        self._waiting[change.name].append(change)
        # What is again as it was is there already.
        self._look_at(change.name)

    def _on_cloud_change(self, change: CloudChange) -> None:
        """Note that the cloud has another value."""
        if change.kind is ChangeKind.DATASTREAM:
            self._look_at(change.name)

    def _look_at(self, name: str) -> None:
        """End the waiting for what the cloud has, and for what was before it."""
        stored = self._home.simulator.device.datastreams[name]
        if stored.source is not Source.DEVICE:
            return
        waiting, now = self._waiting[name], self._home.now()
        for number in range(len(waiting), 0, -1):
            if waiting[number - 1].value == stored.value:
                for _ in range(number):
                    change = waiting.popleft()
                    self.took[change.kind].add(now - change.since)
                return

    def close(self, commands: int) -> None:
        """Count what has not arrived, of so many commands, too: it never will."""
        for waiting in self._waiting.values():
            for change in waiting:
                self.took[change.kind].add(math.inf)
            waiting.clear()
        told = self.took[Kind.COMMAND]
        told.add(math.inf, commands - len(told))


class Diary:
    """Keeps how many messages there were, and for how long the device was away."""

    def __init__(
        self,
        home: VirtualHome,
        every: float,
        counts: Mapping[str, Callable[[], int]],
    ) -> None:
        """Begin to watch the home's device; the counts are kept each so many seconds."""
        self._home = home
        self._every = every
        self._counts = counts
        self._away_since: float | None = None
        self.longest_away = 0.0
        self.kept: dict[str, list[int]] = {label: [] for label in counts}
        home.simulator.cloud.watchers.append(self._on_cloud_change)

    async def async_keep(self, start: float) -> Never:
        """Keep the counts for ever, from a time of day on."""
        due = start
        while True:
            await self._home.async_until(due)
            self.keep()
            # A month of points, which nobody looks at here.
            for stored in self._home.simulator.device.datastreams.values():
                stored.history.clear()
            due += self._every

    def keep(self) -> None:
        """Keep the counts as they are now."""
        for label, count in self._counts.items():
            self.kept[label].append(count())

    def _on_cloud_change(self, change: CloudChange) -> None:
        """Note when the device goes, and when it is back."""
        if change.kind is not ChangeKind.DEVICE:
            return
        now = self._home.now()
        if not change.device.online:
            self._away_since = now if self._away_since is None else self._away_since
        elif self._away_since is not None:
            self.longest_away = max(self.longest_away, now - self._away_since)
            self._away_since = None
