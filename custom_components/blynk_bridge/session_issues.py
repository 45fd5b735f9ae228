"""Repair issues about the session: what no waiting mends."""

from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .device.errors import BlynkError, RedirectRefused, TokenInUse
from .device.session import SessionState, SessionStatus

_ISSUES: Final[dict[type[BlynkError], str]] = {
    RedirectRefused: "redirect_refused",
    TokenInUse: "token_in_use",
}


class SessionIssues:
    """Tells the user about what only the user can mend, until it is mended."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start without issues."""
        self._hass = hass
        self._entry = entry

    @callback
    def async_follow(self, status: SessionStatus) -> None:
        """Raise the issue that a status is about, and take back the others."""
        error = status.error
        if status.state is not SessionState.READY and error is None:
            return
        key = next((k for kind, k in _ISSUES.items() if isinstance(error, kind)), None)
        self._async_delete(besides=key)
        if key is None:
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id(key),
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=key,
            translation_placeholders={
                "title": self._entry.title,
                "target": error.target if isinstance(error, RedirectRefused) else "",
            },
        )

    @callback
    def async_clear(self) -> None:
        """Take everything back."""
        self._async_delete()

    @callback
    def _async_delete(self, besides: str | None = None) -> None:
        """Take back every issue but one."""
        for key in _ISSUES.values():
            if key != besides:
                ir.async_delete_issue(self._hass, DOMAIN, self._id(key))

    def _id(self, key: str) -> str:
        """Return an issue's id of this entry."""
        return f"{key}_{self._entry.entry_id}"
