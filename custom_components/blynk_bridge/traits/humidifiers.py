"""Humidifiers and dehumidifiers."""

from typing import Final

from homeassistant.components.humidifier.const import (
    ATTR_ACTION,
    ATTR_HUMIDITY,
    SERVICE_SET_HUMIDITY,
    SERVICE_SET_MODE,
    HumidifierAction,
    HumidifierEntityCapabilityAttribute,
    HumidifierEntityFeature,
)
from homeassistant.const import ATTR_MODE, Platform

from .attributes import Activity, Choice, CurrentHumidity
from .base import Trait
from .setpoints import TargetHumidity
from .switches import SteadyPower

_HUMIDIFIER: Final = frozenset({Platform.HUMIDIFIER})


class HumidifierPower(SteadyPower):
    """Whether a humidifier is on."""

    domains = _HUMIDIFIER


class HumidifierTarget(TargetHumidity):
    """The humidity that a humidifier is set to."""

    domains = _HUMIDIFIER
    attribute = ATTR_HUMIDITY
    service = SERVICE_SET_HUMIDITY


class HumidifierHumidity(CurrentHumidity):
    """The humidity that a humidifier measures."""

    domains = _HUMIDIFIER


class HumidifierMode(Choice):
    """The mode that a humidifier runs in."""

    key = "mode"
    domains = _HUMIDIFIER
    feature = HumidifierEntityFeature.MODES
    attribute = ATTR_MODE
    listed = HumidifierEntityCapabilityAttribute.AVAILABLE_MODES
    service = SERVICE_SET_MODE


class HumidifierActivity(Activity):
    """What a humidifier does at the moment."""

    key = "action"
    domains = _HUMIDIFIER
    attribute = ATTR_ACTION
    activities = tuple(action.value for action in HumidifierAction)


TRAITS: Final[tuple[Trait, ...]] = (
    HumidifierPower(),
    HumidifierTarget(),
    HumidifierHumidity(),
    HumidifierMode(),
    HumidifierActivity(),
)
