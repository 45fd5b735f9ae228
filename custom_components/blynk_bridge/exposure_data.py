"""The data of an exposure's subentry, as far as it can be relied on.

Another version of the bridge may have written it, or somebody with an editor. What is
not of its type costs the one exposure, and must not reach what they all share.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    CONF_ATTRIBUTE,
    CONF_CODE,
    CONF_ENTITY_ID,
    CONF_VALUE_TEMPLATE,
)
from homeassistant.core import valid_entity_id

from .const import (
    CONF_BACKFILL,
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_MAX_INTERVAL,
    CONF_MIN_INTERVAL,
    CONF_ON_WRITE,
    CONF_OPTED_IN,
    CONF_PAUSED,
    CONF_PIN,
    CONF_PROPERTIES,
    CONF_SELECTION,
    CONF_SYNC_FROM_BLYNK,
    CONF_TRAIT,
    CONF_UNAVAILABLE,
    SUBENTRY_DATASTREAM,
)
from .device.errors import InvalidName
from .device.messages import valid_name
from .templated import TEMPLATE_KEY
from .traits.anything import ATTRIBUTE_KEY

type Types = Mapping[str, type | tuple[type, ...]]

NUMBER: Final = (int, float)
_REQUIRED: Final[Types] = {
    CONF_DATA_TYPE: str,
    CONF_DATASTREAM: str,
    CONF_DIRECTION: str,
    CONF_ENTITY_ID: str,
    CONF_TRAIT: str,
}
# What the traits that any entity has can't do without.
_NEEDED: Final[Mapping[str, str]] = {
    ATTRIBUTE_KEY: CONF_ATTRIBUTE,
    TEMPLATE_KEY: CONF_VALUE_TEMPLATE,
}
_OPTIONAL: Final[Types] = {
    CONF_ATTRIBUTE: str,
    CONF_BACKFILL: bool,
    CONF_CODE: str,
    CONF_ENTITY_REGISTRY_ID: str,
    CONF_MAX_INTERVAL: NUMBER,
    CONF_MIN_INTERVAL: NUMBER,
    CONF_ON_WRITE: list,
    CONF_OPTED_IN: bool,
    CONF_PAUSED: bool,
    CONF_PIN: int,
    CONF_PROPERTIES: list,
    CONF_SELECTION: str,
    CONF_SYNC_FROM_BLYNK: bool,
    CONF_UNAVAILABLE: str,
    CONF_VALUE_TEMPLATE: str,
}


def checked(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an exposure's data, whose fields are of their types and can be sent.

    Raises KeyError, TypeError or ValueError for any other.
    """
    check_types(data, _REQUIRED, _OPTIONAL)
    check_name(data[CONF_DATASTREAM])
    if (needed := _NEEDED.get(data[CONF_TRAIT])) is not None and needed not in data:
        raise KeyError(needed)
    if not valid_entity_id(data[CONF_ENTITY_ID]):
        raise ValueError(CONF_ENTITY_ID)
    for interval in (CONF_MIN_INTERVAL, CONF_MAX_INTERVAL):
        if data.get(interval, 0) < 0:
            raise ValueError(interval)
    return data


def sound(subentries: Iterable[ConfigSubentry]) -> list[ConfigSubentry]:
    """Return the subentries that are exposures and whose data can be relied on."""
    return [
        subentry
        for subentry in subentries
        if subentry.subentry_type == SUBENTRY_DATASTREAM and _is_sound(subentry.data)
    ]


def datastreams(subentries: Iterable[ConfigSubentry]) -> list[str]:
    """Return the datastreams' names that subentries of whatever type have taken."""
    names = (subentry.data.get(CONF_DATASTREAM) for subentry in subentries)
    return [name for name in names if isinstance(name, str)]


def pins(subentries: Iterable[ConfigSubentry]) -> set[int]:
    """Return the virtual pins that subentries of whatever type have taken."""
    taken = (subentry.data.get(CONF_PIN) for subentry in subentries)
    return {pin for pin in taken if isinstance(pin, int)}


def check_types(data: Mapping[str, Any], required: Types, optional: Types) -> None:
    """Raise KeyError for a field that is missing, TypeError for one of another type."""
    for field, types in required.items():
        if not isinstance(data[field], types):
            raise TypeError(field)
    for field, types in optional.items():
        if field in data and not isinstance(data[field], types):
            raise TypeError(field)


def check_name(name: str) -> None:
    """Raise ValueError for a datastream's name that no message can carry."""
    try:
        valid_name(name)
    except InvalidName as error:
        raise ValueError(CONF_DATASTREAM) from error


def _is_sound(data: Mapping[str, Any]) -> bool:
    """Return whether an exposure's data can be relied on."""
    try:
        checked(data)
    except KeyError, TypeError, ValueError:
        return False
    return True
