"""Reason codes: what a server means by refusing or ending a connection.

Source: MQTT 5, 2.4 (table 2-6), 3.2.2.2 (CONNACK) and 3.14.2.1 (DISCONNECT). The return
codes of MQTT 3.1.1 are turned into these where they are read.
"""

from typing import Final

BAD_PROTOCOL: Final = frozenset({0x01, 0x84})
BAD_TOKEN: Final = frozenset({0x86, 0x87})
TAKEN_OVER: Final = 0x8E
TOO_LARGE: Final = 0x95
MOVED: Final = frozenset({0x9C, 0x9D})

PATIENT: Final = frozenset({0x8A, 0x96, 0x97, 0x9F})
"""Banned, too many messages, quota used up, too many connections: to come back within
seconds makes these worse."""

_MEANINGS: Final = {
    0x00: "normal end",
    0x01: "protocol version not supported",
    0x04: "ended with a last will",
    0x80: "unspecified error",
    0x81: "malformed packet",
    0x82: "protocol error",
    0x83: "implementation specific error",
    0x84: "protocol version not supported",
    0x85: "client id not valid",
    0x86: "bad user name or password",
    0x87: "not authorized",
    0x88: "server unavailable",
    0x89: "server busy",
    0x8A: "banned",
    0x8B: "server shutting down",
    0x8C: "bad authentication method",
    0x8D: "keepalive time-out",
    0x8E: "session taken over",
    0x8F: "topic filter invalid",
    0x90: "topic name invalid",
    0x91: "packet identifier in use",
    0x92: "packet identifier not found",
    0x93: "receive maximum exceeded",
    0x94: "topic alias invalid",
    0x95: "packet too large",
    0x96: "message rate too high",
    0x97: "quota exceeded",
    0x98: "administrative action",
    0x99: "payload format invalid",
    0x9A: "retain not supported",
    0x9B: "QoS not supported",
    0x9C: "use another server",
    0x9D: "server moved",
    0x9E: "shared subscriptions not supported",
    0x9F: "connection rate exceeded",
    0xA0: "maximum connect time",
    0xA1: "subscription identifiers not supported",
    0xA2: "wildcard subscriptions not supported",
}


def meaning(code: int) -> str:
    """Return what a reason code means, with its number."""
    return f"{_MEANINGS.get(code, 'unknown reason')} (0x{code:02X})"
