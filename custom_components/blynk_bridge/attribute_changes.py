"""Changes of entities that are about more than the state itself."""

from collections import defaultdict
from collections.abc import Callable, Collection

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

type Listener = Callable[[Event[EventStateChangedData]], None]


class AttributeChanges:
    """Tells of entities that come, go, are unavailable, or have other attributes.

    Several parts of the bridge want to know, and nearly every change is none of
    these: one look at it is enough for all of them.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Follow nothing so far."""
        self._hass = hass
        self._followed: dict[Listener, frozenset[str]] = {}
        self._listeners: dict[str, list[Listener]] = {}
        self._untrack: CALLBACK_TYPE | None = None

    @callback
    def async_follow(
        self, listener: Listener, entities: Collection[str]
    ) -> CALLBACK_TYPE:
        """Tell a listener of these entities from now on; return how to stop that."""
        self._followed[listener] = frozenset(entities)
        self._async_track()

        @callback
        def stop() -> None:
            if self._followed.pop(listener, None) is not None:
                self._async_track()

        return stop

    @callback
    def _async_track(self) -> None:
        """Listen to whatever anybody follows."""
        if self._untrack is not None:
            self._untrack()
            self._untrack = None
        listeners: dict[str, list[Listener]] = defaultdict(list)
        for listener, entities in self._followed.items():
            for entity_id in entities:
                listeners[entity_id].append(listener)
        self._listeners = dict(listeners)
        if listeners:
            self._untrack = async_track_state_change_event(
                self._hass, listeners, self._async_state_changed
            )

    @callback
    def _async_state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Tell who wants to know.

        Home Assistant hands the same attributes on as long as they are equal.
        """
        old, new = event.data["old_state"], event.data["new_state"]
        if (
            old is not None
            and new is not None
            and old.attributes is new.attributes
            and STATE_UNAVAILABLE not in (old.state, new.state)
        ):
            return
        for listener in self._listeners[event.data["entity_id"]]:
            listener(event)
