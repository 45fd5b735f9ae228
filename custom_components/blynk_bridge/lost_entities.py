"""Exposures whose entity is gone: removed, or disabled."""

import asyncio
from collections.abc import Callable
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_ENTITY_ID
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er

from .attribute_changes import AttributeChanges
from .const import CONF_ENTITY_REGISTRY_ID
from .exposure_data import sound
from .settling import async_when_settled

_GRACE: Final = 30.0
"""Seconds for an entity to come back, as after a reload of what has made it."""


class LostEntities:
    """Watches over the entities that subentries are bound to.

    One of the registry is gone when it is not there any more, or disabled: that it
    has no state says nothing. One that is not in the registry has only its state.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        attributes: AttributeChanges,
        on_change: Callable[[], None],
    ) -> None:
        """Prepare to call `on_change` when others are lost than before."""
        self._hass = hass
        self._entry = entry
        self._attributes = attributes
        self._on_change = on_change
        self._lost: frozenset[str] = frozenset()
        self._settled = False
        self._timer: asyncio.TimerHandle | None = None
        self._stops: list[CALLBACK_TYPE] = []
        self._untrack: CALLBACK_TYPE | None = None

    @property
    def subentries(self) -> frozenset[str]:
        """Return the ids of the subentries whose entity is gone."""
        return self._lost

    @callback
    def async_start(self) -> None:
        """Miss nobody before Home Assistant has settled."""
        self._stops.append(async_when_settled(self._hass, self._async_settled))

    @callback
    def async_stop(self) -> None:
        """Stop listening, and the timer."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        if self._untrack is not None:
            self._untrack()
            self._untrack = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @callback
    def async_set_exposures(self) -> None:
        """Watch the entities that the subentries are bound to now.

        Called for every change in the registry that is about one of them.
        """
        if self._untrack is not None:
            self._untrack()
        unregistered = {
            subentry.data[CONF_ENTITY_ID]
            for subentry in self._subentries()
            if not subentry.data.get(CONF_ENTITY_REGISTRY_ID)
        }
        self._untrack = self._attributes.async_follow(
            self._async_state_changed, unregistered
        )
        self._async_look()

    @callback
    def _async_settled(self) -> None:
        """Look for the first time, and say in any case who is lost: perhaps nobody."""
        self._settled = True
        self._lost = self._missing()
        self._on_change()

    @callback
    def _async_state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Look when an entity comes or goes."""
        if event.data["old_state"] is None or event.data["new_state"] is None:
            self._async_look()

    @callback
    def _async_look(self) -> None:
        """Welcome at once who is back, and give who is missing some time."""
        if not self._settled:
            return
        missing = self._missing()
        self._async_set_lost(self._lost & missing)
        if missing - self._lost and self._timer is None:
            self._timer = self._hass.loop.call_later(_GRACE, self._async_due)

    @callback
    def _async_due(self) -> None:
        """Give up who has not come back."""
        self._timer = None
        self._async_set_lost(self._missing())

    @callback
    def _async_set_lost(self, lost: frozenset[str]) -> None:
        """Note who is lost, and say so if it is somebody else than before."""
        if lost != self._lost:
            self._lost = lost
            self._on_change()

    def _missing(self) -> frozenset[str]:
        """Return the subentries whose entity is not there now."""
        return frozenset(
            subentry.subentry_id
            for subentry in self._subentries()
            if self._is_missing(subentry)
        )

    def _is_missing(self, subentry: ConfigSubentry) -> bool:
        """Return whether a subentry's entity is not there now."""
        registry = er.async_get(self._hass)
        if registry_id := subentry.data.get(CONF_ENTITY_REGISTRY_ID):
            entry = registry.entities.get_entry(registry_id)
            return entry is None or entry.disabled
        return self._hass.states.get(subentry.data[CONF_ENTITY_ID]) is None

    def _subentries(self) -> list[ConfigSubentry]:
        """Return the exposures' subentries."""
        return sound(self._entry.subentries.values())
