"""Vacuum cleaners and lawn mowers: what they do, and what they are told to do."""

from collections.abc import Mapping
from typing import ClassVar, Final

from homeassistant.components.lawn_mower.const import (
    SERVICE_DOCK,
    SERVICE_PAUSE as SERVICE_PAUSE_MOWING,
    SERVICE_START_MOWING,
    SERVICE_STOP as SERVICE_STOP_MOWING,
    LawnMowerActivity,
    LawnMowerEntityFeature,
)
from homeassistant.components.vacuum.const import (
    SERVICE_CLEAN_SPOT,
    SERVICE_LOCATE,
    SERVICE_PAUSE,
    SERVICE_RETURN_TO_BASE,
    SERVICE_SET_FAN_SPEED,
    SERVICE_START,
    SERVICE_STOP,
    VacuumActivity,
    VacuumEntityCapabilityAttribute,
    VacuumEntityFeature,
    VacuumEntityStateAttribute,
)
from homeassistant.const import ATTR_BATTERY_LEVEL, PERCENTAGE, Platform

from ..device.values import DataType
from .attributes import Choice, Measurement
from .base import Limits, Trait
from .buttons import FeaturedButton
from .commands import Command, CommandTrait
from .states import StateTrait


class VacuumState(StateTrait):
    """What a vacuum cleaner is doing."""

    domains = frozenset({Platform.VACUUM})
    states = tuple(VacuumActivity)


class VacuumCommand(CommandTrait):
    """What a vacuum cleaner has been told to do; an error is no command."""

    domains = frozenset({Platform.VACUUM})
    commands: ClassVar[Mapping[str, Command]] = {
        "start": Command(
            SERVICE_START, {VacuumActivity.CLEANING}, VacuumEntityFeature.START
        ),
        "pause": Command(
            SERVICE_PAUSE, {VacuumActivity.PAUSED}, VacuumEntityFeature.PAUSE
        ),
        "stop": Command(SERVICE_STOP, {VacuumActivity.IDLE}, VacuumEntityFeature.STOP),
        "dock": Command(
            SERVICE_RETURN_TO_BASE,
            {VacuumActivity.RETURNING, VacuumActivity.DOCKED},
            VacuumEntityFeature.RETURN_HOME,
        ),
    }


class FanSpeed(Choice):
    """How hard a vacuum cleaner sucks."""

    key = "fan_speed"
    domains = frozenset({Platform.VACUUM})
    feature = VacuumEntityFeature.FAN_SPEED
    attribute = VacuumEntityStateAttribute.FAN_SPEED
    listed = VacuumEntityCapabilityAttribute.FAN_SPEED_LIST
    service = SERVICE_SET_FAN_SPEED


class VacuumBattery(Measurement):
    """A vacuum cleaner's battery, if it has no sensor of its own for it."""

    key = "battery"
    domains = frozenset({Platform.VACUUM})
    attribute = ATTR_BATTERY_LEVEL
    data_type = DataType.INTEGER
    unit = PERCENTAGE
    range = Limits(0, 100, 1)


class Locate(FeaturedButton):
    """A vacuum cleaner's sign of where it is: it beeps or blinks."""

    key = "locate"
    domains = frozenset({Platform.VACUUM})
    feature = VacuumEntityFeature.LOCATE
    service = SERVICE_LOCATE


class CleanSpot(FeaturedButton):
    """The cleaning of the spot where the vacuum cleaner stands."""

    key = "clean_spot"
    domains = frozenset({Platform.VACUUM})
    feature = VacuumEntityFeature.CLEAN_SPOT
    service = SERVICE_CLEAN_SPOT


class MowerState(StateTrait):
    """What a lawn mower is doing."""

    domains = frozenset({Platform.LAWN_MOWER})
    states = tuple(LawnMowerActivity)


class MowerCommand(CommandTrait):
    """What a lawn mower has been told to do; an error is no command."""

    domains = frozenset({Platform.LAWN_MOWER})
    commands: ClassVar[Mapping[str, Command]] = {
        "start": Command(
            SERVICE_START_MOWING,
            {LawnMowerActivity.MOWING},
            LawnMowerEntityFeature.START_MOWING,
        ),
        "pause": Command(
            SERVICE_PAUSE_MOWING,
            {LawnMowerActivity.PAUSED},
            LawnMowerEntityFeature.PAUSE,
        ),
        "stop": Command(
            SERVICE_STOP_MOWING, {LawnMowerActivity.IDLE}, LawnMowerEntityFeature.STOP
        ),
        "dock": Command(
            SERVICE_DOCK,
            {LawnMowerActivity.RETURNING, LawnMowerActivity.DOCKED},
            LawnMowerEntityFeature.DOCK,
        ),
    }


TRAITS: Final[tuple[Trait, ...]] = (
    VacuumState(),
    VacuumCommand(),
    FanSpeed(),
    VacuumBattery(),
    Locate(),
    CleanSpot(),
    MowerState(),
    MowerCommand(),
)
