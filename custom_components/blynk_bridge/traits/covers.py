"""Covers: position, open or closed, the way they move, and their slats."""

from collections.abc import Mapping
from typing import ClassVar, Final

from homeassistant.components.cover.const import (
    ATTR_POSITION,
    ATTR_TILT_POSITION,
    CoverDeviceClass,
    CoverEntityFeature,
    CoverEntityStateAttribute,
    CoverState,
)
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_ENTITY_ID,
    PERCENTAGE,
    SERVICE_CLOSE_COVER,
    SERVICE_CLOSE_COVER_TILT,
    SERVICE_OPEN_COVER,
    SERVICE_OPEN_COVER_TILT,
    SERVICE_SET_COVER_POSITION,
    SERVICE_SET_COVER_TILT_POSITION,
    SERVICE_STOP_COVER,
    Platform,
)
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    Action,
    Description,
    Limits,
    NotWritable,
    OnOffTrait,
    Reading,
    Trait,
    assumed,
    entity_action,
    number,
    on_off,
    supports,
    text,
    texts,
    written_number,
)
from .commands import Command, CommandTrait

# What somebody could come in by. A cover without a class is taken for a blind, as
# HA's own voice assistants do.
_ENTRANCES: Final = frozenset(
    {
        CoverDeviceClass.DOOR,
        CoverDeviceClass.GARAGE,
        CoverDeviceClass.GATE,
        CoverDeviceClass.WINDOW,
    }
)
_PERCENT: Final = Limits(0, 100, 1)
_OPEN_CLOSE: Final = CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE
_OPEN_STOP_CLOSE: Final = _OPEN_CLOSE | CoverEntityFeature.STOP
_TILT: Final = CoverEntityFeature.OPEN_TILT | CoverEntityFeature.CLOSE_TILT
_OPENNESS: Final[Mapping[str, bool]] = {
    CoverState.OPENING: True,
    CoverState.OPEN: True,
    CoverState.CLOSING: True,
    CoverState.CLOSED: False,
}
_STAYS_OPEN: Final = frozenset({CoverState.OPEN, CoverState.OPENING})


class Position(Trait):
    """How far a cover is open, in percent: 0 is closed.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "position"
    domains = frozenset({Platform.COVER})
    attribute: ClassVar[str] = CoverEntityStateAttribute.CURRENT_POSITION
    feature: ClassVar[int] = CoverEntityFeature.SET_POSITION
    service: ClassVar[str] = SERVICE_SET_COVER_POSITION
    parameter: ClassVar[str] = ATTR_POSITION

    def describe(self, state: State) -> Description | None:
        """Offer it where the position can be set, or at least is known."""
        writable = supports(state, self.feature)
        if not writable and self.read(state) is None:
            return None
        return Description(
            data_type=DataType.INTEGER,
            unit=PERCENTAGE,
            limits=_PERCENT,
            writable=writable,
            guarded=self.guarded(state),
        )

    def read(self, state: State) -> Reading | None:
        """Return the position, None for a cover that does not know it."""
        if (position := number(state.attributes.get(self.attribute))) is None:
            return None
        return round(_PERCENT.clamp(position))

    def write(self, state: State, reading: Reading) -> Action | None:
        """Move to the position."""
        if not supports(state, self.feature):
            raise NotWritable("position can't be set")
        position = round(written_number(reading))
        return entity_action(state, self.service, **{self.parameter: position})

    def limits(self, state: State) -> Limits | None:
        """Return 0 to 100 %."""
        return _PERCENT

    def guarded(self, state: State) -> bool:
        """Return whether somebody could come in."""
        return _is_entrance(state)


class Open(OnOffTrait):
    """Whether a cover is open: on until it is closed for good."""

    key = "open"
    domains = frozenset({Platform.COVER})
    opens: ClassVar[str] = SERVICE_OPEN_COVER
    closes: ClassVar[str] = SERVICE_CLOSE_COVER

    def describe(self, state: State) -> Description | None:
        """Offer it for every cover, writable where it opens and closes."""
        return on_off(
            writable=supports(state, _OPEN_CLOSE), guarded=self.guarded(state)
        )

    def read(self, state: State) -> Reading | None:
        """Return off only for what is closed: what is closing still lets in."""
        return _OPENNESS.get(state.state)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Open or close it, but do not open further what is open, however little."""
        if not supports(state, _OPEN_CLOSE):
            raise NotWritable("does not open and close")
        if reading and state.state in _STAYS_OPEN and not assumed(state):
            return None
        return entity_action(state, self.opens if reading else self.closes)

    def guarded(self, state: State) -> bool:
        """Return whether somebody could come in."""
        return _is_entrance(state)


class Movement(CommandTrait):
    """Which way a cover moves, for the three buttons open, stop and close.

    Offered where it can be stopped: `open` says the rest. One that stands still
    has been stopped.
    """

    key = "movement"
    domains = frozenset({Platform.COVER})
    commands: ClassVar[Mapping[str, Command]] = {
        "open": Command(SERVICE_OPEN_COVER, {CoverState.OPENING}, _OPEN_STOP_CLOSE),
        "stop": Command(
            SERVICE_STOP_COVER, {CoverState.OPEN, CoverState.CLOSED}, _OPEN_STOP_CLOSE
        ),
        "close": Command(SERVICE_CLOSE_COVER, {CoverState.CLOSING}, _OPEN_STOP_CLOSE),
    }

    def guarded(self, state: State) -> bool:
        """Return whether somebody could come in."""
        return _is_entrance(state)


class Tilt(Position):
    """How far a cover's slats are open, in percent; a window or a door tilts, too."""

    key = "tilt"
    attribute = CoverEntityStateAttribute.CURRENT_TILT_POSITION
    feature = CoverEntityFeature.SET_TILT_POSITION
    service = SERVICE_SET_COVER_TILT_POSITION
    parameter = ATTR_TILT_POSITION


class TiltOpen(OnOffTrait):
    """Whether a cover's slats are open, however little."""

    key = "tilt_open"
    domains = frozenset({Platform.COVER})

    def describe(self, state: State) -> Description | None:
        """Offer it where the slats can be opened and closed."""
        if not supports(state, _TILT):
            return None
        return on_off(writable=True, guarded=_is_entrance(state))

    def read(self, state: State) -> Reading | None:
        """Return off for slats that are closed, None where they do not tell."""
        raw = state.attributes.get(CoverEntityStateAttribute.CURRENT_TILT_POSITION)
        return None if (position := number(raw)) is None else position > 0

    def write(self, state: State, reading: Reading) -> Action | None:
        """Open or close the slats, but do not open further what is open."""
        if not supports(state, _TILT):
            raise NotWritable("does not tilt")
        if reading and self.read(state) is True and not assumed(state):
            return None
        return entity_action(
            state, SERVICE_OPEN_COVER_TILT if reading else SERVICE_CLOSE_COVER_TILT
        )


def _is_entrance(state: State) -> bool:
    """Return whether somebody could come in when this cover opens.

    A group does not say what it opens: there may be a garage door among its blinds.
    """
    device_class = text(state, ATTR_DEVICE_CLASS)
    if device_class is None:
        return bool(texts(state, ATTR_ENTITY_ID))
    return device_class in _ENTRANCES


TRAITS: Final[tuple[Trait, ...]] = (
    Position(),
    Open(),
    Movement(),
    Tilt(),
    TiltOpen(),
)
