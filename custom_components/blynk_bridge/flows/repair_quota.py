"""The flow of the issue that this month's messages are nearly used up."""

from collections.abc import Mapping
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from .options_flow import PLAN_FIELDS, plan_errors, plan_options


class QuotaFlow(RepairsFlow):
    """Lets the user correct what the plan allows; else the messages have to last."""

    def __init__(self, entry: ConfigEntry) -> None:
        """Remember the entry."""
        self._entry = entry
        self._said: Mapping[str, str] = {}

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin with the only step, and with what the issue says."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        self._said = (issue and issue.translation_placeholders) or {}
        return await self.async_step_plan()

    async def async_step_plan(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the plan; the entry's listener applies what has changed."""
        errors: dict[str, str] = {}
        options = self._entry.options
        if user_input is not None and not (errors := plan_errors(user_input)):
            self.hass.config_entries.async_update_entry(
                self._entry, options={**options, **plan_options(user_input)}
            )
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="plan",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema({**PLAN_FIELDS}), user_input or options
            ),
            errors=errors,
            description_placeholders=self._said,
        )
