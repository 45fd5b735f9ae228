"""A control: a datastream that Blynk owns, shown as an entity of ours.

Stored as a config subentry of type `control`, whose unique id is `ds:` and the
datastream's name. Its data:

    datastream           the datastream's name
    pin                  its virtual pin, optional
    kind                 a `ControlKind`
    data_type            a `DataType`, one of `DATA_TYPES[kind]`
    minimum, maximum     number
    step                 number
    unit_of_measurement  number, sensor; optional
    mode                 number: how it is set: auto, box, slider
    options              select, and a sensor of an Enumerable; the index is the value
    max_length           text: how many characters it may have
    device_class         sensor, binary_sensor; optional
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import logging
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    CONF_DEVICE_CLASS,
    CONF_MAXIMUM,
    CONF_MINIMUM,
    CONF_MODE,
    CONF_OPTIONS,
    CONF_UNIT_OF_MEASUREMENT,
    MAX_LENGTH_STATE_STATE,
)

from .const import (
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_KIND,
    CONF_MAX_LENGTH,
    CONF_PIN,
    CONF_STEP,
)
from .device.errors import InvalidValue
from .device.values import DataType, Value
from .exposure_data import NUMBER, Types, check_name, check_types
from .traits.base import Limits

_LOGGER: Final = logging.getLogger(__name__)


class ControlKind(StrEnum):
    """What a control is in Home Assistant: the name of the entity's domain."""

    SWITCH = "switch"
    NUMBER = "number"
    SELECT = "select"
    TEXT = "text"
    TIME = "time"
    SENSOR = "sensor"
    BINARY_SENSOR = "binary_sensor"
    BUTTON = "button"

    @property
    def settable(self) -> bool:
        """Whether it has a value that Home Assistant may set.

        Such a control is available without a connection: what is set meanwhile
        is sent when there is one.
        """
        return self in _SETTABLE


_SETTABLE: Final = frozenset(
    {
        ControlKind.SWITCH,
        ControlKind.NUMBER,
        ControlKind.SELECT,
        ControlKind.TEXT,
        ControlKind.TIME,
    }
)
# What a datastream of each kind may be; the first is what fits Blynk's widgets best
# (Blynk docs, list-of-datastreams-types-supported-by-widgets).
DATA_TYPES: Final[Mapping[ControlKind, tuple[DataType, ...]]] = {
    ControlKind.SWITCH: (DataType.INTEGER, DataType.DOUBLE, DataType.BOOLEAN),
    ControlKind.NUMBER: (DataType.DOUBLE, DataType.INTEGER),
    ControlKind.SELECT: (DataType.ENUM, DataType.INTEGER),
    ControlKind.TEXT: (DataType.STRING,),
    ControlKind.TIME: (DataType.STRING, DataType.INTEGER),
    ControlKind.SENSOR: (
        DataType.DOUBLE,
        DataType.INTEGER,
        DataType.STRING,
        DataType.ENUM,
    ),
    ControlKind.BINARY_SENSOR: (DataType.INTEGER, DataType.DOUBLE, DataType.BOOLEAN),
    ControlKind.BUTTON: (DataType.INTEGER,),
}
_ON_OFF: Final = frozenset(
    {ControlKind.SWITCH, ControlKind.BINARY_SENSOR, ControlKind.BUTTON}
)
_REQUIRED: Final[Types] = {
    CONF_DATA_TYPE: str,
    CONF_DATASTREAM: str,
    CONF_KIND: str,
}
_OPTIONAL: Final[Types] = {
    CONF_DEVICE_CLASS: str,
    CONF_MAXIMUM: NUMBER,
    CONF_MAX_LENGTH: int,
    CONF_MINIMUM: NUMBER,
    CONF_MODE: str,
    CONF_OPTIONS: list,
    CONF_PIN: int,
    CONF_STEP: NUMBER,
    CONF_UNIT_OF_MEASUREMENT: str,
}
_SECONDS_OF_DAY: Final = Limits(0, 86399, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A config subentry of type `control`, as a typed object of our own."""

    subentry_id: str
    datastream: str
    kind: ControlKind
    data_type: DataType
    range: Limits | None = None
    """What a number is set within."""
    unit: str | None = None
    mode: str | None = None
    options: tuple[str, ...] = ()
    """In the order of their indices."""
    max_length: int = MAX_LENGTH_STATE_STATE
    device_class: str | None = None

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Self | None:
        """Return the control, None if it is not, or no more, one we can serve."""
        try:
            return cls.from_data(subentry.subentry_id, subentry.data)
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("Control %s is not valid: %r", subentry.title, error)
            return None

    @classmethod
    def from_data(cls, subentry_id: str, data: Mapping[str, Any]) -> Self:
        """Return the control that a subentry's data describes.

        Raises KeyError, TypeError or ValueError for data of another version.
        """
        check_types(data, _REQUIRED, _OPTIONAL)
        check_name(data[CONF_DATASTREAM])
        kind = ControlKind(data[CONF_KIND])
        return cls(
            subentry_id=subentry_id,
            datastream=data[CONF_DATASTREAM],
            kind=kind,
            data_type=DataType(data[CONF_DATA_TYPE]),
            range=(
                Limits(data[CONF_MINIMUM], data[CONF_MAXIMUM], data[CONF_STEP])
                if kind is ControlKind.NUMBER
                else None
            ),
            unit=data.get(CONF_UNIT_OF_MEASUREMENT),
            mode=data.get(CONF_MODE),
            options=tuple(str(option) for option in data.get(CONF_OPTIONS, ())),
            max_length=data.get(CONF_MAX_LENGTH, MAX_LENGTH_STATE_STATE),
            device_class=data.get(CONF_DEVICE_CLASS),
        )

    @property
    def limits(self) -> Limits | None:
        """Return the range that the datastream needs, None where nothing tells."""
        if self.options:
            return Limits(0, len(self.options) - 1, 1)
        if self.data_type in {DataType.STRING, DataType.BOOLEAN}:
            return None
        if self.kind in _ON_OFF:
            return Limits(0, 1, 1)
        return _SECONDS_OF_DAY if self.kind is ControlKind.TIME else self.range

    def option(self, value: Value) -> str:
        """Return the option that an index stands for; raises InvalidValue for none."""
        if isinstance(value, int) and 0 <= value < len(self.options):
            return self.options[value]
        raise InvalidValue(self.data_type)
