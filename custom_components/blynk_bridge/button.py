"""Sending everything to Blynk again."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import BlynkConfigEntry
from .entity import BlynkEntity

PARALLEL_UPDATES: Final = 0

RESYNC: Final = ButtonEntityDescription(
    key="resync",
    translation_key="resync",
    entity_category=EntityCategory.CONFIG,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entry's button."""
    async_add_entities([BlynkResync(entry.runtime_data, RESYNC)])


class BlynkResync(BlynkEntity, ButtonEntity):
    """Sends the value of every exposure, changed or not."""

    @property
    @override
    def available(self) -> bool:
        """Return whether there is a session to send on."""
        return super().available and self.coordinator.data.online

    @override
    async def async_press(self) -> None:
        """Send everything again."""
        self.coordinator.async_resync()
