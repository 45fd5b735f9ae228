"""The action that tells what has to be created in the Blynk template."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import CONF_TEMPLATE_ID
from ..plan import PlannedDatastream, plan_of
from ..plan_formats import to_csv, to_instructions, to_json, to_markdown
from .calls import Action, entry_of

ATTR_FORMAT: Final = "format"

type _Print = Callable[[Sequence[PlannedDatastream], str], JsonValueType]

FORMATS: Final[Mapping[str, _Print]] = {
    "json": lambda rows, template_id: [*to_json(rows)],
    "markdown": lambda rows, template_id: to_markdown(rows),
    "csv": lambda rows, template_id: to_csv(rows),
    "instructions": to_instructions,
}


async def _async_export_plan(call: ServiceCall) -> ServiceResponse:
    """Return what has to be created in the Blynk template; the user has seen it now."""
    entry = entry_of(call)
    rows = plan_of(call.hass, entry)
    printed = FORMATS[call.data[ATTR_FORMAT]](rows, entry.data[CONF_TEMPLATE_ID])
    entry.runtime_data.upkeep.async_accept_plan()
    return {"plan": printed, "datastreams": len(rows)}


EXPORT_PLAN: Final = Action(
    "export_plan",
    _async_export_plan,
    {vol.Required(ATTR_FORMAT, default="markdown"): vol.In(list(FORMATS))},
    SupportsResponse.ONLY,
)
