"""Adding an event, and changing one."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from ..const import CONF_EVENT_CODE
from ..event_code import EVENT_CODE_MAX, is_event_code
from ..events import DESCRIPTION_MAX, EVENTS_PER_DAY
from ..requirement import Requirement
from .subentry_base import SubentryFlow

_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_EVENT_CODE): TextSelector(),
        vol.Optional(CONF_NAME): TextSelector(),
    }
)


class EventSubentryFlow(SubentryFlow):
    """Adds an event, or changes one."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the event's code, and what it is called here."""
        return self._ask("user", user_input, {})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another code or name."""
        current = self._get_reconfigure_subentry().data
        return self._ask("reconfigure", user_input, current)

    def _ask(
        self,
        step: str,
        user_input: dict[str, Any] | None,
        current: Mapping[str, Any],
    ) -> SubentryFlowResult:
        """Show the form with what Blynk allows, or end the flow with what was entered."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data = _tidied(user_input)
            errors = self._errors(data)
            if not errors:
                code = data[CONF_EVENT_CODE]
                return self._keep(
                    data,
                    data.get(CONF_NAME, code),
                    _unique_id(code),
                    Requirement("event", {"code": code}),
                )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, current if user_input is None else user_input
            ),
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
        if any(other.unique_id == _unique_id(code) for other in self._others()):
            return {CONF_EVENT_CODE: "code_in_use"}
        return {}


def _tidied(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered without spaces around it, and without what is empty."""
    return {field: text.strip() for field, text in entered.items() if text.strip()}


def _unique_id(code: str) -> str:
    """Return the subentry's unique id: its kind, and the event's code."""
    return f"ev:{code}"
