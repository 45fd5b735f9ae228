"""Events of the Blynk template, which notify whom the template says."""

from typing import Final, override

from homeassistant.components.notify import NotifyEntity
from homeassistant.components.notify.const import NotifyEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import SUBENTRY_EVENT
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .entity import SubentryEntity
from .event_code import EventCode, configured_events
from .subentry_entities import SubentryEntities

PARALLEL_UPDATES: Final = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an entity for each event."""
    await SubentryEntities(
        entry, lambda: configured_events(entry), BlynkNotify
    ).async_start()


class BlynkNotify(SubentryEntity, NotifyEntity):
    """An event code: each message is an event in Blynk.

    Available without a connection, for the error to reach who sends a message.
    """

    _attr_supported_features = NotifyEntityFeature.TITLE

    def __init__(self, coordinator: BlynkCoordinator, event: EventCode) -> None:
        """Bind the entity to an event code."""
        super().__init__(coordinator, event.subentry_id, event.name, SUBENTRY_EVENT)
        self._code = event.code

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        """Log the event with the message as its description, the title before it."""
        text = f"{title}: {message}" if title else message
        await self.coordinator.events.async_send(self._code, text)
