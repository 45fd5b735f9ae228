"""Valves: as covers, and always guarded: water and gas are no lamps either."""

from collections.abc import Mapping
from typing import ClassVar, Final

from homeassistant.components.valve.const import (
    ATTR_POSITION,
    ValveEntityFeature,
    ValveEntityStateAttribute,
    ValveState,
)
from homeassistant.const import (
    SERVICE_CLOSE_VALVE,
    SERVICE_OPEN_VALVE,
    SERVICE_SET_VALVE_POSITION,
    SERVICE_STOP_VALVE,
    Platform,
)
from homeassistant.core import State

from .base import Trait
from .commands import Command
from .covers import Movement, Open, Position

# Home Assistant's valves and covers have the same features and states.
_OPEN_STOP_CLOSE: Final = (
    ValveEntityFeature.OPEN | ValveEntityFeature.STOP | ValveEntityFeature.CLOSE
)


class ValvePosition(Position):
    """How far a valve is open, in percent: 0 is closed."""

    domains = frozenset({Platform.VALVE})
    attribute = ValveEntityStateAttribute.CURRENT_POSITION
    feature = ValveEntityFeature.SET_POSITION
    service = SERVICE_SET_VALVE_POSITION
    parameter = ATTR_POSITION

    def guarded(self, state: State) -> bool:
        """Return yes."""
        return True


class ValveOpen(Open):
    """Whether a valve is open: on until it is closed for good."""

    domains = frozenset({Platform.VALVE})
    opens = SERVICE_OPEN_VALVE
    closes = SERVICE_CLOSE_VALVE

    def guarded(self, state: State) -> bool:
        """Return yes."""
        return True


class ValveMovement(Movement):
    """Which way a valve moves, for the three buttons open, stop and close."""

    domains = frozenset({Platform.VALVE})
    commands: ClassVar[Mapping[str, Command]] = {
        "open": Command(SERVICE_OPEN_VALVE, {ValveState.OPENING}, _OPEN_STOP_CLOSE),
        "stop": Command(
            SERVICE_STOP_VALVE, {ValveState.OPEN, ValveState.CLOSED}, _OPEN_STOP_CLOSE
        ),
        "close": Command(SERVICE_CLOSE_VALVE, {ValveState.CLOSING}, _OPEN_STOP_CLOSE),
    }

    def guarded(self, state: State) -> bool:
        """Return yes."""
        return True


TRAITS: Final[tuple[Trait, ...]] = (ValvePosition(), ValveOpen(), ValveMovement())
