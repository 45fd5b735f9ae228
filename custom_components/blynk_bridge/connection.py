"""A config entry's data, as the device package wants it."""

from collections.abc import Mapping
import ssl
from typing import Any, Final

from homeassistant.const import (
    CONF_HOST,
    CONF_PORT,
    CONF_PROTOCOL,
    CONF_TOKEN,
    CONF_VERIFY_SSL,
)
from homeassistant.util.ssl import client_context, client_context_no_verify

from .const import CONF_TEMPLATE_ID, CONF_TRANSPORT
from .device.endpoint import Endpoint, RedirectPolicy, Transport
from .device.errors import RedirectRefused
from .device.link import Protocol
from .device.messages import DeviceInfo
from .device.session import SessionSettings

CONF_TRUSTED_HOSTS: Final = "trusted_hosts"
"""Hosts beside the configured server's that the user lets the token go to, by name."""
BUILD: Final = "Nov 22 2026 12:00:00"
"""When this version was released, in C's `__DATE__ __TIME__`; moves with it."""


def configured_endpoint(data: Mapping[str, Any]) -> Endpoint:
    """Return the server that the user configured.

    Raises InvalidEndpoint where host or port can't be one.
    """
    return Endpoint.at(
        data[CONF_HOST], Transport(data[CONF_TRANSPORT]), data.get(CONF_PORT)
    )


def session_settings(
    data: Mapping[str, Any],
    version: str,
    home: Endpoint | None = None,
) -> SessionSettings:
    """Return what a session with these entry data needs to know.

    The version is the integration's own: Blynk shows it as the firmware's. A home
    that the token may not go to, whoever wrote it down, is left out.
    """
    endpoint = configured_endpoint(data)
    allowed_hosts = frozenset(data.get(CONF_TRUSTED_HOSTS, ()))
    if home is not None:
        try:
            RedirectPolicy(endpoint, allowed_hosts).check(home)
        except RedirectRefused:
            home = None
    return SessionSettings(
        endpoint=endpoint,
        token=data[CONF_TOKEN],
        info=DeviceInfo(data[CONF_TEMPLATE_ID], version, BUILD),
        protocol=Protocol(data[CONF_PROTOCOL]),
        allowed_hosts=allowed_hosts,
        home=home,
    )


def tls_context(data: Mapping[str, Any]) -> ssl.SSLContext:
    """Return the TLS context that the entry data ask for.

    A server without TLS may send the device to one that has it.
    """
    return client_context() if data[CONF_VERIFY_SSL] else client_context_no_verify()
