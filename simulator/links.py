"""What the cloud's rules know of a connection: an MQTT session without its network."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Protocol

from .behaviour import AfterRedirect
from .regions import Transport


class EndReason(IntEnum):
    """Why the cloud ends a connection, as MQTT 5's DISCONNECT says it."""

    NORMAL = 0x00
    NOT_AUTHORISED = 0x87
    KEEPALIVE_TIMEOUT = 0x8D
    TAKEN_OVER = 0x8E
    OVERSIZE = 0x95
    RATE = 0x96
    QUOTA = 0x97
    SERVER_MOVED = 0x9D


class Refusal(Enum):
    """Why a CONNECT is refused: CONNACK's code on MQTT 3.1.1 and on MQTT 5."""

    PROTOCOL = (1, 0x84)
    CLIENT_ID = (2, 0x85)
    UNAVAILABLE = (3, 0x88)
    BUSY = (3, 0x89)
    QUOTA = (3, 0x97)
    USE_ANOTHER_SERVER = (3, 0x9C)
    SERVER_MOVED = (3, 0x9D)
    CONNECTION_RATE = (3, 0x9F)
    BAD_CREDENTIALS = (4, 0x86)
    NOT_AUTHORISED = (5, 0x87)
    AUTHENTICATION_METHOD = (5, 0x8C)

    def code(self, level: int) -> int:
        """Return the code for a protocol level, 4 or 5."""
        return self.value[level == 5]


@dataclass(frozen=True, slots=True)
class ConnectAttempt:
    """A CONNECT, as far as the decision about it goes."""

    region: str
    transport: Transport
    level: int
    client_id: str
    username: str | None
    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """Where a link comes from. `protocol` is "3.1.1" or "5"."""

    number: int
    region: str
    transport: Transport
    address: str
    protocol: str
    client_id: str
    keepalive: int
    since: float


class Link(Protocol):
    """One accepted connection."""

    @property
    def info(self) -> LinkInfo:
        """Where it comes from."""

    def subscribed(self, topic: str) -> bool:
        """Whether a granted filter covers the topic."""

    def message_size(self, topic: str, payload: bytes, qos: int) -> int:
        """Size of a downlink on this link: variable header + payload, in bytes."""

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Send a message."""

    def redirect(self, uri: str, then: AfterRedirect) -> None:
        """Send downlink/redirect, and do what follows it."""

    def end(self, reason: EndReason) -> None:
        """Close the connection, on MQTT 5 with a DISCONNECT that says why."""

    def cut(self, *, abort: bool) -> None:
        """Close the TCP connection without a word: with FIN, or with RST."""
