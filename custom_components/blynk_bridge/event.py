"""What the Blynk app asks of its device, as an event entity."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .device.messages import Downlink, FirmwareOffer, Ping, Reboot, Reconfigure
from .entity import BlynkEntity

PARALLEL_UPDATES: Final = 0

ATTR_VERSION: Final = "version"
_SPACING: Final = 1.0
_EVENT_TYPES: Final[Mapping[type[Downlink], str]] = {
    Ping: "ping",
    Reboot: "reboot",
    Reconfigure: "reconfigure",
    FirmwareOffer: "update_offered",
}

APP_COMMAND: Final = EventEntityDescription(
    key="app_command",
    translation_key="app_command",
    event_types=list(_EVENT_TYPES.values()),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entry's event entity."""
    async_add_entities([BlynkAppCommand(entry.runtime_data, APP_COMMAND)])


class BlynkAppCommand(BlynkEntity, EventEntity):
    """Fires when the app wants the device to reboot, to be set up again, or to update.

    Of each sort once a second at most: nobody's finger is faster, a flood is.
    """

    def __init__(
        self, coordinator: BlynkCoordinator, description: EventEntityDescription
    ) -> None:
        """Start with nothing heard."""
        super().__init__(coordinator, description)
        self._not_before: dict[str, float] = {}

    @property
    @override
    def available(self) -> bool:
        """Return whether there is a session for the app to be heard on."""
        return super().available and self.coordinator.data.online

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to what comes from Blynk."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen(self._async_heard))

    @callback
    def _async_heard(self, message: Downlink) -> None:
        """Fire for what the app asks; values are no events."""
        if (event_type := _EVENT_TYPES.get(type(message))) is None:
            return
        now = self.hass.loop.time()
        if now < self._not_before.get(event_type, now):
            return
        self._not_before[event_type] = now + _SPACING
        attributes: dict[str, Any] | None = None
        if isinstance(message, FirmwareOffer):
            attributes = {ATTR_VERSION: message.version}
        self._trigger_event(event_type, attributes)
        self.async_write_ha_state()
