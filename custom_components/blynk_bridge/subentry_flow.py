"""Binding a trait of an entity to a datastream."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_ENTITY_ID, UnitOfTime
from homeassistant.core import State
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
import voluptuous as vol

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
)
from .device.errors import InvalidName
from .device.messages import valid_name
from .device.values import DataType
from .exposure import Direction, current_entity_id
from .naming import Names, wordings
from .plan import planned
from .proposal import (
    PIN_MAX,
    data_types,
    default_direction,
    entity_state,
    exposure_title,
    exposure_unique_id,
)
from .requirement import requirement
from .texts import async_load_texts
from .traits.base import Description

AUTOMATIC: Final = "automatic"
# Seconds: nobody means to wait longer than a month, or to repeat more often than this.
INTERVAL_MAX: Final = 31 * 24 * 3600
REPEAT_MIN: Final = 10

_ENTITY_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_ENTITY_ID): EntitySelector(
            EntitySelectorConfig(filter={"domain": sorted(traits.DOMAINS)})
        )
    }
)
_PIN: Final = NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1))
SECONDS: Final = NumberSelector(
    NumberSelectorConfig(
        mode=NumberSelectorMode.BOX,
        step="any",
        unit_of_measurement=UnitOfTime.SECONDS,
    )
)


class DatastreamSubentryFlow(ConfigSubentryFlow):
    """Adds an exposure, or changes one."""

    _state: State
    """The entity that is exposed, as it is now."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the entity."""
        await async_load_texts(self.hass)
        errors: dict[str, str] = {}
        if user_input is not None:
            registry = er.async_get(self.hass)
            chosen = user_input[CONF_ENTITY_ID]
            entity_id = er.async_resolve_entity_id(registry, chosen)
            state = None if entity_id is None else entity_state(self.hass, entity_id)
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
            data, errors = self._check(user_input)
            if not errors:
                needed = requirement(planned(self.hass, data))
                return self.async_create_entry(
                    title=exposure_title(data),
                    data=data,
                    description=needed.key,
                    description_placeholders=needed.placeholders,
                    unique_id=exposure_unique_id(data[CONF_DATASTREAM]),
                )
        return self._show("datastream", user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another trait or datastream of the entity."""
        subentry = self._get_reconfigure_subentry()
        state = entity_state(self.hass, self._current_entity_id(subentry))
        if state is None:
            return self.async_abort(reason="entity_not_found")
        self._state = state
        errors: dict[str, str] = {}
        if user_input is None:
            user_input = dict(subentry.data)
        else:
            data, errors = self._check(user_input)
            if not errors:
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=exposure_title(data),
                    data=data,
                    unique_id=exposure_unique_id(data[CONF_DATASTREAM]),
                )
        return self._show("reconfigure", user_input, errors)

    # --- The form ----------------------------------------------------------------

    def _show(
        self, step: str, values: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show the form of a datastream."""
        offered = {
            trait.key: data_types(trait, description)
            for trait in traits.traits_of(self._state)
            if (description := trait.describe(self._state)) is not None
        }
        if current := values.get(CONF_TRAIT):
            # An entity that is unavailable may not offer now what it is exposed for.
            offered.setdefault(current, frozenset())
        current = values.get(CONF_DATA_TYPE)
        types = [
            data_type
            for data_type in DataType
            if data_type == current
            or any(data_type in possible for possible in offered.values())
        ]
        schema = vol.Schema(
            {
                vol.Required(CONF_TRAIT): _select(offered, "trait"),
                vol.Required(CONF_DATASTREAM): TextSelector(),
                vol.Optional(CONF_PIN): _PIN,
                vol.Required(CONF_DATA_TYPE, default=AUTOMATIC): _select(
                    [AUTOMATIC, *types], "data_type"
                ),
                vol.Required(CONF_DIRECTION, default=AUTOMATIC): _select(
                    [AUTOMATIC, *Direction], "direction"
                ),
                vol.Optional(CONF_MIN_INTERVAL): SECONDS,
                vol.Optional(CONF_MAX_INTERVAL): SECONDS,
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
            if CONF_TRAIT in subentry.data
            and self._current_entity_id(subentry) == self._state.entity_id
        }
        trait = next((t for t in offered if t.key not in exposed), offered[0])
        names = Names(
            subentry.data[CONF_DATASTREAM]
            for subentry in self._others()
            if CONF_DATASTREAM in subentry.data
        )
        main = trait is offered[0]
        name = names.claim(
            wordings(self.hass, self._state, trait, main=main, ambiguous=False)
        )
        return {CONF_TRAIT: trait.key, CONF_DATASTREAM: name}

    def _current_entity_id(self, subentry: ConfigSubentry) -> str:
        """Return the id that an exposed entity has today."""
        return current_entity_id(
            self.hass,
            subentry.data[CONF_ENTITY_ID],
            subentry.data.get(CONF_ENTITY_REGISTRY_ID),
        )

    def _others(self) -> list[ConfigSubentry]:
        """Return the entry's subentries but the one that is being changed."""
        changed = (
            self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None
        )
        return [
            subentry
            for subentry_id, subentry in self._get_entry().subentries.items()
            if subentry_id != changed
        ]

    # --- What was entered ----------------------------------------------------------

    def _check(
        self, user_input: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the subentry's data with nothing left open, and errors by field."""
        trait = traits.find(self._state.domain, user_input[CONF_TRAIT])
        description = trait.describe(self._state) if trait is not None else None
        found = {
            CONF_DATASTREAM: self._name_error(user_input[CONF_DATASTREAM]),
            CONF_PIN: self._pin_error(user_input.get(CONF_PIN)),
            CONF_MIN_INTERVAL: interval_error(user_input.get(CONF_MIN_INTERVAL, 0)),
            CONF_MAX_INTERVAL: repeat_error(
                user_input.get(CONF_MAX_INTERVAL, 0),
                user_input.get(CONF_MIN_INTERVAL, 0),
            ),
        }
        if trait is None or description is None:
            return {}, _only(found | {CONF_TRAIT: "trait_not_offered"})
        if user_input[CONF_DATA_TYPE] not in {
            AUTOMATIC,
            *data_types(trait, description),
        }:
            found[CONF_DATA_TYPE] = "unsuitable_data_type"
        if (
            user_input[CONF_DIRECTION] in {Direction.BOTH, Direction.CONTROL}
            and not description.writable
        ):
            found[CONF_DIRECTION] = "not_writable"
        if errors := _only(found):
            return {}, errors
        return self._data(user_input, description), {}

    def _data(
        self, user_input: Mapping[str, Any], description: Description
    ) -> dict[str, Any]:
        """Return the subentry's data: what was left open follows from the trait."""
        data_type, direction = user_input[CONF_DATA_TYPE], user_input[CONF_DIRECTION]
        if data_type == AUTOMATIC:
            data_type = description.data_type.value
        if direction == AUTOMATIC:
            direction = default_direction(description).value
        data = {
            CONF_ENTITY_ID: self._state.entity_id,
            CONF_TRAIT: user_input[CONF_TRAIT],
            CONF_DATASTREAM: user_input[CONF_DATASTREAM],
            CONF_DATA_TYPE: data_type,
            CONF_DIRECTION: direction,
        }
        if entry := er.async_get(self.hass).async_get(self._state.entity_id):
            data[CONF_ENTITY_REGISTRY_ID] = entry.id
        if (pin := user_input.get(CONF_PIN)) is not None:
            data[CONF_PIN] = int(pin)
        for field in (CONF_MIN_INTERVAL, CONF_MAX_INTERVAL):
            if seconds := user_input.get(field):
                data[field] = seconds
        return data

    def _name_error(self, name: str) -> str | None:
        """Return what is wrong with a datastream's name."""
        try:
            valid_name(name)
        except InvalidName:
            return "invalid_name"
        unique_id = exposure_unique_id(name)
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


def _select(options: Iterable[str], translation_key: str) -> SelectSelector:
    """Return a selector of options whose labels are translated."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key=translation_key,
        )
    )


def _only(found: Mapping[str, str | None]) -> dict[str, str]:
    """Return the errors that there are."""
    return {field: error for field, error in found.items() if error is not None}


def interval_error(seconds: float) -> str | None:
    """Return what is wrong with an interval; 0 stands for none."""
    return None if 0 <= seconds <= INTERVAL_MAX else "invalid_interval"


def repeat_error(seconds: float, min_interval: float) -> str | None:
    """Return what is wrong with the interval that repeats unchanged values."""
    if error := interval_error(seconds):
        return error
    if 0 < seconds < REPEAT_MIN:
        return "repeats_too_often"
    return "interval_order" if 0 < seconds < min_interval else None
