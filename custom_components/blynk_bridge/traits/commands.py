"""Commands: a few buttons, of which an entity follows one at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from homeassistant.core import State

from ..device.values import DataType
from .base import (
    OWN_WORDING,
    Action,
    Description,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    supports,
)


@dataclass(frozen=True, slots=True)
class Command:
    """What a button does."""

    service: str
    states: Collection[str]
    """The entity's states in which it follows the command."""
    features: int = 0
    """What the entity must support for it."""


class CommandTrait(Trait):
    """Which of its commands an entity follows.

    Home Assistant has an action for each and no name for their choice: the
    options, in the order of the buttons, are ours.
    """

    key = "command"
    commands: ClassVar[Mapping[str, Command]]

    def describe(self, state: State) -> Description | None:
        """Offer it where the entity takes at least one command."""
        if not (options := self.options(state)):
            return None
        return Description(
            data_type=DataType.ENUM,
            options=options,
            wording=OWN_WORDING,
            writable=True,
            guarded=self.guarded(state),
        )

    def read(self, state: State) -> Reading | None:
        """Return the command that fits what the entity does."""
        for option in self.options(state):
            if state.state in self.commands[option].states:
                return option
        return None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Give the command."""
        if reading not in self.options(state):
            raise NotWritable("no such command")
        return entity_action(state, self.commands[str(reading)].service)

    def options(self, state: State) -> tuple[str, ...]:
        """Return the commands that the entity supports."""
        return tuple(
            option
            for option, command in self.commands.items()
            if not command.features or supports(state, command.features)
        )

    def guarded(self, state: State) -> bool:
        """Return whether a command could let somebody in."""
        return False
