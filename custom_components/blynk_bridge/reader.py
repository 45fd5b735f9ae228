"""What an exposure has to tell Blynk at the moment it is asked."""

from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant, State, callback, split_entity_id

from .availability import Availability, Presence
from .device.outbox import Erased
from .device.values import DataType, Value
from .exposure import Exposure, Unavailable
from .labels import option_labels
from .traits import tolerant
from .traits.anything import PRIVATE_DOMAINS
from .traits.base import Description

_ERASED: Final = Erased()


class Reader:
    """Reads exposures: nothing that is private, and nothing that is no reading."""

    def __init__(self, hass: HomeAssistant, availability: Availability) -> None:
        """Prepare to read."""
        self._hass = hass
        self._availability = availability

    @callback
    def read(self, exposure: Exposure) -> Value | Erased | None:
        """Return what the datastream is to hold, None for what it holds already."""
        state = self._hass.states.get(exposure.entity_id)
        return tolerant.attempt(
            exposure.trait, exposure.entity_id, self._read, exposure, state, False
        )

    @callback
    def read_past(self, exposure: Exposure, state: State) -> Value | None:
        """Return what the datastream was to hold at a state of the past."""
        value = tolerant.attempt(
            exposure.trait, exposure.entity_id, self._read, exposure, state, True
        )
        return None if isinstance(value, Erased) else value

    def _read(
        self, exposure: Exposure, state: State | None, past: bool
    ) -> Value | Erased | None:
        """Return the value of a state, None for what is private and for no reading."""
        # To describe a template would be to render it once more.
        description = (
            None
            if state is None or exposure.trait.plain or exposure.template is not None
            else exposure.trait.describe(state)
        )
        if is_secret(exposure, description):
            return None
        if not past and self.erases(exposure):
            return _ERASED
        return None if state is None else self._value(exposure, state, description)

    def erases(self, exposure: Exposure) -> bool:
        """Return whether Blynk is to show no value, since there is none."""
        return (
            exposure.unavailable is Unavailable.ERASE
            and self._availability.presence(exposure) is Presence.ABSENT
        )

    def _value(
        self, exposure: Exposure, state: State, description: Description | None
    ) -> Value | None:
        """Return the reading; on a String datastream a state in the user's language."""
        value = exposure.trait.value(state, exposure.data_type)
        if (
            exposure.data_type is DataType.STRING
            and description is not None
            and isinstance(value, str)
            and (description.worded or value in description.options)
        ):
            only = replace(description, options=(value,))
            (value,) = option_labels(self._hass, state, only)
        return value


def is_secret(exposure: Exposure, description: Description | None) -> bool:
    """Return whether the user has yet to agree that this leaves the home.

    All about a person is private, also while nothing describes it.
    """
    if exposure.opted_in:
        return False
    domain, _ = split_entity_id(exposure.entity_id)
    return domain in PRIVATE_DOMAINS or (
        description is not None and description.private
    )
