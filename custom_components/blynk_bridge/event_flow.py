"""Adding an event, and changing one."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from .const import CONF_EVENT_CODE
from .event_code import EVENT_CODE_MAX, is_event_code
from .events import DESCRIPTION_MAX, EVENTS_PER_DAY

_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_EVENT_CODE): TextSelector(),
        vol.Optional(CONF_NAME): TextSelector(),
    }
)


class EventSubentryFlow(ConfigSubentryFlow):
    """Adds an event, or changes one."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the event's code, and what it is called here."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data = _tidied(user_input)
            errors = self._errors(data)
            if not errors:
                code = data[CONF_EVENT_CODE]
                return self.async_create_entry(
                    title=_title(data),
                    data=data,
                    description="event",
                    description_placeholders={"code": code},
                    unique_id=_unique_id(code),
                )
        return self._show("user", user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another code or name."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is None:
            user_input = dict(subentry.data)
        else:
            data = _tidied(user_input)
            errors = self._errors(data)
            if not errors:
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=_title(data),
                    data=data,
                    unique_id=_unique_id(data[CONF_EVENT_CODE]),
                )
        return self._show("reconfigure", user_input, errors)

    def _show(
        self, step: str, values: Mapping[str, Any] | None, errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show the form, with what Blynk allows."""
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, values),
            errors=errors,
            description_placeholders={
                "code_length": str(EVENT_CODE_MAX),
                "text_length": str(DESCRIPTION_MAX),
                "per_day": str(EVENTS_PER_DAY),
            },
        )

    def _errors(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with a code."""
        code = data.get(CONF_EVENT_CODE, "")
        if not is_event_code(code):
            return {CONF_EVENT_CODE: "invalid_code"}
        changed = (
            self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None
        )
        if any(
            subentry.unique_id == _unique_id(code)
            for subentry_id, subentry in self._get_entry().subentries.items()
            if subentry_id != changed
        ):
            return {CONF_EVENT_CODE: "code_in_use"}
        return {}


def _tidied(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered without spaces around it, and without what is empty."""
    return {field: text.strip() for field, text in entered.items() if text.strip()}


def _title(data: Mapping[str, Any]) -> str:
    """Return what the event is called."""
    title: str = data.get(CONF_NAME, data[CONF_EVENT_CODE])
    return title


def _unique_id(code: str) -> str:
    """Return the subentry's unique id: its kind, and the event's code."""
    return f"ev:{code}"
