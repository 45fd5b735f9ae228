"""The options of an entry."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from .const import CONF_REBOOT_RELOADS

_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_REBOOT_RELOADS, default=False): BooleanSelector()}
)


class BlynkOptionsFlow(OptionsFlow):
    """Changes how the bridge behaves; a change reloads the entry by its listener."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options."""
        if user_input is not None:
            return self.async_create_entry(
                data={**self.config_entry.options, **user_input}
            )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, self.config_entry.options
            ),
        )
