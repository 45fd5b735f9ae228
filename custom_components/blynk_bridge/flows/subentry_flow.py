"""Binding a trait of an entity to a datastream."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SubentryFlowResult
from homeassistant.const import CONF_ATTRIBUTE, CONF_ENTITY_ID, CONF_VALUE_TEMPLATE
from homeassistant.core import State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import EntitySelector, EntitySelectorConfig
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .. import traits
from ..const import (
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_ON_WRITE,
    CONF_OPTED_IN,
    CONF_PIN,
    CONF_SELECTION,
    CONF_TRAIT,
    DOMAIN,
)
from ..exposure import bound_entity_id
from ..exposure_checks import OPERATING, consent_step, entry_errors, trait_errors
from ..exposure_data import datastreams, pins, sound
from ..naming import Names, wordings
from ..plan import planned
from ..proposal import (
    entity_state,
    exposure_title,
    exposure_unique_id,
    free_pins,
    own_entities,
)
from ..requirement import requirement
from ..templated import TEMPLATE_KEY, Templated, async_validated
from ..texts import async_load_texts
from ..traits import tolerant
from ..traits.anything import ATTRIBUTE_KEY, Attribute
from ..traits.base import Description, Trait
from .exposure_form import (
    CONSENT_SCHEMA,
    attribute_schema,
    entered,
    exposure_fields,
    exposure_schema,
    suggestions,
    template_schema,
)
from .subentry_base import SubentryFlow


class DatastreamSubentryFlow(SubentryFlow):
    """Adds an exposure, or changes one."""

    _state: State
    """The entity that is exposed, as it is now."""
    _values: dict[str, Any]
    """What has been entered so far, or what is to be changed."""
    _data: dict[str, Any]
    """The subentry's data, which only want the user's consent."""

    # --- The steps ---------------------------------------------------------------

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the entity."""
        await async_load_texts(self.hass)
        errors: dict[str, str] = {}
        registry = er.async_get(self.hass)
        if user_input is not None:
            chosen = user_input[CONF_ENTITY_ID]
            entity_id = er.async_resolve_entity_id(registry, chosen)
            state = None if entity_id is None else entity_state(self.hass, entity_id)
            entry = None if entity_id is None else registry.async_get(entity_id)
            if state is None:
                errors[CONF_ENTITY_ID] = "entity_not_found"
            elif entry is not None and entry.platform == DOMAIN:
                errors[CONF_ENTITY_ID] = "own_entity"
            else:
                self._state = state
                return await self.async_step_datastream()
        own = own_entities(self.hass)
        selector = EntitySelector(EntitySelectorConfig(exclude_entities=own))
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({vol.Required(CONF_ENTITY_ID): selector}), user_input
            ),
            errors=errors,
            last_step=False,
        )

    async def async_step_datastream(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the trait, and for the datastream it goes to."""
        if user_input is not None:
            return await self._async_take("datastream", user_input)
        self._values = self._proposal()
        return self._show("datastream", {})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another trait or datastream of the entity."""
        subentry = self._get_reconfigure_subentry()
        entity_id = (
            bound_entity_id(self.hass, subentry.data) if sound([subentry]) else None
        )
        state = None if entity_id is None else entity_state(self.hass, entity_id)
        if state is None:
            return self.async_abort(reason="entity_not_found")
        self._state = state
        if user_input is not None:
            return await self._async_take("reconfigure", user_input)
        self._values = dict(subentry.data)
        return self._show("reconfigure", {})

    async def async_step_attribute(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the attribute of the entity."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._values |= user_input
            trait = Attribute(user_input[CONF_ATTRIBUTE])
            if (description := tolerant.describe(trait, self._state)) is not None:
                return self._settle(trait, description)
            errors[CONF_ATTRIBUTE] = "attribute_not_found"
        return self._show_filled("attribute", attribute_schema(self._state), errors)

    async def async_step_template(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the template, and for what a write from Blynk is to do."""
        errors: dict[str, str] = {}
        if user_input is not None:
            actions = user_input.get(CONF_ON_WRITE) or []
            self._values |= {**user_input, CONF_ON_WRITE: actions}
            if error := await self._actions_error(actions):
                errors[CONF_ON_WRITE] = error
            else:
                template = user_input[CONF_VALUE_TEMPLATE]
                trait = Templated(self.hass, self._state.entity_id, template, actions)
                return self._settle(trait, trait.describe(self._state))
        return self._show_filled("template", template_schema(), errors)

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Warn of letting Blynk operate what keeps the home shut."""
        return self._ask_consent("confirm", user_input)

    async def async_step_confirm_private(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Warn of telling Blynk what is personal."""
        return self._ask_consent("confirm_private", user_input)

    # --- From step to step -------------------------------------------------------

    async def _async_take(
        self, step: str, user_input: Mapping[str, Any]
    ) -> SubentryFlowResult:
        """Check the form of an exposure, and go on with what it leaves open."""
        values = self._values = entered(user_input, self._values)
        key = values[CONF_TRAIT]
        errors = entry_errors(values, self._others())
        if key == ATTRIBUTE_KEY:
            if values[CONF_DIRECTION] in OPERATING:
                errors[CONF_DIRECTION] = "not_writable"
        elif key != TEMPLATE_KEY:
            trait = traits.find(self._state.domain, key)
            description = (
                None if trait is None else tolerant.describe(trait, self._state)
            )
            if trait is None or description is None:
                errors[CONF_TRAIT] = "trait_not_offered"
            else:
                errors |= trait_errors(trait, description, values)
                if not errors:
                    return self._settle(trait, description)
        if errors:
            return self._show(step, errors)
        if key == ATTRIBUTE_KEY:
            return await self.async_step_attribute()
        return await self.async_step_template()

    def _settle(self, trait: Trait, description: Description) -> SubentryFlowResult:
        """Complete the data; ask for consent where it takes one that is not given."""
        entity_id = self._state.entity_id
        data = {
            CONF_ENTITY_ID: entity_id,
            **exposure_fields(self._values, trait, description),
        }
        if entry := er.async_get(self.hass).async_get(entity_id):
            data[CONF_ENTITY_REGISTRY_ID] = entry.id
        self._data = data
        step = consent_step(description, data[CONF_DIRECTION])
        if step is not None:
            if not self._has_agreed():
                return self._ask_consent(step)
            data[CONF_OPTED_IN] = True
        return self._finish()

    def _has_agreed(self) -> bool:
        """Return whether the user has agreed to the very same before."""
        if self.source != SOURCE_RECONFIGURE:
            return False
        before = self._get_reconfigure_subentry().data
        same = (CONF_TRAIT, CONF_ATTRIBUTE)
        return before.get(CONF_OPTED_IN, False) and all(
            before.get(key) == self._data.get(key) for key in same
        )

    def _ask_consent(
        self, step: str, user_input: Mapping[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show a warning, and take nothing but consent for an answer."""
        if user_input is not None and user_input[CONF_OPTED_IN]:
            self._data[CONF_OPTED_IN] = True
            return self._finish()
        return self.async_show_form(
            step_id=step,
            data_schema=CONSENT_SCHEMA,
            errors={} if user_input is None else {CONF_OPTED_IN: "opt_in_required"},
            description_placeholders={"entity": self._state.name},
        )

    def _finish(self) -> SubentryFlowResult:
        """Store the exposure, and say what the template needs for a new one."""
        data = self._data
        if self.source == SOURCE_RECONFIGURE:
            subentry = self._get_reconfigure_subentry()
            if (selection := subentry.data.get(CONF_SELECTION)) is not None:
                # Changed, it still comes and goes with what is followed.
                data[CONF_SELECTION] = selection
        return self._keep(
            data,
            exposure_title(data),
            exposure_unique_id(data[CONF_DATASTREAM]),
            requirement(planned(self.hass, data)),
        )

    # --- The forms ---------------------------------------------------------------

    def _show(self, step: str, errors: dict[str, str]) -> SubentryFlowResult:
        """Show the form of an exposure."""
        schema = exposure_schema(
            self._state,
            self._values,
            changing=step == "reconfigure",
            opened="base" in errors,
        )
        return self._show_filled(step, schema, errors)

    def _show_filled(
        self, step: str, schema: vol.Schema, errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show a form with what is known so far."""
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                schema, suggestions(schema, self._values)
            ),
            errors=errors,
            description_placeholders={"entity": self._state.name},
        )

    def _proposal(self) -> dict[str, Any]:
        """Return what to suggest: the first trait that is not exposed yet."""
        offered = traits.traits_of(self._state) or (Attribute(""),)
        exposed = {
            subentry.data[CONF_TRAIT]
            for subentry in sound(self._others())
            if bound_entity_id(self.hass, subentry.data) == self._state.entity_id
        }
        trait = next((t for t in offered if t.key not in exposed), offered[0])
        names = Names(datastreams(self._others()))
        wanted: tuple[str, ...] = ()
        if trait is offered[0]:
            wanted = wordings(self.hass, self._state, trait, main=True, ambiguous=False)
        if exposed or not wanted:
            # The entity's own name may be that of another trait of it.
            wanted += wordings(
                self.hass, self._state, trait, main=False, ambiguous=False
            )
        proposal = {CONF_TRAIT: trait.key, CONF_DATASTREAM: names.claim(wanted)}
        pin = next(free_pins(pins(self._others())), None)
        return proposal if pin is None else proposal | {CONF_PIN: pin}

    # --- What was entered ----------------------------------------------------------

    async def _actions_error(self, actions: list[ConfigType]) -> str | None:
        """Return what is wrong with the actions that a write is to run."""
        if not actions:
            operated = self._values[CONF_DIRECTION] in OPERATING
            return "on_write_required" if operated else None
        try:
            await async_validated(self.hass, actions)
        except HomeAssistantError, vol.Invalid:
            return "invalid_actions"
        return None
