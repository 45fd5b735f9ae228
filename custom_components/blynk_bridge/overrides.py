"""Overrides of widget properties: what they are to be, what Blynk has, the difference."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
import logging
from typing import Final, Never

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_entity_registry_updated_event
from homeassistant.helpers.translation import async_load_integrations

from .attribute_changes import AttributeChanges
from .availability import Availability, Presence
from .device.errors import LinkError, PublishRefused
from .device.messages import Publication, erase_property, set_property
from .device.pacing import Lane
from .exposure import Exposure, Unavailable
from .learned import DOUBTFUL, Learned, Texts
from .reader import is_secret
from .settling import async_when_settled
from .traits import tolerant
from .uplink import Uplink
from .widget_properties import BLYNK_KEYS, IS_DISABLED, widget_properties

_LOGGER: Final = logging.getLogger(__name__)

CONF_WIDGET_PROPERTIES: Final = "widget_properties"
"""Whether any widget's properties follow Home Assistant, whatever the exposures say."""

_KEYS: Final = (*chain.from_iterable(BLYNK_KEYS.values()), IS_DISABLED)
_TRUE: Final[Texts] = ("true",)
_FALSE: Final[Texts] = ("false",)
_PAUSE: Final = 1.0
"""Seconds in which changes are gathered: properties are in no hurry, values first."""


class Overrides:
    """Sends each property once per change, and takes it back when it is not wanted.

    Blynk keeps an override until it is erased, so what was sent is remembered.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        uplink: Uplink,
        availability: Availability,
        attributes: AttributeChanges,
        learned: Learned,
    ) -> None:
        """Prepare overrides for no exposure."""
        self._hass = hass
        self._entry = entry
        self._uplink = uplink
        self._availability = availability
        self._attributes = attributes
        self._learned = learned
        self._follows = True
        self._exposures: dict[str, Exposure] = {}
        self._by_entity: dict[str, list[str]] = {}
        self._resting: frozenset[str] = frozenset()
        self._stale: set[str] = set()
        self._waiting: dict[tuple[str, str], Texts | None] = {}
        self._refused: dict[tuple[str, str], Texts | None] = {}
        self._under_way: tuple[str, str, Texts | None] | None = None
        self._settled = asyncio.Event()
        self._wake = asyncio.Event()
        self._stops: list[CALLBACK_TYPE] = []
        self._untracks: list[CALLBACK_TYPE] = []

    # --- What is wanted ----------------------------------------------------------

    @callback
    def async_start(self) -> None:
        """Follow the language, and begin when there is something to follow."""
        self._stops = [
            async_when_settled(self._hass, self._settled.set),
            self._hass.bus.async_listen(
                EVENT_CORE_CONFIG_UPDATE, self._async_configuration_updated
            ),
        ]

    @callback
    def async_stop(self) -> None:
        """Stop listening."""
        for stop in (*self._stops, *self._untracks):
            stop()
        self._stops, self._untracks = [], []

    @callback
    def async_set_exposures(
        self, exposures: Iterable[Exposure], resting: Iterable[str]
    ) -> None:
        """Let the properties follow these exposures from now on.

        `resting` are the datastreams that are bound, but not served at present: one
        that is paused keeps what it has. With the option off, only whether a widget is
        disabled is told, which says that there is no value; all else is taken back.
        """
        self._follows = self._entry.options.get(CONF_WIDGET_PROPERTIES, True)
        if not self._follows:
            exposures = [replace(each, properties=frozenset()) for each in exposures]
        wanted = {item.datastream: item for item in exposures if _may_override(item)}
        for name in wanted.keys() | self._exposures.keys():
            if wanted.get(name) != self._exposures.get(name):
                self._stale.add(name)
        self._exposures = wanted
        self._resting = frozenset(resting) - wanted.keys()
        self._stale.update(
            name for name in self._learned.overridden if name not in wanted
        )
        by_entity: dict[str, list[str]] = {}
        for name, exposure in wanted.items():
            by_entity.setdefault(exposure.entity_id, []).append(name)
        self._by_entity = by_entity
        for untrack in self._untracks:
            untrack()
        self._untracks = [
            self._attributes.async_follow(self._async_state_changed, by_entity),
            async_track_entity_registry_updated_event(
                self._hass, by_entity, self._async_registry_updated
            ),
        ]
        self._wake.set()

    @callback
    def _async_state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Look again at what an entity wants: more than its state has changed."""
        self._async_mark(self._by_entity[event.data["entity_id"]])

    @callback
    def _async_registry_updated(
        self, event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        """Look again at what an entity wants whose name or precision may be new."""
        self._async_mark(self._by_entity.get(event.data["entity_id"], ()))

    async def _async_configuration_updated(self, event: Event) -> None:
        """Look again at everything in another language."""
        await async_load_integrations(
            self._hass, self._hass.config.top_level_components
        )
        self._async_mark(self._exposures)

    @callback
    def async_reconsider(self, exposure: Exposure) -> None:
        """Look again at an exposure whose entity has gone or is back."""
        if exposure.datastream in self._exposures:
            self._async_mark((exposure.datastream,))

    @callback
    def _async_mark(self, names: Iterable[str]) -> None:
        """Look again at these datastreams when there is time."""
        self._stale.update(names)
        self._wake.set()

    def _wishes(self, name: str) -> Mapping[str, Texts] | None:
        """Return what the properties of a datastream's widgets are to be.

        None where that can't be told: they stay what they are.
        """
        had = self._learned.overrides(name)
        if (exposure := self._exposures.get(name)) is None:
            if name not in self._resting:
                return {}
            return had if self._follows else _only(had, IS_DISABLED)
        return tolerant.attempt(
            exposure.trait, exposure.entity_id, partial(self._wanted, exposure, had)
        )

    def _wanted(
        self, exposure: Exposure, had: Mapping[str, Texts]
    ) -> Mapping[str, Texts]:
        """Return what an exposure's properties are to be; no bug is caught."""
        state = self._hass.states.get(exposure.entity_id)
        description = None if state is None else exposure.trait.describe(state)
        if is_secret(exposure, description):
            return {}
        wanted = widget_properties(self._hass, exposure)
        if wanted is None:
            kinds = exposure.properties
            wanted = _only(
                had, *chain.from_iterable(BLYNK_KEYS[kind] for kind in kinds)
            )
        return {**wanted, **self._disabling(exposure, had)}

    def _disabling(
        self, exposure: Exposure, had: Mapping[str, Texts]
    ) -> Mapping[str, Texts]:
        """Return whether the widget is disabled, where it ever was or is to be."""
        if exposure.unavailable is not Unavailable.DISABLE:
            return {}
        presence = self._availability.presence(exposure)
        if presence is Presence.ABSENT:
            return {IS_DISABLED: _TRUE}
        if IS_DISABLED not in had:
            return {}
        if presence is Presence.UNDECIDED:
            return {IS_DISABLED: had[IS_DISABLED]}
        return {IS_DISABLED: _FALSE}

    def follows(self, name: str, key: str) -> bool:
        """Return whether a property of a datastream's widgets follows its entity."""
        if (exposure := self._exposures.get(name)) is None:
            return False
        if key == IS_DISABLED:
            return exposure.unavailable is Unavailable.DISABLE
        return any(key in BLYNK_KEYS[kind] for kind in exposure.properties)

    @callback
    def async_release(self, name: str, key: str) -> None:
        """Take nothing back any more of a property that is somebody else's by now."""
        self._learned.async_set_override(name, key, None)
        self._async_mark((name,))

    # --- What differs ------------------------------------------------------------

    def _differs(self) -> bool:
        """Return whether Blynk has anything otherwise than it is wanted now."""
        self._refresh()
        return bool(self._waiting)

    def _refresh(self) -> None:
        """Bring what waits in line with what is wanted now."""
        while self._stale:
            name = self._stale.pop()
            had = self._learned.overrides(name)
            if (wishes := self._wishes(name)) is None:
                continue
            # What waits may be wanted no more: neither a wish, nor anywhere in Blynk.
            for key in dict.fromkeys((*_KEYS, *had)):
                self._async_compare(name, key, wishes.get(key), had.get(key))

    def _async_compare(
        self, name: str, key: str, wish: Texts | None, had: Texts | None
    ) -> None:
        """Let a property wait if Blynk has it otherwise, and may take it."""
        place = (name, key)
        if wish == had:
            self._waiting.pop(place, None)
            self._refused.pop(place, None)
        elif place in self._refused and self._refused[place] == wish:
            self._waiting.pop(place, None)
        else:
            self._waiting[place] = wish

    # --- On their way ------------------------------------------------------------

    @callback
    def async_connected(self, device: str) -> None:
        """Go on with what waits; tell a device or a server that is new everything."""
        if self._learned.async_set_device(device):
            self.async_send_all()
        self._wake.set()

    @callback
    def async_send_all(self) -> None:
        """Send every property again, whatever Blynk may have of it."""
        self._learned.async_doubt_overrides()
        self._refused.clear()
        self._async_mark([*self._exposures, *self._learned.overridden])

    async def async_run(self) -> Never:
        """Send what differs, for ever."""
        await self._settled.wait()
        while True:
            await self._wake.wait()
            await asyncio.sleep(_PAUSE)
            self._wake.clear()
            try:
                await self._async_send_waiting()
            except LinkError as error:
                _LOGGER.debug("%d properties wait: %s", len(self._waiting), error)

    async def _async_send_waiting(self) -> None:
        """Send until nothing differs.

        Raises the LinkError that has ended the link: the rest is for the next one.
        """
        while self._differs():
            try:
                await self._uplink.async_send_latest(self._compose, Lane.ROUTINE)
            except PublishRefused as error:
                self._async_refused(error)
            else:
                self._async_sent()

    def _compose(self) -> Publication | None:
        """Return the next message: what is wanted now, not when it began to wait."""
        self._under_way = None
        if not self._differs():
            return None
        (name, key), wish = next(iter(self._waiting.items()))
        self._under_way = (name, key, wish)
        self._learned.async_set_override(name, key, DOUBTFUL)
        if wish is None:
            return erase_property(name, key)
        return set_property(name, key, wish)

    def _async_sent(self) -> None:
        """Remember what Blynk has now."""
        if self._under_way is None:
            return
        name, key, wish = self._under_way
        self._learned.async_set_override(name, key, wish)
        self._waiting.pop((name, key), None)
        self._stale.add(name)

    def _async_refused(self, error: PublishRefused) -> None:
        """Try no more what the server does not take, until there is something new."""
        if self._under_way is None:
            return
        name, key, wish = self._under_way
        _LOGGER.debug("Property %s of %r dropped: %s", key, name, error)
        self._refused[name, key] = wish
        self._waiting.pop((name, key), None)
        self._stale.add(name)


def _may_override(exposure: Exposure) -> bool:
    """Return whether anything about the exposure's widgets follows its entity."""
    return bool(exposure.properties) or exposure.unavailable is Unavailable.DISABLE


def _only(properties: Mapping[str, Texts], *keys: str) -> Mapping[str, Texts]:
    """Return those of the properties."""
    return {key: texts for key, texts in properties.items() if key in keys}
