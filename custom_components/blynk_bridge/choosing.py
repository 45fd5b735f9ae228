"""Who is chosen: from areas, floors, labels, devices and entities to entity ids."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from homeassistant.const import (
    ATTR_AREA_ID,
    ATTR_DEVICE_ID,
    ATTR_FLOOR_ID,
    ATTR_LABEL_ID,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    SelectedEntities,
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from .const import DOMAIN


class Omission(StrEnum):
    """Why something that was chosen is not exposed."""

    ALREADY_EXPOSED = "already_exposed"
    CONFIGURATION = "configuration"
    """A setting or a diagnosis of its device, and not asked for by name."""
    DELETED = "deleted"
    """A followed selection exposed it, and the user has deleted that."""
    DISABLED = "disabled"
    HIDDEN = "hidden"
    NO_TRAIT = "no_trait"
    NOT_FOUND = "not_found"
    ONLY_OPERATED = "only_operated"
    """A button has nothing to show, and showing is all that is wanted."""
    OVER_LIMIT = "over_limit"
    OWN = "own"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user points at, as ids of Home Assistant's registries."""

    entities: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    floors: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Return the choice that a form's or a subentry's fields make.

        Raises TypeError for what is no list of ids.
        """
        return cls(**{field: _ids(fields, field) for field in cls.__dataclass_fields__})

    @property
    def fields(self) -> dict[str, list[str]]:
        """Return the choice as fields, without those that are empty."""
        return {field: list(ids) for field, ids in asdict(self).items() if ids}

    @property
    def empty(self) -> bool:
        """Whether nothing is pointed at."""
        return not self.fields

    @property
    def groups(self) -> bool:
        """Whether something is pointed at that entities come to and go from."""
        return bool(self.areas or self.floors or self.labels or self.devices)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Every entity that a choice comes to; those that can't be exposed with a reason."""

    named: Mapping[str, Omission | None]
    """Chosen one by one."""
    members: Mapping[str, Omission | None]
    """Come with an area, a floor, a label or a device."""

    @property
    def all(self) -> Mapping[str, Omission | None]:
        """Return all of them; being named is the stronger word."""
        return {**self.members, **self.named}


@callback
def choose(hass: HomeAssistant, choice: Choice) -> Chosen:
    """Return who is chosen.

    Groups are not taken apart: they are entities of their own. What is hidden,
    disabled or its device's own affair still belongs to its area.
    """
    selection = TargetSelection(
        {
            ATTR_AREA_ID: list(choice.areas),
            ATTR_DEVICE_ID: list(choice.devices),
            ATTR_FLOOR_ID: list(choice.floors),
            ATTR_LABEL_ID: list(choice.labels),
        }
    )
    selected = async_extract_referenced_entity_ids(
        hass, selection, expand_group=False, primary_entities_only=False
    )
    registry = er.async_get(hass)
    members = selected.indirectly_referenced | {
        entry.entity_id
        for entry in registry.entities.values()
        if (entry.hidden_by or entry.disabled_by)
        and _belongs(hass, entry, choice, selected)
    }
    return Chosen(
        named={
            entity_id: _named_omission(registry.async_get(entity_id))
            for entity_id in (_entity_id(registry, given) for given in choice.entities)
        },
        members={
            entity_id: _member_omission(registry.async_get(entity_id))
            for entity_id in sorted(members)
        },
    )


def _ids(fields: Mapping[str, Any], field: str) -> tuple[str, ...]:
    """Return the ids that a field holds; raises TypeError if it holds anything else."""
    ids = fields.get(field, [])
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise TypeError(field)
    return tuple(ids)


def _entity_id(registry: er.EntityRegistry, given: str) -> str:
    """Return the entity id of what an entity selector gives: that, or a registry id."""
    return er.async_resolve_entity_id(registry, given) or given


@callback
def _belongs(
    hass: HomeAssistant,
    entry: er.RegistryEntry,
    choice: Choice,
    selected: SelectedEntities,
) -> bool:
    """Return whether an entity that the target helper passes over is pointed at."""
    if not entry.labels.isdisjoint(choice.labels):
        return True
    if entry.device_id in selected.referenced_devices and entry.area_id is None:
        return True
    if entry.device_id in choice.devices:
        return True
    area_id = er.async_get_effective_area_id(hass, entry)
    return area_id in selected.referenced_areas


def _named_omission(entry: er.RegistryEntry | None) -> Omission | None:
    """Return what keeps an entity that was asked for by name from being exposed."""
    if entry is None:
        return None
    if entry.platform == DOMAIN:
        return Omission.OWN
    return Omission.DISABLED if entry.disabled_by else None


def _member_omission(entry: er.RegistryEntry | None) -> Omission | None:
    """Return what keeps an entity that came with others from being exposed."""
    if entry is None:
        return Omission.NOT_FOUND
    if omission := _named_omission(entry):
        return omission
    if entry.hidden_by:
        return Omission.HIDDEN
    return Omission.CONFIGURATION if entry.entity_category else None
