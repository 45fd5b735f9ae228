"""Repair issues about the session: what no waiting mends."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_VERIFY_SSL
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.util.network import is_local

from .const import CONF_TRANSPORT, DOMAIN
from .device.backoff import HEALTHY_TIME
from .device.endpoint import Endpoint, Transport
from .device.errors import BlynkError, RedirectRefused, TokenInUse
from .device.session import SessionState, SessionStatus
from .issues import async_withdraw

ISSUE_REDIRECT_REFUSED: Final = "redirect_refused"
ISSUE_TOKEN_IN_USE: Final = "token_in_use"  # noqa: S105
ISSUE_UNVERIFIED: Final = "unverified_server"
ISSUE_PLAIN: Final = "insecure_transport"
_ISSUES: Final[dict[type[BlynkError], str]] = {
    RedirectRefused: ISSUE_REDIRECT_REFUSED,
    TokenInUse: ISSUE_TOKEN_IN_USE,
}
_HOME_ZONES: Final = (".home.arpa", ".internal", ".lan", ".local", ".localhost")
"""Zones that no public server is in (RFC 8375, RFC 6762, ICANN), and routers' own."""
# A redirect that nobody can allow: there is nothing to choose.
_REDIRECT_UNFIT: Final = "redirect_unfit"


class SessionIssues:
    """Tells the user about what only the user can mend, until it is mended."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start without issues."""
        self._hass = hass
        self._entry = entry
        self._recovery: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Warn of a connection on which others may read, or pose as the server.

        What the user ignores stays ignored over reloads, until it is about another
        server or another way to it.
        """
        data = self._entry.data
        self._async_warn(ISSUE_UNVERIFIED, _unverified(data))
        self._async_warn(ISSUE_PLAIN, _plain(data[CONF_HOST], data[CONF_TRANSPORT]))

    @callback
    def _async_warn(self, key: str, insecure: bool) -> None:
        """Raise or take back what is wrong with the configured connection."""
        if not insecure:
            ir.async_delete_issue(self._hass, DOMAIN, self._id(key))
            return
        host, transport = self._entry.data[CONF_HOST], self._entry.data[CONF_TRANSPORT]
        self._async_create(
            key,
            ir.IssueSeverity.WARNING,
            {"host": host},
            about={"connection": f"{transport}://{host}"},
        )

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
        if ready and self._is_raised(ISSUE_TOKEN_IN_USE):
            self._recovery = self._recovery or async_call_later(
                self._hass, HEALTHY_TIME, self._async_recovered
            )
            self._async_delete(besides=ISSUE_TOKEN_IN_USE)
        elif ready or key is not None:
            self._async_delete(besides=key)
        if isinstance(error, RedirectRefused):
            self._async_redirect_refused(error)
        elif key is not None:
            self._async_create(key, ir.IssueSeverity.ERROR, {})

    @callback
    def _async_redirect_refused(self, error: RedirectRefused) -> None:
        """Let the user trust the host, where that is all there is against it.

        Of another host than before there is another issue: that one was ignored says
        nothing about this one.
        """
        target = Endpoint.parse(error.target)
        unfit = error.host is None or _plain(target.host, target.transport)
        self._async_create(
            ISSUE_REDIRECT_REFUSED,
            ir.IssueSeverity.ERROR,
            {"target": error.target},
            text=_REDIRECT_UNFIT if unfit else None,
            about={"host": target.host},
        )

    @callback
    def async_clear(self) -> None:
        """Take back what is said of a connection that is no more."""
        self._async_stop_recovery()
        for key in (*_ISSUES.values(), ISSUE_UNVERIFIED, ISSUE_PLAIN):
            async_withdraw(self._hass, self._id(key))

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
        self,
        key: str,
        severity: ir.IssueSeverity,
        placeholders: dict[str, str],
        *,
        text: str | None = None,
        about: Mapping[str, str] | None = None,
    ) -> None:
        """Raise an issue, which has a flow unless it has a text of another kind."""
        data: dict[str, str | int | float | None] = {
            "entry_id": self._entry.entry_id,
            **(about or {}),
        }
        issue = ir.async_get(self._hass).async_get_issue(DOMAIN, self._id(key))
        # Of what was ignored, Home Assistant keeps over a restart only that it was.
        if issue is not None and issue.data is not None and issue.data != data:
            ir.async_delete_issue(self._hass, DOMAIN, self._id(key))
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id(key),
            data=data,
            is_fixable=text is None,
            severity=severity,
            translation_key=text or key,
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
        return f"{key}_{self._entry.entry_id}"


def _unverified(data: Mapping[str, Any]) -> bool:
    """Return whether a connection is encrypted, but to nobody knows whom."""
    return Transport(data[CONF_TRANSPORT]).encrypted and not data[CONF_VERIFY_SSL]


def _plain(host: str, transport: str) -> bool:
    """Return whether the token leaves the home in plain text.

    A name without a dot and one of the home's own zones are the home's.
    """
    if Transport(transport).encrypted:
        return False
    try:
        return not is_local(ip_address(host.strip("[]")))
    except ValueError:
        return "." in host and not host.lower().rstrip(".").endswith(_HOME_ZONES)
