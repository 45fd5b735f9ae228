"""The forms of one exposure: their fields, and the data they make."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.const import (
    CONF_ATTRIBUTE,
    CONF_CODE,
    CONF_VALUE_TEMPLATE,
    UnitOfTime,
)
from homeassistant.core import State
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    ActionSelector,
    AttributeSelector,
    AttributeSelectorConfig,
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TemplateSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .. import traits
from ..const import (
    CONF_ADVANCED,
    CONF_BACKFILL,
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_MAX_INTERVAL,
    CONF_MIN_INTERVAL,
    CONF_ON_WRITE,
    CONF_OPTED_IN,
    CONF_PAUSED,
    CONF_PIN,
    CONF_PROPERTIES,
    CONF_SYNC_FROM_BLYNK,
    CONF_TRAIT,
    CONF_UNAVAILABLE,
)
from ..device.values import DataType
from ..exposure import Direction, Unavailable, WidgetProperty
from ..exposure_checks import AUTOMATIC, OPERATING
from ..proposal import data_types, default_direction
from ..templated import TEMPLATE_KEY
from ..traits import tolerant
from ..traits.anything import ATTRIBUTE_KEY
from ..traits.base import Description, Trait

UNCHANGED: Final = "__**code_not_changed**__"
"""Stands for the code in the form, which leaves Home Assistant no second time."""
# What any entity has, and a form of its own asks about.
_GENERIC_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    ATTRIBUTE_KEY: (CONF_ATTRIBUTE,),
    TEMPLATE_KEY: (CONF_VALUE_TEMPLATE, CONF_ON_WRITE),
}
# An attribute that is a place has two numbers, and is a list.
_ATTRIBUTE_TYPES: Final = tuple(
    data_type for data_type in DataType if data_type is not DataType.LOCATION
)

PIN: Final = NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1))
SECONDS: Final = NumberSelector(
    NumberSelectorConfig(
        mode=NumberSelectorMode.BOX,
        step="any",
        unit_of_measurement=UnitOfTime.SECONDS,
    )
)
CONSENT_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_OPTED_IN, default=False): BooleanSelector()}
)
# What is left out of a subentry's data where it is as it would be without.
DEFAULTS: Final[Mapping[str, object]] = {
    CONF_MIN_INTERVAL: 0,
    CONF_MAX_INTERVAL: 0,
    CONF_UNAVAILABLE: Unavailable.KEEP,
    CONF_PROPERTIES: [],
    CONF_BACKFILL: False,
    CONF_PAUSED: False,
    CONF_SYNC_FROM_BLYNK: False,
    CONF_CODE: "",
}


def exposure_schema(
    state: State, values: Mapping[str, Any], *, changing: bool, opened: bool
) -> vol.Schema:
    """Return the form of an exposure, with what this entity has a use for."""
    offered = {
        trait.key: (trait, description)
        for trait in traits.traits_of(state)
        if (description := tolerant.describe(trait, state)) is not None
    }
    # An entity that is unavailable may not offer now what it is exposed for.
    keys = dict.fromkeys(
        [*offered, *filter(None, [values.get(CONF_TRAIT)]), *_GENERIC_FIELDS]
    )
    types = [
        data_type
        for data_type in DataType
        if data_type == values.get(CONF_DATA_TYPE)
        or any(data_type in data_types(*each) for each in offered.values())
    ]
    advanced = _advanced_fields(
        [description for _, description in offered.values()], values, changing=changing
    )
    opened = opened or any(field.schema in values for field in advanced)
    return vol.Schema(
        {
            vol.Required(CONF_TRAIT): select(keys, "trait"),
            vol.Required(CONF_DATASTREAM): TextSelector(),
            vol.Optional(CONF_PIN): PIN,
            vol.Required(CONF_DATA_TYPE, default=AUTOMATIC): _type_selector(types),
            vol.Required(CONF_DIRECTION, default=AUTOMATIC): select(
                [AUTOMATIC, *Direction], "direction"
            ),
            vol.Optional(CONF_ADVANCED): section(
                vol.Schema(advanced), {"collapsed": not opened}
            ),
        }
    )


def _advanced_fields(
    descriptions: Iterable[Description], values: Mapping[str, Any], *, changing: bool
) -> dict[vol.Marker, Any]:
    """Return the fields that are rarely used."""
    fields: dict[vol.Marker, Any] = {
        vol.Optional(CONF_MIN_INTERVAL): SECONDS,
        vol.Optional(CONF_MAX_INTERVAL): SECONDS,
        vol.Optional(CONF_UNAVAILABLE, default=Unavailable.KEEP.value): select(
            Unavailable, "unavailable"
        ),
        vol.Optional(CONF_PROPERTIES): SelectSelector(
            SelectSelectorConfig(
                options=[str(key) for key in WidgetProperty],
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key="properties",
            )
        ),
        vol.Optional(CONF_BACKFILL): BooleanSelector(),
    }
    descriptions = list(descriptions)
    if values.get(CONF_TRAIT) == TEMPLATE_KEY or any(
        each.writable for each in descriptions
    ):
        fields[vol.Optional(CONF_SYNC_FROM_BLYNK)] = BooleanSelector()
    if CONF_CODE in values or any(each.takes_code for each in descriptions):
        fields[vol.Optional(CONF_CODE)] = TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        )
    if changing:
        fields[vol.Optional(CONF_PAUSED)] = BooleanSelector()
    return fields


def attribute_schema(state: State) -> vol.Schema:
    """Return the form that asks for an entity's attribute."""
    return vol.Schema(
        {
            vol.Required(CONF_ATTRIBUTE): AttributeSelector(
                AttributeSelectorConfig(entity_id=state.entity_id)
            ),
            vol.Required(CONF_DATA_TYPE, default=AUTOMATIC): _type_selector(
                _ATTRIBUTE_TYPES
            ),
        }
    )


def template_schema() -> vol.Schema:
    """Return the form that asks for a template, and for actions on a write."""
    return vol.Schema(
        {
            vol.Required(CONF_VALUE_TEMPLATE): TemplateSelector(),
            vol.Required(CONF_DATA_TYPE, default=AUTOMATIC): _type_selector(DataType),
            vol.Optional(CONF_ON_WRITE): ActionSelector(),
        }
    )


# --- What was entered ----------------------------------------------------------------


def entered(user_input: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form of an exposure has, its section's fields among the others.

    What the form did not ask about stays as it was before.
    """
    values = dict(user_input)
    section_values = values.pop(CONF_ADVANCED, None)
    kept = {field for fields in _GENERIC_FIELDS.values() for field in fields}
    if section_values is None:
        kept.update(DEFAULTS)
        section_values = {}
    values |= section_values
    if values.get(CONF_CODE) == UNCHANGED:
        values[CONF_CODE] = before.get(CONF_CODE, "")
    return {key: before[key] for key in kept if key in before} | values


def suggestions(schema: vol.Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form is filled in with; a code only stands for itself."""
    shown = dict(values)
    if shown.get(CONF_CODE):
        shown[CONF_CODE] = UNCHANGED
    if CONF_ADVANCED in schema.schema:
        fields = schema.schema[CONF_ADVANCED].schema.schema
        shown[CONF_ADVANCED] = {
            field.schema: shown[field.schema]
            for field in fields
            if field.schema in shown
        }
    return shown


def exposure_fields(
    values: Mapping[str, Any], trait: Trait, description: Description
) -> dict[str, Any]:
    """Return a subentry's data about a trait: what was left open follows from it."""
    data_type, direction = values[CONF_DATA_TYPE], values[CONF_DIRECTION]
    if data_type == AUTOMATIC:
        data_type = description.data_type.value
    if direction == AUTOMATIC:
        direction = default_direction(description).value
    fields = {
        CONF_TRAIT: trait.key,
        CONF_DATASTREAM: values[CONF_DATASTREAM],
        CONF_DATA_TYPE: data_type,
        CONF_DIRECTION: direction,
    }
    if (pin := values.get(CONF_PIN)) is not None:
        fields[CONF_PIN] = int(pin)
    for field in _GENERIC_FIELDS.get(trait.key, ()):
        if values.get(field):
            fields[field] = values[field]
    # What these would be for is the operating.
    useless = set() if direction in OPERATING else {CONF_SYNC_FROM_BLYNK, CONF_CODE}
    if not description.takes_code:
        useless.add(CONF_CODE)
    # A template says nothing of the past, and what only operates has none.
    if direction == Direction.CONTROL or trait.key == TEMPLATE_KEY:
        useless.add(CONF_BACKFILL)
    for field, default in DEFAULTS.items():
        if field not in useless and values.get(field, default) != default:
            fields[field] = values[field]
    return fields


def _type_selector(types: Iterable[DataType]) -> SelectSelector:
    """Return a selector of data types, and the one that fits best."""
    return select([AUTOMATIC, *types], "data_type")


def select(
    options: Iterable[str], translation_key: str, *, multiple: bool = False
) -> SelectSelector:
    """Return a selector of options whose labels are translated."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            multiple=multiple,
            mode=SelectSelectorMode.DROPDOWN,
            translation_key=translation_key,
        )
    )
