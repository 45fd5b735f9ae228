"""The MQTT packets, both versions in one model: 3.1.1 has no properties, its codes are its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from .properties import Properties

V311 = 4
V5 = 5


class PacketType(IntEnum):
    """MQTT 5.0, section 2.1.2."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


@dataclass(frozen=True, slots=True)
class Will:
    """What is published when the connection is lost without DISCONNECT."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """A client introduces itself."""

    level: int
    client_id: str = ""
    clean: bool = True
    keepalive: int = 0
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    will: Will | None = None
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connack:
    """The answer to CONNECT; no session is ever present."""

    code: int
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Publish:
    """A message. `size` is variable header + payload in bytes, as Blynk counts it."""

    topic: str
    payload: bytes = b""
    qos: int = 0
    packet_id: int = 0
    duplicate: bool = False
    retain: bool = False
    properties: Properties = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """PUBACK, PUBREC, PUBREL or PUBCOMP."""

    type: PacketType
    packet_id: int
    code: int = 0


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic filter with its greatest QoS."""

    topic_filter: str
    qos: int = 0


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A client asks for topics."""

    packet_id: int
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """A client gives up topics."""

    packet_id: int
    topic_filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionAcknowledgement:
    """SUBACK or UNSUBACK; 3.1.1 knows no codes in the latter."""

    type: PacketType
    packet_id: int
    codes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ping:
    """PINGREQ or PINGRESP."""

    type: PacketType


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The last packet of a connection; 3.1.1 has it from the client only, without a code."""

    code: int = 0
    properties: Properties = field(default_factory=dict)


type ClientPacket = (
    Connect | Publish | Acknowledgement | Subscribe | Unsubscribe | Ping | Disconnect
)
type ServerPacket = (
    Connack
    | Publish
    | Acknowledgement
    | SubscriptionAcknowledgement
    | Ping
    | Disconnect
)
