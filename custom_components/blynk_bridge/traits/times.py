"""Dates and times that a user sets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.components.date.const import SERVICE_SET_VALUE
from homeassistant.components.datetime.const import ATTR_DATETIME
from homeassistant.components.input_datetime import DOMAIN as INPUT_DATETIME_DOMAIN
from homeassistant.components.input_datetime.const import (
    InputDatetimeEntityCapabilityAttribute,
)
from homeassistant.const import ATTR_DATE, ATTR_TIME, Platform
from homeassistant.core import State

from ..device.values import DataType
from .base import Action, Description, NotWritable, Reading, Trait, entity_action
from .moments import day_text, moment_text, time_text

# Home Assistant has no name for it.
_SET_DATETIME: Final = "set_datetime"


@dataclass(frozen=True, slots=True)
class _Form:
    """How a date, a time or both are read and written."""

    text: Callable[[object], str | None]
    parameter: str


_DATE: Final = _Form(day_text, ATTR_DATE)
_TIME: Final = _Form(time_text, ATTR_TIME)
_BOTH: Final = _Form(moment_text, ATTR_DATETIME)
_FORMS: Final[Mapping[str, _Form]] = {
    Platform.DATE: _DATE,
    Platform.TIME: _TIME,
    Platform.DATETIME: _BOTH,
}
# Whether an input has a date, and whether a time.
_INPUTS: Final[Mapping[tuple[bool, bool], _Form]] = {
    (True, False): _DATE,
    (False, True): _TIME,
    (True, True): _BOTH,
}


class DateTimeValue(Trait):
    """The date or time that is set: `2026-03-29`, `07:30:00`, or both.

    Text, by the home's clock. A time can also be set by Blynk's Time Input, which
    shows the answer in words of its own: seconds since midnight.
    """

    key = "value"
    domains = frozenset({*_FORMS, INPUT_DATETIME_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it where the entity is known to have a date or a time."""
        if _form(state) is None:
            return None
        return Description(data_type=DataType.STRING, writable=True)

    def read(self, state: State) -> Reading | None:
        """Return the date or time as a person reads it."""
        form = _form(state)
        return None if form is None else form.text(state.state)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the date or time, if it is one."""
        form = _form(state)
        wanted = None if form is None else form.text(reading)
        if form is None or wanted is None:
            raise NotWritable("neither date nor time")
        if state.domain == INPUT_DATETIME_DOMAIN:
            return entity_action(state, _SET_DATETIME, **{form.parameter: wanted})
        if form is _BOTH and wanted == self.read(state):
            # In the hour that comes twice, the text alone would mean the first.
            wanted = state.state
        return entity_action(state, SERVICE_SET_VALUE, **{form.parameter: wanted})


def _form(state: State) -> _Form | None:
    """Return how the entity is read and written, None if it does not say."""
    if state.domain != INPUT_DATETIME_DOMAIN:
        return _FORMS[state.domain]
    has_date, has_time = (
        state.attributes.get(attribute) is True
        for attribute in (
            InputDatetimeEntityCapabilityAttribute.HAS_DATE,
            InputDatetimeEntityCapabilityAttribute.HAS_TIME,
        )
    )
    return _INPUTS.get((has_date, has_time))


TRAITS: Final[tuple[Trait, ...]] = (DateTimeValue(),)
