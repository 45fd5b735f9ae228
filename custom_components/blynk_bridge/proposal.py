"""What a new exposure may be: its datastream's name and type, and its direction."""

from collections.abc import Container, Mapping
from typing import Any, Final

from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_SUPPORTED_FEATURES,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant, State, callback, split_entity_id
from homeassistant.helpers import entity_registry as er

from .const import CONF_DATASTREAM, CONF_PIN, DOMAIN
from .device.errors import InvalidName
from .device.messages import DATASTREAM_NAME_MAX, valid_name
from .device.values import DataType
from .exposure import Direction
from .traits.base import Description, OnOffTrait, Trait

PIN_MAX: Final = 255
# Room for a trait and a number behind the entity's name.
_STEM_MAX: Final = DATASTREAM_NAME_MAX - 32
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


def suggest_name(
    state: State, trait: Trait, *, main: bool, taken: Container[str]
) -> str:
    """Return a readable, legal and free name for the datastream of an entity's trait.

    The main trait has the entity's name; the others, and a name that is taken,
    have the trait's behind it, and if need be a number.
    """
    stem = _legal(state.name) or split_entity_id(state.entity_id)[1]
    if main and stem not in taken:
        return stem
    name = full = f"{stem} {trait.key.replace('_', ' ')}"
    number = 1
    while name in taken:
        number += 1
        name = f"{full} {number}"
    return name


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


def exposure_unique_id(name: str) -> str:
    """Return the subentry's unique id: its kind, and the datastream's name."""
    return f"ds:{name}"


def exposure_title(data: Mapping[str, Any]) -> str:
    """Return what the user knows the datastream by in Blynk."""
    name: str = data[CONF_DATASTREAM]
    return f"{name} (V{data[CONF_PIN]})" if CONF_PIN in data else name


def _legal(text: str) -> str:
    """Return the text without what a datastream's name can't have."""
    letters = (letter if _allowed(letter) else " " for letter in text)
    words = " ".join("".join(letters).split())
    return words.encode()[:_STEM_MAX].decode(errors="ignore").strip()


def _allowed(letter: str) -> bool:
    """Return whether a name may have this character."""
    try:
        valid_name(letter)
    except InvalidName, UnicodeEncodeError:
        return False
    return True
