"""Calendars, schedules and to-do lists: what is planned."""

from typing import Final

from homeassistant.components.calendar.const import CalendarEntityStateAttribute
from homeassistant.components.schedule.const import (
    DOMAIN as SCHEDULE_DOMAIN,
    ScheduleEntityStateAttribute,
)
from homeassistant.const import Platform
from homeassistant.core import State

from ..device.values import DataType
from .base import Description, OnOffTrait, Reading, Trait, number, on_off
from .notes import Moment, Note


class Active(OnOffTrait):
    """Whether an event of the calendar, or a block of the schedule, is going on."""

    key = "active"
    domains = frozenset({Platform.CALENDAR, SCHEDULE_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains."""
        return on_off()


class Summary(Note):
    """What the present event of a calendar is, or else the next."""

    key = "event"
    domains = frozenset({Platform.CALENDAR})
    attribute = CalendarEntityStateAttribute.MESSAGE


class Begin(Moment):
    """When that event begins."""

    key = "begin"
    domains = frozenset({Platform.CALENDAR})
    attribute = CalendarEntityStateAttribute.START_TIME


class End(Moment):
    """When that event ends."""

    key = "end"
    domains = frozenset({Platform.CALENDAR})
    attribute = CalendarEntityStateAttribute.END_TIME


class NextChange(Moment):
    """When a schedule switches next."""

    key = "next_change"
    domains = frozenset({SCHEDULE_DOMAIN})
    attribute = ScheduleEntityStateAttribute.NEXT_EVENT


class OpenItems(Trait):
    """How much of a to-do list is still to be done."""

    key = "open_items"
    domains = frozenset({Platform.TODO})

    def describe(self, state: State) -> Description | None:
        """Offer it for every list."""
        return Description(data_type=DataType.INTEGER)

    def read(self, state: State) -> Reading | None:
        """Return the number of open items."""
        return number(state.state)


TRAITS: Final[tuple[Trait, ...]] = (
    Active(),
    Summary(),
    Begin(),
    End(),
    NextChange(),
    OpenItems(),
)
