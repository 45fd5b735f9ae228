"""Strict JSON: parsing, and typed reading of an object's fields."""

from __future__ import annotations

from collections.abc import Mapping
import json

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = Mapping[str, Json]


def parse(document: str | bytes) -> Json:
    """Parse JSON as Blynk would: no NaN or Infinity. Raises ValueError."""
    try:
        parsed: Json = json.loads(document, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    return parsed


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is not JSON")


def json_object(document: str | bytes) -> dict[str, Json]:
    """Parse an object. Raises ValueError."""
    return checked_object(parse(document))


def checked_object(value: Json) -> dict[str, Json]:
    """Return a value that is an object. Raises ValueError."""
    if isinstance(value, dict):
        return value
    raise ValueError("not a JSON object")


def json_list(document: str | bytes) -> list[Json]:
    """Parse a list. Raises ValueError."""
    parsed = parse(document)
    if isinstance(parsed, list):
        return parsed
    raise ValueError("not a JSON list")


def text(data: JsonObject, key: str) -> str | None:
    """Return a text or None. Raises ValueError for anything else."""
    value = data.get(key)
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"{key} is a text")


def required_text(data: JsonObject, key: str) -> str:
    """Return a text. Raises ValueError for anything else."""
    value = text(data, key)
    if value is None:
        raise ValueError(f"{key} is missing")
    return value


def number(data: JsonObject, key: str) -> float | None:
    """Return a number or None. Raises ValueError for anything else."""
    value = data.get(key)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError(f"{key} is a number")


def integer(data: JsonObject, key: str) -> int | None:
    """Return an integer or None. Raises ValueError for anything else."""
    value = data.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ValueError(f"{key} is an integer")


def flag(data: JsonObject, key: str) -> bool | None:
    """Return a truth value or None. Raises ValueError for anything else."""
    value = data.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise ValueError(f"{key} is true or false")


def array(data: JsonObject, key: str) -> list[Json]:
    """Return a list. Raises ValueError for anything else."""
    value = data.get(key)
    if isinstance(value, list):
        return value
    raise ValueError(f"{key} is a list")
