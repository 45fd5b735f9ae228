"""The state of an entity as an enumeration: what it is doing."""

from typing import ClassVar

from homeassistant.core import State

from ..device.values import DataType
from .base import Description, Reading, Trait


class StateTrait(Trait):
    """Which of its domain's states an entity is in."""

    key = "state"
    states: ClassVar[tuple[str, ...]]

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains."""
        return Description(data_type=DataType.ENUM, options=self.options(state))

    def read(self, state: State) -> Reading | None:
        """Return the state, None if it is none of the domain's."""
        return state.state if state.state in self.states else None

    def options(self, state: State) -> tuple[str, ...]:
        """Return the domain's states as plain texts, in Home Assistant's order."""
        return tuple(str(option) for option in self.states)
