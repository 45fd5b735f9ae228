"""The part of a form that says where the device connects to."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PORT, CONF_PROTOCOL, CONF_VERIFY_SSL
from homeassistant.core import HomeAssistant, callback
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
)
import voluptuous as vol

from ..connection import CONF_TRUSTED_HOSTS, configured_endpoint
from ..const import CONF_ADVANCED, CONF_TRANSPORT
from ..device.endpoint import Transport
from ..device.errors import InvalidEndpoint
from ..device.link import Protocol
from ..device.region import REGIONS
from ..texts import option_text
from .exposure_form import select

DEFAULT_HOST: Final = "blynk.cloud"

_TRANSPORTS: Final = (Transport.TLS, Transport.WSS, Transport.TCP, Transport.WS)
_PROTOCOLS: Final = [
    SelectOptionDict(value=protocol.value, label=f"MQTT {protocol}")
    for protocol in Protocol
]


@callback
def with_connection(
    hass: HomeAssistant,
    fields: Mapping[vol.Marker, Any],
    values: Mapping[str, Any] | None,
    errors: Mapping[str, str],
    trusted: Sequence[str] = (),
) -> vol.Schema:
    """Return a form's schema with the connection's section.

    Hosts that the user trusts beside the server can be given up in it.

    It stays open once there is something in it to look at: a server that is not
    the usual one, or an error that may be mended there.
    """
    entered = connection_data((values or {}).get(CONF_ADVANCED, {}))
    collapsed = entered == connection_data({}) and "base" not in errors
    schema = vol.Schema(
        {
            vol.Required(CONF_HOST, default=DEFAULT_HOST): _server_selector(hass),
            **_FIELDS,
            **({vol.Optional(CONF_TRUSTED_HOSTS): _one_of(trusted)} if trusted else {}),
        }
    )
    return vol.Schema(
        {
            **fields,
            vol.Optional(CONF_ADVANCED): section(schema, {"collapsed": collapsed}),
        }
    )


def connection_data(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the connection's part of the entry data, from what was entered of it."""
    data: dict[str, Any] = _DATA(dict(fields))
    data[CONF_HOST] = data[CONF_HOST].strip()
    if (port := data.get(CONF_PORT)) is not None and float(port).is_integer():
        data[CONF_PORT] = int(port)
    if not data.get(CONF_TRUSTED_HOSTS):
        data.pop(CONF_TRUSTED_HOSTS, None)
    return data


def split(data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the section shows of an entry's data, and what it leaves alone."""
    shown = {key: data[key] for key in _KEYS if key in data}
    return shown, {key: data[key] for key in data if key not in _KEYS}


def endpoint_errors(data: Mapping[str, Any]) -> dict[str, str]:
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


@callback
def _server_selector(hass: HomeAssistant) -> SelectSelector:
    """Return a selector of Blynk's public servers, which takes any other name, too.

    The labels are ours to translate: a name with dots is no key of a text.
    """
    regions = {DEFAULT_HOST: "any"} | {host: host.partition(".")[0] for host in REGIONS}
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(
                    value=host, label=f"{option_text(hass, 'region', key)} ({host})"
                )
                for host, key in regions.items()
            ],
            custom_value=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _one_of(hosts: Sequence[str]) -> SelectSelector:
    """Return a selector of these hosts and no others: trust begins elsewhere."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[SelectOptionDict(value=host, label=host) for host in hosts],
            multiple=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    vol.Optional(CONF_PORT): NumberSelector(
        NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1)
    ),
    vol.Required(CONF_TRANSPORT, default=Transport.TLS.value): select(
        _TRANSPORTS, "transport"
    ),
    vol.Required(CONF_VERIFY_SSL, default=True): BooleanSelector(),
    vol.Required(CONF_PROTOCOL, default=Protocol.V311.value): SelectSelector(
        SelectSelectorConfig(options=_PROTOCOLS, mode=SelectSelectorMode.DROPDOWN)
    ),
}
_DATA: Final = vol.Schema(
    {
        vol.Required(CONF_HOST, default=DEFAULT_HOST): str,
        **_FIELDS,
        vol.Optional(CONF_TRUSTED_HOSTS): [str],
    }
)
_KEYS: Final = tuple(field.schema for field in _DATA.schema)
