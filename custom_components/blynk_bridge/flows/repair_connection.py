"""The flows that mend the connection: whom the token goes to, and who else has it."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..connection import CONF_TRUSTED_HOSTS
from ..const import CONF_TRANSPORT
from ..coordinator import BlynkConfigEntry
from ..device.endpoint import Transport
from ..texts import async_load_texts, option_text
from .live_test import async_try_for_entry

_NOTHING: Final = vol.Schema({})
_ENCRYPTED: Final[Mapping[Transport, Transport]] = {
    Transport.TCP: Transport.TLS,
    Transport.WS: Transport.WSS,
}
"""The encrypted way that passes where a plain one does."""


class TrustFlow(RepairsFlow):
    """Lets the token go to a host that the server has redirected to, and to no other."""

    def __init__(self, entry: ConfigEntry, host: str) -> None:
        """Remember whom it is about."""
        self._entry = entry
        self._host = host
        self._server = ""

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin with the only step."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Say what trusting means; the changed entry reloads, and goes there.

        The user trusts a host for what the server that was shown does with it.
        """
        server = self._entry.data[CONF_HOST]
        if user_input is not None and server == self._server:
            trusted = {*self._entry.data.get(CONF_TRUSTED_HOSTS, ()), self._host}
            data = {**self._entry.data, CONF_TRUSTED_HOSTS: sorted(trusted)}
            _update(self.hass, self._entry, data)
            return self.async_create_entry(data={})
        self._server = server
        return self.async_show_form(
            step_id="confirm",
            data_schema=_NOTHING,
            description_placeholders={
                "title": self._entry.title,
                "target": self._host,
                "host": server,
            },
        )


class TokenInUseFlow(RepairsFlow):
    """Asks what the user has done about another client with the same token."""

    def __init__(self, entry: BlynkConfigEntry) -> None:
        """Remember the entry."""
        self._entry = entry

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Let the user choose."""
        return self.async_show_menu(
            step_id="init",
            menu_options=["connect", "new_token"],
            description_placeholders={"title": self._entry.title},
        )

    async def async_step_connect(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Connect at once instead of backing off; another time there is an issue again."""
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})

    async def async_step_new_token(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Go on with the flow that asks for a token, which opens by itself."""
        if self._entry.state is ConfigEntryState.LOADED:
            self._entry.runtime_data.async_ask_for_token()
        else:
            self._entry.async_start_reauth(self.hass)
        asking = next(
            self._entry.async_get_active_flows(self.hass, {SOURCE_REAUTH}), None
        )
        return self.async_create_entry(
            data={},
            next_flow=None
            if asking is None
            else (FlowType.CONFIG_FLOW, asking["flow_id"]),
        )


class SecureFlow(RepairsFlow):
    """Encrypts a connection and has its server checked, if the server can do that."""

    def __init__(self, entry: ConfigEntry) -> None:
        """Remember the entry."""
        self._entry = entry

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin with the only step."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Try it, and keep it if it works."""
        errors: dict[str, str] = {}
        problem = ""
        if user_input is not None:
            data = _secured(self._entry.data)
            failure = await async_try_for_entry(self.hass, self._entry, data)
            if failure is None:
                _update(self.hass, self._entry, data)
                return self.async_create_entry(data={})
            errors["base"] = failure.error
            if failure.problem is not None:
                await async_load_texts(self.hass)
                problem = option_text(self.hass, "problem", failure.problem)
        return self.async_show_form(
            step_id="confirm",
            data_schema=_NOTHING,
            errors=errors,
            description_placeholders={
                "title": self._entry.title,
                "host": self._entry.data[CONF_HOST],
                "problem": problem,
            },
        )


def _secured(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry's data with encryption and a verified server.

    Another way of connecting has another port: the usual one.
    """
    secured = {**data, CONF_VERIFY_SSL: True}
    transport = Transport(data[CONF_TRANSPORT])
    if transport in _ENCRYPTED:
        secured[CONF_TRANSPORT] = _ENCRYPTED[transport].value
        secured.pop(CONF_PORT, None)
    return secured


def _update(hass: HomeAssistant, entry: ConfigEntry, data: Mapping[str, Any]) -> None:
    """Change an entry's data; a loaded one reloads itself, others have nobody to."""
    loaded = entry.state is ConfigEntryState.LOADED
    hass.config_entries.async_update_entry(entry, data=data)
    if not loaded:
        hass.config_entries.async_schedule_reload(entry.entry_id)
