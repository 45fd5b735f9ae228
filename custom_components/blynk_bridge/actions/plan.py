"""The action that tells what has to be created in the Blynk template."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import CONF_TEMPLATE_ID
from ..plan import PlannedDatastream, plan_of
from ..plan_formats import plan_words, to_csv, to_instructions, to_json, to_markdown
from .calls import Action, entry_of

ATTR_FORMAT: Final = "format"

type _Print = Callable[[HomeAssistant, Sequence[PlannedDatastream], str], JsonValueType]

FORMATS: Final[Mapping[str, _Print]] = {
    "json": lambda hass, rows, template_id: [*to_json(rows)],
    "markdown": lambda hass, rows, template_id: to_markdown(rows, plan_words(hass)),
    "csv": lambda hass, rows, template_id: to_csv(rows),
    "instructions": lambda hass, rows, template_id: to_instructions(rows, template_id),
}


async def _async_export_plan(call: ServiceCall) -> ServiceResponse:
    """Return what has to be created in the Blynk template; the user has seen it now."""
    entry = entry_of(call)
    rows = plan_of(call.hass, entry)
    template_id = entry.data[CONF_TEMPLATE_ID]
    printed = FORMATS[call.data[ATTR_FORMAT]](call.hass, rows, template_id)
    entry.runtime_data.upkeep.async_accept_plan()
    return {"plan": printed, "datastreams": len(rows)}


EXPORT_PLAN: Final = Action(
    "export_plan",
    _async_export_plan,
    {vol.Required(ATTR_FORMAT, default="markdown"): vol.In(list(FORMATS))},
    SupportsResponse.ONLY,
)
