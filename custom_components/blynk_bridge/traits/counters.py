"""Counters and timers."""

from collections.abc import Mapping
import math
from typing import ClassVar, Final

from homeassistant.components.counter import DOMAIN as COUNTER_DOMAIN, SERVICE_SET_VALUE
from homeassistant.components.counter.const import CounterEntityStateAttribute
from homeassistant.components.timer import (
    DOMAIN as TIMER_DOMAIN,
    SERVICE_CANCEL,
    SERVICE_PAUSE,
    SERVICE_START,
)
from homeassistant.components.timer.const import TimerEntityStateAttribute
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    Action,
    Description,
    Limits,
    Reading,
    Trait,
    entity_action,
    number,
    written_number,
)
from .commands import Command, CommandTrait
from .notes import Moment, Note
from .states import StateTrait

# Literals, as with the names of other integrations' actions and attributes elsewhere:
# where their constants live has changed between Home Assistant 2026.10 and 2026.11.
_ACTIVE: Final = "active"
_IDLE: Final = "idle"
_PAUSED: Final = "paused"


class Count(Trait):
    """What a counter has come to.

    It takes only multiples of its step, counted from 0 and not from its minimum.
    """

    key = "count"
    domains = frozenset({COUNTER_DOMAIN})

    def describe(self, state: State) -> Description | None:
        """Offer it for every counter: its numbers are whole."""
        return Description(
            data_type=DataType.INTEGER, limits=self.limits(state), writable=True
        )

    def read(self, state: State) -> Reading | None:
        """Return the count."""
        return number(state.state)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the counter to the nearest multiple of its step."""
        step = _step(state)
        count = round(written_number(reading) / step) * step
        return entity_action(state, SERVICE_SET_VALUE, value=count)

    def limits(self, state: State) -> Limits | None:
        """Return the counter's range, None where it has no end."""
        minimum, maximum = (
            number(state.attributes.get(attribute))
            for attribute in (
                CounterEntityStateAttribute.MINIMUM,
                CounterEntityStateAttribute.MAXIMUM,
            )
        )
        if minimum is None or maximum is None:
            return None
        step = _step(state)
        lowest, highest = (
            math.ceil(minimum / step) * step,
            math.floor(maximum / step) * step,
        )
        return Limits(lowest, highest, step) if lowest <= highest else None


class TimerState(StateTrait):
    """Whether a timer is idle, active or paused."""

    domains = frozenset({TIMER_DOMAIN})
    states = (_IDLE, _ACTIVE, _PAUSED)


class TimerCommand(CommandTrait):
    """What a timer has been told to do: start, pause or cancel."""

    domains = frozenset({TIMER_DOMAIN})
    commands: ClassVar[Mapping[str, Command]] = {
        "start": Command(SERVICE_START, {_ACTIVE}),
        "pause": Command(SERVICE_PAUSE, {_PAUSED}),
        "cancel": Command(SERVICE_CANCEL, {_IDLE}),
    }

    def write(self, state: State, reading: Reading) -> Action | None:
        """Give the command, but do not start again what is running."""
        if reading == self.read(state):
            return None
        return super().write(state, reading)


class FinishesAt(Moment):
    """When a running timer will be through, empty while none runs."""

    key = "finishes_at"
    domains = frozenset({TIMER_DOMAIN})
    attribute = TimerEntityStateAttribute.FINISHES_AT
    urgent = True


class Remaining(Note):
    """What was left of a timer when it was started or paused last."""

    key = "remaining"
    domains = frozenset({TIMER_DOMAIN})
    attribute = TimerEntityStateAttribute.REMAINING
    urgent = True


def _step(state: State) -> int:
    """Return the counter's step, 1 if it says none."""
    step = number(state.attributes.get(CounterEntityStateAttribute.STEP))
    return max(round(step or 1), 1)


TRAITS: Final[tuple[Trait, ...]] = (
    Count(),
    TimerState(),
    TimerCommand(),
    FinishesAt(),
    Remaining(),
)
