"""Numbers, selects and texts: what a user sets."""

import re
from typing import Final

from homeassistant.components.input_number import DOMAIN as INPUT_NUMBER_DOMAIN
from homeassistant.components.input_select import DOMAIN as INPUT_SELECT_DOMAIN
from homeassistant.components.input_text import DOMAIN as INPUT_TEXT_DOMAIN
from homeassistant.components.number.const import (
    ATTR_VALUE,
    SERVICE_SET_VALUE,
    NumberEntityCapabilityAttribute,
)
from homeassistant.components.select.const import (
    CONF_OPTION,
    SelectEntityCapabilityAttribute,
)
from homeassistant.components.text import TextMode
from homeassistant.components.text.const import TextEntityCapabilityAttribute
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    MAX_LENGTH_STATE_STATE,
    SERVICE_SELECT_OPTION,
    Platform,
)
from homeassistant.core import State

from ..device.errors import InvalidValue
from ..device.values import DataType, legible, normalize
from .base import (
    NOT_READINGS,
    Action,
    Description,
    Limits,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    number,
    text,
    texts,
    written_number,
)


class NumberValue(Trait):
    """The number that is set.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "value"
    domains = frozenset({Platform.NUMBER, INPUT_NUMBER_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it as an Integer where minimum and step are whole."""
        limits = self.limits(state)
        return Description(
            data_type=DataType.INTEGER if limits and limits.whole else DataType.DOUBLE,
            unit=text(state, ATTR_UNIT_OF_MEASUREMENT) or None,
            limits=limits,
            decimals=limits.decimals if limits else None,
            writable=True,
        )

    def read(self, state: State) -> Reading | None:
        """Return the number."""
        return number(state.state)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the number."""
        value = written_number(reading)
        return entity_action(state, SERVICE_SET_VALUE, **{ATTR_VALUE: value})

    def limits(self, state: State) -> Limits | None:
        """Return the entity's range, None if it is not known or empty."""
        minimum, maximum, step = (
            number(state.attributes.get(attribute))
            for attribute in (
                NumberEntityCapabilityAttribute.MIN,
                NumberEntityCapabilityAttribute.MAX,
                NumberEntityCapabilityAttribute.STEP,
            )
        )
        if minimum is None or maximum is None or minimum > maximum:
            return None
        return Limits(minimum, maximum, step if step and step > 0 else None)


class SelectOption(Trait):
    """The option that is chosen."""

    key = "option"
    domains = frozenset({Platform.SELECT, INPUT_SELECT_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it with the options of the moment."""
        return Description(
            data_type=DataType.ENUM, options=self.options(state), writable=True
        )

    def read(self, state: State) -> Reading | None:
        """Return the option, None if it is not one of the entity's."""
        return state.state if state.state in self.options(state) else None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Choose the option."""
        if reading not in self.options(state):
            raise NotWritable("no such option")
        return entity_action(state, SERVICE_SELECT_OPTION, **{CONF_OPTION: reading})

    def options(self, state: State) -> tuple[str, ...]:
        """Return the options in the entity's order."""
        return texts(state, SelectEntityCapabilityAttribute.OPTIONS)


class TextValue(Trait):
    """The text that is set."""

    key = "value"
    domains = frozenset({Platform.TEXT, INPUT_TEXT_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains; a password is nobody's business."""
        mode = text(state, TextEntityCapabilityAttribute.MODE)
        return Description(
            data_type=DataType.STRING, writable=True, private=mode == TextMode.PASSWORD
        )

    def read(self, state: State) -> Reading | None:
        """Return the text, which may be empty."""
        return None if state.state in NOT_READINGS else state.state

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the text, as far as a state can hold it, if its length and form are allowed."""
        try:
            value = legible(str(normalize(reading, DataType.STRING)))
        except InvalidValue as error:
            raise NotWritable("not a text") from error
        shortest = number(state.attributes.get(TextEntityCapabilityAttribute.MIN))
        longest = number(state.attributes.get(TextEntityCapabilityAttribute.MAX))
        if len(value) < (shortest or 0):
            raise NotWritable("too short")
        if len(value) > min(longest or MAX_LENGTH_STATE_STATE, MAX_LENGTH_STATE_STATE):
            raise NotWritable("too long")
        if not _matches(text(state, TextEntityCapabilityAttribute.PATTERN), value):
            raise NotWritable("not of the wanted form")
        return entity_action(state, SERVICE_SET_VALUE, **{ATTR_VALUE: value})


def _matches(pattern: str | None, value: str) -> bool:
    """Return whether the text begins as the pattern asks, which is HA's own test.

    Nothing matches a pattern that is not one: the entity would refuse it too.
    """
    if pattern is None:
        return True
    try:
        return re.match(pattern, value) is not None
    except re.error:
        return False


TRAITS: Final[tuple[Trait, ...]] = (NumberValue(), SelectOption(), TextValue())
