"""Groups of entities that are switched together, whatever their domains."""

from typing import Final

from homeassistant.components.group.const import DOMAIN as GROUP_DOMAIN
from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN_DOMAIN
from homeassistant.components.script.const import DOMAIN as SCRIPT_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, State

from .anything import PRIVATE_DOMAINS
from .base import (
    NOT_READINGS,
    Action,
    Description,
    NotWritable,
    Reading,
    Trait,
    on_off,
    texts,
)
from .switches import SteadyPower

# Whose entities Home Assistant turns on and off without asking what they are.
_SWITCHED: Final = frozenset(
    {
        GROUP_DOMAIN,
        INPUT_BOOLEAN_DOMAIN,
        SCRIPT_DOMAIN,
        Platform.CLIMATE,
        Platform.FAN,
        Platform.HUMIDIFIER,
        Platform.LIGHT,
        Platform.MEDIA_PLAYER,
        Platform.REMOTE,
        Platform.SIREN,
        Platform.SWITCH,
        Platform.WATER_HEATER,
    }
)


class GroupPower(SteadyPower):
    """Whether a group is on: with one of its entities or with all, as it is set up."""

    domains = frozenset({GROUP_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it for a group of what is on or off, not of doors or people."""
        domains = _domains(state)
        switched = not domains.isdisjoint(_SWITCHED)
        if self.read(state) is None and not (switched and state.state in NOT_READINGS):
            return None
        # A group of people and lamps is on with the first who comes home.
        private = not domains.isdisjoint(PRIVATE_DOMAINS)
        return on_off(writable=switched, private=private)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Turn all of the group's entities on or off that can be."""
        description = self.describe(state)
        if description is None or not description.writable:
            raise NotWritable("not a group of what can be switched")
        if (action := super().write(state, reading)) is None:
            return None
        return Action(HOMEASSISTANT_DOMAIN, action.service, action.data)


def _domains(state: State) -> frozenset[str]:
    """Return the domains that the group's entities are of."""
    members = texts(state, ATTR_ENTITY_ID)
    return frozenset(member.partition(".")[0] for member in members)


TRAITS: Final[tuple[Trait, ...]] = (GroupPower(),)
