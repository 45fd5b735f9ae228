"""Errors: one family, readable, and without anything secret."""

import copy
import traceback

import pytest

from custom_components.blynk_bridge.device import errors
from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import (
    BlynkError,
    ConnectionLost,
    ConnectionRefused,
    ConnectTimeout,
    HostNotFound,
    InvalidEndpoint,
    InvalidMessage,
    InvalidName,
    InvalidToken,
    InvalidValue,
    LinkError,
    NotAcknowledged,
    NotConnected,
    NotMqtt,
    ProtocolRefused,
    PublishRefused,
    RedirectRefused,
    SubscriptionRefused,
    TlsError,
    TlsProblem,
    TokenInUse,
    TooManyRedirects,
    Unheard,
)
from custom_components.blynk_bridge.device.link import Link
from custom_components.blynk_bridge.device.session import (
    DeviceSession,
    SessionSettings,
    SessionState,
    SessionStatus,
)
from custom_components.blynk_bridge.device.values import DataType

from .conftest import INFO, TOKEN

EVERY_ERROR = (
    ConnectionLost(0x8E, "ny3.blynk.cloud:8883"),
    ConnectionRefused(0x88, "ny3.blynk.cloud:8883"),
    ConnectTimeout("no answer in time"),
    HostNotFound("the server's name has no address"),
    InvalidEndpoint("not a host"),
    InvalidMessage("not JSON"),
    InvalidName("empty"),
    InvalidToken(0x86),
    InvalidValue(DataType.INTEGER),
    LinkError("no route to host"),
    NotAcknowledged("no PUBACK in time"),
    NotConnected("no session"),
    NotMqtt("no WebSocket at this address"),
    ProtocolRefused(0x84),
    PublishRefused(0x99),
    RedirectRefused("mqtts://evil.com:8883", "the host is not trusted"),
    SubscriptionRefused("downlink/#"),
    TlsError(TlsProblem.EXPIRED),
    TokenInUse("the session was taken over"),
    TooManyRedirects("redirected to mqtts://a:1 again"),
    Unheard("the server answers nothing"),
)
ENDPOINT = Endpoint(Transport.TLS, "blynk.cloud", 8883)
SETTINGS = SessionSettings(endpoint=ENDPOINT, token=TOKEN, info=INFO, home=ENDPOINT)


def test_the_table_above_is_complete() -> None:
    defined = {
        item
        for item in vars(errors).values()
        if isinstance(item, type) and issubclass(item, BlynkError)
    }
    assert {type(error) for error in EVERY_ERROR} == defined - {BlynkError}


@pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
def test_an_error_says_something(error: BlynkError) -> None:
    assert str(error)
    assert "\n" not in str(error)
    assert "None" not in str(error)


def test_reasons_are_kept() -> None:
    assert (InvalidToken(0x87).code, InvalidToken(0x87).server_reference) == (
        0x87,
        None,
    )
    assert str(InvalidToken(0x87)) == "connection refused: not authorized (0x87)"
    assert str(ConnectionLost()) == "connection lost"
    assert "0x8E" in str(ConnectionLost(0x8E))
    lost = ConnectionLost(0x9D, "ny3.blynk.cloud")
    assert (lost.code, lost.server_reference) == (0x9D, "ny3.blynk.cloud")
    refused = RedirectRefused("mqtts://evil.com:8883", "the host is not trusted")
    assert (refused.target, refused.reason) == (
        "mqtts://evil.com:8883",
        "the host is not trusted",
    )


@pytest.mark.parametrize(
    "error", [InvalidToken(0x86), ProtocolRefused(0x84), ConnectionRefused(0x88)]
)
def test_a_refusal_is_an_error_of_the_link(error: BlynkError) -> None:
    """Who catches LinkError catches whatever keeps the device offline."""
    assert isinstance(error, ConnectionRefused)
    assert isinstance(error, LinkError)


@pytest.mark.parametrize(
    "error",
    [
        InvalidEndpoint(""),
        InvalidName(""),
        InvalidMessage(""),
        InvalidValue(DataType.ENUM),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_mistake_in_data_is_no_error_of_the_link(error: BlynkError) -> None:
    assert not isinstance(error, LinkError)


# --- The token -------------------------------------------------------------------


@pytest.mark.parametrize(
    "thing",
    [
        SETTINGS,
        copy.replace(SETTINGS, home=None),
        [SETTINGS],
        {"settings": SETTINGS},
        SessionStatus(SessionState.WAITING, ENDPOINT, InvalidToken(0x86)),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_the_token_is_in_no_representation(thing: object) -> None:
    """Diagnostics, logs and tracebacks print what they meet."""
    for text in (repr(thing), str(thing), f"{thing}", ascii(thing)):
        assert TOKEN not in text


def test_the_token_still_counts_in_a_comparison() -> None:
    """Hidden is not left out: other credentials are other settings."""
    assert copy.replace(SETTINGS, token="x" * 32) != SETTINGS


async def test_the_token_is_in_no_representation_of_what_is_alive() -> None:
    session = DeviceSession(SETTINGS, tls=None, on_message=lambda _: None)
    link = Link(ENDPOINT, TOKEN, on_message=lambda *_: None, client_id="test")
    for thing in (session, session.status, session.home, link, link.lost):
        assert TOKEN not in f"{thing!r} {thing}"


async def test_the_token_is_in_no_traceback() -> None:
    """A link that fails before its first byte, with all of its causes."""
    link = Link(ENDPOINT, TOKEN, on_message=lambda *_: None, client_id="test")
    with pytest.raises(LinkError) as failed:
        async with link:
            pass
    assert TOKEN not in "".join(traceback.format_exception(failed.value))
