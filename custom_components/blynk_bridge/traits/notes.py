"""What many domains keep in an attribute to be read: a text, a moment."""

from typing import ClassVar, Final

from homeassistant.core import State

from ..device.values import DataType
from .base import Description, Reading, Trait, text
from .moments import moment_text

LONGEST_TEXT: Final = 255
"""As a state of Home Assistant's, and a line of Blynk's Terminal."""


class Note(Trait):
    """A text among an entity's attributes, empty while there is none."""

    attribute: ClassVar[str]
    urgent = False

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains: the text may come later."""
        return Description(data_type=DataType.STRING)

    def read(self, state: State) -> Reading | None:
        """Return the beginning of the text."""
        return (text(state, self.attribute) or "")[:LONGEST_TEXT]


class Moment(Note):
    """A moment among an entity's attributes, by the home's clock."""

    def read(self, state: State) -> Reading | None:
        """Return the moment as a person reads it."""
        return moment_text(state.attributes.get(self.attribute)) or ""
