"""Changing and removing many exposures in one step."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import (
    CONF_BACKFILL,
    CONF_DIRECTION,
    CONF_MAX_INTERVAL,
    CONF_MIN_INTERVAL,
    CONF_OPTED_IN,
    CONF_PAUSED,
    CONF_PROPERTIES,
    CONF_TRAIT,
    CONF_UNAVAILABLE,
    SUBENTRY_DATASTREAM,
)
from ..exposure import Direction, Unavailable, WidgetProperty, bound_entity_id, trait_of
from ..exposure_checks import OPERATING, interval_error, repeat_error
from ..exposure_data import checked
from ..proposal import entity_state, exposure_title
from ..templated import TEMPLATE_KEY
from ..traits import tolerant
from .expose_steps import grouped
from .exposure_form import DEFAULTS, SECONDS, select

CONF_EXPOSURES: Final = "exposures"
PAUSE: Final = "pause"
RESUME: Final = "resume"
FILL: Final = "fill"
LEAVE: Final = "leave"
NO_PROPERTY: Final = "none"

_CHANGES: Final[Mapping[vol.Marker, Any]] = {
    vol.Optional(CONF_DIRECTION): select(Direction, "direction"),
    vol.Optional(CONF_MIN_INTERVAL): SECONDS,
    vol.Optional(CONF_MAX_INTERVAL): SECONDS,
    vol.Optional(CONF_UNAVAILABLE): select(Unavailable, "unavailable"),
    vol.Optional(CONF_PROPERTIES): select(
        [NO_PROPERTY, *WidgetProperty], "properties", multiple=True
    ),
    vol.Optional(CONF_BACKFILL): select([FILL, LEAVE], "backfill"),
    vol.Optional(CONF_PAUSED): select([PAUSE, RESUME], "paused"),
}


class BulkSteps(ConfigSubentryFlow):
    """The steps that change or remove exposures, chosen from a list."""

    async def async_step_edit_many(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is to change in which exposures; an empty field changes nothing."""
        errors: dict[str, str] = {}
        if user_input is not None:
            changes = {key: user_input[key] for key in user_input if key in _CHANGES}
            errors = _errors(user_input, changes)
            if not errors:
                return self._change(user_input[CONF_EXPOSURES], changes)
        return self._show_list("edit_many", _CHANGES, user_input, errors)

    async def async_step_remove_many(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which exposures are to be removed."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = _errors(user_input)
            if not errors:
                gone = self._chosen(user_input[CONF_EXPOSURES])
                for subentry in gone:
                    self.hass.config_entries.async_remove_subentry(
                        self._get_entry(), subentry.subentry_id
                    )
                return self.async_abort(
                    reason="removed",
                    description_placeholders={"count": str(len(gone))},
                )
        return self._show_list("remove_many", {}, user_input, errors)

    def _show_list(
        self,
        step: str,
        fields: Mapping[vol.Marker, Any],
        values: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> SubentryFlowResult:
        """Show a form that ends with the list of the exposures."""
        exposures = sorted(
            self._get_entry().get_subentries_of_type(SUBENTRY_DATASTREAM),
            key=lambda subentry: subentry.title.casefold(),
        )
        if not exposures:
            return self.async_abort(reason="no_exposures")
        options = [
            SelectOptionDict(value=subentry.subentry_id, label=subentry.title)
            for subentry in exposures
        ]
        listed = SelectSelector(
            SelectSelectorConfig(
                options=options, multiple=True, mode=SelectSelectorMode.LIST
            )
        )
        # Of a list that is required the frontend chooses the first by itself.
        schema = vol.Schema({**fields, vol.Optional(CONF_EXPOSURES): listed})
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            last_step=True,
        )

    def _change(
        self, subentry_ids: Iterable[str], changes: Mapping[str, Any]
    ) -> SubentryFlowResult:
        """Change what can be changed, and say what can't."""
        changed = 0
        refused: list[tuple[str, str]] = []
        for subentry in self._chosen(subentry_ids):
            data = _changed(subentry.data, changes)
            if refusal := self._refusal(subentry.data, data):
                refused.append((refusal, subentry.title))
                continue
            self.hass.config_entries.async_update_subentry(
                self._get_entry(), subentry, data=data, title=exposure_title(data)
            )
            changed += 1
        return self.async_abort(
            reason="changed_some" if refused else "changed",
            description_placeholders={
                "count": str(changed),
                "refused": grouped(self.hass, "refusal", refused),
            },
        )

    def _chosen(self, subentry_ids: Iterable[str]) -> list[ConfigSubentry]:
        """Return the exposures that were chosen, without what is gone since."""
        subentries = self._get_entry().subentries
        return [
            subentries[subentry_id]
            for subentry_id in subentry_ids
            if subentry_id in subentries
        ]

    @callback
    def _refusal(
        self, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> str | None:
        """Return why an exposure can't be changed like this."""
        try:
            checked(after)
        except KeyError, TypeError, ValueError:
            return "invalid_data"
        if repeat_error(
            after.get(CONF_MAX_INTERVAL, 0), after.get(CONF_MIN_INTERVAL, 0)
        ):
            return "interval_order"
        switched_on = after.get(CONF_BACKFILL) and not before.get(CONF_BACKFILL)
        if switched_on and (
            after[CONF_DIRECTION] == Direction.CONTROL
            or after[CONF_TRAIT] == TEMPLATE_KEY
        ):
            return "no_history"
        direction = after[CONF_DIRECTION]
        if direction == before[CONF_DIRECTION] or direction not in OPERATING:
            return None
        if (entity_id := bound_entity_id(self.hass, after)) is None:
            return "not_writable"
        state = entity_state(self.hass, entity_id)
        trait = trait_of(self.hass, entity_id, after)
        description = tolerant.describe(trait, state) if state and trait else None
        if description is None or not description.writable:
            return "not_writable"
        if description.guarded and not after.get(CONF_OPTED_IN):
            return "guarded"
        return None


def _errors(
    fields: Mapping[str, Any], changes: Mapping[str, Any] | None = None
) -> dict[str, str]:
    """Return what is wrong with a form that ends with the list of exposures."""
    if not fields.get(CONF_EXPOSURES):
        return {CONF_EXPOSURES: "nothing_chosen"}
    if changes is None:
        return {}
    if not changes:
        return {"base": "nothing_to_change"}
    found = {
        CONF_MIN_INTERVAL: interval_error(changes.get(CONF_MIN_INTERVAL, 0)),
        CONF_MAX_INTERVAL: repeat_error(
            changes.get(CONF_MAX_INTERVAL, 0), changes.get(CONF_MIN_INTERVAL, 0)
        ),
        CONF_PROPERTIES: _properties_error(changes.get(CONF_PROPERTIES, ())),
    }
    return {field: error for field, error in found.items() if error is not None}


def _properties_error(properties: Iterable[str]) -> str | None:
    """Return what is wrong with a choice of properties: none is none."""
    chosen = set(properties)
    return "none_and_some" if NO_PROPERTY in chosen and len(chosen) > 1 else None


def _changed(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return an exposure's data with the changes; without what is as by default."""
    after = {**data, **changes}
    if CONF_PROPERTIES in changes:
        after[CONF_PROPERTIES] = [
            key for key in changes[CONF_PROPERTIES] if key != NO_PROPERTY
        ]
    if CONF_BACKFILL in changes:
        after[CONF_BACKFILL] = changes[CONF_BACKFILL] == FILL
    if CONF_PAUSED in changes:
        after[CONF_PAUSED] = changes[CONF_PAUSED] == PAUSE
    return {
        key: value
        for key, value in after.items()
        if key not in DEFAULTS or value != DEFAULTS[key]
    }
