"""The bases of the entities that controls are."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
import logging
from typing import Any, Final, Self, override

from homeassistant.core import callback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity

from .const import SUBENTRY_CONTROL
from .control import Control
from .coordinator import BlynkCoordinator
from .device.errors import InvalidValue
from .device.values import Location, Value, normalize
from .entity import SubentryEntity

_LOGGER: Final = logging.getLogger(__name__)


class ControlEntity(SubentryEntity):
    """A datastream that Blynk owns.

    What can be set is available without a connection, with the value that Blynk
    had last: what is set meanwhile is sent later. What is only read is not, for it
    may be outdated; nor is a button, whose press is meant for now.
    """

    def __init__(self, coordinator: BlynkCoordinator, control: Control) -> None:
        """Bind the entity to a control."""
        super().__init__(
            coordinator, control.subentry_id, control.datastream, SUBENTRY_CONTROL
        )
        self.control = control
        self._online = coordinator.data.online

    @property
    @override
    def available(self) -> bool:
        """Return whether the entity has something to show or to set."""
        return self.control.kind.settable or self._online

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the connection."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.async_add_listener(self._async_status_changed)
        )
        self._online = self.coordinator.data.online

    @callback
    def _async_status_changed(self) -> None:
        """Follow the connection, and nothing else of the status."""
        if self._online != self.coordinator.data.online:
            self._online = self.coordinator.data.online
            self.async_write_ha_state()


@dataclass(frozen=True, slots=True)
class _Memory(ExtraStoredData):
    """What a control's entity knows, kept across restarts."""

    datastream: str
    value: bool | int | float | str | None
    unsent: bool
    """It was set in Home Assistant, and Blynk does not have it yet."""

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self | None:
        """Return what was stored, None for a form of another version."""
        try:
            return cls(stored["datastream"], stored["value"], stored["unsent"])
        except KeyError:
            return None

    @override
    def as_dict(self) -> dict[str, Any]:
        """Return the form to store."""
        return asdict(self)


class ValueEntity(ControlEntity, RestoreEntity):
    """A control with a value: Blynk's, or what was set here and is on its way."""

    _value: bool | int | float | str | None = None

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what to know after a restart."""
        return _Memory(
            self.control.datastream,
            self._value,
            self.coordinator.controls.async_is_unsent(self.control),
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Show the value of last time until Blynk answers."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.coordinator.controls.async_follow(self.control, self._async_take)
        )
        if (stored := await self.async_get_last_extra_data()) is not None:
            self._async_restore(_Memory.from_stored(stored.as_dict()))

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Send nothing more: what is to be kept has been by now."""
        self.coordinator.controls.async_discard(self.control)
        self.coordinator.controls.showings.async_forget(self.async_write_ha_state)
        await super().async_will_remove_from_hass()

    @abstractmethod
    def _show(self, value: Value) -> None:
        """Set the entity's attributes to a value of the datastream.

        Raises InvalidValue for a value that means nothing to this entity.
        """

    @abstractmethod
    def _show_nothing(self) -> None:
        """Set the entity's attributes to what they are without a value."""

    @callback
    def _async_restore(self, memory: _Memory | None) -> None:
        """Go on with what was known, if it is of the same datastream."""
        if (
            memory is None
            or memory.value is None
            or memory.datastream != self.control.datastream
        ):
            return
        try:
            value = normalize(memory.value, self.control.data_type)
            self._accept(value)
        except InvalidValue as error:
            _LOGGER.debug("Nothing to restore of %s: %s", self.entity_id, error)
            return
        if memory.unsent:
            self.coordinator.controls.async_put(self.control, value)

    @callback
    def _async_take(self, value: Value | None) -> None:
        """Show what Blynk has; raises InvalidValue for what can't be shown."""
        if value is None:
            self._show_nothing()
            self._value = None
        else:
            self._accept(value)
        self.coordinator.controls.showings.async_show(self.async_write_ha_state)

    @callback
    def _async_put(self, value: Value) -> None:
        """Show what was set here, and send it."""
        value = normalize(value, self.control.data_type)
        self._accept(value)
        self.coordinator.controls.async_put(self.control, value)
        self.async_write_ha_state()

    def _accept(self, value: Value) -> None:
        """Show a value, and remember it."""
        if isinstance(value, Location):
            raise InvalidValue(self.control.data_type)
        self._show(value)
        self._value = value
