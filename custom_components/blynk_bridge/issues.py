"""Repair issues of an entry: what all that raise them have to keep to."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


@callback
def async_withdraw(hass: HomeAssistant, issue_id: str) -> None:
    """Take an issue back while nobody looks at what it is about.

    One that the user has ignored stays, hidden: deleted, it would come back as new.
    """
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    if issue is not None and issue.dismissed_version is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def async_forget_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete all that was ever raised about an entry, ignored or not."""
    about = (entry.entry_id, *entry.subentries)
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and issue_id.endswith(about):
            ir.async_delete_issue(hass, DOMAIN, issue_id)
