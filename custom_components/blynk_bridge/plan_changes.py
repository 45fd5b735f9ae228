"""What has changed since the user saw the plan, and in the template has not."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)

from .attribute_changes import AttributeChanges
from .learned import Learned, SeenRow
from .plan import PlannedDatastream, rows_of
from .plan_formats import difference, plan_words
from .settling import async_when_settled

_LOOK_DELAY: Final = 60.0
"""Seconds from a change to the next look, whatever else changes meanwhile."""


class PlanChanges:
    """Compares the rows of the plan with those that the user has seen.

    A new exposure's row counts as seen once its entity tells it: the user is told
    when the exposure is made. An entity that is unavailable does not tell its range
    and options reliably; it is passed over, and so is everybody until Home Assistant
    has settled.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        attributes: AttributeChanges,
        learned: Learned,
        on_change: Callable[[], None],
    ) -> None:
        """Prepare to call `on_change` when the differences are others than before."""
        self._hass = hass
        self._entry = entry
        self._attributes = attributes
        self._learned = learned
        self._on_change = on_change
        self._changes: tuple[str, ...] = ()
        self._settled = False
        self._timer: asyncio.TimerHandle | None = None
        self._untrack: CALLBACK_TYPE | None = None
        self._unsettle: CALLBACK_TYPE | None = None

    @property
    def changes(self) -> tuple[str, ...]:
        """Return what has changed, a line of Markdown for each datastream."""
        return self._changes

    @callback
    def async_start(self) -> None:
        """Compare nothing before Home Assistant has settled."""
        self._unsettle = async_when_settled(self._hass, self._async_settled)

    @callback
    def async_stop(self) -> None:
        """Stop listening, and the timer."""
        for stop in (self._untrack, self._unsettle):
            if stop is not None:
                stop()
        self._untrack = self._unsettle = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @callback
    def async_set_exposures(self) -> None:
        """Follow the entities that the subentries are bound to now."""
        if self._untrack is not None:
            self._untrack()
        entities = {
            row.entity_id
            for row in rows_of(self._hass, self._entry).values()
            if row.entity_id is not None
        }
        self._untrack = self._attributes.async_follow(
            self._async_state_changed, entities
        )
        self._async_look()

    @callback
    def async_accept(self) -> None:
        """Take the plan of now for seen."""
        now = {key: _seen(row) for key, row in self._reliable_rows().items()}
        self._learned.async_set_plan({**self._learned.plan, **now})
        self._async_look()

    @callback
    def _async_settled(self) -> None:
        """Look for the first time, and say in any case what has changed."""
        self._settled = True
        self._async_look()
        if not self._changes:
            self._on_change()

    @callback
    def _async_state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Look in a while, if more than the state itself has changed."""
        old, new = event.data["old_state"], event.data["new_state"]
        if new is None or self._timer is not None:
            return
        if old is None or old.attributes is not new.attributes:
            self._timer = self._hass.loop.call_later(_LOOK_DELAY, self._async_due)

    @callback
    def _async_due(self) -> None:
        """Look, now that changes have had their time."""
        self._timer = None
        self._async_look()

    @callback
    def _async_look(self) -> None:
        """Compare what is planned with what was seen; see what is new."""
        if not self._settled:
            return
        ours = self._entry.subentries
        seen = {key: row for key, row in self._learned.plan.items() if key in ours}
        lines, words = [], plan_words(self._hass)
        for key, row in self._reliable_rows().items():
            before = seen.get(key)
            if before is None or not _is_same_exposure(before, row):
                seen[key] = _seen(row)
            elif line := difference(_as_seen(row, before), row, words):
                lines.append(line)
        self._learned.async_set_plan(seen)
        if tuple(lines) != self._changes:
            self._changes = tuple(lines)
            self._on_change()

    def _reliable_rows(self) -> Mapping[str, PlannedDatastream]:
        """Return the rows of the entities that tell their range and options now."""
        return {
            key: row
            for key, row in rows_of(self._hass, self._entry).items()
            if row.entity_id is not None
            and (state := self._hass.states.get(row.entity_id)) is not None
            and state.state != STATE_UNAVAILABLE
            and (row.minimum is not None or row.labels)
        }


def _seen(row: PlannedDatastream) -> SeenRow:
    """Return what to remember of a row."""
    return SeenRow(
        trait=row.trait,
        data_type=row.data_type.value,
        unit=row.unit,
        minimum=row.minimum,
        maximum=row.maximum,
        labels=list(row.labels),
    )


def _as_seen(row: PlannedDatastream, seen: SeenRow) -> PlannedDatastream:
    """Return the row as the user has seen it."""
    return replace(
        row,
        unit=seen["unit"],
        minimum=seen["minimum"],
        maximum=seen["maximum"],
        labels=tuple(seen["labels"]),
    )


def _is_same_exposure(seen: SeenRow, row: PlannedDatastream) -> bool:
    """Return whether the exposure was not made into another one meanwhile."""
    return (seen["trait"], seen["data_type"]) == (row.trait, row.data_type)
