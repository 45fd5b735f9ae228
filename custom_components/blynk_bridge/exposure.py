"""An exposure: one trait of one entity, bound to one datastream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import logging
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    CONF_ATTRIBUTE,
    CONF_CODE,
    CONF_ENTITY_ID,
    CONF_VALUE_TEMPLATE,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from . import traits
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
    CONF_PROPERTIES,
    CONF_SYNC_FROM_BLYNK,
    CONF_TRAIT,
    CONF_UNAVAILABLE,
)
from .device.values import DataType
from .exposure_data import checked
from .templated import TEMPLATE_KEY, Templated
from .traits.anything import ATTRIBUTE_KEY, Attribute
from .traits.base import Description, Trait

_LOGGER: Final = logging.getLogger(__name__)


class Direction(StrEnum):
    """Which ways an exposure works."""

    PUBLISH = "publish"
    """Home Assistant shows the entity in Blynk, and takes no writes."""
    BOTH = "both"
    CONTROL = "control"
    """Blynk operates the entity; its changes are not published."""


class Unavailable(StrEnum):
    """What Blynk shows while an entity has no reading."""

    KEEP = "keep"
    """The last value."""
    ERASE = "erase"
    """No value."""
    DISABLE = "disable"
    """The last value, on a widget that can't be operated."""


class WidgetProperty(StrEnum):
    """A property of Blynk's widgets that may follow Home Assistant."""

    LABEL = "label"
    LIMITS = "limits"
    LABELS = "labels"
    SUFFIX = "suffix"
    DECIMALS = "decimals"


@dataclass(frozen=True, slots=True)
class Exposure:
    """A config subentry of type `datastream`, as a typed object of our own."""

    subentry_id: str
    entity_id: str
    trait: Trait
    datastream: str
    data_type: DataType
    direction: Direction
    min_interval: float
    """Seconds between two messages for this datastream; 0 for none."""
    max_interval: float
    """Seconds after which an unchanged value is sent again; 0 for never."""
    unavailable: Unavailable = Unavailable.KEEP
    properties: frozenset[WidgetProperty] = frozenset()
    paused: bool = False
    """Neither sends nor takes anything, and keeps its datastream."""
    opted_in: bool = False
    """The user has agreed to what is guarded or private about it."""
    sync_from_blynk: bool = False
    """On connecting, Blynk's stored value is carried out first."""
    backfill: bool = False
    """What Blynk has missed is sent later, from the recorder's history."""
    code: str | None = field(default=None, repr=False)
    """What a lock or an alarm panel wants to hear."""

    @classmethod
    def from_subentry(
        cls, hass: HomeAssistant, subentry: ConfigSubentry
    ) -> Self | None:
        """Return the exposure, None if it is not, or no more, one we can serve."""
        try:
            return cls._from_data(hass, subentry.subentry_id, subentry.data)
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("Exposure %s is not valid: %r", subentry.title, error)
            return None

    @classmethod
    def _from_data(
        cls, hass: HomeAssistant, subentry_id: str, data: Mapping[str, Any]
    ) -> Self | None:
        """Return the exposure, None if its entity is gone or has no such trait.

        Raises KeyError, TypeError or ValueError for data of another version.
        """
        checked(data)
        if (entity_id := bound_entity_id(hass, data)) is None:
            return None
        if (trait := trait_of(hass, entity_id, data)) is None:
            return None
        return cls(
            subentry_id,
            entity_id,
            trait,
            data[CONF_DATASTREAM],
            DataType(data[CONF_DATA_TYPE]),
            Direction(data[CONF_DIRECTION]),
            data.get(CONF_MIN_INTERVAL, 0),
            data.get(CONF_MAX_INTERVAL, 0),
            Unavailable(data.get(CONF_UNAVAILABLE, Unavailable.KEEP)),
            frozenset(WidgetProperty(key) for key in data.get(CONF_PROPERTIES, ())),
            data.get(CONF_PAUSED, False),
            data.get(CONF_OPTED_IN, False),
            data.get(CONF_SYNC_FROM_BLYNK, False),
            data.get(CONF_BACKFILL, False),
            data.get(CONF_CODE),
        )

    @property
    def publishes(self) -> bool:
        """Return whether the entity's changes go up."""
        return self.direction is not Direction.CONTROL and not self.paused

    @property
    def accepts_writes(self) -> bool:
        """Return whether Blynk may operate the entity."""
        return self.direction is not Direction.PUBLISH and not self.paused

    @property
    def template(self) -> Templated | None:
        """Return the template that gives the value, None where a state does."""
        return self.trait if isinstance(self.trait, Templated) else None

    def may_operate(self, description: Description | None) -> bool:
        """Return whether Blynk may operate the entity, as it presents itself now.

        Judged anew for each write: a blind that has become a garage door is one.
        """
        return (
            self.accepts_writes
            and description is not None
            and description.writable
            and (self.opted_in or not description.guarded)
        )


def trait_of(
    hass: HomeAssistant, entity_id: str, data: Mapping[str, Any]
) -> Trait | None:
    """Return the trait that a subentry's data name, None if there is none.

    Raises KeyError where an attribute or a template is missing.
    """
    key: str = data[CONF_TRAIT]
    if key == ATTRIBUTE_KEY:
        return Attribute(data[CONF_ATTRIBUTE])
    if key == TEMPLATE_KEY:
        return Templated(
            hass, entity_id, data[CONF_VALUE_TEMPLATE], data.get(CONF_ON_WRITE, ())
        )
    return traits.find(entity_id.partition(".")[0], key)


def current_entity_id(
    hass: HomeAssistant, entity_id: str, registry_id: str | None
) -> str:
    """Return the entity's id of today: the registry's id survives a rename."""
    if registry_id and (entry := er.async_get(hass).entities.get_entry(registry_id)):
        return entry.entity_id
    return entity_id


def bound_entity_id(hass: HomeAssistant, data: Mapping[str, Any]) -> str | None:
    """Return the id that an exposed entity has today, None if it is gone."""
    if not is_bound(hass, data):
        return None
    return current_entity_id(
        hass, data[CONF_ENTITY_ID], data.get(CONF_ENTITY_REGISTRY_ID)
    )


def is_bound(hass: HomeAssistant, data: Mapping[str, Any]) -> bool:
    """Return whether the entity that a subentry was bound to is still in the registry.

    Once it is removed, whatever takes its id is another entity: a gate may have the
    name of the lamp that was. An entity that comes back gets its registry id back.
    """
    registry_id: str | None = data.get(CONF_ENTITY_REGISTRY_ID)
    return (
        not registry_id
        or er.async_get(hass).entities.get_entry(registry_id) is not None
    )
