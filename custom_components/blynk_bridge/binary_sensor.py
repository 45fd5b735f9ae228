"""Whether the Blynk device is online."""

from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import BlynkConfigEntry
from .entity import BlynkEntity

PARALLEL_UPDATES: Final = 0

CONNECTIVITY: Final = BinarySensorEntityDescription(
    key="connectivity",
    translation_key="connectivity",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entry's binary sensor."""
    async_add_entities([BlynkConnectivity(entry.runtime_data, CONNECTIVITY)])


class BlynkConnectivity(BlynkEntity, BinarySensorEntity):
    """Whether there is a session that messages can be sent on."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the device is online."""
        return self.coordinator.data.online

    @property
    @override
    def available(self) -> bool:
        """Return true: being offline is what this entity tells."""
        return True
