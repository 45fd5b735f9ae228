"""Exposing, changing and removing many datastreams, and following a selection."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    SubentryFlowResult,
)
import voluptuous as vol

from ..const import CONF_DATASTREAM, CONF_PLAN_SIZE
from ..draft import EMPTY, Draft, Wish, draft
from ..markdown import listed, part
from ..plan import plan_of
from ..plan_formats import plan_words, to_narrow_markdown
from ..proposal import exposure_subentry
from ..selection import (
    CONF_SETTLED,
    Difference,
    async_add,
    async_follow,
    async_settle,
    deleted,
    leaving,
    new_key,
    selection_fields,
    selection_subentry,
    selection_title,
)
from ..texts import async_load_texts
from .bulk_flow import BulkSteps
from .expose_steps import (
    CONF_FOLLOWING,
    PICK,
    PICK_FOLLOWED,
    left_out,
    pick_errors,
    plan_placeholders,
    preview_placeholders,
    suggestions,
)
from .import_flow import ImportSteps

_DOORS: Final = [
    "expose",
    "edit_many",
    "remove_many",
    "import_template",
    "template_plan",
]


class SelectionSubentryFlow(BulkSteps, ImportSteps):
    """Opens the doors to many datastreams; changes a selection that is followed."""

    _fields: Mapping[str, Any]
    """What was picked."""
    _key: str | None = None
    """The key of the selection that is followed, None for none."""
    _sketch: Draft = EMPTY
    """What the preview showed."""
    _difference: Difference
    """What changing the selection has changed."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is to be done."""
        await async_load_texts(self.hass)
        return self.async_show_menu(step_id="user", menu_options=_DOORS)

    # --- Exposing ------------------------------------------------------------------

    async def async_step_expose(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask who is to be exposed, and how."""
        errors: dict[str, str] = {}
        if user_input is not None:
            following = user_input[CONF_FOLLOWING]
            self._fields = user_input
            self._key = new_key() if following else None
            self._sketch = self._draft()
            errors = pick_errors(
                Wish.from_fields(user_input), self._sketch, following=following
            )
            if not errors:
                return await self.async_step_preview()
        return self._show_pick("expose", PICK, user_input, errors)

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what will be exposed; do it, unless that has changed meanwhile."""
        errors: dict[str, str] = {}
        if user_input is not None:
            shown, self._sketch = self._sketch, self._draft()
            if shown.data == self._sketch.data:
                self._expose()
                if not self._sketch.data:
                    return self.async_abort(reason="following")
                return await self.async_step_plan()
            errors["base"] = "changed_meanwhile"
        return self.async_show_form(
            step_id="preview",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders=preview_placeholders(self.hass, self._sketch),
            last_step=False,
        )

    async def async_step_plan(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what to create in the Blynk template."""
        exposures = self._sketch.data
        if user_input is not None:
            return self.async_abort(
                reason="exposed",
                description_placeholders={"count": str(len(exposures))},
            )
        return self.async_show_form(
            step_id="plan",
            data_schema=vol.Schema({}),
            description_placeholders=plan_placeholders(self.hass, exposures),
            last_step=True,
        )

    def _draft(self, but: Iterable[ConfigSubentry] = ()) -> Draft:
        """Return what the wish comes to, as if some subentries were not there."""
        entry = self._get_entry()
        without = {subentry.subentry_id for subentry in but}
        present = [
            subentry
            for subentry_id, subentry in entry.subentries.items()
            if subentry_id not in without
        ]
        gone = (
            deleted(self.hass, self._get_reconfigure_subentry())
            if self.source == SOURCE_RECONFIGURE
            else ()
        )
        wish = Wish.from_fields(self._fields)
        return draft(self.hass, wish, present, self._key, gone)

    def _expose(self) -> None:
        """Make the exposures, and the selection that is followed from now on."""
        entry = self._get_entry()
        for data in self._sketch.data:
            async_add(self.hass, entry, exposure_subentry(data))
        if self._key is not None:
            async_add(
                self.hass,
                entry,
                selection_subentry(self.hass, self._key, self._fields),
            )
            async_settle(self.hass, entry, self._key)
        size = self._fields[CONF_PLAN_SIZE]
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_PLAN_SIZE: size}
        )

    async def async_step_template_plan(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what the Blynk template needs for everything there is."""
        if user_input is not None:
            return self.async_abort(reason="plan_shown")
        rows = plan_of(self.hass, self._get_entry())
        if not rows:
            return self.async_abort(reason="no_exposures")
        return self.async_show_form(
            step_id="template_plan",
            data_schema=vol.Schema({}),
            description_placeholders={
                "count": str(len(rows)),
                "plan": to_narrow_markdown(rows, plan_words(self.hass)),
            },
            last_step=True,
        )

    # --- A selection that is followed ------------------------------------------------

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask who is to be followed from now on."""
        await async_load_texts(self.hass)
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is None:
            user_input = dict(subentry.data)
        elif Wish.from_fields(user_input).choice.empty:
            errors["base"] = "nothing_chosen"
        else:
            self._fields = user_input
            self._key = subentry.unique_id
            return await self.async_step_reconfigure_preview()
        return self._show_pick("reconfigure", PICK_FOLLOWED, user_input, errors)

    async def async_step_reconfigure_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show who comes and who goes; do it."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        if user_input is not None:
            self.hass.config_entries.async_update_subentry(
                entry,
                subentry,
                title=selection_title(self.hass, self._fields),
                data={
                    **selection_fields(self._fields),
                    CONF_SETTLED: subentry.data.get(CONF_SETTLED, []),
                },
            )
            self._difference = async_follow(self.hass, entry)
            if self._difference.added or self._difference.removed:
                return await self.async_step_changed()
            return self._end_changed()
        gone = leaving(self.hass, entry, subentry, Wish.from_fields(self._fields))
        self._sketch = self._draft(gone)
        return self.async_show_form(
            step_id="reconfigure_preview",
            data_schema=vol.Schema({}),
            description_placeholders={
                **preview_placeholders(self.hass, self._sketch),
                "removed": part(
                    self.hass,
                    "unexposed",
                    listed(each.data[CONF_DATASTREAM] for each in gone),
                ),
            },
            last_step=False,
        )

    async def async_step_changed(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what to change in the Blynk template."""
        if user_input is not None:
            return self._end_changed()
        added, removed = self._difference.added, self._difference.removed
        plan = plan_placeholders(self.hass, added)["plan"] if added else ""
        gone = listed(data[CONF_DATASTREAM] for data in removed)
        return self.async_show_form(
            step_id="changed",
            data_schema=vol.Schema({}),
            description_placeholders={
                "added": part(self.hass, "added", plan),
                "removed": part(self.hass, "removed", gone),
            },
            last_step=True,
        )

    def _end_changed(self) -> SubentryFlowResult:
        """End with how much has changed."""
        return self.async_abort(
            reason="selection_changed",
            description_placeholders={
                "added": str(len(self._difference.added)),
                "removed": str(len(self._difference.removed)),
            },
        )

    def _show_pick(
        self,
        step: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> SubentryFlowResult:
        """Show the form that asks who is meant."""
        if values is None:
            values = suggestions(self._get_entry())
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders={"left_out": left_out(self.hass, self._sketch)},
            last_step=False,
        )
