"""Switches: what is on or off and nothing else."""

from typing import Final

from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN_DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON, Platform
from homeassistant.core import State

from .base import Action, Description, OnOffTrait, Reading, Trait, entity_action, on_off


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


TRAITS: Final[tuple[Trait, ...]] = (Power(),)
