"""What is around the home: the air, events on the map, cameras and what they see."""

from typing import Final

from homeassistant.const import (
    ATTR_LATITUDE,
    ATTR_LONGITUDE,
    ATTR_UNIT_OF_MEASUREMENT,
    Platform,
)
from homeassistant.core import State

from ..device.values import DataType, Location
from .base import NOT_READINGS, Description, Reading, Trait, number, text
from .notes import LONGEST_TEXT
from .states import StateTrait


class Amount(Trait):
    """The number that is the state: fine dust in the air, the way to an event."""

    key = "value"
    domains = frozenset({Platform.AIR_QUALITY, Platform.GEO_LOCATION})
    urgent = False

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains."""
        return Description(
            data_type=DataType.DOUBLE,
            unit=text(state, ATTR_UNIT_OF_MEASUREMENT) or None,
        )

    def read(self, state: State) -> Reading | None:
        """Return the number."""
        return number(state.state)


class EventLocation(Trait):
    """Where an event is on the map; nobody's whereabouts."""

    key = "location"
    domains = frozenset({Platform.GEO_LOCATION})
    urgent = False

    def describe(self, state: State) -> Description | None:
        """Offer it for every event."""
        return Description(data_type=DataType.LOCATION)

    def read(self, state: State) -> Reading | None:
        """Return the place in Blynk's order, longitude first."""
        return place(state)


class CameraActivity(StateTrait):
    """What a camera is doing."""

    domains = frozenset({Platform.CAMERA})
    # Home Assistant's own names for them can't be imported where no camera is set up:
    # its camera integration brings a library of its own.
    states = ("idle", "streaming", "recording")


class Seen(Trait):
    """What was recognized in an image: a number plate, how many faces."""

    key = "value"
    domains = frozenset({Platform.IMAGE_PROCESSING})

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domain: it shows who came."""
        return Description(data_type=DataType.STRING, private=True)

    def read(self, state: State) -> Reading | None:
        """Return the state's text."""
        return None if state.state in NOT_READINGS else state.state[:LONGEST_TEXT]


def place(state: State) -> Location | None:
    """Return where the entity's attributes say that it is."""
    longitude, latitude = (
        number(state.attributes.get(attribute))
        for attribute in (ATTR_LONGITUDE, ATTR_LATITUDE)
    )
    if longitude is None or latitude is None:
        return None
    return Location(longitude, latitude)


TRAITS: Final[tuple[Trait, ...]] = (
    Amount(),
    EventLocation(),
    CameraActivity(),
    Seen(),
)
