"""Locks and alarm panels. What operates them is guarded, and may want a code."""

from collections.abc import Mapping
from typing import Final

from homeassistant.components.alarm_control_panel.const import (
    AlarmControlPanelEntityFeature,
    AlarmControlPanelEntityStateAttribute,
    AlarmControlPanelState,
)
from homeassistant.components.lock.const import LockEntityFeature, LockState
from homeassistant.const import (
    ATTR_CODE_FORMAT,
    SERVICE_ALARM_ARM_AWAY,
    SERVICE_ALARM_ARM_CUSTOM_BYPASS,
    SERVICE_ALARM_ARM_HOME,
    SERVICE_ALARM_ARM_NIGHT,
    SERVICE_ALARM_ARM_VACATION,
    SERVICE_ALARM_DISARM,
    SERVICE_ALARM_TRIGGER,
    SERVICE_LOCK,
    SERVICE_OPEN,
    SERVICE_UNLOCK,
    Platform,
)
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    Action,
    Description,
    NotWritable,
    OnOffTrait,
    Reading,
    Trait,
    entity_action,
    on_off,
    supports,
    text,
)
from .buttons import FeaturedButton
from .states import StateTrait

# The panel's modes in the order of their buttons: what sets it, and what it must support.
_MODES: Final[Mapping[str, tuple[str, AlarmControlPanelEntityFeature]]] = {
    AlarmControlPanelState.DISARMED: (
        SERVICE_ALARM_DISARM,
        AlarmControlPanelEntityFeature(0),
    ),
    AlarmControlPanelState.ARMED_HOME: (
        SERVICE_ALARM_ARM_HOME,
        AlarmControlPanelEntityFeature.ARM_HOME,
    ),
    AlarmControlPanelState.ARMED_AWAY: (
        SERVICE_ALARM_ARM_AWAY,
        AlarmControlPanelEntityFeature.ARM_AWAY,
    ),
    AlarmControlPanelState.ARMED_NIGHT: (
        SERVICE_ALARM_ARM_NIGHT,
        AlarmControlPanelEntityFeature.ARM_NIGHT,
    ),
    AlarmControlPanelState.ARMED_VACATION: (
        SERVICE_ALARM_ARM_VACATION,
        AlarmControlPanelEntityFeature.ARM_VACATION,
    ),
    AlarmControlPanelState.ARMED_CUSTOM_BYPASS: (
        SERVICE_ALARM_ARM_CUSTOM_BYPASS,
        AlarmControlPanelEntityFeature.ARM_CUSTOM_BYPASS,
    ),
}


class Locked(OnOffTrait):
    """Whether a lock is locked: on means locked."""

    key = "locked"
    domains = frozenset({Platform.LOCK})

    def describe(self, state: State) -> Description | None:
        """Offer it for every lock."""
        return on_off(writable=True, guarded=True, takes_code=_has_code(state))

    def read(self, state: State) -> Reading | None:
        """Return on only for what is locked for good: a jammed lock may be open."""
        return state.state == LockState.LOCKED if state.state in LockState else None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Lock or unlock it."""
        return entity_action(state, SERVICE_LOCK if reading else SERVICE_UNLOCK)


class LockCondition(StateTrait):
    """What a lock is doing: it may be jammed, too."""

    domains = frozenset({Platform.LOCK})
    states = tuple(LockState)


class Latch(FeaturedButton):
    """The opening of a lock's latch: the door can be pushed open."""

    key = "latch"
    domains = frozenset({Platform.LOCK})
    feature = LockEntityFeature.OPEN
    service = SERVICE_OPEN
    guarded = True

    def takes_code(self, state: State) -> bool:
        """Return whether the lock has a code."""
        return _has_code(state)


# Where Home Assistant's own panel tells the mode while its state is another.
_MODE_ATTRIBUTES: Final = ("next_state", "previous_state")


class AlarmMode(Trait):
    """How an alarm panel is armed, and by a write: will be."""

    key = "mode"
    domains = frozenset({Platform.ALARM_CONTROL_PANEL})

    def describe(self, state: State) -> Description | None:
        """Offer it for every panel: each can be disarmed."""
        return Description(
            data_type=DataType.ENUM,
            options=self.options(state),
            writable=True,
            guarded=True,
            takes_code=_wants_code(state),
        )

    def read(self, state: State) -> Reading | None:
        """Return the mode that holds, or that the panel is on the way to.

        None where the panel does not tell it: while it arms, or the alarm goes off.
        """
        options = self.options(state)
        candidates = (state.state, *(text(state, name) for name in _MODE_ATTRIBUTES))
        return next((mode for mode in candidates if mode in options), None)

    def write(self, state: State, reading: Reading) -> Action | None:
        """Arm or disarm the panel."""
        if reading not in self.options(state):
            raise NotWritable("no such mode")
        service, _ = _MODES[str(reading)]
        return entity_action(state, service)

    def options(self, state: State) -> tuple[str, ...]:
        """Return the modes that the panel supports."""
        return tuple(
            str(mode)
            for mode, (_, feature) in _MODES.items()
            if not feature or supports(state, feature)
        )


class AlarmCondition(StateTrait):
    """What an alarm panel is doing: it may have been triggered, too."""

    domains = frozenset({Platform.ALARM_CONTROL_PANEL})
    states = tuple(AlarmControlPanelState)


class AlarmTrigger(FeaturedButton):
    """The setting off of an alarm."""

    key = "trigger"
    domains = frozenset({Platform.ALARM_CONTROL_PANEL})
    feature = AlarmControlPanelEntityFeature.TRIGGER
    service = SERVICE_ALARM_TRIGGER
    guarded = True

    def takes_code(self, state: State) -> bool:
        """Return whether the panel wants a code."""
        return _wants_code(state)


def _has_code(state: State) -> bool:
    """Return whether the entity says what its code looks like."""
    return text(state, ATTR_CODE_FORMAT) is not None


def _wants_code(state: State) -> bool:
    """Return whether a panel wants a code: some want one only to be armed."""
    required = AlarmControlPanelEntityStateAttribute.CODE_ARM_REQUIRED
    return _has_code(state) or state.attributes.get(required) is True


TRAITS: Final[tuple[Trait, ...]] = (
    Locked(),
    LockCondition(),
    Latch(),
    AlarmCondition(),
    AlarmMode(),
    AlarmTrigger(),
)
