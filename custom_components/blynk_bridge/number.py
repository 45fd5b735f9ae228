"""Controls that are numbers."""

from typing import Final, override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control import Control, ControlKind
from .control_entity import ValueEntity
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .device.values import DataType, Value, normalize
from .subentry_entities import async_show_controls

PARALLEL_UPDATES: Final = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the controls that are numbers."""
    await async_show_controls(entry, ControlKind.NUMBER, BlynkNumber)


class BlynkNumber(ValueEntity, NumberEntity):
    """A datastream that holds a number.

    One that is out of range is shown as it is: Blynk's own range is the template's.
    """

    def __init__(self, coordinator: BlynkCoordinator, control: Control) -> None:
        """Take range, unit and mode from the control."""
        super().__init__(coordinator, control)
        self._attr_native_unit_of_measurement = control.unit
        self._attr_mode = NumberMode(control.mode or NumberMode.AUTO)
        if control.range is not None:
            self._attr_native_min_value = control.range.minimum
            self._attr_native_max_value = control.range.maximum
            if control.range.step is not None:
                self._attr_native_step = control.range.step

    @override
    def _show(self, value: Value) -> None:
        """Show the number, a whole one without a decimal point."""
        number = normalize(value, DataType.DOUBLE)
        if isinstance(number, float):
            self._attr_native_value = int(number) if number.is_integer() else number

    @override
    def _show_nothing(self) -> None:
        """Show no number."""
        self._attr_native_value = None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Write the number."""
        self._async_put(value)
