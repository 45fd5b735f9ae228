"""Attributes that are numbers or moments, and can only be read."""

from typing import ClassVar

from homeassistant.core import State

from ..device.values import DataType
from .base import Description, Limits, Reading, Trait, number, text


class Measurement(Trait):
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
