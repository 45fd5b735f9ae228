"""An event: a code that the Blynk template knows, and what it may carry.

Stored as a config subentry of type `event`, whose unique id is `ev:` and the code.
Its data: `event_code`, and perhaps `name`.
"""

from dataclasses import dataclass
import logging
import re
from typing import Final, Self

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_NAME

from .const import CONF_EVENT_CODE, SUBENTRY_EVENT
from .exposure_data import check_types

_LOGGER: Final = logging.getLogger(__name__)

EVENT_CODE_MAX: Final = 50
"""Characters (Blynk docs, custom-events/events-general-setting)."""
_CODE: Final = re.compile(r"[\w ]+")


@dataclass(frozen=True, slots=True)
class EventCode:
    """A config subentry of type `event`, as a typed object of our own."""

    subentry_id: str
    code: str
    name: str

    @classmethod
    def from_subentry(cls, subentry: ConfigSubentry) -> Self:
        """Return the event; raises KeyError or TypeError for data of another version."""
        check_types(subentry.data, {CONF_EVENT_CODE: str}, {CONF_NAME: str})
        code = subentry.data[CONF_EVENT_CODE]
        return cls(subentry.subentry_id, code, subentry.data.get(CONF_NAME) or code)


def configured_events(entry: ConfigEntry) -> list[EventCode]:
    """Return the events that an entry has; one of another version costs no other."""
    found = []
    for subentry in entry.get_subentries_of_type(SUBENTRY_EVENT):
        try:
            found.append(EventCode.from_subentry(subentry))
        except (KeyError, TypeError) as error:
            _LOGGER.warning("Event %s is not valid: %r", subentry.title, error)
    return found


def is_event_code(text: str) -> bool:
    """Return whether a text may be an event's code: letters, digits, spaces, underscores."""
    return (
        len(text) <= EVENT_CODE_MAX
        and text == text.strip()
        and _CODE.fullmatch(text) is not None
    )
