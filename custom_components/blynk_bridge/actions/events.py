"""The action that logs an event in Blynk, which notifies whom the template says."""

from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
import voluptuous as vol

from ..event_code import EVENT_CODE_MAX, is_event_code
from .calls import Action, coordinator_of, refusal, shown

ATTR_CODE: Final = "code"
ATTR_DESCRIPTION: Final = "description"


async def _async_send_event(call: ServiceCall) -> ServiceResponse:
    """Log an event; return how many Blynk still takes today."""
    events = coordinator_of(call).events
    description = call.data.get(ATTR_DESCRIPTION)
    await events.async_send(
        _code(call.data[ATTR_CODE]), "" if description is None else str(description)
    )
    return {"events_left_today": events.left_today}


def _code(given: object) -> str:
    """Return an event's code; raises ServiceValidationError for what is none."""
    # A template may make a number of it.
    code = str(given) if isinstance(given, str | int) else ""
    if not is_event_code(code):
        raise refusal(
            translation_key="invalid_event_code",
            code=shown(given),
            limit=str(EVENT_CODE_MAX),
        )
    return code


SEND_EVENT: Final = Action(
    "send_event",
    _async_send_event,
    {vol.Required(ATTR_CODE): object, vol.Optional(ATTR_DESCRIPTION): object},
    SupportsResponse.OPTIONAL,
)
