"""Upkeep: what may go wrong with exposures after they were made, as repair issues."""

from collections.abc import Iterable, Iterator
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ENTITY_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .attribute_changes import AttributeChanges
from .const import CONF_DATASTREAM, DOMAIN
from .datastream_check import DatastreamCheck
from .exposure import Exposure
from .hearing import Hearing
from .issues import async_withdraw
from .learned import Learned
from .lost_entities import LostEntities
from .plan import PlannedDatastream, plan_of
from .plan_changes import PlanChanges
from .plan_formats import escaped, names_list, plan_words, to_narrow_markdown
from .uplink import Uplink

ISSUE_ENTITY_GONE: Final = "entity_gone"
ISSUE_PLAN_OUTDATED: Final = "plan_outdated"
ISSUE_UNKNOWN_DATASTREAMS: Final = "unknown_datastreams"
_KEYS: Final = (ISSUE_ENTITY_GONE, ISSUE_PLAN_OUTDATED, ISSUE_UNKNOWN_DATASTREAMS)


class Upkeep:
    """Keeps an eye on the template, the plan and the entities of one entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        uplink: Uplink,
        hearing: Hearing,
        attributes: AttributeChanges,
        learned: Learned,
    ) -> None:
        """Prepare to watch."""
        self._hass = hass
        self._entry = entry
        self.check = DatastreamCheck(
            hass, entry, uplink, hearing, self._async_show_unknown
        )
        self.changes = PlanChanges(
            hass, entry, attributes, learned, self._async_show_changes
        )
        self._lost = LostEntities(hass, entry, attributes, self._async_show_lost)
        self._issues: set[str] = set()
        """Those raised, and those that are ignored from before."""
        self._subentries: set[str] = set()

    @callback
    def async_start(self) -> None:
        """Begin to watch; what was ignored and is mended meanwhile is taken back, too."""
        self._issues.update(self._ignored())
        self.changes.async_start()
        self._lost.async_start()

    @callback
    def async_stop(self) -> None:
        """Stop watching, and take back what was said."""
        self.check.async_stop()
        self.changes.async_stop()
        self._lost.async_stop()
        for issue_id in self._issues:
            async_withdraw(self._hass, issue_id)
        self._issues.clear()

    @callback
    def async_set_exposures(self, exposures: Iterable[Exposure]) -> None:
        """Watch what is exposed now, and forget what was said of what is deleted."""
        ours = set(self._entry.subentries)
        for subentry_id in self._subentries - ours:
            self._async_show(
                f"{ISSUE_ENTITY_GONE}_{subentry_id}", ISSUE_ENTITY_GONE, None
            )
        self._subentries = ours
        self.check.async_set_exposures(exposures)
        self.changes.async_set_exposures()
        self._lost.async_set_exposures()

    @callback
    def async_accept_plan(self) -> None:
        """Note that the user has seen the plan as it is now."""
        self.changes.async_accept()

    @property
    def unknown_rows(self) -> list[PlannedDatastream]:
        """Return the plan's rows that Blynk does not seem to know."""
        unknown = self.check.unknown
        return [r for r in plan_of(self._hass, self._entry) if r.name in unknown]

    @property
    def unknown_table(self) -> str:
        """Return these rows as a table in Markdown."""
        return to_narrow_markdown(self.unknown_rows, plan_words(self._hass))

    # --- Issues --------------------------------------------------------------------

    def _ignored(self) -> Iterator[str]:
        """Yield our issues that the user has ignored in an earlier run."""
        about = (self._entry.entry_id, *self._entry.subentries)
        for domain, issue_id in ir.async_get(self._hass).issues:
            if (
                domain == DOMAIN
                and issue_id.startswith(_KEYS)
                and issue_id.endswith(about)
            ):
                yield issue_id

    @callback
    def _async_show_unknown(self) -> None:
        """Tell the user which datastreams have to be created."""
        self._async_show(
            f"{ISSUE_UNKNOWN_DATASTREAMS}_{self._entry.entry_id}",
            ISSUE_UNKNOWN_DATASTREAMS,
            {"list": names_list(self.unknown_rows)} if self.check.unknown else None,
        )

    @callback
    def _async_show_changes(self) -> None:
        """Tell the user which datastreams have to be changed."""
        self._async_show(
            f"{ISSUE_PLAN_OUTDATED}_{self._entry.entry_id}",
            ISSUE_PLAN_OUTDATED,
            {"changes": "\n".join(self.changes.changes)}
            if self.changes.changes
            else None,
        )

    @callback
    def _async_show_lost(self) -> None:
        """Tell the user whose entity is gone, and take back who is back."""
        lost = {f"{ISSUE_ENTITY_GONE}_{key}": key for key in self._lost.subentries}
        for issue_id in self._issues - lost.keys():
            if issue_id.startswith(ISSUE_ENTITY_GONE):
                self._async_show(issue_id, ISSUE_ENTITY_GONE, None)
        for issue_id, subentry_id in lost.items():
            data = self._entry.subentries[subentry_id].data
            self._async_show(
                issue_id,
                ISSUE_ENTITY_GONE,
                {
                    "name": str(data.get(CONF_DATASTREAM)),
                    "entity_id": escaped(data[CONF_ENTITY_ID]),
                },
                subentry_id,
            )

    @callback
    def _async_show(
        self,
        issue_id: str,
        key: str,
        placeholders: dict[str, str] | None,
        subentry_id: str | None = None,
    ) -> None:
        """Raise an issue with these placeholders, None takes it back."""
        if placeholders is None:
            self._issues.discard(issue_id)
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
            return
        self._issues.add(issue_id)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data={"entry_id": self._entry.entry_id, "subentry_id": subentry_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=key,
            translation_placeholders={"title": self._entry.title, **placeholders},
        )
