"""A followed selection: who belongs to it comes and goes by itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
import logging
from types import MappingProxyType
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry, ConfigSubentryData
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.util.ulid import ulid_now

from .choosing import Choice, Omission, choose
from .const import (
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_PLAN_SIZE,
    CONF_SELECTION,
    CONF_TRAIT,
    SUBENTRY_SELECTION,
)
from .draft import CONF_INCLUDE_PRIVATE, CONF_SCOPE, Wish, draft
from .exposure import bound_entity_id
from .exposure_data import sound
from .proposal import exposure_subentry

_LOGGER: Final = logging.getLogger(__name__)

CONF_SETTLED: Final = "settled"
"""What was exposed once while it belonged here: gone since, the user deleted it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What following has changed, and what it could not."""

    added: tuple[Mapping[str, Any], ...] = ()
    removed: tuple[Mapping[str, Any], ...] = ()
    waiting: tuple[str, ...] = ()
    """Names of what the plan's limit has no room for."""


@dataclass(frozen=True, slots=True)
class _Selection:
    """A config subentry of type `selection`, as a typed object of our own."""

    subentry: ConfigSubentry
    key: str
    wish: Wish
    members: frozenset[str]

    @classmethod
    @callback
    def from_subentry(
        cls, hass: HomeAssistant, subentry: ConfigSubentry
    ) -> Self | None:
        """Return the selection, and who belongs to it now, None if it is not a valid one."""
        try:
            wish = Wish.from_fields(subentry.data)
        except (TypeError, ValueError) as error:
            _LOGGER.warning("Selection %s is not valid: %r", subentry.title, error)
            return None
        members = frozenset(choose(hass, wish.choice).members)
        return cls(subentry, str(subentry.unique_id), wish, members)


def new_key() -> str:
    """Return a key by which exposures know their selection."""
    return f"sel:{ulid_now()}"


def selection_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a form's fields those that a selection keeps."""
    kept = {CONF_SCOPE, CONF_DIRECTION, CONF_PLAN_SIZE, CONF_INCLUDE_PRIVATE}
    groups = replace(Choice.from_fields(fields), entities=())
    return {key: fields[key] for key in sorted(kept & set(fields))} | groups.fields


@callback
def selection_title(hass: HomeAssistant, fields: Mapping[str, Any]) -> str:
    """Return the names of what is followed."""
    choice = Choice.from_fields(fields)
    areas, floors = ar.async_get(hass), fr.async_get(hass)
    labels, devices = lr.async_get(hass), dr.async_get(hass)
    found = [
        *(areas.async_get_area(area_id) for area_id in choice.areas),
        *(floors.async_get_floor(floor_id) for floor_id in choice.floors),
        *(labels.async_get_label(label_id) for label_id in choice.labels),
    ]
    names = [each.name for each in found if each is not None]
    names += [
        device.name_by_user or device.name or device_id
        for device_id in choice.devices
        if (device := devices.async_get(device_id)) is not None
    ]
    return ", ".join(names)


@callback
def selection_subentry(
    hass: HomeAssistant,
    key: str,
    fields: Mapping[str, Any],
    settled: Iterable[str] = (),
) -> ConfigSubentryData:
    """Return the subentry of a selection with these fields."""
    return ConfigSubentryData(
        data={**selection_fields(fields), CONF_SETTLED: sorted(settled)},
        subentry_type=SUBENTRY_SELECTION,
        title=selection_title(hass, fields),
        unique_id=key,
    )


@callback
def async_add(
    hass: HomeAssistant, entry: ConfigEntry, data: ConfigSubentryData
) -> None:
    """Add a subentry; the coordinator applies many of them at once."""
    hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(
            data=MappingProxyType(dict(data["data"])),
            subentry_type=data["subentry_type"],
            title=data["title"],
            unique_id=data["unique_id"],
        ),
    )


@callback
def async_follow(hass: HomeAssistant, entry: ConfigEntry) -> Difference:
    """Bring the exposures in line with the selections; return what that changed.

    Membership is judged by the registries alone: an entity that is unavailable,
    hidden or disabled for a while has not left.
    """
    selections = [
        selection
        for subentry in entry.get_subentries_of_type(SUBENTRY_SELECTION)
        if (selection := _Selection.from_subentry(hass, subentry)) is not None
    ]
    if not selections:
        return Difference()
    removed = _async_let_go(hass, entry, selections)
    added: list[Mapping[str, Any]] = []
    waiting: list[str] = []
    for selection in selections:
        sketch = draft(
            hass,
            selection.wish,
            entry.subentries.values(),
            selection.key,
            deleted(hass, selection.subentry),
        )
        for data in sketch.data:
            async_add(hass, entry, exposure_subentry(data))
        added += sketch.data
        waiting += [
            omitted.name
            for omitted in sketch.omitted
            if omitted.omission is Omission.OVER_LIMIT
        ]
        _async_settle(hass, entry, selection)
    return Difference(tuple(added), tuple(removed), tuple(waiting))


@callback
def leaving(
    hass: HomeAssistant, entry: ConfigEntry, selection: ConfigSubentry, wish: Wish
) -> list[ConfigSubentry]:
    """Return the exposures of a selection that would go if this were its wish."""
    members = choose(hass, wish.choice).members
    return [
        subentry
        for subentry in _exposures(entry)
        if subentry.data.get(CONF_SELECTION) == selection.unique_id
        and bound_entity_id(hass, subentry.data) not in members
    ]


@callback
def deleted(hass: HomeAssistant, selection: ConfigSubentry) -> set[tuple[str, str]]:
    """Return the entities and traits that are not exposed anew once they are gone."""
    entities = er.async_get(hass).entities
    pairs = (item.partition("/") for item in _settled(selection))
    return {
        (registered.entity_id, trait)
        for registry_id, _, trait in pairs
        if (registered := entities.get_entry(registry_id))
    }


@callback
def async_settle(hass: HomeAssistant, entry: ConfigEntry, key: str) -> None:
    """Remember of a new selection what is exposed of it now."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_SELECTION):
        if subentry.unique_id == key and (
            selection := _Selection.from_subentry(hass, subentry)
        ):
            _async_settle(hass, entry, selection)


def settlement(data: Mapping[str, Any]) -> str | None:
    """Return what a selection remembers of an exposure: its entity and trait."""
    if registry_id := data.get(CONF_ENTITY_REGISTRY_ID):
        return f"{registry_id}/{data[CONF_TRAIT]}"
    return None


@callback
def _async_let_go(
    hass: HomeAssistant, entry: ConfigEntry, selections: list[_Selection]
) -> list[Mapping[str, Any]]:
    """Remove the exposures of who has left, unless another selection has them."""
    by_key = {selection.key: selection for selection in selections}
    removed: list[Mapping[str, Any]] = []
    for subentry in _exposures(entry):
        selection = by_key.get(subentry.data.get(CONF_SELECTION, ""))
        entity_id = bound_entity_id(hass, subentry.data)
        if selection is None or entity_id in selection.members:
            continue
        heir = next((each for each in selections if entity_id in each.members), None)
        if heir is None:
            removed.append(subentry.data)
            hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
        else:
            data = {**subentry.data, CONF_SELECTION: heir.key}
            hass.config_entries.async_update_subentry(entry, subentry, data=data)
    return removed


@callback
def _async_settle(
    hass: HomeAssistant, entry: ConfigEntry, selection: _Selection
) -> None:
    """Remember what of the members is exposed now, and was before.

    Who has left is forgotten: it may come back.
    """
    registry = er.async_get(hass)
    member_ids = {
        registered.id
        for entity_id in selection.members
        if (registered := registry.async_get(entity_id))
    }
    before = {
        item
        for item in _settled(selection.subentry)
        if item.partition("/")[0] in member_ids
    }
    now = {
        item
        for subentry in _exposures(entry)
        if bound_entity_id(hass, subentry.data) in selection.members
        and (item := settlement(subentry.data))
    }
    data = {**selection.subentry.data, CONF_SETTLED: sorted(before | now)}
    hass.config_entries.async_update_subentry(entry, selection.subentry, data=data)


def _settled(selection: ConfigSubentry) -> list[str]:
    """Return what a selection remembers, as far as it can be understood."""
    settled = selection.data.get(CONF_SETTLED, [])
    if not isinstance(settled, list):
        return []
    return [item for item in settled if isinstance(item, str)]


def _exposures(entry: ConfigEntry) -> list[ConfigSubentry]:
    """Return the exposures there are; they may be removed meanwhile."""
    return sound(entry.subentries.values())
