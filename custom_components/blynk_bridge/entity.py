"""The base of the bridge's own entities: they show how the connection is doing."""

from typing import Final

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.loader import async_get_loaded_integration
from yarl import URL

from .connection import configured_endpoint
from .const import DOMAIN, MANUFACTURER
from .coordinator import BlynkConfigEntry, BlynkCoordinator

_PUBLIC_CLOUD: Final = "blynk.cloud"


class BlynkEntity(CoordinatorEntity[BlynkCoordinator]):
    """An entity of the entry's own service device."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: BlynkCoordinator, description: EntityDescription
    ) -> None:
        """Bind the entity to the device of the coordinator's entry."""
        super().__init__(coordinator)
        self.entity_description = description
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        integration = async_get_loaded_integration(coordinator.hass, DOMAIN)
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, entry.entry_id)},
            name=entry.title,
            manufacturer=MANUFACTURER,
            model="MQTT device",
            sw_version=str(integration.version),
            configuration_url=dashboard(entry),
        )


def dashboard(entry: BlynkConfigEntry) -> URL:
    """Return the address of the web dashboard; regions share that of the cloud."""
    host = configured_endpoint(entry.data).host
    if host.endswith(f".{_PUBLIC_CLOUD}"):
        host = _PUBLIC_CLOUD
    return URL.build(scheme="https", host=host, path="/dashboard")
