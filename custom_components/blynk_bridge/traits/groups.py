"""Groups of entities that are switched together, whatever their domains."""

from typing import Final

from homeassistant.components.group.const import DOMAIN as GROUP_DOMAIN
from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN_DOMAIN
from homeassistant.components.script.const import DOMAIN as SCRIPT_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, State

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
        switched = _is_switched(state)
        if self.read(state) is None and not (switched and state.state in NOT_READINGS):
            return None
        return on_off(writable=switched)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Turn all of the group's entities on or off that can be."""
        if self.describe(state) is None or not _is_switched(state):
            raise NotWritable("not a group of what can be switched")
        if (action := super().write(state, reading)) is None:
            return None
        return Action(HOMEASSISTANT_DOMAIN, action.service, action.data)


def _is_switched(state: State) -> bool:
    """Return whether one of the group's entities can be turned on and off."""
    members = texts(state, ATTR_ENTITY_ID)
    return any(member.partition(".")[0] in _SWITCHED for member in members)


TRAITS: Final[tuple[Trait, ...]] = (GroupPower(),)
