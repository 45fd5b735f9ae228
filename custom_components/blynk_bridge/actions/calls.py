"""What every action begins with: the device that is meant, and what is wrong with a call."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import ConfigEntrySelector
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import BlynkConfigEntry, BlynkCoordinator
from ..device.errors import InvalidName
from ..device.messages import DATASTREAM_NAME_MAX, valid_name
from ..device.values import legible

ATTR_DATASTREAM: Final = "datastream"
ATTR_DATASTREAMS: Final = "datastreams"
ATTR_VALUE: Final = "value"

_SHOWN_MAX: Final = 60
"""Characters of what is wrong that an error repeats."""

type Run = Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]


@dataclass(frozen=True, slots=True)
class Action:
    """An action: its name, what it does, and its fields beside the device.

    What a user writes or a template makes is `object` in the fields, and checked by
    the action: its errors are in the user's language, a schema's are not.
    """

    name: str
    run: Run
    fields: Mapping[vol.Marker, object]
    response: SupportsResponse = SupportsResponse.NONE

    @callback
    def async_register(self, hass: HomeAssistant) -> None:
        """Register the action, which says which Blynk device it is about."""
        device = {
            vol.Required(ATTR_CONFIG_ENTRY_ID): ConfigEntrySelector(
                {"integration": DOMAIN}
            )
        }
        hass.services.async_register(
            DOMAIN,
            self.name,
            self.run,
            vol.Schema({**device, **self.fields}),
            self.response,
        )


def entry_of(call: ServiceCall) -> BlynkConfigEntry:
    """Return the entry that is meant.

    Raises ServiceValidationError for one that is not ours, or is not loaded.
    """
    entry: BlynkConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    return entry


def coordinator_of(call: ServiceCall) -> BlynkCoordinator:
    """Return what owns the device that is meant; raises as `entry_of` does."""
    return entry_of(call).runtime_data


def refusal(translation_key: str, **placeholders: str) -> ServiceValidationError:
    """Return what is wrong with a call."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=translation_key,
        translation_placeholders=placeholders,
    )


def shown(given: object) -> str:
    """Return what was given, as much of it as an error may repeat."""
    text = legible(str(given))
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"


def checked_name(given: object) -> str:
    """Return a datastream's name; raises ServiceValidationError for what is none."""
    if not isinstance(given, str) or not given:
        raise refusal(translation_key="no_datastream")
    try:
        return valid_name(given)
    except (InvalidName, UnicodeEncodeError) as error:
        raise refusal(
            translation_key="invalid_datastream",
            name=shown(given),
            limit=str(DATASTREAM_NAME_MAX),
        ) from error


def utc(given: datetime) -> datetime:
    """Return a time in UTC; at the calendar's ends, where UTC has none, what comes near."""
    try:
        return dt_util.as_utc(given)
    except OverflowError:
        return given.replace(tzinfo=UTC)


def as_list(given: object) -> list[object]:
    """Return what was given as a list: none for nothing, one for a single thing."""
    if given is None or given == "":
        return []
    return [*given] if isinstance(given, list | tuple | set) else [given]
