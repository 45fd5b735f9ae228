"""Which changes of an entry are applied live, and which need a reload."""

from typing import Final

from homeassistant.config_entries import ConfigEntry

from .const import CONF_PLAN_SIZE, CONF_REBOOT_RELOADS
from .overrides import CONF_WIDGET_PROPERTIES
from .quota import QUOTA_OPTIONS
from .server_messages import CONF_SERVER_MESSAGES

_LIVE_OPTIONS: Final = (
    CONF_PLAN_SIZE,
    CONF_REBOOT_RELOADS,
    CONF_SERVER_MESSAGES,
    CONF_WIDGET_PROPERTIES,
    *QUOTA_OPTIONS,
)
"""Options that are read when they are needed, or applied live: a reload costs messages."""


def reloading(entry: ConfigEntry) -> tuple[dict[str, object], dict[str, object]]:
    """Return a copy of what a reload is needed for when it changes."""
    options = {
        key: value for key, value in entry.options.items() if key not in _LIVE_OPTIONS
    }
    return dict(entry.data), options
