"""Typed reading of a JSON object's fields, each absent, null or of its type."""

from __future__ import annotations

from collections.abc import Mapping

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = Mapping[str, Json]


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
