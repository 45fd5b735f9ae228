"""Switches: what is on or off and nothing else."""

from typing import ClassVar, Final

from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN_DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform
from homeassistant.core import State

from .base import (
    Action,
    Description,
    NotWritable,
    OnOffTrait,
    Reading,
    Trait,
    assumed,
    entity_action,
    on_off,
    supports,
)


class Power(OnOffTrait):
    """Whether the entity is switched on."""

    key = "power"
    domains = frozenset({Platform.SWITCH, INPUT_BOOLEAN_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains."""
        return on_off(writable=True)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Switch the entity on or off."""
        return entity_action(state, SERVICE_TURN_ON if reading else SERVICE_TURN_OFF)


class SteadyPower(Power):
    """Power of what is left alone when it is told to turn on and is on already.

    Home Assistant would start it afresh: a fan at its default speed, a thermostat in
    its first mode, all lights of a group where one was on.
    """

    def write(self, state: State, reading: Reading) -> Action | None:
        """Switch the entity on or off; only an assumed state is not trusted."""
        if reading and self.read(state) is True and not assumed(state):
            return None
        return super().write(state, reading)


class FeaturedPower(SteadyPower):
    """Power of an entity that says whether it can be turned on, off, or both."""

    turns_on: ClassVar[int]
    turns_off: ClassVar[int]

    def describe(self, state: State) -> Description | None:
        """Offer it where one of the two is possible."""
        if supports(state, self.turns_on) or supports(state, self.turns_off):
            return on_off(writable=True)
        return None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Switch the entity on or off, where it can do that."""
        if not supports(state, self.turns_on if reading else self.turns_off):
            raise NotWritable(
                "can't be turned on" if reading else "can't be turned off"
            )
        return super().write(state, reading)


TRAITS: Final[tuple[Trait, ...]] = (Power(),)
