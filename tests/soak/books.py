"""The books: what went over the line, when, and how long it took."""

from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from custom_components.blynk_bridge.device.outbox import Erased
from custom_components.blynk_bridge.device.values import JsonValue, to_json
from custom_components.blynk_bridge.exposure import Exposure
from simulator import Simulator
from simulator.changes import Change, ChangeKind
from simulator.device import Source
from simulator.fields import Json
from simulator.journal import JournalEntry, Kind
from simulator.links import Link
from simulator.values import to_json as stored_json

from .histogram import Histogram

_KINDS: Final = (
    ("batch_ds", "batches of values"),
    ("info/", "descriptions of the device"),
    ("get/", "questions"),
    ("event/", "events"),
)
_HOUR: Final = 3600.0


def kind_of(topic: str) -> str:
    """Return what sort of message goes to a topic."""
    for start, kind in _KINDS:
        if topic.startswith(start):
            return kind
    if topic.endswith("_batch"):
        return "history"
    if topic.endswith("/erase") and "/prop/" not in topic:
        return "erasures"
    return "widget properties" if "/prop/" in topic else "single values"


class Books:
    """Counts the messages, and times each change until the cloud has it."""

    def __init__(
        self, simulator: Simulator, coordinator: Callable[[], BlynkCoordinator | None]
    ) -> None:
        """Open the books; the coordinator is asked for, since a reload replaces it."""
        self._simulator = simulator
        self._coordinator = coordinator
        self._clock = simulator.cloud.clock
        self.messages: Counter[str] = Counter()
        self.months: Counter[str] = Counter()
        self.connects = 0
        self.pings = 0
        self.busiest_second = 0
        self.busiest_hour = 0
        self._last_second: deque[float] = deque()
        self._last_hour: deque[float] = deque()
        self.latencies: dict[tuple[str, bool], Histogram] = {
            (lane, calm): Histogram()
            for lane in ("urgent", "routine")
            for calm in (True, False)
        }
        self._unseen: dict[str, float] = {}
        """When each datastream changed first since the cloud has heard of it."""
        self.disturbed_at = 0.0
        """When the line was last not as it should be."""
        self._link: Link | None = None
        simulator.cloud.watchers.append(self._on_change)
        simulator.journal.on_line = self._on_line

    @property
    def total(self) -> int:
        """Return all messages that the device has sent."""
        return self.messages.total()

    def disturb(self) -> None:
        """Note that the line is not as it should be."""
        self.disturbed_at = self._clock()

    # --- On the wire -----------------------------------------------------------

    def _on_line(self, entry: JournalEntry) -> None:
        """Count what the device does."""
        if entry.direction == "out":
            return
        match entry.kind:
            case Kind.PUBLISH:
                self._count(entry)
            case Kind.CONNECT:
                self.connects += 1
            case Kind.PING:
                self.pings += 1

    def _count(self, entry: JournalEntry) -> None:
        """Count a message."""
        now = self._clock()
        self.messages[kind_of(entry.topic)] += 1
        self.months[f"{datetime.fromtimestamp(now, UTC):%Y-%m}"] += 1
        for times, span in ((self._last_second, 1.0), (self._last_hour, _HOUR)):
            times.append(now)
            while times[0] <= now - span:
                times.popleft()
        self.busiest_second = max(self.busiest_second, len(self._last_second))
        self.busiest_hour = max(self.busiest_hour, len(self._last_hour))

    # --- How long it took --------------------------------------------------------

    def changed(self, entity_id: str) -> None:
        """Start to time what a change of an entity makes different."""
        coordinator = self._coordinator()
        if coordinator is None:
            return
        # What the owner has taken back meanwhile nobody waits for.
        for name in self._unseen.keys() - coordinator.exposures.keys():
            del self._unseen[name]
        for exposure in coordinator.exposures.values():
            if exposure.entity_id == entity_id:
                self._look(coordinator, exposure)

    def _look(self, coordinator: BlynkCoordinator, exposure: Exposure) -> None:
        """Time an exposure from now on, if the cloud has something else of it."""
        name = exposure.datastream
        told = expected(coordinator, exposure) if _is_timed(exposure) else None
        if told is None or told == (held(self._simulator, name),):
            self._unseen.pop(name, None)
        else:
            self._unseen.setdefault(name, self._clock())

    def _on_change(self, change: Change) -> None:
        """Note what the cloud has heard, and when the line has changed."""
        device = self._simulator.device
        if change.kind is ChangeKind.DEVICE and device.link is not self._link:
            self._link = device.link
            self.disturb()
        if (
            change.kind is not ChangeKind.DATASTREAM
            or device.datastreams[change.name].source is not Source.DEVICE
            or (since := self._unseen.pop(change.name, None)) is None
            or (coordinator := self._coordinator()) is None
            or (exposure := coordinator.exposures.get(change.name)) is None
        ):
            return
        lane = "urgent" if exposure.trait.urgent else "routine"
        calm = self.disturbed_at < since
        self.latencies[lane, calm].add(self._clock() - since)
        self._look(coordinator, exposure)


def _is_timed(exposure: Exposure) -> bool:
    """Return whether a change of an exposure goes up as soon as the pace allows."""
    return exposure.publishes and not exposure.min_interval and not exposure.template


def expected(
    coordinator: BlynkCoordinator, exposure: Exposure
) -> tuple[JsonValue | None] | None:
    """Return what the cloud is to hold of an exposure, None where anything will do."""
    told = coordinator.uplink._reader.read(exposure)
    if told is None:
        return None
    return (None if isinstance(told, Erased) else to_json(told, exposure.data_type),)


def held(simulator: Simulator, name: str) -> Json:
    """Return what the cloud holds of a datastream."""
    return stored_json(simulator.device.datastreams[name].value)
