"""Repair issues about the session: what no waiting mends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_VERIFY_SSL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later

from .const import CONF_TRANSPORT, DOMAIN
from .device.backoff import HEALTHY_TIME
from .device.endpoint import Transport
from .device.errors import BlynkError, RedirectRefused, TokenInUse
from .device.session import SessionState, SessionStatus

_ISSUES: Final[dict[type[BlynkError], str]] = {
    RedirectRefused: "redirect_refused",
    TokenInUse: "token_in_use",
}
_UNVERIFIED: Final = "unverified_server"


class SessionIssues:
    """Tells the user about what only the user can mend, until it is mended."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start without issues."""
        self._hass = hass
        self._entry = entry
        self._recovery: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Warn of a connection on which nobody checks who the server is.

        What the user ignores stays ignored over reloads: an unload leaves this one.
        """
        if _unverified(self._entry.data):
            self._async_create(
                _UNVERIFIED,
                ir.IssueSeverity.WARNING,
                {"host": self._entry.data[CONF_HOST]},
            )
        else:
            ir.async_delete_issue(self._hass, DOMAIN, self._id(_UNVERIFIED))

    @callback
    def async_follow(self, status: SessionStatus) -> None:
        """Raise the issue that a status is about, and take back the others.

        Two clients that throw each other out are both online for moments, which says
        nothing: with another client there, the issue stays for a minute of health.
        """
        error = status.error
        ready = status.state is SessionState.READY
        if not ready:
            self._async_stop_recovery()
            if error is None:
                return
        key = next((k for kind, k in _ISSUES.items() if isinstance(error, kind)), None)
        if ready and self._is_raised(_ISSUES[TokenInUse]):
            self._recovery = self._recovery or async_call_later(
                self._hass, HEALTHY_TIME, self._async_recovered
            )
            self._async_delete(besides=_ISSUES[TokenInUse])
        elif ready or key is not None:
            self._async_delete(besides=key)
        if key is not None:
            target = error.target if isinstance(error, RedirectRefused) else ""
            self._async_create(key, ir.IssueSeverity.ERROR, {"target": target})

    @callback
    def async_clear(self) -> None:
        """Take back what a session has led to."""
        self._async_stop_recovery()
        self._async_delete()

    @callback
    def _async_recovered(self, now: datetime) -> None:
        """Take everything back: nobody has thrown us out for a while."""
        self._recovery = None
        self._async_delete()

    @callback
    def _async_stop_recovery(self) -> None:
        """Wait for a minute of health anew."""
        if self._recovery is not None:
            self._recovery()
            self._recovery = None

    @callback
    def _async_create(
        self, key: str, severity: ir.IssueSeverity, placeholders: dict[str, str]
    ) -> None:
        """Raise an issue."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id(key),
            is_fixable=False,
            severity=severity,
            translation_key=key,
            translation_placeholders={"title": self._entry.title, **placeholders},
        )

    @callback
    def _async_delete(self, besides: str | None = None) -> None:
        """Take back every issue but one."""
        for key in _ISSUES.values():
            if key != besides:
                ir.async_delete_issue(self._hass, DOMAIN, self._id(key))

    def _is_raised(self, key: str) -> bool:
        """Return whether an issue is there."""
        registry = ir.async_get(self._hass)
        return registry.async_get_issue(DOMAIN, self._id(key)) is not None

    def _id(self, key: str) -> str:
        """Return an issue's id of this entry."""
        return _id(key, self._entry.entry_id)


@callback
def async_forget_server(hass: HomeAssistant, entry_id: str) -> None:
    """Take back what is known of the server of an entry that is removed."""
    ir.async_delete_issue(hass, DOMAIN, _id(_UNVERIFIED, entry_id))


def _id(key: str, entry_id: str) -> str:
    """Return an issue's id."""
    return f"{key}_{entry_id}"


def _unverified(data: Mapping[str, Any]) -> bool:
    """Return whether a connection is encrypted, but to nobody knows whom."""
    return Transport(data[CONF_TRANSPORT]).encrypted and not data[CONF_VERIFY_SSL]
