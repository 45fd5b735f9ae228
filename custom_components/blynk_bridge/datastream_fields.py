"""What the forms of datastreams share: a name and a pin that nothing else has."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
)
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from .const import CONF_DATASTREAM, CONF_PIN
from .device.errors import InvalidName
from .device.messages import valid_name

PIN_MAX: Final = 255
PIN_SELECTOR: Final = NumberSelector(
    NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1)
)


def select(options: Iterable[str], translation_key: str) -> SelectSelector:
    """Return a selector of options whose labels are translated."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[str(option) for option in options],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key=translation_key,
        )
    )


def only(found: Mapping[str, str | None]) -> dict[str, str]:
    """Return the errors that there are."""
    return {field: error for field, error in found.items() if error is not None}


def datastream_unique_id(name: str) -> str:
    """Return the subentry's unique id: its kind, and the datastream's name."""
    return f"ds:{name}"


def datastream_title(data: Mapping[str, Any]) -> str:
    """Return what the user knows the datastream by in Blynk."""
    name: str = data[CONF_DATASTREAM]
    return f"{name} (V{data[CONF_PIN]})" if CONF_PIN in data else name


class DatastreamFlow(ConfigSubentryFlow):
    """A flow that adds or changes a datastream."""

    def _others(self) -> list[ConfigSubentry]:
        """Return the entry's subentries but the one that is being changed."""
        changed = (
            self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None
        )
        return [
            subentry
            for subentry_id, subentry in self._get_entry().subentries.items()
            if subentry_id != changed
        ]

    def _name_error(self, name: str) -> str | None:
        """Return what is wrong with a datastream's name."""
        try:
            valid_name(name)
        except InvalidName:
            return "invalid_name"
        unique_id = datastream_unique_id(name)
        if any(subentry.unique_id == unique_id for subentry in self._others()):
            return "datastream_in_use"
        return None

    def _pin_error(self, pin: float | None) -> str | None:
        """Return what is wrong with a virtual pin."""
        if pin is None:
            return None
        if not (0 <= pin <= PIN_MAX and float(pin).is_integer()):
            return "invalid_pin"
        if any(subentry.data.get(CONF_PIN) == pin for subentry in self._others()):
            return "pin_in_use"
        return None
