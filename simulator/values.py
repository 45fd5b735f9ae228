"""A datastream's value: from the wire, to the wire, and inside the template's limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
import math
import re

from .behaviour import BooleanText
from .datastreams import Datastream, DataType, Value
from .fields import Json

type AppValue = Json | Sequence[float]
"""What an app may send: a list of two for a location."""

INTEGER = re.compile(r"[+-]?\d{1,10}")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
INT32 = range(-(2**31), 2**31)
MAX_STRING = 1024
BOOLEANS = {
    "1": True,
    "0": False,
    "true": True,
    "false": False,
    "on": True,
    "off": False,
}


class ValueMismatch(ValueError):
    """A value that does not match the datastream's data type."""

    def __init__(self, datastream: Datastream) -> None:
        """Name the datastream and its type; never the value, which may be private."""
        super().__init__(f"{datastream.name}: not of type {datastream.type}")


def from_text(datastream: Datastream, payload: bytes) -> Value:
    """Parse the payload of ds/NAME. Raises ValueMismatch."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        raise ValueMismatch(datastream) from None
    value = PARSERS[datastream.type](text)
    if value is None:
        raise ValueMismatch(datastream)
    return within_limits(datastream, value)


def _integer(text: str) -> Value | None:
    return int(text) if INTEGER.fullmatch(text) else None


def _double(text: str) -> Value | None:
    return float(text) if NUMBER.fullmatch(text) else None


def _boolean(text: str) -> Value | None:
    return BOOLEANS.get(text.lower())


def _location(text: str) -> Value | None:
    """Parse longitude and latitude, divided by NUL as in Blynk's map, or by a comma."""
    parts = [part.strip() for part in re.split(r"[\0,]", text)]
    if len(parts) != 2 or not all(NUMBER.fullmatch(part) for part in parts):
        return None
    return float(parts[0]), float(parts[1])


PARSERS: dict[DataType, Callable[[str], Value | None]] = {
    DataType.INTEGER: _integer,
    DataType.DOUBLE: _double,
    DataType.STRING: str,
    DataType.BOOLEAN: _boolean,
    DataType.ENUM: _integer,
    DataType.LOCATION: _location,
}


def from_json(datastream: Datastream, value: Json) -> Value:
    """Take a value of batch_ds, whose JSON type must match. Raises ValueMismatch."""
    match datastream.type, value:
        case (DataType.STRING, str() as text):
            return within_limits(datastream, text)
        case (DataType.BOOLEAN, bool() as flag):
            return flag
        case (_, bool()):
            pass
        case (DataType.INTEGER | DataType.ENUM, int() as number):
            return within_limits(datastream, number)
        case (DataType.DOUBLE, (int() | float()) as number):
            return within_limits(datastream, number)
        case (DataType.LOCATION, [(int() | float()) as lon, (int() | float()) as lat]):
            return within_limits(datastream, (lon, lat))
    raise ValueMismatch(datastream)


def from_app(datastream: Datastream, value: AppValue) -> Value:
    """Take what a widget or the HTTPS API sends: text or JSON, leniently. Raises ValueMismatch."""
    if isinstance(value, str):
        return from_text(datastream, value.encode())
    if isinstance(value, Sequence):
        value = [*value]
    if datastream.type in {DataType.INTEGER, DataType.ENUM}:
        if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
            value = int(value)
    elif datastream.type is DataType.BOOLEAN and value in {0, 1}:
        value = bool(value)
    return from_json(datastream, value)


def within_limits(datastream: Datastream, value: Value) -> Value:
    """Clamp to min and max, replace an unknown enum key by the fallback. Raises ValueMismatch.

    Blynk docs: datastreams-common-settings/min-value and max-value; templates/datastreams/enumerable.
    """
    match datastream.type, value:
        case (DataType.INTEGER, int()) if value in INT32:
            return int(_clamped(datastream, value))
        case (DataType.ENUM, int()) if value in INT32:
            if datastream.labels is None or value in range(len(datastream.labels)):
                return value
            if datastream.fallback is not None:
                return datastream.fallback
        case (DataType.DOUBLE, int() | float()):
            number = float(value) if abs(value) < 1e300 else math.inf
            if math.isfinite(number):
                return float(_clamped(datastream, number))
        case (DataType.STRING, str()) if len(value.encode()) <= MAX_STRING:
            return value
        case (DataType.LOCATION, (lon, lat)) if abs(lon) <= 180 and abs(lat) <= 90:
            return float(lon), float(lat)
        case (DataType.BOOLEAN, bool()):
            return value
    raise ValueMismatch(datastream)


def _clamped(datastream: Datastream, number: float) -> float:
    if datastream.min is not None and number < datastream.min:
        return datastream.min
    if datastream.max is not None and number > datastream.max:
        return datastream.max
    return number


def to_text(value: Value, booleans: BooleanText = BooleanText.DIGITS) -> bytes:
    """Give the payload of downlink/ds/NAME."""
    match value:
        case bool():
            if booleans is BooleanText.WORDS:
                return b"true" if value else b"false"
            return b"1" if value else b"0"
        case float():
            return _decimal(value).encode()
        case (lon, lat):
            return f"{_decimal(lon)}\0{_decimal(lat)}".encode()
        case _:
            return str(value).encode()


def _decimal(number: float) -> str:
    """Write plain decimal text: no exponent, whatever the size."""
    text = repr(number)
    return format(Decimal(text), "f") if "e" in text else text


def to_json(value: Value | None) -> Json:
    """Give the natural JSON form; a location is [lon, lat]."""
    return [*value] if isinstance(value, tuple) else value
