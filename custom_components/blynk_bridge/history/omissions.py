"""Omissions: what is missing from Blynk's history for good, said once."""

from collections.abc import Mapping
import logging
from typing import Final

from homeassistant.core import HomeAssistant, callback

from ..exposure import Exposure
from .gaps import Gap
from .recorded import Obstacle, obstacle, oldest_state
from .unrecorded import lost_attributes

_LOGGER: Final = logging.getLogger(__name__)

PURGED: Final = "purged"
SEVERAL_PARTS: Final = "several_parts"
_WORDS: Final[Mapping[str, str]] = {
    Obstacle.ATTRIBUTE_NOT_RECORDED: "the recorder leaves out an attribute that tells it",
    Obstacle.NO_RECORDER: "Home Assistant has no recorder",
    Obstacle.NOT_RECORDED: "the recorder leaves this entity out",
    Obstacle.TEMPLATE: "a template has no past",
    PURGED: "older states are no longer recorded",
    SEVERAL_PARTS: "texts of several parts can't be sent with a time",
}


class Omissions:
    """Tells what can't be had or can't be sent: once in the log, and in diagnostics."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin with nothing left out."""
        self._hass = hass
        self._said: set[tuple[str, str]] = set()

    def of(self, datastream: str) -> list[str]:
        """Return what is left out of a datastream's history."""
        return sorted(what for name, what in self._said if name == datastream)

    def obstacle(self, exposure: Exposure) -> Obstacle | None:
        """Return why there is no history of an exposure, None where there is."""
        if exposure.template is not None:
            return Obstacle.TEMPLATE
        if (reason := obstacle(self._hass, exposure.entity_id)) is not None:
            return reason
        if lost_attributes(self._hass, exposure):
            return Obstacle.ATTRIBUTE_NOT_RECORDED
        return None

    @callback
    def async_is_obstructed(self, exposure: Exposure) -> bool:
        """Return whether there is no history of an exposure, and say so."""
        if (reason := self.obstacle(exposure)) is None:
            return False
        self.async_say(exposure, reason)
        return True

    @callback
    def async_look_for_purged(self, exposure: Exposure, gap: Gap) -> None:
        """Say so if some of a gap is no longer recorded."""
        oldest = oldest_state(self._hass)
        if oldest is not None and gap.start < oldest:
            self.async_say(exposure, PURGED)

    @callback
    def async_say(self, exposure: Exposure, what: str) -> None:
        """Say once what is left out."""
        name = exposure.datastream
        if (name, what) not in self._said:
            self._said.add((name, what))
            _LOGGER.warning(
                "Blynk's history of %s (%s) is not complete: %s",
                name,
                exposure.entity_id,
                _WORDS[what],
            )
