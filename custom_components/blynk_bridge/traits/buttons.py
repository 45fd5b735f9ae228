"""Buttons, scenes, scripts and automations: what is started."""

from typing import ClassVar, Final

from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.button.const import SERVICE_PRESS
from homeassistant.components.input_button import DOMAIN as INPUT_BUTTON_DOMAIN
from homeassistant.components.script.const import DOMAIN as SCRIPT_DOMAIN
from homeassistant.const import SERVICE_TURN_ON, Platform
from homeassistant.core import State

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
)
from .switches import Power, SteadyPower


class MomentaryTrait(OnOffTrait):
    """Something that is started and has no state of its own."""

    momentary = True
    service: ClassVar[str]

    def describe(self, state: State) -> Description | None:
        """Offer it for every entity of the domains."""
        return on_off(writable=True)

    def read(self, state: State) -> Reading | None:
        """Return off, whatever the state, so that the widget falls back."""
        return False

    def write(self, state: State, reading: Reading) -> Action | None:
        """Start it; the release of the widget's button does nothing."""
        return entity_action(state, self.service) if reading else None


class FeaturedButton(MomentaryTrait):
    """Something that only an entity with a certain feature can be asked for."""

    feature: ClassVar[int]
    guarded: ClassVar[bool] = False

    def describe(self, state: State) -> Description | None:
        """Offer it where the entity has the feature."""
        if not supports(state, self.feature):
            return None
        return on_off(
            writable=True, guarded=self.guarded, takes_code=self.takes_code(state)
        )

    def write(self, state: State, reading: Reading) -> Action | None:
        """Ask for it, if the entity can do it."""
        if not supports(state, self.feature):
            raise NotWritable(self.key)
        return super().write(state, reading)

    def takes_code(self, state: State) -> bool:
        """Return whether it may be given a code."""
        return False


class Press(MomentaryTrait):
    """A button's press."""

    key = "press"
    domains = frozenset({Platform.BUTTON, INPUT_BUTTON_DOMAIN})
    service = SERVICE_PRESS


class Activate(MomentaryTrait):
    """A scene's activation."""

    key = "activate"
    domains = frozenset({Platform.SCENE})
    service = SERVICE_TURN_ON


class Run(SteadyPower):
    """Whether a script runs: on starts it, off stops it."""

    key = "run"
    domains = frozenset({SCRIPT_DOMAIN})


class Enabled(Power):
    """Whether an automation waits for its triggers."""

    key = "enabled"
    domains = frozenset({AUTOMATION_DOMAIN})


class Trigger(MomentaryTrait):
    """The run of an automation, triggered or not."""

    key = "trigger"
    domains = frozenset({AUTOMATION_DOMAIN})
    service = "trigger"


TRAITS: Final[tuple[Trait, ...]] = (
    Press(),
    Activate(),
    Run(),
    Enabled(),
    Trigger(),
)
