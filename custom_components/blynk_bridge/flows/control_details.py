"""What each kind of control has to be told."""

from collections.abc import Mapping
import math
from typing import Any, Final

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.number import NumberMode
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_UNITS,
    NON_NUMERIC_DEVICE_CLASSES,
    SensorDeviceClass,
)
from homeassistant.const import (
    CONF_DEVICE_CLASS,
    CONF_MAXIMUM,
    CONF_MINIMUM,
    CONF_MODE,
    CONF_OPTIONS,
    CONF_UNIT_OF_MEASUREMENT,
    MAX_LENGTH_STATE_STATE,
)
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..const import CONF_DATA_TYPE, CONF_MAX_LENGTH, CONF_STEP
from ..control import DATA_TYPES, ControlKind
from ..device.values import DataType
from ..traits.base import Limits
from .exposure_form import select

type Fields = Mapping[vol.Marker, Any]

_NUMBER: Final = NumberSelector(
    NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any")
)
_WHOLE: Final = NumberSelector(
    NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1)
)
_OPTIONS: Final = TextSelector(TextSelectorConfig(multiple=True))


def _data_type(kind: ControlKind) -> Fields:
    """Return the field of a kind's data type."""
    types = DATA_TYPES[kind]
    return {
        vol.Required(CONF_DATA_TYPE, default=types[0].value): select(types, "data_type")
    }


FIELDS: Final[Mapping[ControlKind, Fields]] = {
    ControlKind.SWITCH: _data_type(ControlKind.SWITCH),
    ControlKind.NUMBER: {
        vol.Required(CONF_MINIMUM, default=0): _NUMBER,
        vol.Required(CONF_MAXIMUM, default=100): _NUMBER,
        vol.Required(CONF_STEP, default=1): _NUMBER,
        vol.Optional(CONF_UNIT_OF_MEASUREMENT): TextSelector(),
        vol.Required(CONF_MODE, default=NumberMode.AUTO.value): select(
            NumberMode, "number_mode"
        ),
        **_data_type(ControlKind.NUMBER),
    },
    ControlKind.SELECT: {
        vol.Required(CONF_OPTIONS): _OPTIONS,
        **_data_type(ControlKind.SELECT),
    },
    ControlKind.TEXT: {
        vol.Required(CONF_MAX_LENGTH, default=MAX_LENGTH_STATE_STATE): _WHOLE
    },
    ControlKind.TIME: _data_type(ControlKind.TIME),
    ControlKind.SENSOR: {
        **_data_type(ControlKind.SENSOR),
        vol.Optional(CONF_UNIT_OF_MEASUREMENT): TextSelector(),
        vol.Optional(CONF_OPTIONS): _OPTIONS,
    },
    ControlKind.BINARY_SENSOR: _data_type(ControlKind.BINARY_SENSOR),
    ControlKind.BUTTON: {},
}
"""The fields of each kind's form, but for the device class."""
DEVICE_CLASSES: Final[Mapping[ControlKind, tuple[str, ...]]] = {
    ControlKind.SENSOR: tuple(
        each.value
        for each in SensorDeviceClass
        if each not in NON_NUMERIC_DEVICE_CLASSES
    ),
    ControlKind.BINARY_SENSOR: tuple(each.value for each in BinarySensorDeviceClass),
}
"""What the kinds may be that have a device class."""


def tidied(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered without blanks, and whole numbers as such."""
    tidy: dict[str, Any] = {}
    for field, value in entered.items():
        match value:
            case float() if value.is_integer():
                tidy[field] = int(value)
            case str():
                tidy[field] = value.strip()
            case list():
                tidy[field] = [text.strip() for text in value if text.strip()]
            case _:
                tidy[field] = value
    return {field: value for field, value in tidy.items() if value not in ("", [])}


def detail_errors(kind: ControlKind, entered: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a kind's details, by field."""
    match kind:
        case ControlKind.NUMBER:
            return _number_errors(entered)
        case ControlKind.SELECT:
            return _only({CONF_OPTIONS: _options_error(entered.get(CONF_OPTIONS, []))})
        case ControlKind.TEXT:
            length = entered[CONF_MAX_LENGTH]
            if isinstance(length, int) and 1 <= length <= MAX_LENGTH_STATE_STATE:
                return {}
            return {CONF_MAX_LENGTH: "invalid_length"}
        case ControlKind.SENSOR:
            return _sensor_errors(entered)
        case _:
            return {}


def _number_errors(entered: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a number's range and step."""
    limits = Limits(entered[CONF_MINIMUM], entered[CONF_MAXIMUM], entered[CONF_STEP])
    width = limits.maximum - limits.minimum
    if not 0 < width < math.inf:
        return {CONF_MAXIMUM: "empty_range"}
    if not 0 < entered[CONF_STEP] <= width:
        return {CONF_STEP: "invalid_step"}
    if entered[CONF_DATA_TYPE] == DataType.INTEGER and not limits.whole:
        return {CONF_DATA_TYPE: "not_whole"}
    return {}


def _sensor_errors(entered: Mapping[str, Any]) -> dict[str, str]:
    """Return what of a sensor does not go together."""
    data_type = entered[CONF_DATA_TYPE]
    device_class, unit = (
        entered.get(CONF_DEVICE_CLASS),
        entered.get(CONF_UNIT_OF_MEASUREMENT),
    )
    options = entered.get(CONF_OPTIONS, [])
    if data_type == DataType.ENUM:
        options_error = _options_error(options)
    else:
        options_error = "options_unused" if options else None
    if data_type in {DataType.STRING, DataType.ENUM}:
        return _only(
            {
                CONF_OPTIONS: options_error,
                CONF_UNIT_OF_MEASUREMENT: "not_a_number" if unit else None,
                CONF_DEVICE_CLASS: "not_a_number" if device_class else None,
            }
        )
    units = (
        None
        if device_class is None
        else DEVICE_CLASS_UNITS.get(SensorDeviceClass(device_class))
    )
    return _only(
        {
            CONF_OPTIONS: options_error,
            CONF_UNIT_OF_MEASUREMENT: (
                "unsuitable_unit" if units is not None and unit not in units else None
            ),
        }
    )


def _options_error(options: list[str]) -> str | None:
    """Return what is wrong with the names of an enumeration's options."""
    if not options:
        return "no_options"
    if len(set(options)) < len(options):
        return "duplicate_option"
    if any(len(option) > MAX_LENGTH_STATE_STATE for option in options):
        return "option_too_long"
    return None


def _only(found: Mapping[str, str | None]) -> dict[str, str]:
    """Return the errors that there are."""
    return {field: error for field, error in found.items() if error is not None}
