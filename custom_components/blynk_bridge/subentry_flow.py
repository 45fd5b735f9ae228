"""Binding a trait of an entity to a datastream."""

from collections.abc import Mapping
import math
from typing import Any, Final

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_SUPPORTED_FEATURES,
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_ENTITY_ID,
    STATE_UNAVAILABLE,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)

from . import traits
from .const import (
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_MAX_INTERVAL,
    CONF_MIN_INTERVAL,
    CONF_PIN,
    CONF_TRAIT,
    DOMAIN,
    SUBENTRY_DATASTREAM,
)
from .device.errors import InvalidName
from .device.messages import valid_name
from .device.values import DataType
from .exposure import Direction, current_entity_id
from .naming import suggest_name
from .traits.base import Description, Trait

AUTOMATIC: Final = "automatic"
PIN_MAX: Final = 255
INTERVAL_MAX: Final = 31 * 24 * 3600
"""Seconds: nothing that waits longer than a month is meant."""

_ENTITY_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ENTITY_ID): EntitySelector(
            EntitySelectorConfig(filter={"domain": sorted(traits.DOMAINS)})
        )
    }
)
_NUMBER: Final = NumberSelector(
    NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1)
)
_SECONDS: Final = NumberSelector(
    NumberSelectorConfig(
        mode=NumberSelectorMode.BOX,
        step="any",
        unit_of_measurement=UnitOfTime.SECONDS,
    )
)
# The types that can hold what a trait's own type holds.
_ALTERNATIVES: Final[Mapping[DataType, frozenset[DataType]]] = {
    DataType.INTEGER: frozenset({DataType.INTEGER, DataType.DOUBLE, DataType.STRING}),
    DataType.DOUBLE: frozenset({DataType.INTEGER, DataType.DOUBLE, DataType.STRING}),
    DataType.STRING: frozenset({DataType.STRING}),
    DataType.BOOLEAN: frozenset(
        {DataType.BOOLEAN, DataType.INTEGER, DataType.DOUBLE, DataType.STRING}
    ),
    DataType.ENUM: frozenset(
        {DataType.ENUM, DataType.INTEGER, DataType.DOUBLE, DataType.STRING}
    ),
    DataType.LOCATION: frozenset({DataType.LOCATION, DataType.STRING}),
}


class DatastreamSubentryFlow(ConfigSubentryFlow):
    """Adds an exposure, or changes one."""

    _state: State
    """The entity that is exposed, as it is now."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the entity."""
        errors: dict[str, str] = {}
        if user_input is not None:
            registry = er.async_get(self.hass)
            chosen = user_input[CONF_ENTITY_ID]
            entity_id = er.async_resolve_entity_id(registry, chosen)
            state = None if entity_id is None else _state_of(self.hass, entity_id)
            entry = None if entity_id is None else registry.async_get(entity_id)
            if state is None:
                errors[CONF_ENTITY_ID] = "entity_not_found"
            elif entry is not None and entry.platform == DOMAIN:
                errors[CONF_ENTITY_ID] = "own_entity"
            elif not traits.traits_of(state):
                errors[CONF_ENTITY_ID] = "no_trait"
            else:
                self._state = state
                return await self.async_step_datastream()
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(_ENTITY_SCHEMA, user_input),
            errors=errors,
            last_step=False,
        )

    async def async_step_datastream(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the trait, and for the datastream it goes to."""
        errors: dict[str, str] = {}
        if user_input is None:
            user_input = self._proposal()
        else:
            errors = self._errors(user_input)
            if not errors:
                data = self._data(user_input)
                return self.async_create_entry(
                    title=_title(data), data=data, unique_id=_unique_id(data)
                )
        return self._show("datastream", user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another trait or datastream of the entity."""
        subentry = self._get_reconfigure_subentry()
        state = _state_of(
            self.hass,
            current_entity_id(
                self.hass,
                subentry.data[CONF_ENTITY_ID],
                subentry.data.get(CONF_ENTITY_REGISTRY_ID),
            ),
        )
        if state is None:
            return self.async_abort(reason="entity_not_found")
        self._state = state
        errors: dict[str, str] = {}
        if user_input is None:
            user_input = dict(subentry.data)
        else:
            errors = self._errors(user_input)
            if not errors:
                data = self._data(user_input)
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=_title(data),
                    data=data,
                    unique_id=_unique_id(data),
                )
        return self._show("reconfigure", user_input, errors)

    # --- The form ----------------------------------------------------------------

    def _show(
        self, step: str, values: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show the form of a datastream."""
        keys = [trait.key for trait in traits.traits_of(self._state)]
        if (current := values.get(CONF_TRAIT)) and current not in keys:
            # An entity that is unavailable may not offer now what it was exposed for.
            keys.append(current)
        schema = vol.Schema(
            {
                vol.Required(CONF_TRAIT): _select(keys, "trait"),
                vol.Required(CONF_DATASTREAM): TextSelector(),
                vol.Optional(CONF_PIN): _NUMBER,
                vol.Optional(CONF_DATA_TYPE, default=AUTOMATIC): _select(
                    [AUTOMATIC, *self._data_types(keys)], "data_type"
                ),
                vol.Optional(CONF_DIRECTION, default=AUTOMATIC): _select(
                    [AUTOMATIC, *Direction], "direction"
                ),
                vol.Optional(CONF_MIN_INTERVAL): _SECONDS,
                vol.Optional(CONF_MAX_INTERVAL): _SECONDS,
            }
        )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders={"entity": self._state.name},
        )

    def _proposal(self) -> dict[str, Any]:
        """Return what to suggest: the first trait that is not exposed yet."""
        offered = traits.traits_of(self._state)
        exposed = {
            subentry.data[CONF_TRAIT]
            for subentry in self._others()
            if subentry.data.get(CONF_ENTITY_ID) == self._state.entity_id
        }
        trait = next((t for t in offered if t.key not in exposed), offered[0])
        name = suggest_name(
            self._state,
            trait,
            main=trait is offered[0],
            taken={subentry.data.get(CONF_DATASTREAM) for subentry in self._others()},
        )
        return {CONF_TRAIT: trait.key, CONF_DATASTREAM: name}

    def _data_types(self, keys: list[str]) -> list[DataType]:
        """Return the data types that one of the traits can have, in their order."""
        possible = {
            data_type
            for key in keys
            if (description := self._describe(key)) is not None
            for data_type in data_types(description)
        }
        return [data_type for data_type in DataType if data_type in possible]

    # --- What was entered ----------------------------------------------------------

    def _errors(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong, by field."""
        found = {
            CONF_DATASTREAM: self._name_error(user_input[CONF_DATASTREAM]),
            CONF_PIN: self._pin_error(user_input.get(CONF_PIN)),
            CONF_MIN_INTERVAL: _interval_error(user_input.get(CONF_MIN_INTERVAL)),
            CONF_MAX_INTERVAL: _interval_error(
                user_input.get(CONF_MAX_INTERVAL),
                user_input.get(CONF_MIN_INTERVAL, 0),
            ),
        }
        if (description := self._describe(user_input[CONF_TRAIT])) is None:
            found[CONF_TRAIT] = "trait_not_offered"
        else:
            data_type = user_input[CONF_DATA_TYPE]
            if data_type not in {AUTOMATIC, *data_types(description)}:
                found[CONF_DATA_TYPE] = "unsuitable_data_type"
            direction = user_input[CONF_DIRECTION]
            if (
                direction in {Direction.BOTH, Direction.CONTROL}
                and not description.writable
            ):
                found[CONF_DIRECTION] = "not_writable"
        return {field: error for field, error in found.items() if error is not None}

    def _name_error(self, name: str) -> str | None:
        """Return what is wrong with a datastream's name."""
        try:
            valid_name(name)
        except InvalidName:
            return "invalid_name"
        unique_id = _unique_id({CONF_DATASTREAM: name})
        if any(subentry.unique_id == unique_id for subentry in self._others()):
            return "datastream_in_use"
        return None

    def _pin_error(self, pin: float | None) -> str | None:
        """Return what is wrong with a virtual pin."""
        if pin is None:
            return None
        if not (0 <= pin <= PIN_MAX and float(pin).is_integer()):
            return "invalid_pin"
        if any(subentry.data.get(CONF_PIN) == pin for subentry in self._others()):
            return "pin_in_use"
        return None

    def _data(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return the subentry's data, with nothing left open."""
        trait, description = self._offered(user_input[CONF_TRAIT])
        data: dict[str, Any] = {
            CONF_ENTITY_ID: self._state.entity_id,
            CONF_TRAIT: trait.key,
            CONF_DATASTREAM: user_input[CONF_DATASTREAM],
            CONF_DATA_TYPE: _chosen(
                user_input[CONF_DATA_TYPE], description.data_type.value
            ),
            CONF_DIRECTION: _chosen(
                user_input[CONF_DIRECTION], default_direction(description).value
            ),
        }
        registry = er.async_get(self.hass)
        if entry := registry.async_get(self._state.entity_id):
            data[CONF_ENTITY_REGISTRY_ID] = entry.id
        if (pin := user_input.get(CONF_PIN)) is not None:
            data[CONF_PIN] = int(pin)
        for field in (CONF_MIN_INTERVAL, CONF_MAX_INTERVAL):
            if seconds := user_input.get(field):
                data[field] = seconds
        return data
