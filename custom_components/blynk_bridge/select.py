"""Controls that are one of several options."""

from typing import Final, override

from homeassistant.components.select import SelectEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control import Control, ControlKind
from .control_entity import ValueEntity
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .device.values import Value
from .subentry_entities import async_show_controls

PARALLEL_UPDATES: Final = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the controls that are selects."""
    await async_show_controls(entry, ControlKind.SELECT, BlynkSelect)


class BlynkSelect(ValueEntity, SelectEntity):
    """A datastream that holds an option's index, as Blynk's Menu does."""

    def __init__(self, coordinator: BlynkCoordinator, control: Control) -> None:
        """Take the options from the control."""
        super().__init__(coordinator, control)
        self._attr_options = list(control.options)

    @override
    def _show(self, value: Value) -> None:
        """Show the option at the index."""
        self._attr_current_option = self.control.option(value)

    @override
    def _show_nothing(self) -> None:
        """Show no option."""
        self._attr_current_option = None

    @override
    async def async_select_option(self, option: str) -> None:
        """Write the option's index."""
        self._async_put(self.control.options.index(option))
