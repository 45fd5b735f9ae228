"""Covers: position, open or closed, and the way they move."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.cover.const import (
    ATTR_POSITION,
    CoverDeviceClass,
    CoverEntityFeature,
    CoverEntityStateAttribute,
    CoverState,
)
from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    PERCENTAGE,
    SERVICE_CLOSE_COVER,
    SERVICE_OPEN_COVER,
    SERVICE_SET_COVER_POSITION,
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
    entity_action,
    number,
    on_off,
    supports,
    text,
    written_number,
)

# A cover without a class is taken for a blind, as HA's own voice assistants do.
_ENTRANCES: Final = frozenset(
    {CoverDeviceClass.DOOR, CoverDeviceClass.GARAGE, CoverDeviceClass.GATE}
)
_PERCENT: Final = Limits(0, 100, 1)
_OPEN_CLOSE: Final = CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE
_OPEN_STOP_CLOSE: Final = _OPEN_CLOSE | CoverEntityFeature.STOP
_SERVICES: Final[Mapping[str, str]] = {
    "open": SERVICE_OPEN_COVER,
    "stop": SERVICE_STOP_COVER,
    "close": SERVICE_CLOSE_COVER,
}
_MOVEMENTS: Final[Mapping[str, str]] = {
    CoverState.OPENING: "open",
    CoverState.OPEN: "stop",
    CoverState.CLOSED: "stop",
    CoverState.CLOSING: "close",
}
_OPENNESS: Final[Mapping[str, bool]] = {
    CoverState.OPENING: True,
    CoverState.OPEN: True,
    CoverState.CLOSING: True,
    CoverState.CLOSED: False,
}


class Position(Trait):
    """How far a cover is open, in percent: 0 is closed.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "position"
    domains = frozenset({Platform.COVER})

    def describe(self, state: State) -> Description | None:
        """Offer it where the position can be set, or at least is known."""
        writable = supports(state, CoverEntityFeature.SET_POSITION)
        if not writable and self.read(state) is None:
            return None
        return Description(
            data_type=DataType.INTEGER,
            unit=PERCENTAGE,
            limits=_PERCENT,
            writable=writable,
            guarded=_is_entrance(state),
        )

    def read(self, state: State) -> Reading | None:
        """Return the position, None for a cover that does not know it."""
        raw = state.attributes.get(CoverEntityStateAttribute.CURRENT_POSITION)
        if (position := number(raw)) is None:
            return None
        return round(_PERCENT.clamp(position))

    def write(self, state: State, reading: Reading) -> Action | None:
        """Move the cover to the position."""
        if not supports(state, CoverEntityFeature.SET_POSITION):
            raise NotWritable("position can't be set")
        position = round(written_number(reading))
        return entity_action(
            state, SERVICE_SET_COVER_POSITION, **{ATTR_POSITION: position}
        )

    def limits(self, state: State) -> Limits | None:
        """Return 0 to 100 %."""
        return _PERCENT


class Open(OnOffTrait):
    """Whether a cover is open: on until it is closed for good."""

    key = "open"
    domains = frozenset({Platform.COVER})

    def describe(self, state: State) -> Description | None:
        """Offer it for every cover, writable where it opens and closes."""
        return on_off(
            writable=supports(state, _OPEN_CLOSE), guarded=_is_entrance(state)
        )

    def read(self, state: State) -> Reading | None:
        """Return off only for a closed cover: a closing one still lets in."""
        return _OPENNESS.get(state.state)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Open or close the cover."""
        if not supports(state, _OPEN_CLOSE):
            raise NotWritable("does not open and close")
        return entity_action(
            state, SERVICE_OPEN_COVER if reading else SERVICE_CLOSE_COVER
        )


class Movement(Trait):
    """Which way a cover moves, for the three buttons open, stop and close."""

    key = "movement"
    domains = frozenset({Platform.COVER})

    def describe(self, state: State) -> Description | None:
        """Offer it where the cover can be stopped: `open` says the rest."""
        if not supports(state, _OPEN_STOP_CLOSE):
            return None
        return Description(
            data_type=DataType.ENUM,
            options=self.options(state),
            writable=True,
            guarded=_is_entrance(state),
        )

    def read(self, state: State) -> Reading | None:
        """Return the movement, stop for a cover that stands still."""
        return _MOVEMENTS.get(state.state)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Start or stop the cover."""
        service = _SERVICES.get(str(reading))
        if service is None or not supports(state, _OPEN_STOP_CLOSE):
            raise NotWritable("no such movement")
        return entity_action(state, service)

    def options(self, state: State) -> tuple[str, ...]:
        """Return the movements in the order of a cover's buttons."""
        return tuple(_SERVICES)


def _is_entrance(state: State) -> bool:
    """Return whether somebody could come in when this cover opens."""
    return text(state, ATTR_DEVICE_CLASS) in _ENTRANCES


TRAITS: Final[tuple[Trait, ...]] = (Position(), Open(), Movement())
