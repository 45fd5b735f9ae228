"""Remote controls: power, and the activity that is on."""

from typing import Final

from homeassistant.components.remote.const import (
    ATTR_ACTIVITY,
    ATTR_ACTIVITY_LIST,
    ATTR_CURRENT_ACTIVITY,
    RemoteEntityFeature,
)
from homeassistant.const import SERVICE_TURN_ON, Platform

from .attributes import Choice
from .base import Trait
from .switches import SteadyPower

_REMOTE: Final = frozenset({Platform.REMOTE})


class RemotePower(SteadyPower):
    """Whether what the remote control operates is on."""

    domains = _REMOTE


class RemoteActivity(Choice):
    """What the devices of a remote control are on for: television, music."""

    key = "activity"
    domains = _REMOTE
    feature = RemoteEntityFeature.ACTIVITY
    attribute = ATTR_CURRENT_ACTIVITY
    parameter = ATTR_ACTIVITY
    listed = ATTR_ACTIVITY_LIST
    service = SERVICE_TURN_ON


TRAITS: Final[tuple[Trait, ...]] = (RemotePower(), RemoteActivity())
