"""The journal: what went over the wire, in order, for tests and for the console page."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

JOURNAL_LENGTH = 5000

type Direction = Literal["in", "out"]


class Kind(StrEnum):
    """What happened: MQTT's packets, and what befell the connection."""

    CONNECT = "connect"
    CONNACK = "connack"
    SUBSCRIBE = "subscribe"
    SUBACK = "suback"
    UNSUBSCRIBE = "unsubscribe"
    PUBLISH = "publish"
    PUBACK = "puback"
    REDIRECT = "redirect"
    PING = "ping"
    WILL = "will"
    RAW = "raw"
    MALFORMED = "malformed"
    DISCONNECT = "disconnect"
    CLOSE = "close"
    EOF = "eof"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal. `link` numbers the connection, `code` is MQTT's reason code."""

    number: int
    time: float
    region: str
    direction: Direction
    kind: Kind
    topic: str = ""
    payload: bytes = b""
    qos: int = 0
    code: int | None = None
    link: int = 0
    detail: str = ""

    def __str__(self) -> str:
        """Give the entry as a line to read."""
        at = datetime.fromtimestamp(self.time, UTC).isoformat(" ", "milliseconds")
        parts = [at, self.region, f"#{self.link}", self.direction, self.kind]
        if self.code is not None:
            parts.append(f"0x{self.code:02x}")
        if self.topic:
            payload = self.payload.decode(errors="backslashreplace")
            parts.append(f"{self.topic} QoS {self.qos} {payload!r}")
        parts.append(self.detail)
        return " ".join(parts)


class Journal:
    """The newest entries, numbered from 1 for ever."""

    def __init__(
        self, clock: Callable[[], float], on_entry: Callable[[], None]
    ) -> None:
        """Take time from clock and call on_entry after each entry."""
        self._clock = clock
        self._on_entry = on_entry
        self._entries: deque[JournalEntry] = deque(maxlen=JOURNAL_LENGTH)
        self._number = 0
        self.on_line: Callable[[JournalEntry], None] | None = None
        """Called with each entry: prints the journal as it is written."""

    def __iter__(self) -> Iterator[JournalEntry]:
        """Iterate over the entries, oldest first."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Count the entries that are still held."""
        return len(self._entries)

    def __getitem__(self, index: int) -> JournalEntry:
        """Return an entry by position; -1 is the newest."""
        return self._entries[index]

    def add(
        self,
        region: str,
        direction: Direction,
        kind: Kind,
        *,
        topic: str = "",
        payload: bytes = b"",
        qos: int = 0,
        code: int | None = None,
        link: int = 0,
        detail: str = "",
    ) -> None:
        """Write one entry."""
        self._number += 1
        entry = JournalEntry(
            self._number,
            self._clock(),
            region,
            direction,
            kind,
            topic,
            payload,
            qos,
            code,
            link,
            detail,
        )
        self._entries.append(entry)
        if self.on_line is not None:
            self.on_line(entry)
        self._on_entry()

    def find(
        self,
        kind: Kind | None = None,
        *,
        topic: str | None = None,
        direction: Direction | None = None,
        region: str | None = None,
    ) -> list[JournalEntry]:
        """Return the entries that match all of what is given."""
        return [
            entry
            for entry in self._entries
            if (kind is None or entry.kind == kind)
            and (topic is None or entry.topic == topic)
            and (direction is None or entry.direction == direction)
            and (region is None or entry.region == region)
        ]

    def since(self, number: int) -> list[JournalEntry]:
        """Return the entries after the given number."""
        return [entry for entry in self._entries if entry.number > number]

    def clear(self) -> None:
        """Forget the entries; numbers go on."""
        self._entries.clear()
