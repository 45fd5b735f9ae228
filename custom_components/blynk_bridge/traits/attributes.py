"""Attributes of an entity that are worth a datastream, and can only be read."""

from typing import ClassVar, Final

from homeassistant.core import State

from ..device.values import DataType
from .base import Description, Limits, Reading, Trait, number, text
from .moments import moment_text

LONGEST_TEXT: Final = 255
"""As a state of Home Assistant's, and a line of Blynk's Terminal."""


class NumberAttribute(Trait):
    """A number among an entity's attributes, which nobody waits for."""

    urgent = False
    attribute: ClassVar[str]
    data_type: ClassVar[DataType] = DataType.DOUBLE
    unit: ClassVar[str | None] = None
    unit_attribute: ClassVar[str | None] = None
    """The attribute that has the unit."""
    range: ClassVar[Limits | None] = None
    decimals: ClassVar[int | None] = None

    def describe(self, state: State) -> Description | None:
        """Offer it where there is such a number."""
        if self.read(state) is None:
            return None
        unit = self.unit
        if self.unit_attribute is not None:
            unit = text(state, self.unit_attribute) or None
        return Description(
            data_type=self.data_type,
            unit=unit,
            limits=self.range,
            decimals=self.decimals,
        )

    def read(self, state: State) -> Reading | None:
        """Return the number."""
        return number(state.attributes.get(self.attribute))


class TextAttribute(Trait):
    """A text among an entity's attributes, empty while there is none."""

    attribute: ClassVar[str]
    urgent = False

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains: the text may come later."""
        return Description(data_type=DataType.STRING)

    def read(self, state: State) -> Reading | None:
        """Return the beginning of the text."""
        return (text(state, self.attribute) or "")[:LONGEST_TEXT]


class MomentAttribute(TextAttribute):
    """A moment among an entity's attributes, by the home's clock."""

    def read(self, state: State) -> Reading | None:
        """Return the moment as a person reads it."""
        return moment_text(state.attributes.get(self.attribute)) or ""
