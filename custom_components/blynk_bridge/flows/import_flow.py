"""Pairing the datastreams that a template already has with entities."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_ENTITY_ID
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from .. import traits
from ..const import CONF_DATA_TYPE, CONF_DATASTREAM, CONF_TRAIT, DOMAIN
from ..coordinator import BlynkCoordinator
from ..device.errors import LinkError
from ..importing import async_stored_values, best_match, candidates, fitting_type
from ..plan_formats import NOTHING, escaped
from ..proposal import (
    entity_state,
    exposed_traits,
    exposure_data,
    exposure_subentry,
    exposure_unique_id,
)
from ..selection import async_add
from ..traits import tolerant
from .exposure_form import select

CONF_DATASTREAMS: Final = "datastreams"
_VALUE_SHOWN: Final = 32
_PAIR: Final = vol.Schema(
    {
        vol.Optional(CONF_ENTITY_ID): EntitySelector(
            EntitySelectorConfig(filter={"domain": sorted(traits.DOMAINS)})
        ),
        vol.Optional(CONF_TRAIT): select(
            sorted({trait.key for trait in traits.TRAITS}), "trait"
        ),
    }
)


class ImportSteps(ConfigSubentryFlow):
    """The steps that ask the server for its datastreams, and pair them."""

    _stored: Mapping[str, str] = {}
    """The datastreams that are free to be paired, with their values' texts."""
    _waiting: list[str]
    """Names that are still to be paired, the next one last."""
    _paired: list[dict[str, Any]]
    """The exposures to come."""

    async def async_step_import_template(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask the server for its datastreams, and the user which of them to pair."""
        errors: dict[str, str] = {}
        if user_input is None:
            if (coordinator := self._coordinator()) is None:
                return self.async_abort(reason="not_connected")
            try:
                stored = await async_stored_values(coordinator)
            except LinkError:
                return self.async_abort(reason="not_connected")
            if not stored:
                return self.async_abort(reason="nothing_found")
            taken = self._taken()
            self._stored = {
                name: text
                for name, text in sorted(stored.items())
                if exposure_unique_id(name) not in taken
            }
            if not self._stored:
                return self.async_abort(
                    reason="all_paired",
                    description_placeholders={"count": str(len(stored))},
                )
        elif not user_input.get(CONF_DATASTREAMS):
            errors[CONF_DATASTREAMS] = "nothing_chosen"
        else:
            self._waiting = user_input[CONF_DATASTREAMS][::-1]
            self._paired = []
            return await self.async_step_pair()
        options = [
            SelectOptionDict(value=name, label=_label(name, text))
            for name, text in self._stored.items()
        ]
        listed = SelectSelector(
            SelectSelectorConfig(
                options=options, multiple=True, mode=SelectSelectorMode.LIST
            )
        )
        return self.async_show_form(
            step_id="import_template",
            # Of a list that is required the frontend chooses the first by itself.
            data_schema=vol.Schema({vol.Optional(CONF_DATASTREAMS): listed}),
            errors=errors,
            last_step=False,
        )

    async def async_step_pair(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the entity of one datastream after the other; none leaves it out."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._pair(user_input)
            if not errors:
                self._waiting.pop()
                user_input = None
            if not self._waiting:
                return self._import()
        name = self._waiting[-1]
        if user_input is None:
            match = best_match(name, candidates(self.hass, self._exposed()))
            user_input = (
                {CONF_ENTITY_ID: match.entity_id, CONF_TRAIT: match.trait}
                if match
                else {}
            )
        return self.async_show_form(
            step_id="pair",
            data_schema=self.add_suggested_values_to_schema(_PAIR, user_input),
            errors=errors,
            description_placeholders={
                "name": name,
                "datastream": escaped(name),
                "value": escaped(_shortened(self._stored[name])) or NOTHING,
                "left": str(len(self._waiting) - 1),
            },
            last_step=len(self._waiting) == 1,
        )

    def _pair(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Note the exposure that was entered, or return what is wrong with it."""
        if CONF_ENTITY_ID not in user_input:
            return {}
        registry = er.async_get(self.hass)
        given = user_input[CONF_ENTITY_ID]
        entity_id = er.async_resolve_entity_id(registry, given) or given
        entry = registry.async_get(entity_id)
        state = entity_state(self.hass, entity_id)
        if state is None:
            return {CONF_ENTITY_ID: "entity_not_found"}
        if entry is not None and entry.platform == DOMAIN:
            return {CONF_ENTITY_ID: "own_entity"}
        offered = traits.traits_of(state)
        if not offered:
            return {CONF_ENTITY_ID: "no_trait"}
        exposed = {key for owner, key in self._exposed() if owner == entity_id}
        wanted = user_input.get(CONF_TRAIT)
        if wanted and wanted not in {trait.key for trait in offered}:
            return {CONF_TRAIT: "trait_not_offered"}
        free = [trait for trait in offered if trait.key not in exposed]
        trait = next((each for each in free if wanted in {None, each.key}), None)
        description = tolerant.describe(trait, state) if trait else None
        if trait is None or description is None:
            return {CONF_ENTITY_ID: "already_exposed"}
        if description.private:
            return {CONF_ENTITY_ID: "private"}
        name = self._waiting[-1]
        data = exposure_data(self.hass, entity_id, trait, description, name, None)
        fitting = fitting_type(trait, description, self._stored[name])
        self._paired.append({**data, CONF_DATA_TYPE: fitting.value})
        return {}

    def _import(self) -> SubentryFlowResult:
        """Make the exposures, without those whose name was taken meanwhile."""
        taken = self._taken()
        exposures = [
            data
            for data in self._paired
            if exposure_unique_id(data[CONF_DATASTREAM]) not in taken
        ]
        for data in exposures:
            async_add(self.hass, self._get_entry(), exposure_subentry(data))
        return self.async_abort(
            reason="imported",
            description_placeholders={"count": str(len(exposures))},
        )

    def _coordinator(self) -> BlynkCoordinator | None:
        """Return the coordinator, None while there is no connection."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return None
        coordinator: BlynkCoordinator = entry.runtime_data
        return coordinator if coordinator.data.online else None

    def _exposed(self) -> set[tuple[str, str]]:
        """Return what is exposed already, and what is about to be."""
        pending = {(data[CONF_ENTITY_ID], data[CONF_TRAIT]) for data in self._paired}
        return pending | exposed_traits(
            self.hass, self._get_entry().subentries.values()
        )

    def _taken(self) -> set[str | None]:
        """Return the unique ids that exposures and controls have."""
        return {
            subentry.unique_id for subentry in self._get_entry().subentries.values()
        }


def _label(name: str, text: str) -> str:
    """Return a datastream with its value, as far as that is short."""
    return f"{name} ({_shortened(text)})" if text else name


def _shortened(text: str) -> str:
    """Return a value's text as far as a form has room for it."""
    words = " ".join(text.replace("\0", " ").split())
    return words if len(words) <= _VALUE_SHOWN else f"{words[:_VALUE_SHOWN]}…"
