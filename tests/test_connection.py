"""An entry's data, as the device package wants it."""

import ssl
import time
from typing import Any

from homeassistant.util.ssl import client_context, client_context_no_verify
import pytest

from custom_components.blynk_bridge.connection import (
    BUILD,
    session_settings,
    tls_context,
)
from custom_components.blynk_bridge.device.endpoint import Endpoint

from .conftest import TEMPLATE_ID, TOKEN

DATA: dict[str, Any] = {
    "token": TOKEN,
    "template_id": TEMPLATE_ID,
    "host": "blynk.cloud",
    "transport": "tls",
    "verify_ssl": True,
    "protocol": "5",
}


@pytest.mark.parametrize(
    ("changes", "uri"),
    [
        ({}, "mqtts://blynk.cloud:8883"),
        ({"transport": "wss"}, "wss://blynk.cloud:443/mqtt"),
        ({"transport": "tcp"}, "mqtt://blynk.cloud:1883"),
        ({"transport": "ws", "port": 8080}, "ws://blynk.cloud:8080/mqtt"),
        ({"host": "FRA1.Blynk.Cloud."}, "mqtts://fra1.blynk.cloud:8883"),
    ],
)
def test_the_endpoint(changes: dict[str, Any], uri: str) -> None:
    """A port that is not given is the transport's usual one."""
    settings = session_settings(DATA | changes, "1.2.3")
    assert str(settings.endpoint) == uri


def test_what_the_console_shows() -> None:
    """Template, version, and a build stamp in C's form that does not move."""
    info = session_settings(DATA, "1.2.3").info
    assert (info.template_id, info.version, info.build) == (TEMPLATE_ID, "1.2.3", BUILD)
    form = "%b %d %Y %H:%M:%S"
    assert time.strftime(form, time.strptime(BUILD, form)) == BUILD


def test_the_token_is_not_shown() -> None:
    """Settings may end in a log."""
    assert TOKEN not in repr(session_settings(DATA, "1.2.3"))


@pytest.mark.parametrize(
    ("changes", "home", "kept"),
    [
        ({}, "mqtts://fra1.blynk.cloud:8883", True),
        ({}, "mqtt://fra1.blynk.cloud:1883", False),
        ({"host": "iot.example.com"}, "mqtts://fra1.blynk.cloud:8883", False),
        ({"transport": "tcp"}, "mqtts://fra1.blynk.cloud:8883", True),
    ],
)
def test_a_learned_home_is_tried_where_the_token_may_go(
    changes: dict[str, Any], home: str, kept: bool
) -> None:
    """The user may have configured another server since, or encryption."""
    endpoint = Endpoint.parse(home)
    settings = session_settings(DATA | changes, "1.2.3", endpoint)
    assert settings.home == (endpoint if kept else None)


def test_the_tls_context() -> None:
    """Home Assistant's own."""
    assert tls_context(DATA) is client_context()
    unverified = tls_context(DATA | {"verify_ssl": False})
    assert unverified is client_context_no_verify()
    assert unverified.verify_mode is ssl.CERT_NONE
    # A plain server may send the device to one that is encrypted.
    assert tls_context(DATA | {"transport": "ws"}) is client_context()
