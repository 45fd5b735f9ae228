"""Controls that are switched on and off."""

from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control import ControlKind
from .control_entity import ValueEntity
from .coordinator import BlynkConfigEntry
from .device.values import DataType, Value, normalize
from .subentry_entities import async_show_controls

PARALLEL_UPDATES: Final = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the controls that are switches."""
    await async_show_controls(entry, ControlKind.SWITCH, BlynkSwitch)


class BlynkSwitch(ValueEntity, SwitchEntity):
    """A datastream that is on or off."""

    @override
    def _show(self, value: Value) -> None:
        """Show 1 as on and 0 as off."""
        self._attr_is_on = bool(normalize(value, DataType.BOOLEAN))

    @override
    def _show_nothing(self) -> None:
        """Be neither on nor off."""
        self._attr_is_on = None

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Write 1."""
        self._async_put(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Write 0."""
        self._async_put(False)
