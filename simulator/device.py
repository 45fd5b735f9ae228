"""What the cloud knows of a device: its datastreams' state, its connection, what it has said."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from .datastreams import Datastream, Value
from .fields import Json
from .history import History
from .links import Link
from .quota import DailyImports, EventLimits, Meter, RateLimit

type PropertyText = str | tuple[str, ...]

METADATA = {
    "Device Name": "Simulated device",
    "Device Owner": "owner@example.com",
    "Hotspot Name": "",
    "Time Zone": "Europe/Amsterdam",
    "Location": "52.37,4.9",
}
"""A new device's metadata. Blynk docs: device-mqtt-api/metadata."""


class Source(StrEnum):
    """Who wrote a value."""

    DEVICE = "device"
    APP = "app"


class Diagnostic(NamedTuple):
    """One downlink/diag."""

    time: float
    text: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event/CODE of the device."""

    time: float
    code: str
    description: str


@dataclass(slots=True)
class DatastreamState:
    """One datastream of one device."""

    definition: Datastream
    value: Value | None = None
    updated_at: float | None = None
    source: Source | None = None
    history: History = field(default_factory=History)
    properties: dict[str, PropertyText] = field(default_factory=dict)
    writes_by_device: int = 0
    writes_by_app: int = 0
    reverts: int = 0  # of widgets that nobody has confirmed

    def write(self, value: Value, now: float, source: Source) -> None:
        """Take a new value at now, epoch seconds."""
        self.value = value
        self.updated_at = now
        self.source = source
        self.history.write(now, value)
        if source is Source.DEVICE:
            self.writes_by_device += 1
        else:
            self.writes_by_app += 1

    def put(self, milliseconds: int, value: Value, now: float) -> None:
        """Take a point of another time; one that is newer than the value becomes it."""
        self.history.put(milliseconds, value)
        at = milliseconds / 1000
        if at <= now and (self.updated_at is None or at > self.updated_at):
            self.value = value
            self.updated_at = at
            self.source = Source.DEVICE

    def erase(self, now: float) -> None:
        """Clear the value."""
        self.value = None
        self.updated_at = now
        self.source = Source.DEVICE

    def forget(self) -> None:
        """Go back to a datastream that nobody has ever written."""
        self.value = self.updated_at = self.source = None
        self.history.clear()
        self.properties.clear()

    @property
    def effective_value(self) -> Value | None:
        """The value, or the template's default until there is one."""
        return self.definition.default if self.value is None else self.value


@dataclass(slots=True, eq=False)
class Device:
    """One device. `link` carries its data; `links` are all its open connections."""

    token: str | None = field(repr=False)
    home: str
    datastreams: dict[str, DatastreamState] = field(default_factory=dict)
    link: Link | None = None
    links: list[Link] = field(default_factory=list)
    info_mcu: dict[str, Json] | None = None
    metadata: dict[str, str] = field(default_factory=METADATA.copy)
    connections: int = 0
    redirects: int = 0
    messages_used: int = 0
    messages_in: int = 0
    messages_out: int = 0
    dropped: int = 0
    diagnostics: deque[Diagnostic] = field(default_factory=lambda: deque(maxlen=200))
    last_events: deque[Event] = field(default_factory=lambda: deque(maxlen=100))
    event_limits: EventLimits = field(default_factory=EventLimits)
    imports: DailyImports = field(default_factory=DailyImports)
    rate: RateLimit = field(default_factory=RateLimit)
    meter: Meter = field(default_factory=Meter)

    @property
    def online(self) -> bool:
        """Whether Blynk shows the device as online."""
        return self.link is not None

    @property
    def region(self) -> str | None:
        """The region the device is connected to, or None."""
        return None if self.link is None else self.link.info.region

    def reset_statistics(self) -> None:
        """Set every counter to 0."""
        self.messages_used = self.messages_in = self.messages_out = self.dropped = 0
        self.connections = self.redirects = 0
        self.meter = Meter()
        self.event_limits = EventLimits()
        self.imports = DailyImports()
        for state in self.datastreams.values():
            state.writes_by_device = state.writes_by_app = state.reverts = 0

    def define(self, definitions: Iterable[Datastream]) -> None:
        """Create the datastreams, or give existing ones their new definition."""
        for definition in definitions:
            state = self.datastreams.get(definition.name)
            if state is None:
                self.datastreams[definition.name] = DatastreamState(definition)
            else:
                if state.definition.type is not definition.type:
                    state.forget()
                state.definition = definition

    def by_pin(self, pin: int) -> DatastreamState | None:
        """Find a datastream by its virtual pin."""
        for state in self.datastreams.values():
            if state.definition.pin == pin:
                return state
        return None
