"""What any entity has: its attributes."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.const import ATTR_LATITUDE, ATTR_LONGITUDE
from homeassistant.core import State

from ..device.values import DataType
from .base import Description, Reading, Trait

ATTRIBUTE_KEY: Final = "attribute"


@dataclass(frozen=True)
class Attribute(Trait):
    """An attribute of any entity, as it is."""

    key = ATTRIBUTE_KEY
    domains = frozenset()
    urgent = False

    name: str

    @override
    def describe(self, state: State) -> Description | None:
        """Offer it where the attribute is a number, a text, or on or off."""
        match self.read(state):
            case None:
                return None
            case bool():
                data_type = DataType.BOOLEAN
            case int() | float():
                data_type = DataType.DOUBLE
            case _:
                data_type = DataType.STRING
        private = self.name in {ATTR_LATITUDE, ATTR_LONGITUDE}
        return Description(data_type=data_type, private=private)

    @override
    def read(self, state: State) -> Reading | None:
        """Return the attribute, None where it is missing or has parts."""
        raw: object = state.attributes.get(self.name)
        return raw if isinstance(raw, bool | int | float | str) else None
