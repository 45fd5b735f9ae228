"""Sensors and binary sensors: what can only be read."""

import re
from typing import Final

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.components.sensor.const import (
    NON_NUMERIC_DEVICE_CLASSES,
    SensorDeviceClass,
    SensorEntityCapabilityAttribute,
)
from homeassistant.const import ATTR_DEVICE_CLASS, ATTR_UNIT_OF_MEASUREMENT, Platform
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    NOT_READINGS,
    Description,
    OnOffTrait,
    Reading,
    Trait,
    number,
    on_off,
    text,
    texts,
)
from .moments import moment_text

_NUMERIC_CLASSES: Final = frozenset(SensorDeviceClass) - NON_NUMERIC_DEVICE_CLASSES
_MOMENTS: Final = frozenset({SensorDeviceClass.TIMESTAMP, SensorDeviceClass.UPTIME})
# Who is at home. Motion and occupancy are about a room.
_OF_PEOPLE: Final = frozenset({BinarySensorDeviceClass.PRESENCE})
# Without a leading zero or plus: "007" and "+49170" are codes, not numbers.
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)


class SensorOption(Trait):
    """Which of its options an enum sensor shows."""

    key = "option"
    domains = frozenset({Platform.SENSOR})

    def describe(self, state: State) -> Description | None:
        """Offer it where the sensor's class is enum and its options are known."""
        if not (options := self.options(state)):
            return None
        return Description(data_type=DataType.ENUM, options=options)

    def read(self, state: State) -> Reading | None:
        """Return the option, None if it is not one of the sensor's."""
        return state.state if state.state in self.options(state) else None

    def options(self, state: State) -> tuple[str, ...]:
        """Return the options in the order that the integration gives them."""
        return _options(state)


class SensorValue(Trait):
    """A sensor's state: a number, a text, or a moment by the home's clock.

    A number is a Double whatever it looks like: nothing in a state promises that
    a sensor which shows 21 now will not show 21.5 next, and an Integer datastream
    would round it.
    """

    key = "value"
    domains = frozenset({Platform.SENSOR})
    plain = True
    urgent = False

    def describe(self, state: State) -> Description | None:
        """Offer it for all but enum sensors.

        Where neither unit nor class tells, the state of the moment does: it is
        only the data type that a new datastream is suggested to have.
        """
        if _options(state):
            return None
        if not _numeric(state) and not _PLAIN_NUMBER.fullmatch(state.state):
            return Description(data_type=DataType.STRING)
        return Description(
            data_type=DataType.DOUBLE,
            unit=text(state, ATTR_UNIT_OF_MEASUREMENT) or None,
        )

    def read(self, state: State) -> Reading | None:
        """Return the number of a numeric sensor, the text of any other."""
        if state.state in NOT_READINGS:
            return None
        if _numeric(state):
            return number(state.state)
        if text(state, ATTR_DEVICE_CLASS) in _MOMENTS:
            return moment_text(state.state)
        return state.state


class BinarySensorState(OnOffTrait):
    """Whether a binary sensor is on, whatever on means for its class."""

    key = "state"
    domains = frozenset({Platform.BINARY_SENSOR})

    def describe(self, state: State) -> Description | None:
        """Offer it for every binary sensor."""
        return on_off(private=text(state, ATTR_DEVICE_CLASS) in _OF_PEOPLE)


def _options(state: State) -> tuple[str, ...]:
    """Return an enum sensor's options, empty for any other sensor."""
    if text(state, ATTR_DEVICE_CLASS) != SensorDeviceClass.ENUM:
        return ()
    return texts(state, SensorEntityCapabilityAttribute.OPTIONS)


def _numeric(state: State) -> bool:
    """Return whether the sensor says that its state is a number, as HA's core asks."""
    device_class = text(state, ATTR_DEVICE_CLASS)
    if device_class in NON_NUMERIC_DEVICE_CLASSES:
        return False
    return (
        device_class in _NUMERIC_CLASSES
        or text(state, ATTR_UNIT_OF_MEASUREMENT) is not None
        or text(state, SensorEntityCapabilityAttribute.STATE_CLASS) is not None
    )


TRAITS: Final[tuple[Trait, ...]] = (SensorValue(), SensorOption(), BinarySensorState())
