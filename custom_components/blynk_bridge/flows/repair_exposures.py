"""The flow that mends an exposure whose entity is gone."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_ENTITY_ID
from homeassistant.core import State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig
import voluptuous as vol

from .. import traits
from ..const import (
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_OPTED_IN,
    CONF_TRAIT,
    DOMAIN,
)
from ..coordinator import BlynkConfigEntry
from ..exposure import trait_of
from ..exposure_checks import consent_step, trait_errors
from ..naming import entity_name
from ..plan_formats import escaped
from ..proposal import entity_state, own_entities
from ..traits import tolerant
from .exposure_form import CONSENT_SCHEMA

_NOTHING: Final = vol.Schema({})


class EntityGoneFlow(RepairsFlow):
    """Pairs an exposure with another entity, or deletes it."""

    def __init__(self, entry: BlynkConfigEntry, subentry_id: str) -> None:
        """Remember which exposure it is about."""
        self._entry = entry
        self._subentry_id = subentry_id
        self._data: dict[str, Any] = {}
        self._name = ""

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Let the user choose."""
        if (subentry := self._subentry) is None:
            return self.async_abort(reason="exposure_not_found")
        return self.async_show_menu(
            step_id="init",
            menu_options=["pair", "delete"],
            description_placeholders=self._placeholders(subentry),
        )

    async def async_step_delete(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask once more, and delete the exposure."""
        if (subentry := self._subentry) is None:
            return self.async_abort(reason="exposure_not_found")
        if user_input is None:
            return self.async_show_form(
                step_id="delete",
                data_schema=_NOTHING,
                description_placeholders=self._placeholders(subentry),
            )
        self.hass.config_entries.async_remove_subentry(self._entry, self._subentry_id)
        return self.async_create_entry(data={})

    async def async_step_pair(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for another entity, which has to offer the same."""
        if (subentry := self._subentry) is None:
            return self.async_abort(reason="exposure_not_found")
        if user_input is None:
            return self._show_pair(subentry)
        registry = er.async_get(self.hass)
        chosen = er.async_resolve_entity_id(registry, user_input[CONF_ENTITY_ID])
        state = None if chosen is None else entity_state(self.hass, chosen)
        entry = None if chosen is None else registry.async_get(chosen)
        if state is None or (entry is not None and entry.disabled):
            error = "entity_not_found"
        elif entry is not None and entry.platform == DOMAIN:
            error = "own_entity"
        else:
            return self._pair(subentry, state, entry)
        return self._show_pair(subentry, {CONF_ENTITY_ID: error}, user_input)

    async def async_step_consent(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Warn of operating what keeps the home shut, or of showing who is where.

        The consent that was given is about the entity that is gone.
        """
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[CONF_OPTED_IN]:
                self._data[CONF_OPTED_IN] = True
                return self._finish()
            errors[CONF_OPTED_IN] = "opt_in_required"
        return self._show_consent(errors)

    # --- Pairing -------------------------------------------------------------------

    def _pair(
        self, subentry: ConfigSubentry, state: State, entry: er.RegistryEntry | None
    ) -> RepairsFlowResult:
        """Check what was chosen, and go on with consent or to the end."""
        data = dict(subentry.data)
        for key in (CONF_OPTED_IN, CONF_ENTITY_REGISTRY_ID):
            data.pop(key, None)
        data[CONF_ENTITY_ID] = state.entity_id
        if entry is not None:
            data[CONF_ENTITY_REGISTRY_ID] = entry.id
        trait = trait_of(self.hass, state.entity_id, data)
        description = None if trait is None else tolerant.describe(trait, state)
        if trait is None or description is None:
            error = "trait_not_offered"
        elif trait.domains and trait_errors(trait, description, data):
            error = "unsuitable"
        else:
            self._data, self._name = data, entity_name(state)
            if consent_step(description, data[CONF_DIRECTION]) is None:
                return self._finish()
            return self._show_consent({})
        chosen = {CONF_ENTITY_ID: state.entity_id}
        return self._show_pair(subentry, {CONF_ENTITY_ID: error}, chosen)

    def _finish(self) -> RepairsFlowResult:
        """Bind the exposure to the entity; the issue goes with that."""
        if (subentry := self._subentry) is None:
            return self.async_abort(reason="exposure_not_found")
        self.hass.config_entries.async_update_subentry(
            self._entry, subentry, data=self._data
        )
        return self.async_create_entry(data={})

    def _show_consent(self, errors: dict[str, str]) -> RepairsFlowResult:
        """Show the warning."""
        return self.async_show_form(
            step_id="consent",
            data_schema=CONSENT_SCHEMA,
            errors=errors,
            description_placeholders={"entity": escaped(self._name)},
        )

    def _show_pair(
        self,
        subentry: ConfigSubentry,
        errors: dict[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> RepairsFlowResult:
        """Show the form that asks for an entity that may offer the same."""
        key = subentry.data[CONF_TRAIT]
        selector = EntitySelectorConfig(exclude_entities=own_entities(self.hass))
        if domains := [each for each in traits.DOMAINS if traits.find(each, key)]:
            selector["filter"] = {"domain": sorted(domains)}
        schema = vol.Schema({vol.Required(CONF_ENTITY_ID): EntitySelector(selector)})
        return self.async_show_form(
            step_id="pair",
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors or {},
            description_placeholders=self._placeholders(subentry),
        )

    def _placeholders(self, subentry: ConfigSubentry) -> dict[str, str]:
        """Return what the texts name."""
        return {
            "title": self._entry.title,
            "name": subentry.data[CONF_DATASTREAM],
            "datastream": escaped(subentry.data[CONF_DATASTREAM]),
            "entity_id": escaped(subentry.data[CONF_ENTITY_ID]),
        }

    @property
    def _subentry(self) -> ConfigSubentry | None:
        """Return the exposure, None if it was deleted meanwhile."""
        return self._entry.subentries.get(self._subentry_id)
