"""What to tell the user to create in the Blynk template for one datastream or event."""

from collections.abc import Mapping
from dataclasses import dataclass

from .device.values import DataType
from .plan import PlannedDatastream


@dataclass(frozen=True, slots=True)
class Requirement:
    """The translated text's key, and what is filled in there."""

    key: str
    placeholders: Mapping[str, str]


def requirement(row: PlannedDatastream) -> Requirement:
    """Return what to tell the template's author about a datastream.

    A datastream of another type drops the values, one with a narrower range cuts
    them off, and neither says so.
    """
    placeholders = {"datastream": row.name}
    if row.labels:
        options = ", ".join(row.labels)
        return Requirement(row.data_type.value, placeholders | {"options": options})
    if row.data_type is DataType.ENUM:
        return Requirement("enum_plain", placeholders)
    if row.minimum is None or row.maximum is None:
        return Requirement(row.data_type.value, placeholders)
    return Requirement(
        f"{row.data_type}_range",
        placeholders
        | {"minimum": _decimal(row.minimum), "maximum": _decimal(row.maximum)},
    )


def _decimal(number: float) -> str:
    """Return a number without a point that says nothing."""
    return str(int(number)) if float(number).is_integer() else str(number)
