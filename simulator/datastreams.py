"""A template's datastreams: what the template's author has typed into Blynk's console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import re

from . import fields
from .fields import Json

type Value = bool | int | float | str | tuple[float, float]

EVENT_CODE = re.compile(r"[A-Za-z0-9_ ]{1,50}")
FORBIDDEN_IN_NAME = frozenset("/,+#\0")


class DataType(StrEnum):
    """The data type of a datastream. Blynk docs: datastreams-common-settings/data-type."""

    INTEGER = "integer"
    DOUBLE = "double"
    STRING = "string"
    BOOLEAN = "boolean"
    ENUM = "enum"
    LOCATION = "location"


@dataclass(frozen=True, slots=True, kw_only=True)
class Datastream:
    """One datastream of the template. MQTT addresses it by name, the HTTPS API by pin."""

    name: str
    pin: int
    type: DataType = DataType.DOUBLE
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    decimals: int | None = None
    default: Value | None = None
    labels: tuple[str, ...] | None = None  # enum texts; the index is the value
    fallback: int | None = None
    sync: bool = False
    raw: bool = False
    confirm_timeout: float | None = None
    control: bool | None = None  # the app shows a control; None: when sync is on
    widget: str | None = None  # which one the console shows; None: the type decides

    def __post_init__(self) -> None:
        """Refuse what Blynk's console would refuse, or what MQTT could not address."""
        if not self.name or self.name != self.name.strip():
            raise ValueError(f"bad datastream name: {self.name!r}")
        if FORBIDDEN_IN_NAME & set(self.name):
            raise ValueError(f"forbidden character in datastream name: {self.name!r}")
        if not 0 <= self.pin <= 255:
            raise ValueError(f"pin out of range: {self.pin}")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min above max: {self.name}")

    @property
    def is_control(self) -> bool:
        """Whether the app shows a control for it rather than a display."""
        return self.sync if self.control is None else self.control


def datastream_from_json(data: Json) -> Datastream:
    """Build a definition from its JSON form; raise ValueError naming the bad field."""
    data = fields.checked_object(data)
    unknown = data.keys() - Datastream.__dataclass_fields__.keys()
    if unknown:
        raise ValueError(f"unknown field: {', '.join(sorted(unknown))}")
    name = fields.text(data, "name")
    pin = fields.integer(data, "pin")
    if name is None or pin is None:
        raise ValueError("a datastream needs a name and a pin")
    type_name = fields.text(data, "type") or DataType.DOUBLE
    try:
        data_type = DataType(type_name)
    except ValueError:
        raise ValueError(f"unknown type: {type_name}") from None
    return Datastream(
        name=name,
        pin=pin,
        type=data_type,
        unit=fields.text(data, "unit"),
        min=fields.number(data, "min"),
        max=fields.number(data, "max"),
        step=fields.number(data, "step"),
        decimals=fields.integer(data, "decimals"),
        default=_default(data, data_type),
        labels=_labels(data),
        fallback=fields.integer(data, "fallback"),
        sync=fields.flag(data, "sync") or False,
        raw=fields.flag(data, "raw") or False,
        confirm_timeout=fields.number(data, "confirm_timeout"),
        control=fields.flag(data, "control"),
        widget=fields.text(data, "widget"),
    )


def _labels(data: Mapping[str, Json]) -> tuple[str, ...] | None:
    value = data.get("labels")
    if value is None:
        return None
    if isinstance(value, list):
        texts = [label for label in value if isinstance(label, str)]
        if len(texts) == len(value):
            return tuple(texts)
    raise ValueError("labels is a list of texts")


def _default(data: Mapping[str, Json], data_type: DataType) -> Value | None:
    value = data.get("default")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if data_type is DataType.LOCATION and isinstance(value, list):
        numbers = [float(part) for part in value if isinstance(part, int | float)]
        if len(numbers) == len(value) == 2:
            return numbers[0], numbers[1]
    raise ValueError("default does not fit the type")


def checked_event_code(code: str) -> str:
    """Return an event code that Blynk's console would take. Raises ValueError.

    Blynk docs: events-general-setting.
    """
    if not EVENT_CODE.fullmatch(code):
        raise ValueError(f"bad event code: {code!r}")
    return code


DEMO = (
    Datastream(
        name="Power", pin=0, type=DataType.INTEGER, min=0, max=1, default=0, sync=True
    ),
    Datastream(
        name="Set Temperature",
        pin=1,
        unit="Celsius",
        min=5,
        max=30,
        step=0.5,
        decimals=1,
        default=20.0,
        sync=True,
    ),
    Datastream(
        name="Current Temperature",
        pin=2,
        unit="Celsius",
        min=-40,
        max=80,
        decimals=1,
    ),
    Datastream(name="Status", pin=3, type=DataType.STRING),
    Datastream(
        name="Mode",
        pin=4,
        type=DataType.ENUM,
        labels=("Off", "Heat", "Cool", "Auto"),
        fallback=0,
        default=0,
        sync=True,
    ),
    Datastream(name="Window Open", pin=5, type=DataType.BOOLEAN),
    Datastream(name="Position", pin=6, type=DataType.LOCATION),
    Datastream(name="Terminal", pin=7, type=DataType.STRING, control=True),
)
"""The demo template: the datastreams of Blynk's own MQTT samples, and one of each other type."""
