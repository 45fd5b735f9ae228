"""The integration's actions, as one table."""

from typing import Final

from homeassistant.core import HomeAssistant, callback

from .actions.calls import Action
from .actions.events import SEND_EVENT
from .actions.history import BACKFILL
from .actions.metadata import GET_METADATA, SET_METADATA
from .actions.plan import EXPORT_PLAN
from .actions.properties import ERASE_PROPERTY, SET_PROPERTY
from .actions.values import ERASE_VALUE, GET_VALUES, SET_VALUE

ACTIONS: Final[tuple[Action, ...]] = (
    BACKFILL,
    ERASE_PROPERTY,
    ERASE_VALUE,
    EXPORT_PLAN,
    GET_METADATA,
    GET_VALUES,
    SEND_EVENT,
    SET_METADATA,
    SET_PROPERTY,
    SET_VALUE,
)


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions; each says which Blynk device it is about."""
    for action in ACTIONS:
        action.async_register(hass)
