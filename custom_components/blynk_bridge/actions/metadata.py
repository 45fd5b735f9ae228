"""The actions about metadata: what Blynk keeps of the device itself."""

from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..coordinator import BlynkCoordinator
from ..device.errors import InvalidName, InvalidValue
from ..device.messages import DATASTREAM_NAME_MAX
from ..device.metadata import READ_ONLY, READABLE, TIME_ZONE, set_metadata, valid_field
from .calls import ATTR_VALUE, Action, as_list, coordinator_of, refusal, shown
from .forms import guessed, scalar_text

ATTR_FIELD: Final = "field"
ATTR_FIELDS: Final = "fields"


async def _async_set_metadata(call: ServiceCall) -> None:
    """Write a field of the device's metadata."""
    coordinator = coordinator_of(call)
    field = _checked_field(call.data[ATTR_FIELD])
    if field in READ_ONLY:
        raise refusal(translation_key="metadata_read_only", field=field)
    text = _text(field, call.data[ATTR_VALUE])
    if field == TIME_ZONE and not await _is_time_zone(text):
        raise refusal(translation_key="unknown_time_zone", value=shown(text))
    publication = set_metadata(field, text)
    if publication.size > (limit := coordinator.uplink.size_max):
        raise refusal(translation_key="text_too_large", limit=str(limit))
    await coordinator.requests.async_send(lambda: publication, about=(field,))


async def _async_get_metadata(call: ServiceCall) -> ServiceResponse:
    """Return fields of the device's metadata; without names, those of every device."""
    coordinator: BlynkCoordinator = coordinator_of(call)
    fields = [_checked_field(item) for item in as_list(call.data.get(ATTR_FIELDS))]
    wanted = list(dict.fromkeys(fields or READABLE))
    found = await coordinator.inquiries.async_metadata(wanted)
    return {
        "values": {name: guessed(found[name]) for name in wanted if name in found},
        "missing": [name for name in wanted if name not in found],
    }


def _checked_field(given: object) -> str:
    """Return a field's name; raises ServiceValidationError for what is none."""
    if not isinstance(given, str) or not given:
        raise refusal(translation_key="no_metadata_field")
    try:
        return valid_field(given)
    except (InvalidName, UnicodeEncodeError) as error:
        raise refusal(
            translation_key="invalid_metadata_field",
            name=shown(given),
            limit=str(DATASTREAM_NAME_MAX),
        ) from error


def _text(field: str, given: object) -> str:
    """Return what is to be written; raises ServiceValidationError for no text."""
    if given is None:
        raise refusal(translation_key="no_value", name=field)
    try:
        return scalar_text(given)
    except InvalidValue as error:
        raise refusal(translation_key="value_without_form", name=field) from error


async def _is_time_zone(name: str) -> bool:
    """Return whether a text is the name of a time zone."""
    try:
        return await dt_util.async_get_time_zone(name) is not None
    except ValueError, OSError:
        # It is looked up as a path, and can't be one.
        return False


SET_METADATA: Final = Action(
    "set_metadata",
    _async_set_metadata,
    {vol.Required(ATTR_FIELD): object, vol.Required(ATTR_VALUE): object},
)
GET_METADATA: Final = Action(
    "get_metadata",
    _async_get_metadata,
    {vol.Optional(ATTR_FIELDS): object},
    SupportsResponse.ONLY,
)
