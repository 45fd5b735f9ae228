"""The forms of values: of what a call gives, and of what Blynk answers."""

from collections.abc import Mapping
import re
from typing import Final

from homeassistant.util.json import JsonValueType

from ..device.errors import InvalidValue
from ..device.updates import Update
from ..device.values import DataType, Location, Value, from_text, to_json, to_text

_GUESSES: Final[Mapping[type, DataType]] = {
    # Blynk's switches and buttons are Integers, as are most flags.
    bool: DataType.INTEGER,
    int: DataType.DOUBLE,
    float: DataType.DOUBLE,
    str: DataType.STRING,
    list: DataType.STRING,
    dict: DataType.LOCATION,
}
"""What a datastream of which nothing is known seems to be, by the value for it.

A value that goes alone goes as text, which is the same for most types: the guess
matters in a batch.
"""
# No leading zero: that is a code or a phone number, and none of a value's noise.
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})\.\d{1,20}", re.ASCII)


def update_of(name: str, given: object, data_type: DataType | None) -> Update:
    """Return a datastream's new value as it is sent; None for an unknown type.

    Nothing is rounded or clamped. Raises InvalidValue for what has no form in the
    type, or in any.
    """
    guesses = (guess for kind, guess in _GUESSES.items() if isinstance(given, kind))
    wanted = next(guesses, DataType.STRING) if data_type is None else data_type
    return Update(name, to_json(_value(given, wanted), wanted), wanted)


def _value(given: object, data_type: DataType) -> Value:
    """Return the value that is meant; raises InvalidValue for none of this type."""
    match given:
        case bool() if data_type is DataType.STRING:
            return scalar_text(given)
        case str():
            return from_text(given, data_type)
        case float() if data_type in {DataType.INTEGER, DataType.ENUM}:
            if given.is_integer():
                return given
        case bool() | int() | float():
            return given
        case {"latitude": latitude, "longitude": longitude}:
            return _location(longitude, latitude, data_type)
        case [longitude, latitude] if data_type is DataType.LOCATION:
            return _location(longitude, latitude, data_type)
        case [_, *_] if data_type is DataType.STRING:
            return "\0".join(_part(part) for part in given)
    raise InvalidValue(data_type)


def _location(longitude: object, latitude: object, data_type: DataType) -> Location:
    """Return a place, if a place is what the datastream holds."""
    if data_type is not DataType.LOCATION:
        raise InvalidValue(data_type)
    degrees = []
    for part in (longitude, latitude):
        if isinstance(part, bool) or not isinstance(part, int | float):
            raise InvalidValue(data_type)
        try:
            degrees.append(float(part))
        except OverflowError as error:
            raise InvalidValue(data_type) from error
    return Location(*degrees)


def _part(given: object) -> str:
    """Return one part of a text of several; NUL is between them, and in none."""
    text = scalar_text(given)
    if "\0" in text:
        raise InvalidValue(DataType.STRING)
    return text


def scalar_text(given: object) -> str:
    """Return the text of a text, a number, or of true and false.

    Raises InvalidValue for anything else.
    """
    match given:
        case bool():
            return "true" if given else "false"
        case str():
            return to_text(given, DataType.STRING)
        case int() | float():
            return to_text(given, DataType.DOUBLE)
    raise InvalidValue(DataType.STRING)


def answered(text: str, data_type: DataType | None) -> JsonValueType:
    """Return what Blynk has of a datastream; None for an unknown type.

    Raises InvalidValue for what is none of its type.
    """
    if data_type is None:
        return guessed(text)
    value = from_text(text, data_type)
    if isinstance(value, Location):
        return [value.longitude, value.latitude]
    if isinstance(value, str) and "\0" in value:
        return [*value.split("\0")]
    return value


def guessed(text: str) -> JsonValueType:
    """Return what a text seems to be: a number, several parts, or a text."""
    if "\0" in text:
        return [guessed(part) for part in text.split("\0")]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
