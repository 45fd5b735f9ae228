"""How the connection is doing; controls that are readings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import (
    DEVICE_CLASS_STATE_CLASSES,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    MAX_LENGTH_STATE_STATE,
    PERCENTAGE,
    EntityCategory,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .control import Control, ControlKind
from .control_entity import ValueEntity
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .device.endpoint import Endpoint
from .device.values import DataType, Location, Value, legible
from .entity import BlynkEntity
from .status import BridgeStatus
from .subentry_entities import async_show_controls

PARALLEL_UPDATES: Final = 0

ATTR_COUNT: Final = "count"
ATTR_TEXT: Final = "text"
# How a reading is summed up over time: the first of these that its class allows.
_STATE_CLASSES: Final = (
    SensorStateClass.MEASUREMENT,
    SensorStateClass.TOTAL_INCREASING,
    SensorStateClass.TOTAL,
)


@dataclass(frozen=True, kw_only=True)
class BlynkSensorDescription(SensorEntityDescription):
    """A sensor, and what of the status it shows."""

    value: Callable[[BridgeStatus], StateType]
    attributes: Callable[[BridgeStatus], Mapping[str, Any] | None] = lambda _: None


def _server(status: BridgeStatus) -> str | None:
    """Return the host of the server in use."""
    return None if status.server is None else Endpoint.parse(status.server).host


def _diagnostic(status: BridgeStatus) -> str | None:
    """Return the beginning of the server's last text."""
    return None if status.diagnostic is None else _shortened(status.diagnostic)


def _shortened(text: str) -> str:
    """Return the beginning of a text, as much as a state can hold."""
    if len(text) <= MAX_LENGTH_STATE_STATE:
        return text
    return f"{text[: MAX_LENGTH_STATE_STATE - 1]}…"


def _diagnostic_text(status: BridgeStatus) -> Mapping[str, Any]:
    """Return the whole of the server's last text, and how many there were."""
    text = {} if status.diagnostic is None else {ATTR_TEXT: status.diagnostic}
    return {**text, ATTR_COUNT: status.diagnostics}


SENSORS: Final = (
    BlynkSensorDescription(
        key="events_left_today",
        translation_key="events_left_today",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda status: status.events_left,
    ),
    BlynkSensorDescription(
        key="history_waiting",
        translation_key="history_waiting",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda status: status.history_waiting,
    ),
    BlynkSensorDescription(
        key="server",
        translation_key="server",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=_server,
    ),
    BlynkSensorDescription(
        key="messages_this_month",
        translation_key="messages_this_month",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL_INCREASING,
        value=lambda status: status.quota.messages,
    ),
    BlynkSensorDescription(
        key="quota_used",
        translation_key="quota_used",
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value=lambda status: status.quota.used_percent,
    ),
    BlynkSensorDescription(
        key="busy_interval",
        translation_key="busy_interval",
        device_class=SensorDeviceClass.DURATION,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda status: status.quota.interval,
    ),
    # Changes every few seconds in a busy house.
    BlynkSensorDescription(
        key="waiting_values",
        translation_key="waiting_values",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        state_class=SensorStateClass.MEASUREMENT,
        value=lambda status: status.waiting,
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
    """Add the entry's sensors, and those of the controls."""
    async_add_entities(
        BlynkSensor(entry.runtime_data, description) for description in SENSORS
    )
    await async_show_controls(entry, ControlKind.SENSOR, BlynkReading)


class BlynkSensor(BlynkEntity, SensorEntity):
    """One value of the bridge's status."""

    entity_description: BlynkSensorDescription
    _unrecorded_attributes = frozenset({ATTR_COUNT, ATTR_TEXT})

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


class BlynkReading(ValueEntity, SensorEntity):
    """A datastream that only Blynk sets: a number, a text, one of several options."""

    def __init__(self, coordinator: BlynkCoordinator, control: Control) -> None:
        """Take what the numbers are, or the options, from the control."""
        super().__init__(coordinator, control)
        if control.data_type is DataType.ENUM:
            self._attr_device_class = SensorDeviceClass.ENUM
            self._attr_options = list(control.options)
        elif control.data_type is not DataType.STRING:
            self._attr_native_unit_of_measurement = control.unit
            allowed = set(_STATE_CLASSES)
            if control.device_class is not None:
                self._attr_device_class = SensorDeviceClass(control.device_class)
                allowed &= DEVICE_CLASS_STATE_CLASSES[self._attr_device_class]
            self._attr_state_class = next(
                (each for each in _STATE_CLASSES if each in allowed), None
            )

    @override
    def _show(self, value: Value) -> None:
        """Show the number, the text or the option."""
        if self.control.data_type is DataType.ENUM:
            self._attr_native_value = self.control.option(value)
        elif isinstance(value, str):
            self._attr_native_value = _shortened(legible(value))
        elif not isinstance(value, Location):
            self._attr_native_value = value

    @override
    def _show_nothing(self) -> None:
        """Show no reading."""
        self._attr_native_value = None
