"""What the cloud tells those who watch it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from .device import Device


class ChangeKind(Enum):
    """What has changed."""

    DATASTREAM = auto()
    TEMPLATE = auto()
    DEVICE = auto()
    DIAGNOSTIC = auto()
    EVENT = auto()


@dataclass(frozen=True, slots=True)
class Change:
    """Something changed in a device; `name` is the datastream's."""

    kind: ChangeKind
    device: Device
    name: str = ""
