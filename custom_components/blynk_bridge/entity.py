"""The bases of the bridge's own entities."""

from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.loader import async_get_loaded_integration
from yarl import URL

from .connection import configured_endpoint
from .const import DOMAIN, MANUFACTURER
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .texts import option_text

_PUBLIC_CLOUD: Final = "blynk.cloud"


class BlynkEntity(CoordinatorEntity[BlynkCoordinator]):
    """An entity of the entry's own service device: how the connection is doing."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: BlynkCoordinator, description: EntityDescription
    ) -> None:
        """Bind the entity to the device of the coordinator's entry."""
        super().__init__(coordinator)
        self.entity_description = description
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.entry_id}_{description.key}"
        self._attr_device_info = service_device(coordinator)


class SubentryEntity(Entity):
    """The entity of a control or an event, alone on a device of its own.

    It has the device's name, which is what the user knows it by in Blynk.
    """

    _attr_has_entity_name = True
    _attr_name = None
    _attr_should_poll = False

    def __init__(
        self, coordinator: BlynkCoordinator, subentry_id: str, name: str, kind: str
    ) -> None:
        """Bind the entity to the device of its subentry, which is of this kind."""
        self.coordinator = coordinator
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.entry_id}_{subentry_id}"
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, self._attr_unique_id)},
            name=name,
            manufacturer=MANUFACTURER,
            model=_model(coordinator.hass, kind),
            configuration_url=dashboard(entry),
            via_device_id=dr.async_get_device_id_by_identifier(
                coordinator.hass,
                (DOMAIN, entry.entry_id),
                config_entry_id=entry.entry_id,
            ),
        )


def service_device(coordinator: BlynkCoordinator) -> DeviceInfo:
    """Return the device of the entry itself."""
    entry = coordinator.config_entry
    integration = async_get_loaded_integration(coordinator.hass, DOMAIN)
    return DeviceInfo(
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer=MANUFACTURER,
        model=_model(coordinator.hass, "entry"),
        sw_version=str(integration.version),
        configuration_url=dashboard(entry),
    )


@callback
def _model(hass: HomeAssistant, kind: str) -> str:
    """Return what Home Assistant calls such a device, which has no keys for that."""
    return option_text(hass, "device_model", kind)


def dashboard(entry: BlynkConfigEntry) -> URL:
    """Return the address of the web dashboard; regions share that of the cloud."""
    host = configured_endpoint(entry.data).host
    if host.endswith(f".{_PUBLIC_CLOUD}"):
        host = _PUBLIC_CLOUD
    return URL.build(scheme="https", host=host, path="/dashboard")
