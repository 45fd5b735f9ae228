"""Following selections: when to look who has come and gone, and what to tell the user."""

from collections.abc import Collection
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.start import async_at_started

from .const import CONF_DATASTREAM, DOMAIN, SUBENTRY_SELECTION
from .issues import async_withdraw
from .markdown import listed, part
from .plan import rows_of
from .plan_formats import plan_words, to_narrow_markdown
from .selection import Difference, async_follow

_LOGGER: Final = logging.getLogger(__name__)

# Seconds: an integration that is set up registers its entities one after another.
_COOLDOWN: Final = 5.0
# As HA's own target tracker: labels and floors show in these registries' entries.
_EVENTS: Final = (
    er.EVENT_ENTITY_REGISTRY_UPDATED,
    dr.EVENT_DEVICE_REGISTRY_UPDATED,
    ar.EVENT_AREA_REGISTRY_UPDATED,
)
ISSUE_SELECTION_CHANGED: Final = "selection_changed"
_FULL: Final = "selection_full"
# Names are printable: no line break is part of one.
_SEPARATOR: Final = "\n"


class Following:
    """Keeps the exposures of one entry in line with its followed selections."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Prepare; `async_start` begins."""
        self._hass = hass
        self._entry = entry
        self._started = False
        self._stops: list[CALLBACK_TYPE] = []
        self._look = Debouncer(
            hass,
            _LOGGER,
            cooldown=_COOLDOWN,
            immediate=False,
            function=self._async_look,
            background=True,
        )

    @callback
    def async_start(self) -> None:
        """Look once Home Assistant has started, and whenever somebody may have moved."""
        self._stops = [
            self._hass.bus.async_listen(event, self._async_moved) for event in _EVENTS
        ]
        self._stops.append(async_at_started(self._hass, self._async_begin))

    @callback
    def async_stop(self) -> None:
        """Follow no more."""
        for stop in self._stops:
            stop()
        self._look.async_shutdown()
        async_withdraw(self._hass, self._issue_id(_FULL))

    @callback
    def async_entry_updated(self) -> None:
        """Look again: a selection may be new or gone, or there is room again."""
        self._async_schedule()

    @callback
    def _async_begin(self, hass: HomeAssistant) -> None:
        """Look for the first time: from now on, what is registered is all there is."""
        self._started = True
        self._async_look()

    @callback
    def _async_moved(self, event: Event[Any]) -> None:
        """Notice that a registry has changed."""
        self._async_schedule()

    @callback
    def _async_schedule(self) -> None:
        """Look in a moment, once for many changes, if there is something to follow."""
        if self._started and self._follows:
            self._look.async_schedule_call()

    @property
    def _follows(self) -> bool:
        """Whether there is a selection, or an issue that one has left behind."""
        issues = ir.async_get(self._hass)
        return (
            next(iter(self._entry.get_subentries_of_type(SUBENTRY_SELECTION)), None)
            is not None
            or issues.async_get_issue(DOMAIN, self._issue_id(_FULL)) is not None
        )

    @callback
    def _async_look(self) -> None:
        """Follow, and tell the user what the template is to follow in turn."""
        difference = async_follow(self._hass, self._entry)
        if difference.added or difference.removed:
            _LOGGER.info(
                "Followed selections: %d datastreams added, %d removed",
                len(difference.added),
                len(difference.removed),
            )
            self._async_tell_difference(difference)
        self._async_tell_waiting(difference)

    @callback
    def _async_tell_difference(self, difference: Difference) -> None:
        """Say what to change in the template, until the user has seen it.

        What was said before and has not been seen yet is said again.
        """
        issue_id = self._issue_id(ISSUE_SELECTION_CHANGED)
        issue = ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id)
        added, removed = _told(issue, "added"), _told(issue, "removed")
        gone = [data[CONF_DATASTREAM] for data in difference.removed]
        come = [data[CONF_DATASTREAM] for data in difference.added]
        added = [name for name in added if name not in {*gone, *come}] + come
        removed = [name for name in removed + gone if name not in added]
        if issue is not None and issue.dismissed_version is not None:
            # What was ignored was the old difference.
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data={"added": _SEPARATOR.join(added), "removed": _SEPARATOR.join(removed)},
            is_fixable=True,
            is_persistent=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_SELECTION_CHANGED,
            translation_placeholders={
                "title": self._entry.title,
                "added": part(self._hass, "added", self._table(added)),
                "removed": part(self._hass, "removed", listed(removed)),
            },
        )

    @callback
    def _async_tell_waiting(self, difference: Difference) -> None:
        """Say what the template has no room for, as long as that is so."""
        issue_id = self._issue_id(_FULL)
        if not difference.waiting:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=_FULL,
            translation_placeholders={
                "title": self._entry.title,
                "waiting": listed(difference.waiting),
            },
        )

    @callback
    def _table(self, names: Collection[str]) -> str:
        """Return the datastreams to create as a table."""
        rows = [
            row
            for row in rows_of(self._hass, self._entry).values()
            if row.name in names
        ]
        return to_narrow_markdown(rows, plan_words(self._hass)) if rows else ""

    def _issue_id(self, key: str) -> str:
        """Return an issue's id of this entry."""
        return f"{key}_{self._entry.entry_id}"


def _told(issue: ir.IssueEntry | None, key: str) -> list[str]:
    """Return the names that an issue has told of and that nobody has seen yet."""
    names = str(((issue and issue.data) or {}).get(key, ""))
    return names.split(_SEPARATOR) if names else []
