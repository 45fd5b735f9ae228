"""What an exposure's datastream has to be in the Blynk template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import State

from . import traits
from .const import CONF_DATA_TYPE, CONF_DATASTREAM, CONF_TRAIT
from .device.values import DataType
from .traits.base import Description

_RANGED: Final = frozenset({DataType.INTEGER, DataType.DOUBLE, DataType.ENUM})


@dataclass(frozen=True, slots=True)
class Requirement:
    """The translated text's key, and what is filled in there."""

    key: str
    placeholders: Mapping[str, str]


def requirement(state: State, data: Mapping[str, Any]) -> Requirement:
    """Return what to tell the template's author about the datastream of an exposure.

    A datastream of another type drops the values, one with a narrower range cuts
    them off, and neither says so.
    """
    data_type = DataType(data[CONF_DATA_TYPE])
    trait = traits.find(state.domain, data[CONF_TRAIT])
    description = None if trait is None else trait.describe(state)
    placeholders = {"datastream": data[CONF_DATASTREAM]}
    if description is None or data_type not in _RANGED:
        return Requirement(data_type.value, placeholders)
    if data_type is DataType.ENUM and description.options:
        options = ", ".join(description.options)
        return Requirement(data_type.value, placeholders | {"options": options})
    if (ends := _range(description)) is None:
        return Requirement(data_type.value, placeholders)
    minimum, maximum = (_decimal(end) for end in ends)
    return Requirement(
        f"{data_type}_range", placeholders | {"minimum": minimum, "maximum": maximum}
    )


def _range(description: Description) -> tuple[float, float] | None:
    """Return the lowest and the highest value; options count as their indices."""
    if description.options:
        return 0, len(description.options) - 1
    if limits := description.limits:
        return limits.minimum, limits.maximum
    return None


def _decimal(number: float) -> str:
    """Return a number without a point that says nothing."""
    return str(int(number)) if float(number).is_integer() else str(number)
