"""The plan: what has to be created in the Blynk template."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ENTITY_ID, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant, State, callback

from .const import (
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_ENTITY_REGISTRY_ID,
    CONF_PIN,
    CONF_SYNC_FROM_BLYNK,
    CONF_TRAIT,
    SUBENTRY_CONTROL,
    SUBENTRY_DATASTREAM,
)
from .control import Control
from .device.values import DataType
from .exposure import Direction, current_entity_id, is_bound, trait_of
from .exposure_data import checked
from .labels import option_labels
from .precision import display_decimals
from .proposal import entity_state
from .ranges import likely_range
from .traits import tolerant
from .traits.base import ON_OFF, Description, Limits, Trait
from .units import blynk_unit, home_unit

_LOGGER: Final = logging.getLogger(__name__)

_NUMBERS: Final = frozenset({DataType.INTEGER, DataType.DOUBLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDatastream:
    """One datastream of the template, as its author enters it in Blynk's console."""

    name: str
    pin: int | None
    data_type: DataType
    unit: str | None = None
    """As Blynk names it."""
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    default: float | str | None = None
    labels: tuple[str, ...] = ()
    """An enumeration's values, in the order of their keys from 0."""
    sync: bool = False
    """Whether the server's value wins when the device connects."""
    entity_id: str | None = None
    trait: str | None = None


@callback
def planned(hass: HomeAssistant, data: Mapping[str, Any]) -> PlannedDatastream:
    """Return the datastream that an exposure needs, from its subentry's data.

    Of an entity that is gone, only what the subentry says is known. Raises KeyError,
    TypeError or ValueError for data of another version.
    """
    checked(data)
    data_type = DataType(data[CONF_DATA_TYPE])
    entity_id = current_entity_id(
        hass, data[CONF_ENTITY_ID], data.get(CONF_ENTITY_REGISTRY_ID)
    )
    row = PlannedDatastream(
        name=data[CONF_DATASTREAM],
        pin=data.get(CONF_PIN),
        data_type=data_type,
        sync=data.get(CONF_SYNC_FROM_BLYNK, False),
        entity_id=entity_id,
        trait=data[CONF_TRAIT],
    )
    state = entity_state(hass, entity_id) if is_bound(hass, data) else None
    trait = trait_of(hass, entity_id, data)
    if state is None or trait is None:
        return row
    direction = Direction(data[CONF_DIRECTION])
    described = tolerant.attempt(
        trait, entity_id, partial(_described, hass, row, state, trait, direction)
    )
    return described or row


@callback
def plan_of(hass: HomeAssistant, entry: ConfigEntry) -> list[PlannedDatastream]:
    """Return what the entry needs in the template, by pin and name."""
    return sorted_rows([*rows_of(hass, entry).values(), *_control_rows(entry)])


@callback
def rows_of(hass: HomeAssistant, entry: ConfigEntry) -> dict[str, PlannedDatastream]:
    """Return what each of the entry's exposures needs, by the subentry's id."""
    rows = {}
    for subentry in entry.get_subentries_of_type(SUBENTRY_DATASTREAM):
        try:
            rows[subentry.subentry_id] = planned(hass, subentry.data)
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.debug("Nothing to plan for %s: %r", subentry.title, error)
    return rows


def planned_control(control: Control, pin: int | None) -> PlannedDatastream:
    """Return the datastream that a control needs: its value is the server's to tell."""
    numeric = control.data_type in _NUMBERS
    limits = control.limits if numeric else None
    return PlannedDatastream(
        name=control.datastream,
        pin=pin,
        data_type=control.data_type,
        unit=blynk_unit(control.unit) if numeric else None,
        minimum=None if limits is None else limits.minimum,
        maximum=None if limits is None else limits.maximum,
        labels=control.options if control.data_type is DataType.ENUM else (),
        sync=True,
    )


def _control_rows(entry: ConfigEntry) -> Iterator[PlannedDatastream]:
    """Yield what the entry's controls need."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_CONTROL):
        if (control := Control.from_subentry(subentry)) is not None:
            yield planned_control(control, subentry.data.get(CONF_PIN))


def sorted_rows(rows: Iterable[PlannedDatastream]) -> list[PlannedDatastream]:
    """Return the rows as one enters them: by pin, those without one at the end."""
    return sorted(
        rows,
        key=lambda row: (row.pin is None, row.pin or 0, row.name.casefold()),
    )


def _described(
    hass: HomeAssistant,
    row: PlannedDatastream,
    state: State,
    trait: Trait,
    direction: Direction,
) -> PlannedDatastream:
    """Return the row with what the trait says of itself, if anything."""
    if (description := trait.describe(state)) is None:
        return row
    numeric = row.data_type in _NUMBERS
    unit = home_unit(hass, description)
    limits = _limits(state, description, unit) if numeric else None
    labels = _labels(hass, state, description) if row.data_type is DataType.ENUM else ()
    return replace(
        row,
        unit=blynk_unit(unit) if numeric else None,
        minimum=None if limits is None else limits.minimum,
        maximum=None if limits is None else limits.maximum,
        decimals=(
            display_decimals(hass, state.entity_id, description)
            if row.data_type is DataType.DOUBLE
            else None
        ),
        # Blynk answers with the default where it has no value: it would be carried out.
        default=None if row.sync else _default(row.data_type, description, direction),
        labels=labels,
    )


def _labels(
    hass: HomeAssistant, state: State, description: Description
) -> tuple[str, ...]:
    """Return an enumeration's values; off and on where that is all there is."""
    if not description.options and description.limits == ON_OFF:
        description = replace(description, options=(STATE_OFF, STATE_ON))
    return option_labels(hass, state, description)


def _limits(state: State, description: Description, unit: str | None) -> Limits:
    """Return the range of a numeric datastream; options count as their indices."""
    if description.options:
        return Limits(0, len(description.options) - 1, 1)
    return description.limits or likely_range(state, unit)


def _default(
    data_type: DataType, description: Description, direction: Direction
) -> float | None:
    """Return what to show before there is a value: off, where that harms nobody."""
    if direction is Direction.PUBLISH or description.guarded:
        return None
    on_off = description.limits == ON_OFF and not description.options
    return 0 if on_off and data_type in _NUMBERS else None
