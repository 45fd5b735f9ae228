"""The actions about datastreams' values."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import CONF_DATA_TYPE
from ..control import Control
from ..coordinator import BlynkCoordinator
from ..device.errors import InvalidValue
from ..device.messages import Publication, erase, timestamped_batch
from ..device.updates import Update, has_parts, packed
from ..device.values import DataType, Value, normalize
from ..history.gaps import REACH
from ..inquiries import DATASTREAMS_MAX
from ..texts import option_text
from .calls import (
    ATTR_DATASTREAM,
    ATTR_DATASTREAMS,
    ATTR_VALUE,
    Action,
    as_list,
    checked_name,
    coordinator_of,
    refusal,
    utc,
)
from .forms import answered, update_of

ATTR_TIMESTAMP: Final = "timestamp"
ATTR_VALUES: Final = "values"

type Message = tuple[list[Update], Publication]


async def _async_set_value(call: ServiceCall) -> ServiceResponse:
    """Write one or more datastreams, in as few messages as it takes."""
    coordinator = coordinator_of(call)
    given = _given(call)
    controls = _controls(coordinator)
    updates = [
        _checked(call, coordinator, controls.get(name), name, value)
        for name, value in given.items()
    ]
    time = call.data.get(ATTR_TIMESTAMP)
    if time is None:
        messages = list(packed(updates, coordinator.uplink.size_max))
    else:
        messages = [_past(update, time) for update in updates]
    for update, publication in ((items[0], message) for items, message in messages):
        if publication.size > (limit := coordinator.uplink.size_max):
            raise refusal(
                translation_key="value_too_large", name=update.name, limit=str(limit)
            )
    for contents, publication in messages:
        values = _shown(contents, controls) if time is None else {}
        names = [update.name for update in contents]
        await _async_write(coordinator, names, values, publication)
    return {"messages": len(messages)}


def _given(call: ServiceCall) -> dict[str, object]:
    """Return the values by datastream: of one, or of several.

    Raises ServiceValidationError for neither, both, and for names that are none.
    """
    single_name = call.data.get(ATTR_DATASTREAM)
    several = call.data.get(ATTR_VALUES)
    if several is None:
        if single_name is None and ATTR_VALUE not in call.data:
            raise refusal(translation_key="nothing_to_set")
        several = {single_name: call.data.get(ATTR_VALUE)}
    elif single_name is not None or ATTR_VALUE in call.data:
        raise refusal(translation_key="value_or_values")
    if not isinstance(several, dict):
        raise refusal(translation_key="values_no_mapping")
    if not several:
        raise refusal(translation_key="nothing_to_set")
    given = {checked_name(name): value for name, value in several.items()}
    _check_number(given)
    return given


def _check_number(names: Iterable[str]) -> None:
    """Raise ServiceValidationError for more datastreams than a template may have."""
    if len(list(names)) > DATASTREAMS_MAX:
        raise refusal(
            translation_key="too_many_datastreams", limit=str(DATASTREAMS_MAX)
        )


def _controls(coordinator: BlynkCoordinator) -> dict[str, Control]:
    """Return the controls by datastream."""
    return {item.datastream: item for item in coordinator.controls.configured}


def _check_free(coordinator: BlynkCoordinator, name: str) -> None:
    """Raise ServiceValidationError where a datastream shows an entity's state.

    Blynk would show something else than Home Assistant until the entity's next change.
    """
    if (exposure := coordinator.exposures.get(name)) is not None:
        raise refusal(
            translation_key="datastream_is_exposed",
            name=name,
            entity=exposure.entity_id,
        )


def _checked(
    call: ServiceCall,
    coordinator: BlynkCoordinator,
    control: Control | None,
    name: str,
    given: object,
) -> Update:
    """Return what is to be written to a datastream.

    Raises ServiceValidationError for a value that it can't have.
    """
    _check_free(coordinator, name)
    if given is None:
        raise refusal(translation_key="no_value", name=name)
    if control is None:
        data_type: DataType | None = call.data.get(CONF_DATA_TYPE)
    else:
        data_type = control.data_type
        given = _option_index(control, given)
    try:
        update = update_of(name, given, data_type)
    except InvalidValue as error:
        if data_type is None:
            raise refusal(translation_key="value_without_form", name=name) from error
        raise refusal(
            translation_key="invalid_value",
            name=name,
            data_type=option_text(call.hass, CONF_DATA_TYPE, data_type),
        ) from error
    if control is not None:
        _check_limits(control, update)
    return update


def _option_index(control: Control, given: object) -> object:
    """Return the value that an option's name stands for, anything else as it is."""
    if isinstance(given, str) and given in control.options:
        return control.options.index(given)
    return given


def _check_limits(control: Control, update: Update) -> None:
    """Raise ServiceValidationError for a number that the control can't show."""
    limits, form = control.limits, update.form
    if limits is None or isinstance(form, bool) or not isinstance(form, int | float):
        return
    if not limits.minimum <= form <= limits.maximum:
        raise refusal(
            translation_key="value_out_of_range",
            name=update.name,
            minimum=f"{limits.minimum:g}",
            maximum=f"{limits.maximum:g}",
        )


def _past(update: Update, time: datetime) -> Message:
    """Return the message of a value with its time.

    Raises ServiceValidationError for a time that Blynk does not take.
    """
    now = dt_util.utcnow().timestamp()
    moment = utc(time).timestamp()
    if not now - REACH <= moment <= now:
        raise refusal(translation_key="invalid_time")
    if has_parts(update.form):
        raise refusal(translation_key="parts_have_no_past", name=update.name)
    points = [(round(moment * 1000), update.form)]
    return [update], timestamped_batch(update.name, points)


def _shown(
    updates: Iterable[Update], controls: Mapping[str, Control]
) -> dict[str, Value | None]:
    """Return what the controls' entities are to show of what is written."""
    return {
        name: normalize(form, data_type)
        for name, form, data_type in updates
        if name in controls and not isinstance(form, list)
    }


async def _async_write(
    coordinator: BlynkCoordinator,
    names: Iterable[str],
    values: Mapping[str, Value | None],
    publication: Publication,
) -> None:
    """Send a message, and let the controls that it writes show it."""
    controls = coordinator.controls
    has_left = False

    def leave() -> Publication:
        nonlocal has_left
        has_left = True
        controls.async_leaving(values)
        return publication

    try:
        await coordinator.requests.async_send(leave, about=names)
    except HomeAssistantError, asyncio.CancelledError:
        if has_left:
            controls.async_doubt(values)
        raise
    controls.async_arrived(values)


async def _async_get_values(call: ServiceCall) -> ServiceResponse:
    """Return what Blynk has of datastreams; without names, of all that are synced."""
    coordinator = coordinator_of(call)
    asked = as_list(call.data.get(ATTR_DATASTREAMS))
    names = list(dict.fromkeys(checked_name(item) for item in asked))
    _check_number(names)
    inquiries = coordinator.inquiries
    if names:
        found = await inquiries.async_values(names)
    else:
        found = await inquiries.async_all_values()
        names = sorted(found)
    values: dict[str, JsonValueType] = {}
    missing: list[JsonValueType] = []
    types = _types(coordinator)
    for name in names:
        try:
            values[name] = answered(found[name], types.get(name))
        except KeyError, InvalidValue:
            missing.append(name)
    return {"values": values, "missing": missing}


def _types(coordinator: BlynkCoordinator) -> dict[str, DataType]:
    """Return the data types that are known, by datastream."""
    types = {
        item.datastream: item.data_type for item in coordinator.controls.configured
    }
    return types | {
        name: item.data_type for name, item in coordinator.exposures.items()
    }


async def _async_erase_value(call: ServiceCall) -> None:
    """Clear a datastream, which has no value then."""
    coordinator = coordinator_of(call)
    name = checked_name(call.data[ATTR_DATASTREAM])
    _check_free(coordinator, name)
    await _async_write(coordinator, (name,), {name: None}, erase(name))
    # It may have a default value in the template.
    coordinator.controls.async_doubt((name,))


SET_VALUE: Final = Action(
    "set_value",
    _async_set_value,
    {
        vol.Optional(ATTR_DATASTREAM): object,
        vol.Optional(ATTR_VALUE): object,
        vol.Optional(ATTR_VALUES): object,
        vol.Optional(CONF_DATA_TYPE): vol.Any(None, vol.Coerce(DataType)),
        vol.Optional(ATTR_TIMESTAMP): vol.Any(None, cv.datetime),
    },
    SupportsResponse.OPTIONAL,
)
GET_VALUES: Final = Action(
    "get_values",
    _async_get_values,
    {vol.Optional(ATTR_DATASTREAMS): object},
    SupportsResponse.ONLY,
)
ERASE_VALUE: Final = Action(
    "erase_value",
    _async_erase_value,
    {vol.Required(ATTR_DATASTREAM): object},
)
