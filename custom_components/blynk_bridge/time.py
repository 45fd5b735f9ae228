"""Controls that are times of day."""

from datetime import time
from typing import Final, override

from homeassistant.components.time import TimeEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control import ControlKind
from .control_entity import ValueEntity
from .coordinator import BlynkConfigEntry
from .device.errors import InvalidValue
from .device.values import DataType, Value, normalize
from .subentry_entities import async_show_controls

PARALLEL_UPDATES: Final = 0

_DAY: Final = range(24 * 3600)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the controls that are times."""
    await async_show_controls(entry, ControlKind.TIME, BlynkTime)


class BlynkTime(ValueEntity, TimeEntity):
    """A datastream that holds what Blynk's Time Input widget writes.

    On a String datastream these are start, stop, time zone, weekdays and offset
    with NUL between them, on an Integer one the start alone; start and stop count
    seconds from midnight. The start is the time that is shown and set; what else the
    widget has written stays as it is (Blynk docs, widgets-app/time-input).
    """

    @override
    def _show(self, value: Value) -> None:
        """Show the start; sunrise and sunset, which Blynk has too, are no times."""
        if isinstance(value, str):
            value = value.partition("\0")[0]
        seconds = normalize(value, DataType.INTEGER)
        if not isinstance(seconds, int) or seconds not in _DAY:
            raise InvalidValue(self.control.data_type)
        hours, seconds = divmod(seconds, 3600)
        self._attr_native_value = time(hours, *divmod(seconds, 60))

    @override
    def _show_nothing(self) -> None:
        """Show no time."""
        self._attr_native_value = None

    @override
    async def async_set_value(self, value: time) -> None:
        """Write the start, in seconds."""
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        if self.control.data_type is not DataType.STRING:
            self._async_put(seconds)
            return
        _, known, rest = str(self._value or "").partition("\0")
        if not known:
            rest = f"\0{self.hass.config.time_zone}"
        self._async_put(f"{seconds}\0{rest}")
