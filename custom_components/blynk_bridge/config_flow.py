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
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.typing import UNDEFINED, UndefinedType
import voluptuous as vol

from .connection import CONF_TRUSTED_HOSTS
from .const import (
    CONF_ADVANCED,
    CONF_TEMPLATE_ID,
    DOMAIN,
    SUBENTRY_CONTROL,
    SUBENTRY_DATASTREAM,
    SUBENTRY_EVENT,
    SUBENTRY_SELECTION,
)
from .flows.connection_form import (
    connection_data,
    endpoint_errors,
    split,
    with_connection,
)
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
        await async_load_texts(self.hass)
        errors: dict[str, str] = {}
        if user_input is not None:
            credentials = self._parse(
                user_input[CONF_TOKEN], user_input.get(CONF_TEMPLATE_ID, "")
            )
            user_input = user_input | _fields(credentials)
            data = _fields(credentials) | connection_data(
                user_input.get(CONF_ADVANCED, {})
            )
            errors = _token_errors(credentials) | _template_errors(credentials)
            errors |= endpoint_errors(data)
            if not errors:
                # Who has closed the browser in the middle may begin anew.
                await self.async_set_unique_id(
                    credentials.fingerprint, raise_on_progress=False
                )
                self._abort_if_unique_id_configured()
                errors = await self._async_try(data)
            if not errors:
                self._title, self._data = credentials.template_name or TITLE, data
                return await self.async_step_expose()
        schema = with_connection(self.hass, _USER_FIELDS, user_input, errors)
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
        await async_load_texts(self.hass)
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
        await async_load_texts(self.hass)
        entry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        connection, kept = split(entry.data)
        if user_input is None:
            user_input = kept | {CONF_ADVANCED: connection}
        else:
            credentials = self._parse(
                self._token_beside(user_input[CONF_TEMPLATE_ID], entry),
                user_input[CONF_TEMPLATE_ID],
            )
            user_input = user_input | {CONF_TEMPLATE_ID: credentials.template_id}
            connection = connection_data(user_input.get(CONF_ADVANCED, connection))
            data = kept | connection | _fields(credentials)
            if data[CONF_HOST] != entry.data[CONF_HOST]:
                # Whom the user trusts, they trust for what that server does.
                data.pop(CONF_TRUSTED_HOSTS, None)
            errors = self._moved_errors(credentials, entry) | endpoint_errors(data)
            if not errors:
                errors = await self._async_try(data, entry)
            if not errors:
                return self._update(entry, data, credentials.fingerprint)
        trusted = entry.data.get(CONF_TRUSTED_HOSTS, ())
        schema = with_connection(
            self.hass, _RECONFIGURE_FIELDS, user_input, errors, trusted
        )
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
            self._problem = option_text(self.hass, "problem", failure.problem)
        return {"base": failure.error}

    def _token_beside(self, template_id: str, entry: ConfigEntry) -> str:
        """Return the token that belongs to a template ID: the pasted one if both were.

        The form shows only the template ID of what was pasted.
        """
        if self._pasted.token and template_id == self._pasted.template_id:
            return self._pasted.token
        token: str = entry.data[CONF_TOKEN]
        return token

    def _new_token_errors(
        self, credentials: Credentials, entry: ConfigEntry
    ) -> dict[str, str]:
        """Return the error of a token that can't be the entry's new one."""
        if errors := _token_errors(credentials):
            return errors
        if not credentials.has_valid_template_id:
            return {CONF_TOKEN: "invalid_template_id"}
        if self._is_taken(credentials, entry):
            return {CONF_TOKEN: "already_configured"}
        return {}

    def _moved_errors(
        self, credentials: Credentials, entry: ConfigEntry
    ) -> dict[str, str]:
        """Return the error of a template, or of pasted lines, that can't be the new ones."""
        if errors := _template_errors(credentials):
            return errors
        if not credentials.has_valid_token:
            return {CONF_TEMPLATE_ID: "invalid_token_format"}
        if self._is_taken(credentials, entry):
            return {CONF_TEMPLATE_ID: "already_configured"}
        return {}

    def _is_taken(self, credentials: Credentials, entry: ConfigEntry) -> bool:
        """Return whether another entry has this device."""
        owner = self.hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, credentials.fingerprint
        )
        return owner is not None and owner.entry_id != entry.entry_id

    def _update(
        self, entry: ConfigEntry, data: Mapping[str, Any], unique_id: str
    ) -> ConfigFlowResult:
        """End the flow with the entry changed.

        A loaded entry reloads itself when it changes; any other has nobody who
        listens.
        """
        reason: str | UndefinedType = UNDEFINED
        if data[CONF_TEMPLATE_ID] != entry.data[CONF_TEMPLATE_ID]:
            reason = "template_changed"
        if entry.state is ConfigEntryState.LOADED:
            return self.async_update_and_abort(
                entry, unique_id=unique_id, data=data, reason=reason
            )
        return self.async_update_reload_and_abort(
            entry, unique_id=unique_id, data=data, reason=reason
        )


def _fields(credentials: Credentials) -> dict[str, Any]:
    """Return the credentials as form fields and entry data have them."""
    return {
        CONF_TOKEN: credentials.token,
        CONF_TEMPLATE_ID: credentials.template_id,
    }


def _token_errors(credentials: Credentials) -> dict[str, str]:
    """Return the error of a token that can't be one."""
    return {} if credentials.has_valid_token else {CONF_TOKEN: "invalid_token_format"}


def _template_errors(credentials: Credentials) -> dict[str, str]:
    """Return the error of a template ID that can't be one."""
    if credentials.has_valid_template_id:
        return {}
    return {CONF_TEMPLATE_ID: "invalid_template_id"}
