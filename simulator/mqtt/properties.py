"""MQTT 5 properties: which exist, what type they have and in which packets they may appear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from functools import partial

from . import wire
from .wire import BodyReader, MalformedPacket, protocol_error

type PropertyValue = int | str | bytes
type Properties = Mapping[Property, PropertyValue]

NO_PROPERTIES: Properties = {}
WILL = 0
"""Stands for the will in the table of packets; MQTT has no packet type 0."""


class Property(IntEnum):
    """MQTT 5.0, section 2.2.2.2."""

    PAYLOAD_FORMAT_INDICATOR = 0x01
    MESSAGE_EXPIRY_INTERVAL = 0x02
    CONTENT_TYPE = 0x03
    RESPONSE_TOPIC = 0x08
    CORRELATION_DATA = 0x09
    SUBSCRIPTION_IDENTIFIER = 0x0B
    SESSION_EXPIRY_INTERVAL = 0x11
    ASSIGNED_CLIENT_IDENTIFIER = 0x12
    SERVER_KEEP_ALIVE = 0x13
    AUTHENTICATION_METHOD = 0x15
    AUTHENTICATION_DATA = 0x16
    REQUEST_PROBLEM_INFORMATION = 0x17
    WILL_DELAY_INTERVAL = 0x18
    REQUEST_RESPONSE_INFORMATION = 0x19
    RESPONSE_INFORMATION = 0x1A
    SERVER_REFERENCE = 0x1C
    REASON_STRING = 0x1F
    RECEIVE_MAXIMUM = 0x21
    TOPIC_ALIAS_MAXIMUM = 0x22
    TOPIC_ALIAS = 0x23
    MAXIMUM_QOS = 0x24
    RETAIN_AVAILABLE = 0x25
    USER_PROPERTY = 0x26
    MAXIMUM_PACKET_SIZE = 0x27
    WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28
    SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29
    SHARED_SUBSCRIPTION_AVAILABLE = 0x2A


P = Property

SIZES = {
    P.PAYLOAD_FORMAT_INDICATOR: 1,
    P.MESSAGE_EXPIRY_INTERVAL: 4,
    P.SESSION_EXPIRY_INTERVAL: 4,
    P.SERVER_KEEP_ALIVE: 2,
    P.REQUEST_PROBLEM_INFORMATION: 1,
    P.WILL_DELAY_INTERVAL: 4,
    P.REQUEST_RESPONSE_INFORMATION: 1,
    P.RECEIVE_MAXIMUM: 2,
    P.TOPIC_ALIAS_MAXIMUM: 2,
    P.TOPIC_ALIAS: 2,
    P.MAXIMUM_QOS: 1,
    P.RETAIN_AVAILABLE: 1,
    P.MAXIMUM_PACKET_SIZE: 4,
    P.WILDCARD_SUBSCRIPTION_AVAILABLE: 1,
    P.SUBSCRIPTION_IDENTIFIER_AVAILABLE: 1,
    P.SHARED_SUBSCRIPTION_AVAILABLE: 1,
}
"""The width in bytes of the properties that are fixed integers."""

BINARY = frozenset({P.CORRELATION_DATA, P.AUTHENTICATION_DATA})

_MESSAGE = frozenset(
    {
        P.PAYLOAD_FORMAT_INDICATOR,
        P.MESSAGE_EXPIRY_INTERVAL,
        P.CONTENT_TYPE,
        P.RESPONSE_TOPIC,
        P.CORRELATION_DATA,
        P.USER_PROPERTY,
    }
)
_REASON = frozenset({P.REASON_STRING, P.USER_PROPERTY})
_AUTHENTICATION = frozenset({P.AUTHENTICATION_METHOD, P.AUTHENTICATION_DATA})

FROM_CLIENT: dict[int, frozenset[Property]] = {
    WILL: _MESSAGE | {P.WILL_DELAY_INTERVAL},
    1: _AUTHENTICATION
    | {
        P.SESSION_EXPIRY_INTERVAL,
        P.REQUEST_PROBLEM_INFORMATION,
        P.REQUEST_RESPONSE_INFORMATION,
        P.RECEIVE_MAXIMUM,
        P.TOPIC_ALIAS_MAXIMUM,
        P.USER_PROPERTY,
        P.MAXIMUM_PACKET_SIZE,
    },
    3: _MESSAGE | {P.TOPIC_ALIAS},
    4: _REASON,
    5: _REASON,
    6: _REASON,
    7: _REASON,
    8: frozenset({P.SUBSCRIPTION_IDENTIFIER, P.USER_PROPERTY}),
    10: frozenset({P.USER_PROPERTY}),
    14: _REASON | {P.SESSION_EXPIRY_INTERVAL},
    15: _REASON | _AUTHENTICATION,
}
"""What a client may put into which packet type."""


def read_properties(body: BodyReader, packet_type: int) -> Properties:
    """Read a packet's properties. User properties are checked and left out."""
    length = body.varint()
    if not length:
        return NO_PROPERTIES
    allowed = FROM_CLIENT[packet_type]
    reader = BodyReader(body.take(length))
    found: dict[Property, PropertyValue] = {}
    while reader.remaining:
        number = reader.varint()
        try:
            identifier = Property(number)
        except ValueError:
            raise MalformedPacket(f"unknown property {number}") from None
        if identifier not in allowed:
            raise protocol_error(f"{identifier.name} is not allowed here")
        if identifier is Property.USER_PROPERTY:
            reader.text()
            reader.text()
            continue
        if identifier in found:
            raise protocol_error(f"{identifier.name} appears twice")
        found[identifier] = _reader_of(identifier)(reader)
    return found


def _reader_of(identifier: Property) -> Callable[[BodyReader], PropertyValue]:
    size = SIZES.get(identifier)
    if size is not None:
        return partial(BodyReader.integer, size=size)
    if identifier is Property.SUBSCRIPTION_IDENTIFIER:
        return BodyReader.varint
    return BodyReader.binary if identifier in BINARY else BodyReader.text


def write_properties(properties: Properties) -> bytes:
    """Encode the properties with their length in front."""
    encoded = bytearray()
    for identifier, value in properties.items():
        encoded.append(identifier)
        match value:
            case int():
                encoded += value.to_bytes(SIZES[identifier])
            case str():
                encoded += wire.text(value)
            case bytes():
                encoded += wire.binary(value)
    return wire.varint(len(encoded)) + bytes(encoded)


def integer(properties: Properties, identifier: Property, default: int) -> int:
    """Return an integer property, or the default where it is absent."""
    value = properties.get(identifier, default)
    return value if isinstance(value, int) else default
