"""Any entity's attribute, whatever it is."""

from dataclasses import dataclass
from datetime import datetime
import json
from typing import ClassVar, Final

from homeassistant.components.device_tracker.const import (
    DOMAIN as DEVICE_TRACKER_DOMAIN,
)
from homeassistant.components.person.const import DOMAIN as PERSON_DOMAIN
from homeassistant.components.zone.const import DOMAIN as ZONE_DOMAIN
from homeassistant.const import (
    ATTR_ENTITY_PICTURE,
    ATTR_LATITUDE,
    ATTR_LOCATION,
    ATTR_LONGITUDE,
)
from homeassistant.core import State

from ..device.values import DataType
from .base import Description, Reading, Trait, number, on_off
from .moments import moment_text
from .notes import LONGEST_TEXT

ATTRIBUTE_KEY: Final = "attribute"
# Their attributes tell where people are, as their states do.
PRIVATE_DOMAINS: Final = frozenset({DEVICE_TRACKER_DOMAIN, PERSON_DOMAIN, ZONE_DOMAIN})
# Where a phone is, whoever's sensor tells it; who came in; and what gives access to a
# camera's image. In small letters, whatever the integration writes.
_PRIVATE_NAMES: Final = frozenset(
    {
        "access_token",
        "changed_by",
        ATTR_ENTITY_PICTURE,
        ATTR_LATITUDE,
        ATTR_LOCATION,
        ATTR_LONGITUDE,
    }
)


@dataclass(frozen=True, slots=True)
class Attribute(Trait):
    """An attribute that the user has picked by its name.

    No domain has it: an exposure makes its own. What the attribute holds now
    tells the data type that a new datastream is suggested to have.
    """

    name: str

    key: ClassVar[str] = ATTRIBUTE_KEY
    domains: ClassVar[frozenset[str]] = frozenset()
    urgent: ClassVar[bool] = False

    def describe(self, state: State) -> Description | None:
        """Offer it where the entity has the attribute, and something in it."""
        private = (
            state.domain in PRIVATE_DOMAINS or self.name.casefold() in _PRIVATE_NAMES
        )
        match self.read(state):
            case None:
                return None
            case bool():
                return on_off(private=private)
            case int() | float():
                return Description(data_type=DataType.DOUBLE, private=private)
            case _:
                return Description(data_type=DataType.STRING, private=private)

    def read(self, state: State) -> Reading | None:
        """Return what the attribute holds; a list or a mapping as JSON."""
        raw: object = state.attributes.get(self.name)
        match raw:
            case None | bool():
                return raw
            case int() | float():
                return number(raw)
            case str():
                return raw[:LONGEST_TEXT]
            case datetime():
                return moment_text(raw)
            case dict() | list() | tuple():
                return _json(raw)
            case _:
                return str(raw)[:LONGEST_TEXT]


def _json(raw: object) -> str | None:
    """Return the beginning of its JSON, None for what can't be told in it."""
    try:
        full = json.dumps(
            raw, ensure_ascii=False, separators=(",", ":"), skipkeys=True, default=str
        )
    except ValueError, RecursionError:
        return None
    return full[:LONGEST_TEXT]
