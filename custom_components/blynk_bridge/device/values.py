"""Datastream values: their types, and their forms as text and as JSON."""

from enum import StrEnum
import math
import re
from typing import Final, NamedTuple

from .errors import InvalidValue

INTEGER_MIN: Final = -(2**31)
INTEGER_MAX: Final = 2**31 - 1
# A Double is 64 bits wide, but anything beyond this is a mistake, not a reading.
_DOUBLE_MAX: Final = 1e15
_DOUBLE_DIGITS: Final = 10
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NUMBER_LENGTH_MAX: Final = 64
_CONTROLS: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TRUE: Final = frozenset({"1", "true", "on"})
_FALSE: Final = frozenset({"0", "false", "off"})


class DataType(StrEnum):
    """Type of a datastream, as its template declares it.

    Source: Blynk docs, console/templates/datastreams/datastreams-common-settings.
    """

    INTEGER = "integer"
    DOUBLE = "double"
    STRING = "string"
    BOOLEAN = "boolean"
    ENUM = "enum"
    LOCATION = "location"


class Location(NamedTuple):
    """A place, in degrees, in Blynk's order: longitude first."""

    longitude: float
    latitude: float


type Value = bool | int | float | str | Location
type JsonValue = bool | int | float | str | list[float]


def normalize(value: Value, data_type: DataType) -> Value:
    """Return the value as its datastream stores it.

    Integers are rounded half away from zero and must fit 32 bits; NaN and
    infinity have no form on the wire; a Location is checked against ±180°, ±90°.

    Raises InvalidValue where the value can't be of this type.
    """
    match data_type:
        case DataType.STRING:
            return _text(value)
        case DataType.BOOLEAN:
            return _boolean(value)
        case DataType.INTEGER | DataType.ENUM:
            return _integer(value, data_type)
        case DataType.DOUBLE:
            return _double(value)
        case DataType.LOCATION:
            return _location(value)


def to_json(value: Value, data_type: DataType) -> JsonValue:
    """Return the value's form in `batch_ds`.

    Source: Blynk docs, device-mqtt-api/datastreams: numbers for Integer, Double
    and Enum, text for String, true/false for Boolean, [lon, lat] for Location.
    """
    normal = normalize(value, data_type)
    if isinstance(normal, Location):
        return [normal.longitude, normal.latitude]
    if isinstance(normal, float) and normal.is_integer():
        return int(normal)
    return normal


def to_text(value: Value, data_type: DataType) -> str:
    """Return the value's form in `ds/NAME`: text, several parts joined by NUL.

    Blynk documents no text form of Boolean: 1 and 0 are what its widgets send.
    """
    normal = normalize(value, data_type)
    if isinstance(normal, Location):
        return "\0".join(_plain(part) for part in normal)
    if isinstance(normal, bool):
        return "1" if normal else "0"
    if isinstance(normal, float):
        return _plain(normal)
    return str(normal)


def text_of(form: JsonValue) -> str:
    """Return the text form of a value that is in its JSON form, and no list."""
    if isinstance(form, bool):
        return "1" if form else "0"
    return _plain(form) if isinstance(form, float) else str(form)


def from_text(text: str, data_type: DataType) -> Value:
    """Return the value that a `downlink/ds/NAME` payload carries.

    A Double datastream may deliver `21` and an Integer one `21.0`; a Location
    comes with NUL or comma between its parts. Raises InvalidValue otherwise.
    """
    match data_type:
        case DataType.STRING:
            return text
        case DataType.BOOLEAN:
            return _boolean(text)
        case DataType.INTEGER | DataType.ENUM:
            number = _number(text, data_type)
            if not number.is_integer():
                raise InvalidValue(data_type)
            return _integer(number, data_type)
        case DataType.DOUBLE:
            return _number(text)
        case DataType.LOCATION:
            return _location(text)


def legible(text: str) -> str:
    """Return a text without what no state can hold and no log should.

    NUL, between several parts, shows as a comma; other control characters but tabs
    and line ends are left out, as are lone surrogates.
    """
    return _CONTROLS.sub("", text.replace("\0", ", "))


def _number(text: str, data_type: DataType = DataType.DOUBLE) -> float:
    """Parse a plain decimal number: no spaces, underscores, `nan` or `inf`."""
    if len(text) > _NUMBER_LENGTH_MAX or not _NUMBER.fullmatch(text):
        raise InvalidValue(data_type)
    return _double(float(text))


def _text(value: Value) -> str:
    """Return a String value."""
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, Location):
        return ",".join(_plain(part) for part in _location(value))
    return _plain(_double(value))


def _encodable(text: str) -> str:
    """Return the text if it has a form in UTF-8: a lone surrogate has none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidValue(DataType.STRING) from None
    return text


def _boolean(value: Value) -> bool:
    """Return a Boolean value; of numbers only 0 and 1 are meant as one."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float) and value in (0, 1):
        return value == 1
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
    raise InvalidValue(DataType.BOOLEAN)


def _integer(value: Value, data_type: DataType) -> int:
    """Return an Integer or Enumerable value."""
    if isinstance(value, str):
        value = _number(value, data_type)
    # NaN compares false, and an int may be too large to become a float.
    if isinstance(value, Location) or not abs(value) <= _DOUBLE_MAX:
        raise InvalidValue(data_type)
    number = math.floor(abs(value) + 0.5)
    number = -number if value < 0 else number
    if not INTEGER_MIN <= number <= INTEGER_MAX:
        raise InvalidValue(data_type)
    return number


def _double(value: Value) -> float:
    """Return a Double value, without the noise of binary fractions."""
    if isinstance(value, str):
        return _number(value)
    if isinstance(value, Location) or not abs(value) <= _DOUBLE_MAX:
        raise InvalidValue(DataType.DOUBLE)
    # Adding 0 turns -0.0, which would be sent as "-0", into 0.0.
    return round(float(value), _DOUBLE_DIGITS) + 0.0


def _location(value: Value) -> Location:
    """Return a Location value."""
    if isinstance(value, str):
        parts = value.split("\0" if "\0" in value else ",")
        if len(parts) != 2:
            raise InvalidValue(DataType.LOCATION)
        value = Location(*(_number(part.strip(), DataType.LOCATION) for part in parts))
    if not isinstance(value, Location):
        raise InvalidValue(DataType.LOCATION)
    place = Location(_double(value.longitude), _double(value.latitude))
    if abs(place.longitude) > 180 or abs(place.latitude) > 90:
        raise InvalidValue(DataType.LOCATION)
    return place


def _plain(number: float) -> str:
    """Return a number as plain decimal text, never with an exponent."""
    return f"{number:.{_DOUBLE_DIGITS}f}".rstrip("0").rstrip(".") or "0"
