"""Setting up a Blynk device: its credentials, and where it connects to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_PROTOCOL,
    CONF_TOKEN,
    CONF_VERIFY_SSL,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .connection import configured_endpoint
from .const import (
    CONF_ADVANCED,
    CONF_TEMPLATE_ID,
    CONF_TRANSPORT,
    DOMAIN,
    SUBENTRY_CONTROL,
    SUBENTRY_DATASTREAM,
    SUBENTRY_EVENT,
    SUBENTRY_SELECTION,
)
from .device.endpoint import Transport
from .device.errors import InvalidEndpoint
from .device.link import Protocol
from .flows.control_flow import ControlSubentryFlow
from .flows.credentials import Credentials
from .flows.event_flow import EventSubentryFlow
from .flows.first_exposures import FirstExposures
from .flows.live_test import async_try, async_try_for_entry
from .flows.options_flow import BlynkOptionsFlow
from .flows.selection_flow import SelectionSubentryFlow
from .flows.subentry_flow import DatastreamSubentryFlow
from .texts import async_load_texts, option_text

TITLE: Final = "Blynk Bridge"
CONSOLE_URL: Final = "https://blynk.cloud/dashboard"

_ADVANCED_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_HOST, default="blynk.cloud"): TextSelector(),
        vol.Optional(CONF_PORT): NumberSelector(
            NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1)
        ),
        vol.Required(CONF_TRANSPORT, default=Transport.TLS.value): SelectSelector(
            SelectSelectorConfig(
                options=[
                    transport.value
                    for transport in (
                        Transport.TLS,
                        Transport.WSS,
                        Transport.TCP,
                        Transport.WS,
                    )
                ],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="transport",
            )
        ),
        vol.Required(CONF_VERIFY_SSL, default=True): BooleanSelector(),
        vol.Required(CONF_PROTOCOL, default=Protocol.V311.value): SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=protocol.value, label=f"MQTT {protocol}")
                    for protocol in Protocol
                ],
                mode=SelectSelectorMode.DROPDOWN,
            )
        ),
    }
)
_CREDENTIALS_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(CONF_TOKEN): TextSelector(
        TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
    ),
}
_USER_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    **_CREDENTIALS_FIELDS,
    # Optional, so that lines pasted as the token can fill it; our own check
    # requires it.
    vol.Optional(CONF_TEMPLATE_ID): TextSelector(),
}
_RECONFIGURE_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(CONF_TEMPLATE_ID): TextSelector()
}


class BlynkConfigFlow(FirstExposures, domain=DOMAIN):
    """Adds a Blynk device, and mends its credentials and its connection."""

    VERSION = 1
    MINOR_VERSION = 2

    def __init__(self) -> None:
        """Start without credentials."""
        super().__init__()
        self._pasted = Credentials("", "")
        self._redirect_target = ""
        self._problem = ""

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what an entry can hold."""
        return {
            SUBENTRY_DATASTREAM: DatastreamSubentryFlow,
            SUBENTRY_SELECTION: SelectionSubentryFlow,
            SUBENTRY_CONTROL: ControlSubentryFlow,
            SUBENTRY_EVENT: EventSubentryFlow,
        }

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> BlynkOptionsFlow:
        """Return the flow that changes an entry's options."""
        return BlynkOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials of a device, and try them."""
        errors: dict[str, str] = {}
        if user_input is not None:
            credentials = self._parse(
                user_input[CONF_TOKEN], user_input.get(CONF_TEMPLATE_ID, "")
            )
            user_input = user_input | _fields(credentials)
            data = _fields(credentials) | _advanced(user_input.get(CONF_ADVANCED, {}))
            errors = _token_errors(credentials) | _template_errors(credentials)
            errors |= _endpoint_errors(data)
            if not errors:
                await self.async_set_unique_id(credentials.fingerprint)
                self._abort_if_unique_id_configured()
                errors = await self._async_try(data)
            if not errors:
                self._title, self._data = credentials.template_name or TITLE, data
                return await self.async_step_expose()
        schema = _with_connection(_USER_FIELDS, user_input, errors)
        return self._show("user", schema, user_input, errors)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Mend an entry whose token Blynk does not accept any more."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the device's new token, and try it."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            credentials = self._parse(
                user_input[CONF_TOKEN],
                self._pasted.template_id or entry.data[CONF_TEMPLATE_ID],
            )
            user_input = {CONF_TOKEN: credentials.token}
            data = dict(entry.data) | _fields(credentials)
            errors = self._new_token_errors(credentials, entry)
            if not errors:
                errors = await self._async_try(data, entry)
            if not errors:
                return self._update(entry, data, credentials.fingerprint)
        schema = vol.Schema({**_CREDENTIALS_FIELDS})
        return self._show("reauth_confirm", schema, user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another template or way to connect, and try it."""
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        connection = {
            field.schema: entry.data[field.schema]
            for field in _ADVANCED_SCHEMA.schema
            if field.schema in entry.data
        }
        if user_input is None:
            user_input = dict(entry.data) | {CONF_ADVANCED: connection}
        else:
            credentials = self._parse(
                entry.data[CONF_TOKEN], user_input[CONF_TEMPLATE_ID]
            )
            user_input = user_input | {CONF_TEMPLATE_ID: credentials.template_id}
            data = _advanced(user_input.get(CONF_ADVANCED, connection)) | {
                CONF_TOKEN: entry.data[CONF_TOKEN],
                CONF_TEMPLATE_ID: credentials.template_id,
            }
            errors = _template_errors(credentials) | _endpoint_errors(data)
            if not errors:
                errors = await self._async_try(data, entry)
            if not errors:
                return self._update(entry, data)
        schema = _with_connection(_RECONFIGURE_FIELDS, user_input, errors)
        return self._show("reconfigure", schema, user_input, errors)

    def _parse(self, token: str, template_id: str) -> Credentials:
        """Return the credentials that were entered.

        Remembers what came with a paste: once it is taken apart, the form shows
        only the fields.
        """
        credentials = Credentials.parse(token, template_id)
        if credentials.template_name is None:
            credentials = replace(credentials, template_name=self._pasted.template_name)
        if credentials.has_valid_template_id:
            self._pasted = credentials
        return credentials

    def _show(
        self,
        step: str,
        schema: vol.Schema,
        values: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        """Show a step's form, with what was typed so far."""
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders={
                "console_url": CONSOLE_URL,
                "redirect_target": self._redirect_target,
                "problem": self._problem,
            },
            last_step=False if step == "user" else None,
        )

    async def _async_try(
        self, data: Mapping[str, Any], entry: ConfigEntry | None = None
    ) -> dict[str, str]:
        """Bring the device online with these data; return the error if that fails."""
        if entry is None:
            failure = await async_try(self.hass, data)
        else:
            failure = await async_try_for_entry(self.hass, entry, data)
        if failure is None:
            return {}
        self._redirect_target = failure.redirect_target
        if failure.problem is not None:
            await async_load_texts(self.hass)
            self._problem = option_text(self.hass, "problem", failure.problem)
        return {"base": failure.error}

    def _new_token_errors(
        self, credentials: Credentials, entry: ConfigEntry
    ) -> dict[str, str]:
        """Return the error of a token that can't be the entry's new one."""
        if errors := _token_errors(credentials):
            return errors
        if not credentials.has_valid_template_id:
            return {CONF_TOKEN: "invalid_template_id"}
        owner = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, credentials.fingerprint
        )
        if owner is not None and owner.entry_id != entry.entry_id:
            return {CONF_TOKEN: "already_configured"}
        return {}

    def _update(
        self,
        entry: ConfigEntry,
        data: Mapping[str, Any],
        unique_id: str | None = None,
    ) -> ConfigFlowResult:
        """End the flow with the entry changed.

        A loaded entry reloads itself when it changes; any other has nobody who
        listens.
        """
        unique_id = unique_id or entry.unique_id
        if entry.state is ConfigEntryState.LOADED:
            return self.async_update_and_abort(entry, unique_id=unique_id, data=data)
        return self.async_update_reload_and_abort(entry, unique_id=unique_id, data=data)


def _with_connection(
    fields: Mapping[vol.Marker, Any],
    values: Mapping[str, Any] | None,
    errors: Mapping[str, str],
) -> vol.Schema:
    """Return a form's schema with the connection's section.

    It stays open once there is something in it to look at: a server that is not
    the usual one, or an error that may be mended there.
    """
    entered = _advanced((values or {}).get(CONF_ADVANCED, {}))
    collapsed = entered == _advanced({}) and "base" not in errors
    connection = section(_ADVANCED_SCHEMA, {"collapsed": collapsed})
    return vol.Schema({**fields, vol.Optional(CONF_ADVANCED): connection})


def _fields(credentials: Credentials) -> dict[str, Any]:
    """Return the credentials as form fields and entry data have them."""
    return {
        CONF_TOKEN: credentials.token,
        CONF_TEMPLATE_ID: credentials.template_id,
    }


def _advanced(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the connection's part of the entry data."""
    advanced: dict[str, Any] = _ADVANCED_SCHEMA(dict(fields))
    advanced[CONF_HOST] = advanced[CONF_HOST].strip()
    if (port := advanced.get(CONF_PORT)) is not None and float(port).is_integer():
        advanced[CONF_PORT] = int(port)
    return advanced


def _token_errors(credentials: Credentials) -> dict[str, str]:
    """Return the error of a token that can't be one."""
    return {} if credentials.has_valid_token else {CONF_TOKEN: "invalid_token_format"}


def _template_errors(credentials: Credentials) -> dict[str, str]:
    """Return the error of a template ID that can't be one."""
    if credentials.has_valid_template_id:
        return {}
    return {CONF_TEMPLATE_ID: "invalid_template_id"}


def _endpoint_errors(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the error of a server that can't be one.

    Under base: the frontend shows no error of a field in a collapsed section.
    """
    port = data.get(CONF_PORT)
    if port is not None and not (isinstance(port, int) and 0 < port < 65536):
        return {"base": "invalid_port"}
    try:
        configured_endpoint(data)
    except InvalidEndpoint:
        return {"base": "invalid_host"}
    return {}
