"""Where the device is connected, what it has sent, and what the server complains about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import MAX_LENGTH_STATE_STATE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .coordinator import BlynkConfigEntry, BridgeStatus
from .device.endpoint import Endpoint
from .entity import BlynkEntity

PARALLEL_UPDATES: Final = 0

ATTR_TEXT: Final = "text"


@dataclass(frozen=True, kw_only=True)
class BlynkSensorDescription(SensorEntityDescription):
    """A sensor, and what of the status it shows."""

    value: Callable[[BridgeStatus], StateType]
    attributes: Callable[[BridgeStatus], Mapping[str, Any] | None] = lambda _: None


def _server(status: BridgeStatus) -> str | None:
    """Return the host of the server in use."""
    return None if status.server is None else Endpoint.parse(status.server).host


def _diagnostic(status: BridgeStatus) -> str | None:
    """Return the beginning of the server's last text, as much as a state can hold."""
    text = status.diagnostic
    if text is None or len(text) <= MAX_LENGTH_STATE_STATE:
        return text
    return f"{text[: MAX_LENGTH_STATE_STATE - 1]}…"


def _diagnostic_text(status: BridgeStatus) -> Mapping[str, Any] | None:
    """Return the whole of the server's last text."""
    return None if status.diagnostic is None else {ATTR_TEXT: status.diagnostic}


SENSORS: Final = (
    BlynkSensorDescription(
        key="server",
        translation_key="server",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_server,
    ),
    BlynkSensorDescription(
        key="messages_sent",
        translation_key="messages_sent",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value=lambda status: status.messages_sent,
    ),
    BlynkSensorDescription(
        key="last_diagnostic",
        translation_key="last_diagnostic",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_diagnostic,
        attributes=_diagnostic_text,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the entry's sensors."""
    async_add_entities(
        BlynkSensor(entry.runtime_data, description) for description in SENSORS
    )


class BlynkSensor(BlynkEntity, SensorEntity):
    """One value of the bridge's status."""

    entity_description: BlynkSensorDescription
    _unrecorded_attributes = frozenset({ATTR_TEXT})

    @property
    @override
    def native_value(self) -> StateType:
        """Return the value, None while there is none."""
        return self.entity_description.value(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what does not fit in the state."""
        return self.entity_description.attributes(self.coordinator.data)
