"""Whether the Blynk device is online; controls that are on or off."""

from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control import Control, ControlKind
from .control_entity import ValueEntity
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .device.values import DataType, Value, normalize
from .entity import BlynkEntity
from .subentry_entities import async_show_controls

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
    """Add the entry's binary sensor, and those of the controls."""
    async_add_entities([BlynkConnectivity(entry.runtime_data, CONNECTIVITY)])
    await async_show_controls(entry, ControlKind.BINARY_SENSOR, BlynkBinarySensor)


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

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return what keeps the device offline."""
        return {"problem": self.coordinator.data.problem}


class BlynkBinarySensor(ValueEntity, BinarySensorEntity):
    """A datastream that is on or off, and that only Blynk sets."""

    def __init__(self, coordinator: BlynkCoordinator, control: Control) -> None:
        """Take the device class from the control."""
        super().__init__(coordinator, control)
        if control.device_class is not None:
            self._attr_device_class = BinarySensorDeviceClass(control.device_class)

    @override
    def _show(self, value: Value) -> None:
        """Show 1 as on and 0 as off."""
        self._attr_is_on = bool(normalize(value, DataType.BOOLEAN))

    @override
    def _show_nothing(self) -> None:
        """Be neither on nor off."""
        self._attr_is_on = None
