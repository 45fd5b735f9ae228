"""The options of an entry."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import PERCENTAGE
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import CONF_REBOOT_RELOADS
from ..overrides import CONF_WIDGET_PROPERTIES
from ..quota import (
    CONF_FIRST_DAY,
    CONF_MESSAGES,
    CONF_QUOTA,
    CONF_SHARE,
    FIRST_DAY_MAX,
    MESSAGES_MAX,
    MESSAGES_MIN,
    QuotaKind,
)
from ..server_messages import CONF_SERVER_MESSAGES, Notice

CONF_BEHAVIOR: Final = "behavior"
# A selector's own limits would answer in English.
_RANGES: Final[Mapping[str, tuple[int, int, str]]] = {
    CONF_MESSAGES: (MESSAGES_MIN, MESSAGES_MAX, "messages_out_of_range"),
    CONF_SHARE: (1, 100, "share_out_of_range"),
    CONF_FIRST_DAY: (1, FIRST_DAY_MAX, "day_out_of_range"),
}
# Nothing of it can be wrong: the frontend shows no error of a field in a section.
_BEHAVIOR: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(CONF_WIDGET_PROPERTIES, default=True): BooleanSelector(),
    vol.Required(CONF_REBOOT_RELOADS, default=False): BooleanSelector(),
    vol.Required(CONF_SERVER_MESSAGES, default=Notice.SHOW.value): SelectSelector(
        SelectSelectorConfig(
            options=[str(notice) for notice in Notice],
            mode=SelectSelectorMode.LIST,
            translation_key="server_messages",
        )
    ),
}
PLAN_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(CONF_QUOTA, default=QuotaKind.FREE.value): SelectSelector(
        SelectSelectorConfig(
            options=[str(kind) for kind in QuotaKind],
            mode=SelectSelectorMode.LIST,
            translation_key="quota",
        )
    ),
    vol.Optional(CONF_MESSAGES): NumberSelector(
        NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1)
    ),
    vol.Required(CONF_SHARE, default=100): NumberSelector(
        NumberSelectorConfig(
            step=1, mode=NumberSelectorMode.BOX, unit_of_measurement=PERCENTAGE
        )
    ),
    vol.Required(CONF_FIRST_DAY, default=1): NumberSelector(
        NumberSelectorConfig(step=1, mode=NumberSelectorMode.BOX)
    ),
}
_SCHEMA: Final = vol.Schema(
    {
        **PLAN_FIELDS,
        vol.Required(CONF_BEHAVIOR): section(
            vol.Schema(_BEHAVIOR), {"collapsed": False}
        ),
    }
)
_ASKED: Final = frozenset(field.schema for field in (*PLAN_FIELDS, *_BEHAVIOR))


class BlynkOptionsFlow(OptionsFlow):
    """Changes how the bridge behaves; the entry's listener applies what has changed."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options; what else is remembered among them is kept."""
        errors: dict[str, str] = {}
        options = self.config_entry.options
        if user_input is not None and not (errors := plan_errors(user_input)):
            kept = {key: options[key] for key in options if key not in _ASKED}
            behavior = user_input.pop(CONF_BEHAVIOR)
            plan = plan_options(user_input)
            return self.async_create_entry(data={**kept, **plan, **behavior})
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, user_input or {**options, CONF_BEHAVIOR: options}
            ),
            errors=errors,
        )


def plan_errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the numbers, by field."""
    errors: dict[str, str] = {}
    for key in _RANGES.keys() & user_input.keys():
        lowest, highest, error = _RANGES[key]
        number = user_input[key]
        if not lowest <= number <= highest:
            errors[key] = error
        elif number % 1:
            errors[key] = "not_whole"
    if user_input[CONF_QUOTA] == QuotaKind.CUSTOM and CONF_MESSAGES not in user_input:
        errors[CONF_MESSAGES] = "no_messages"
    return errors


def plan_options(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered of the plan, with whole numbers."""
    return {
        key: int(value) if key in _RANGES else value
        for key, value in user_input.items()
    }
