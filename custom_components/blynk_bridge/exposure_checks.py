"""What may be entered in the forms of one exposure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry

from .const import (
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_MAX_INTERVAL,
    CONF_MIN_INTERVAL,
    CONF_PIN,
)
from .device.errors import InvalidName
from .device.messages import valid_name
from .exposure import Direction
from .exposure_data import pins
from .proposal import PIN_MAX, data_types, exposure_unique_id
from .traits.base import Description, Trait

AUTOMATIC: Final = "automatic"
OPERATING: Final = frozenset({Direction.BOTH, Direction.CONTROL})
# Seconds: nobody means to wait longer than a month, or to repeat more often than this.
INTERVAL_MAX: Final = 31 * 24 * 3600
REPEAT_MIN: Final = 10


def entry_errors(
    values: Mapping[str, Any], others: Iterable[ConfigSubentry]
) -> dict[str, str]:
    """Return what is wrong whatever the trait, by field.

    What is in the section is under `base`: its own fields can't show an error.
    """
    others = list(others)
    found = {
        CONF_DATASTREAM: name_error(
            values[CONF_DATASTREAM], {other.unique_id for other in others}
        ),
        CONF_PIN: pin_error(values.get(CONF_PIN), pins(others)),
        "base": interval_error(values.get(CONF_MIN_INTERVAL, 0))
        or repeat_error(
            values.get(CONF_MAX_INTERVAL, 0), values.get(CONF_MIN_INTERVAL, 0)
        ),
    }
    return {field: error for field, error in found.items() if error is not None}


def name_error(name: str, taken: set[str | None]) -> str | None:
    """Return what is wrong with a datastream's name, given others' unique ids."""
    try:
        valid_name(name)
    except InvalidName:
        return "invalid_name"
    return "datastream_in_use" if exposure_unique_id(name) in taken else None


def pin_error(pin: float | None, taken: set[int]) -> str | None:
    """Return what is wrong with a virtual pin."""
    if pin is None:
        return None
    if not (0 <= pin <= PIN_MAX and float(pin).is_integer()):
        return "invalid_pin"
    return "pin_in_use" if pin in taken else None


def interval_error(seconds: float) -> str | None:
    """Return what is wrong with an interval; 0 stands for none."""
    return None if 0 <= seconds <= INTERVAL_MAX else "invalid_interval"


def repeat_error(seconds: float, min_interval: float) -> str | None:
    """Return what is wrong with the interval that repeats unchanged values."""
    if error := interval_error(seconds):
        return error
    if 0 < seconds < REPEAT_MIN:
        return "repeats_too_often"
    return "interval_order" if 0 < seconds < min_interval else None


def trait_errors(
    trait: Trait, description: Description, values: Mapping[str, Any]
) -> dict[str, str]:
    """Return what a trait is not fit for, by field."""
    errors = {}
    if values[CONF_DATA_TYPE] not in {AUTOMATIC, *data_types(trait, description)}:
        errors[CONF_DATA_TYPE] = "unsuitable_data_type"
    if values[CONF_DIRECTION] in OPERATING and not description.writable:
        errors[CONF_DIRECTION] = "not_writable"
    return errors


def consent_step(description: Description, direction: str) -> str | None:
    """Return the step that asks for the user's consent, None where none is needed."""
    if description.guarded and direction in OPERATING:
        return "confirm"
    return "confirm_private" if description.private else None
