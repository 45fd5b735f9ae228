"""Sending everything to Blynk again; controls that are pressed."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .control import ControlKind
from .control_entity import ControlEntity
from .coordinator import BlynkConfigEntry
from .device.errors import LinkError
from .entity import BlynkEntity
from .subentry_entities import async_show_controls

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
    """Add the entry's button, and those of the controls."""
    async_add_entities([BlynkResync(entry.runtime_data, RESYNC)])
    await async_show_controls(entry, ControlKind.BUTTON, BlynkButton)


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


class BlynkButton(ControlEntity, ButtonEntity):
    """A datastream that Home Assistant presses, for Blynk's automations to react."""

    @override
    async def async_press(self) -> None:
        """Write 1 and then 0."""
        try:
            await self.coordinator.controls.async_press(self.control)
        except LinkError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="not_connected"
            ) from error
