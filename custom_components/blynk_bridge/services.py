"""The integration's actions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers.selector import ConfigEntrySelector
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .const import CONF_TEMPLATE_ID, DOMAIN
from .coordinator import BlynkConfigEntry
from .plan import PlannedDatastream, plan_of
from .plan_formats import plan_words, to_csv, to_instructions, to_json, to_markdown
from .requested_history import BACKFILL_SCHEMA, SERVICE_BACKFILL, async_backfill

SERVICE_EXPORT_PLAN: Final = "export_plan"
ATTR_FORMAT: Final = "format"

type _Print = Callable[[HomeAssistant, Sequence[PlannedDatastream], str], JsonValueType]

FORMATS: Final[Mapping[str, _Print]] = {
    "json": lambda hass, rows, template_id: [*to_json(rows)],
    "markdown": lambda hass, rows, template_id: to_markdown(rows, plan_words(hass)),
    "csv": lambda hass, rows, template_id: to_csv(rows),
    "instructions": lambda hass, rows, template_id: to_instructions(rows, template_id),
}
_EXPORT_PLAN: Final = vol.Schema(
    {
        vol.Required(ATTR_CONFIG_ENTRY_ID): ConfigEntrySelector(
            {"integration": DOMAIN}
        ),
        vol.Required(ATTR_FORMAT, default="markdown"): vol.In(list(FORMATS)),
    }
)


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions; each says which Blynk device it is about."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_EXPORT_PLAN,
        _async_export_plan,
        _EXPORT_PLAN,
        SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_BACKFILL,
        async_backfill,
        BACKFILL_SCHEMA,
        SupportsResponse.OPTIONAL,
    )


@callback
def _async_export_plan(call: ServiceCall) -> ServiceResponse:
    """Return what has to be created in the Blynk template; the user has seen it now."""
    entry: BlynkConfigEntry = async_get_config_entry(
        call.hass, DOMAIN, call.data[ATTR_CONFIG_ENTRY_ID]
    )
    rows = plan_of(call.hass, entry)
    template_id = entry.data[CONF_TEMPLATE_ID]
    printed = FORMATS[call.data[ATTR_FORMAT]](call.hass, rows, template_id)
    entry.runtime_data.upkeep.async_accept_plan()
    return {"plan": printed, "datastreams": len(rows)}
