"""An exposure: one trait of one entity, bound to one datastream."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
import logging
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from . import traits
from .const import (
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_MAX_INTERVAL,
    CONF_MIN_INTERVAL,
    CONF_TRAIT,
)
from .device.values import DataType
from .traits.base import Trait

_LOGGER: Final = logging.getLogger(__name__)


class Direction(StrEnum):
    """Which ways an exposure works."""

    PUBLISH = "publish"
    """Home Assistant shows the entity in Blynk, and takes no writes."""
    BOTH = "both"
    CONTROL = "control"
    """Blynk operates the entity; its changes are not published."""


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
        """Return the exposure, None if its entity has no such trait.

        Raises KeyError, TypeError or ValueError for data of another version.
        """
        entity_id = current_entity_id(
            hass, data[CONF_ENTITY_ID], data.get(CONF_ENTITY_REGISTRY_ID)
        )
        trait = traits.find(entity_id.partition(".")[0], data[CONF_TRAIT])
        if trait is None:
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
        )

    @property
    def publishes(self) -> bool:
        """Return whether the entity's changes go up."""
        return self.direction is not Direction.CONTROL

    @property
    def accepts_writes(self) -> bool:
        """Return whether Blynk may operate the entity."""
        return self.direction is not Direction.PUBLISH


def current_entity_id(
    hass: HomeAssistant, entity_id: str, registry_id: str | None
) -> str:
    """Return the entity's id of today: the registry's id survives a rename."""
    if registry_id and (entry := er.async_get(hass).entities.get_entry(registry_id)):
        return entry.entity_id
    return entity_id
