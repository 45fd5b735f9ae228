"""The logbook's words for what Blynk has operated."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import DOMAIN, MANUFACTURER
from .device.errors import InvalidValue
from .device.values import Value, legible, to_text
from .downlink import ATTR_ACTION, ATTR_DATASTREAM, ATTR_VALUE, EVENT_COMMAND
from .exposure import Exposure
from .labels import option_labels
from .traits import tolerant
from .traits.base import NotWritable, OnOffTrait

_SENTENCES: Final = f"component.{DOMAIN}.selector.command.options"
# The one icon that icons.json has no place for.
_ICON: Final = "mdi:cellphone"
_SET: Final = "set"
_OPERATED: Final = "operated"
_HIDDEN: Final = "…"
_VALUES: Final = (bool, int, float, str)
# By action, or by service alone where every domain means the same by it.
_BY_ACTION: Final[Mapping[str, str]] = {
    "alarm_arm_away": "armed",
    "alarm_arm_custom_bypass": "armed",
    "alarm_arm_home": "armed",
    "alarm_arm_night": "armed",
    "alarm_arm_vacation": "armed",
    "alarm_disarm": "disarmed",
    "alarm_trigger": "triggered",
    "automation.trigger": "triggered",
    "clean_spot": "started",
    "close_cover": "closed",
    "close_cover_tilt": "closed",
    "close_valve": "closed",
    "dock": "docked",
    "install": "updated",
    "locate": "located",
    "lock": "locked",
    "media_next_track": "skipped",
    "media_pause": "paused",
    "media_play": "played",
    "media_previous_track": "skipped",
    "media_stop": "stopped",
    "open": "opened",
    "open_cover": "opened",
    "open_cover_tilt": "opened",
    "open_valve": "opened",
    "pause": "paused",
    "pause_mowing": "paused",
    "press": "pressed",
    "return_to_base": "docked",
    "scene.turn_on": "activated",
    "start": "started",
    "start_mowing": "started",
    "stop": "stopped",
    "stop_cover": "stopped",
    "stop_cover_tilt": "stopped",
    "stop_mowing": "stopped",
    "stop_valve": "stopped",
    "timer.cancel": "stopped",
    "turn_off": "turned_off",
    "turn_on": "turned_on",
    "unlock": "unlocked",
}


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Let the logbook say what Blynk has done."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        """Return who did what to which entity.

        Without the entity's id: the frontend would name that as the one who did it.
        """
        return {
            LOGBOOK_ENTRY_NAME: MANUFACTURER,
            LOGBOOK_ENTRY_ICON: _ICON,
            LOGBOOK_ENTRY_MESSAGE: _message(hass, event.data),
        }

    async_describe_event(DOMAIN, EVENT_COMMAND, describe)


def _message(hass: HomeAssistant, data: Mapping[str, Any]) -> str:
    """Return what a command has done, in Home Assistant's language.

    Whoever may fire events may fire this one, with anything in it.
    """
    entity_id, datastream, action = (
        value if isinstance(value := data.get(key), str) else ""
        for key in (ATTR_ENTITY_ID, ATTR_DATASTREAM, ATTR_ACTION)
    )
    state = hass.states.get(entity_id)
    exposure = _exposure(hass, entity_id, datastream)
    key = _sentence(action, exposure)
    known = async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    sentence = known.get(f"{_SENTENCES}.{key}", f"{key} {{entity}}")
    return sentence.format(
        entity=state.name if state is not None else entity_id or _HIDDEN,
        value=_value(hass, state, exposure, data),
    )


def _exposure(hass: HomeAssistant, entity_id: str, datastream: str) -> Exposure | None:
    """Return the exposure that was written to, None if it is no more."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        exposures: Mapping[str, Exposure] = entry.runtime_data.exposures
        exposure = exposures.get(datastream)
        if exposure is not None and exposure.entity_id == entity_id:
            return exposure
    return None


def _sentence(action: str, exposure: Exposure | None) -> str:
    """Return the key of the sentence that tells most about an action.

    To turn a lamp on at 40 % is to set it, and a switch that is none of the table's
    has no value worth telling.
    """
    switched = exposure is None or isinstance(exposure.trait, OnOffTrait)
    if not action:
        return _SET
    service = action.partition(".")[2]
    key = _BY_ACTION.get(action) or _BY_ACTION.get(service)
    if key is None:
        return _OPERATED if switched else _SET
    return _SET if service == "turn_on" and not switched else key


def _value(
    hass: HomeAssistant,
    state: State | None,
    exposure: Exposure | None,
    data: Mapping[str, Any],
) -> str:
    """Return what was written as the user knows it: an option by its name.

    What is private is not in the event.
    """
    if (value := data.get(ATTR_VALUE)) is None:
        return _HIDDEN
    shown = None
    if state is not None and exposure is not None and isinstance(value, _VALUES):
        shown = tolerant.attempt(
            exposure.trait,
            state.entity_id,
            partial(_worded, hass, state, exposure, value),
        )
    # A colour and a place have several parts.
    return legible(str(value) if shown is None else shown)


def _worded(hass: HomeAssistant, state: State, exposure: Exposure, value: Value) -> str:
    """Return a value as its datastream has it, an option as the user knows it."""
    description = exposure.trait.describe(state)
    try:
        if description is not None and description.options:
            option = exposure.trait.reading_of(state, value)
            labels = option_labels(hass, state, description)
            return labels[description.options.index(str(option))]
        return to_text(value, exposure.data_type)
    except NotWritable, InvalidValue, ValueError:
        return str(value)
