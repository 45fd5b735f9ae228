"""Sirens. Their tone, volume and duration have no state to show."""

from typing import Final

from homeassistant.components.siren.const import SirenEntityFeature
from homeassistant.const import Platform

from .base import Trait
from .switches import FeaturedPower


class SirenPower(FeaturedPower):
    """Whether a siren sounds."""

    domains = frozenset({Platform.SIREN})
    turns_on = SirenEntityFeature.TURN_ON
    turns_off = SirenEntityFeature.TURN_OFF


TRAITS: Final[tuple[Trait, ...]] = (SirenPower(),)
