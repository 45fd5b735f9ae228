"""What a new exposure may be: its datastream's type and pin, and its direction."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_SUPPORTED_FEATURES,
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_ENTITY_ID,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er

from .const import (
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_PAUSED,
    CONF_PIN,
    CONF_TRAIT,
    DOMAIN,
    SUBENTRY_DATASTREAM,
)
from .device.values import DataType
from .exposure import Direction, bound_entity_id
from .exposure_data import sound
from .traits.base import Description, OnOffTrait, Trait

PIN_MAX: Final = 255
_PAUSE: Final = "||"
_NUMBERS: Final = frozenset({DataType.INTEGER, DataType.DOUBLE, DataType.STRING})
# The types that can hold what a trait's own type holds.
_ALTERNATIVES: Final[Mapping[DataType, frozenset[DataType]]] = {
    DataType.INTEGER: _NUMBERS,
    DataType.DOUBLE: _NUMBERS,
    DataType.STRING: frozenset({DataType.STRING}),
    DataType.BOOLEAN: _NUMBERS | {DataType.BOOLEAN},
    DataType.ENUM: _NUMBERS | {DataType.ENUM},
    DataType.LOCATION: frozenset({DataType.LOCATION, DataType.STRING}),
}


@callback
def entity_state(hass: HomeAssistant, entity_id: str) -> State | None:
    """Return an entity's state, None if there is no such entity.

    An entity that is disabled has none: what the registry knows of it stands in.
    """
    if state := hass.states.get(entity_id):
        return state
    if (entry := er.async_get(hass).async_get(entity_id)) is None:
        return None
    attributes = {
        ATTR_FRIENDLY_NAME: entry.name or entry.original_name,
        ATTR_DEVICE_CLASS: entry.device_class or entry.original_device_class,
        ATTR_SUPPORTED_FEATURES: entry.supported_features,
        ATTR_UNIT_OF_MEASUREMENT: entry.unit_of_measurement,
        **(entry.capabilities or {}),
    }
    return State(
        entity_id,
        STATE_UNAVAILABLE,
        {key: value for key, value in attributes.items() if value is not None},
    )


@callback
def own_entities(hass: HomeAssistant) -> list[str]:
    """Return our own entities: they say how the bridge is, which Blynk knows."""
    entities = er.async_get(hass).entities.values()
    return [entry.entity_id for entry in entities if entry.platform == DOMAIN]


def data_types(trait: Trait, description: Description) -> frozenset[DataType]:
    """Return the data types that can hold the trait's values."""
    if isinstance(trait, OnOffTrait):
        return _NUMBERS | {DataType.BOOLEAN, DataType.ENUM}
    if description.data_type is DataType.STRING and not description.writable:
        # A sensor that does not say what it is counts as text until it shows a number.
        return _NUMBERS
    return _ALTERNATIVES[description.data_type]


def default_direction(description: Description) -> Direction:
    """Return both ways where Blynk may operate the entity without further ado."""
    if description.writable and not description.guarded:
        return Direction.BOTH
    return Direction.PUBLISH


def free_pins(taken: Container[int | None]) -> Iterator[int]:
    """Yield the virtual pins that are free, lowest first; V0 stays the user's."""
    return (pin for pin in range(1, PIN_MAX + 1) if pin not in taken)


@callback
def exposure_data(
    hass: HomeAssistant,
    entity_id: str,
    trait: Trait,
    description: Description,
    datastream: str,
    pin: int | None,
) -> dict[str, Any]:
    """Return a new exposure's data, with what fits the trait best."""
    data: dict[str, Any] = {
        CONF_ENTITY_ID: entity_id,
        CONF_TRAIT: trait.key,
        CONF_DATASTREAM: datastream,
        CONF_DATA_TYPE: description.data_type.value,
        CONF_DIRECTION: default_direction(description).value,
    }
    if entry := er.async_get(hass).async_get(entity_id):
        data[CONF_ENTITY_REGISTRY_ID] = entry.id
    if pin is not None:
        data[CONF_PIN] = pin
    return data


def exposure_subentry(data: Mapping[str, Any]) -> ConfigSubentryData:
    """Return the subentry that holds an exposure's data."""
    return ConfigSubentryData(
        data=data,
        subentry_type=SUBENTRY_DATASTREAM,
        title=exposure_title(data),
        unique_id=exposure_unique_id(data[CONF_DATASTREAM]),
    )


def exposure_unique_id(name: str) -> str:
    """Return the subentry's unique id: its kind, and the datastream's name."""
    return f"ds:{name}"


def exposure_title(data: Mapping[str, Any]) -> str:
    """Return what the user knows the datastream by in Blynk, and whether it pauses."""
    parts = [data[CONF_DATASTREAM]]
    if CONF_PIN in data:
        parts.append(f"(V{data[CONF_PIN]})")
    if data.get(CONF_PAUSED):
        parts.append(_PAUSE)
    return " ".join(parts)


@callback
def exposed_traits(
    hass: HomeAssistant, subentries: Iterable[ConfigSubentry]
) -> set[tuple[str, str]]:
    """Return the entity, by its id of today, and the trait of every exposure."""
    return {
        (entity_id, subentry.data[CONF_TRAIT])
        for subentry in sound(subentries)
        if (entity_id := bound_entity_id(hass, subentry.data)) is not None
    }
