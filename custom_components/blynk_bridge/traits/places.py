"""Persons, their devices and the zones they are in: private, all of it."""

from typing import Final

from homeassistant.components.device_tracker.const import (
    DOMAIN as DEVICE_TRACKER_DOMAIN,
    DeviceTrackerEntityCapabilityAttribute,
    TrackingType,
)
from homeassistant.components.person.const import DOMAIN as PERSON_DOMAIN
from homeassistant.components.zone.const import DOMAIN as ZONE_DOMAIN
from homeassistant.const import STATE_HOME
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    NOT_READINGS,
    Description,
    OnOffTrait,
    Reading,
    Trait,
    number,
    on_off,
    text,
)
from .surroundings import place

_TRACKED: Final = frozenset({PERSON_DOMAIN, DEVICE_TRACKER_DOMAIN})


class Home(OnOffTrait):
    """Whether somebody, or something, is at home."""

    key = "home"
    domains = _TRACKED

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains."""
        return on_off(private=True)

    def read(self, state: State) -> Reading | None:
        """Return off for any other place, whatever its name."""
        return None if state.state in NOT_READINGS else state.state == STATE_HOME


class Place(Trait):
    """The zone that somebody, or something, is in: `home`, `not_home`, or its name."""

    key = "place"
    domains = _TRACKED

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains."""
        return Description(data_type=DataType.STRING, worded=True, private=True)

    def read(self, state: State) -> Reading | None:
        """Return the zone as Home Assistant has it."""
        return None if state.state in NOT_READINGS else state.state


class Position(Trait):
    """Where somebody, or something, is on the map."""

    key = "location"
    domains = _TRACKED
    urgent = False

    def describe(self, state: State) -> Description | None:
        """Offer it where there is a position, or the tracker says there will be."""
        tracking = text(state, DeviceTrackerEntityCapabilityAttribute.TRACKING_TYPE)
        if tracking != TrackingType.POSITION and self.read(state) is None:
            return None
        return Description(data_type=DataType.LOCATION, private=True)

    def read(self, state: State) -> Reading | None:
        """Return the place in Blynk's order, longitude first."""
        return place(state)


class Persons(Trait):
    """How many persons are in a zone."""

    key = "persons"
    domains = frozenset({ZONE_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it for every zone."""
        return Description(data_type=DataType.INTEGER, private=True)

    def read(self, state: State) -> Reading | None:
        """Return their number."""
        return number(state.state)


TRAITS: Final[tuple[Trait, ...]] = (Home(), Place(), Position(), Persons())
