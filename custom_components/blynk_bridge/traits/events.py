"""Events and updates: what has happened, and what is to be installed."""

from typing import Final

from homeassistant.components.event.const import (
    EventEntityCapabilityAttribute,
    EventEntityStateAttribute,
)
from homeassistant.components.update.const import (
    SERVICE_INSTALL,
    UpdateEntityFeature,
    UpdateEntityStateAttribute,
)
from homeassistant.const import Platform
from homeassistant.core import State

from ..device.values import DataType
from .base import Description, OnOffTrait, Reading, Trait, Wording, on_off, text, texts
from .buttons import FeaturedButton
from .moments import moment_text
from .notes import Note


class EventType(Trait):
    """What kind the last event was. Two alike running are one to Blynk: see `last_event`."""

    key = "event_type"
    domains = frozenset({Platform.EVENT})

    def describe(self, state: State) -> Description | None:
        """Offer it where the kinds are known."""
        if not (options := self.options(state)):
            return None
        return Description(
            data_type=DataType.ENUM,
            options=options,
            wording=Wording(EventEntityStateAttribute.EVENT_TYPE),
        )

    def read(self, state: State) -> Reading | None:
        """Return the kind, None if it is not one of the entity's."""
        kind = text(state, EventEntityStateAttribute.EVENT_TYPE)
        return kind if kind in self.options(state) else None

    def options(self, state: State) -> tuple[str, ...]:
        """Return the kinds in the entity's order."""
        return texts(state, EventEntityCapabilityAttribute.EVENT_TYPES)


class EventTime(Trait):
    """When the last event was: another one every time."""

    key = "last_event"
    domains = frozenset({Platform.EVENT})

    def describe(self, state: State) -> Description | None:
        """Offer it for every event entity."""
        return Description(data_type=DataType.STRING)

    def read(self, state: State) -> Reading | None:
        """Return the moment as a person reads it."""
        return moment_text(state.state)


class UpdateAvailable(OnOffTrait):
    """Whether there is something to be installed."""

    key = "available"
    domains = frozenset({Platform.UPDATE})

    def describe(self, state: State) -> Description | None:
        """Offer it for every update entity."""
        return on_off()


class InstalledVersion(Note):
    """The version that is installed."""

    key = "installed_version"
    domains = frozenset({Platform.UPDATE})
    attribute = UpdateEntityStateAttribute.INSTALLED_VERSION


class LatestVersion(Note):
    """The newest version there is."""

    key = "latest_version"
    domains = frozenset({Platform.UPDATE})
    attribute = UpdateEntityStateAttribute.LATEST_VERSION


class Install(FeaturedButton):
    """The installation of an update: guarded, since it may end in silence."""

    key = "install"
    domains = frozenset({Platform.UPDATE})
    feature = UpdateEntityFeature.INSTALL
    service = SERVICE_INSTALL
    guarded = True


TRAITS: Final[tuple[Trait, ...]] = (
    EventType(),
    EventTime(),
    UpdateAvailable(),
    InstalledVersion(),
    LatestVersion(),
    Install(),
)
