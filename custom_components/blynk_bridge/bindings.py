"""Bindings: which exposures the subentries make, whatever happens to their entities."""

import asyncio
from collections.abc import Callable, Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ENTITY_ID
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import CONF_DATASTREAM, CONF_ENTITY_REGISTRY_ID, SUBENTRY_DATASTREAM
from .exposure import Exposure


class Bindings:
    """Keeps the exposures in line with the subentries and the entity registry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        on_change: CALLBACK_TYPE,
    ) -> None:
        """Prepare to call `on_change` once for however many changes at a time."""
        self._hass = hass
        self._entry = entry
        self._on_change = on_change
        self._scheduled: asyncio.Handle | None = None
        self._untrack: Callable[[], None] | None = None
        self.exposures: Mapping[str, Exposure] = {}
        """What is exposed now, by datastream; without what is paused."""
        self.resting: frozenset[str] = frozenset()
        """The datastreams that are bound, and neither send nor take anything now."""

    @callback
    def async_start(self) -> None:
        """Bind what is configured, and follow the registry."""
        self._untrack = self._hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, self._async_registry_updated
        )
        self._async_apply()

    @callback
    def async_stop(self) -> None:
        """Follow nothing any more."""
        if self._untrack is not None:
            self._untrack()
            self._untrack = None
        if self._scheduled is not None:
            self._scheduled.cancel()
            self._scheduled = None

    @callback
    def async_schedule(self) -> None:
        """Bind anew once, however many changes come before."""
        if self._scheduled is None:
            self._scheduled = self._hass.loop.call_soon(self._async_apply)

    @callback
    def _async_apply(self) -> None:
        """Make exposures of the subentries as they are now."""
        self._scheduled = None
        subentries = list(self._entry.get_subentries_of_type(SUBENTRY_DATASTREAM))
        self.exposures = {
            exposure.datastream: exposure
            for subentry in subentries
            if (exposure := Exposure.from_subentry(self._hass, subentry)) is not None
            and not exposure.paused
        }
        bound = {str(subentry.data.get(CONF_DATASTREAM)) for subentry in subentries}
        self.resting = frozenset(bound - self.exposures.keys())
        self._on_change()

    @callback
    def _async_registry_updated(
        self, event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        """Follow an exposed entity to its new id, and remember it.

        Another entity may take the old one. One that was removed may come back.
        """
        entity_id = event.data["entity_id"]
        registered = er.async_get(self._hass).async_get(entity_id)
        entry = self._entry
        for subentry in list(entry.get_subentries_of_type(SUBENTRY_DATASTREAM)):
            bound_to = subentry.data.get(CONF_ENTITY_ID)
            ours = (
                registered is not None
                and subentry.data.get(CONF_ENTITY_REGISTRY_ID) == registered.id
            )
            if ours or bound_to == entity_id:
                self.async_schedule()
            if ours and bound_to != entity_id:
                data = {**subentry.data, CONF_ENTITY_ID: entity_id}
                self._hass.config_entries.async_update_subentry(
                    entry, subentry, data=data
                )
