"""Availability: whether the entity of an exposure has anything to show."""

import asyncio
from collections.abc import Callable, Iterable
from enum import Enum, auto
from functools import partial
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from .exposure import Exposure, Unavailable
from .settling import async_when_settled
from .traits import tolerant

_GRACE: Final = 5.0
"""Seconds that an entity may be away, as in a reload, before Blynk is told."""


class Presence(Enum):
    """What is known of an exposure's entity."""

    PRESENT = auto()
    ABSENT = auto()
    UNDECIDED = auto()
    """It is not there, though perhaps only for a moment."""


class Availability:
    """Judges who is absent, for the exposures that make something of it."""

    def __init__(
        self, hass: HomeAssistant, on_change: Callable[[Exposure], None]
    ) -> None:
        """Prepare to call `on_change` whenever an exposure's presence may have changed."""
        self._hass = hass
        self._on_change = on_change
        self._exposures: dict[str, list[Exposure]] = {}
        self._absent: set[Exposure] = set()
        self._leaving: dict[Exposure, asyncio.TimerHandle] = {}
        self._settled = False
        self._untracks: list[CALLBACK_TYPE] = []
        self._unsettle: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Judge nobody before Home Assistant has settled."""
        self._unsettle = async_when_settled(self._hass, self._async_settled)

    @callback
    def async_stop(self) -> None:
        """Stop listening, and all timers."""
        self._async_untrack()
        if self._unsettle is not None:
            self._unsettle()
            self._unsettle = None
        for timer in self._leaving.values():
            timer.cancel()
        self._leaving.clear()

    @callback
    def async_set_exposures(self, exposures: Iterable[Exposure]) -> None:
        """Watch those of these exposures that do not simply keep their last value."""
        watched = {
            item for item in exposures if item.unavailable is not Unavailable.KEEP
        }
        for gone in self._leaving.keys() - watched:
            self._leaving.pop(gone).cancel()
        self._absent &= watched
        by_entity: dict[str, list[Exposure]] = {}
        for exposure in watched:
            by_entity.setdefault(exposure.entity_id, []).append(exposure)
        self._exposures = by_entity
        self._async_untrack()
        self._untracks.append(
            async_track_state_change_event(
                self._hass, by_entity, self._async_state_changed
            )
        )
        for exposure in watched:
            if (template := exposure.template) is not None:
                self._untracks.append(
                    template.async_track(partial(self._async_look, exposure))
                )
            self._async_look(exposure)

    @callback
    def _async_untrack(self) -> None:
        """Stop listening to entities."""
        for untrack in self._untracks:
            untrack()
        self._untracks.clear()

    def presence(self, exposure: Exposure) -> Presence:
        """Return what is known of the exposure's entity now."""
        if not _is_missing(exposure, self._hass.states.get(exposure.entity_id)):
            return Presence.PRESENT
        return Presence.ABSENT if exposure in self._absent else Presence.UNDECIDED

    @callback
    def _async_settled(self) -> None:
        """Judge everybody for the first time, without further grace."""
        self._settled = True
        for exposures in self._exposures.values():
            for exposure in exposures:
                if self.presence(exposure) is Presence.UNDECIDED:
                    self._async_left(exposure)

    @callback
    def _async_state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Look who has gone, or is back."""
        for exposure in self._exposures[event.data["entity_id"]]:
            self._async_look(exposure)

    @callback
    def _async_look(self, exposure: Exposure) -> None:
        """Give who is missing a moment, and welcome who is back."""
        presence = self.presence(exposure)
        if presence is Presence.UNDECIDED:
            if self._settled and exposure not in self._leaving:
                self._leaving[exposure] = self._hass.loop.call_later(
                    _GRACE, self._async_left, exposure
                )
        elif presence is Presence.PRESENT:
            if (timer := self._leaving.pop(exposure, None)) is not None:
                timer.cancel()
            if exposure in self._absent:
                self._absent.discard(exposure)
                self._on_change(exposure)

    @callback
    def _async_left(self, exposure: Exposure) -> None:
        """Count an exposure's entity as absent."""
        self._leaving.pop(exposure, None)
        self._absent.add(exposure)
        self._on_change(exposure)


def _is_missing(exposure: Exposure, state: State | None) -> bool:
    """Return whether the entity has nothing to show.

    What is momentary, a button, never has a reading: `unknown` is its normal state.
    A template gives what it gives, whatever its entity is like.
    """
    if state is not None and exposure.template is not None:
        return tolerant.value(exposure.trait, state, exposure.data_type) is None
    if state is None or state.state == STATE_UNAVAILABLE:
        return True
    return state.state == STATE_UNKNOWN and not exposure.trait.momentary
