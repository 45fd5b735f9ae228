"""Controls that are texts."""

from typing import Final, override

from homeassistant.components.text import TextEntity
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .control import Control, ControlKind
from .control_entity import ValueEntity
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .device.errors import InvalidValue
from .device.messages import MESSAGE_SIZE_MAX, value as value_message
from .device.values import Value, legible
from .subentry_entities import async_show_controls

PARALLEL_UPDATES: Final = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: BlynkConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the controls that are texts."""
    await async_show_controls(entry, ControlKind.TEXT, BlynkText)


class BlynkText(ValueEntity, TextEntity):
    """A datastream that holds a text."""

    _attr_native_value: str | None = None

    def __init__(self, coordinator: BlynkCoordinator, control: Control) -> None:
        """Take the length from the control."""
        super().__init__(coordinator, control)
        self._attr_native_max = control.max_length

    @override
    def _show(self, value: Value) -> None:
        """Show the text, as much as the entity may hold."""
        self._attr_native_value = legible(str(value))[: self.control.max_length]

    @override
    def _show_nothing(self) -> None:
        """Show no text."""
        self._attr_native_value = None

    @override
    async def async_set_value(self, value: str) -> None:
        """Write the text; raises ServiceValidationError if no message can hold it."""
        try:
            message = value_message(
                self.control.datastream, value, self.control.data_type
            )
        except InvalidValue as error:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="text_not_unicode"
            ) from error
        if message.size > MESSAGE_SIZE_MAX:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="text_too_large",
                translation_placeholders={"limit": str(MESSAGE_SIZE_MAX)},
            )
        self._async_put(value)
