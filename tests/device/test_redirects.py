"""Redirects: what they say, and where they may lead the token."""

import reprlib

import pytest

from custom_components.blynk_bridge.device.endpoint import (
    Endpoint,
    RedirectPolicy,
    Transport,
)
from custom_components.blynk_bridge.device.errors import (
    InvalidEndpoint,
    RedirectRefused,
)

ENTRY = Endpoint(Transport.TLS, "blynk.cloud", 8883)

# --- What they say ---------------------------------------------------------------

SECURE_WEB = Endpoint(Transport.WSS, "fra1.blynk.cloud", 9443, "/custom")


@pytest.mark.parametrize(
    ("text", "current", "target"),
    [
        (
            "mqtts://ny3.blynk.cloud:8883",
            SECURE_WEB,
            Endpoint(Transport.TLS, "ny3.blynk.cloud", 8883),
        ),
        (
            "wss://fra1.blynk.cloud:443/mqtt",
            ENTRY,
            Endpoint(Transport.WSS, "fra1.blynk.cloud", 443),
        ),
        ("mqtt://127.0.0.1", ENTRY, Endpoint(Transport.TCP, "127.0.0.1", 1883)),
        (
            '{"host":"ny3.blynk.cloud","port":8884}',
            ENTRY,
            Endpoint(Transport.TLS, "ny3.blynk.cloud", 8884),
        ),
        (
            ' {"host": "ny3.blynk.cloud", "port": 8884, "more": [1]}\n',
            SECURE_WEB,
            Endpoint(Transport.WSS, "ny3.blynk.cloud", 8884, "/custom"),
        ),
        (
            '{"host":"ny3.blynk.cloud"}',
            SECURE_WEB,
            Endpoint(Transport.WSS, "ny3.blynk.cloud", 443, "/custom"),
        ),
        (
            '{"host":"ny3.blynk.cloud","port":null}',
            ENTRY,
            Endpoint(Transport.TLS, "ny3.blynk.cloud", 8883),
        ),
        (
            '{"host":"ny3.blynk.cloud","help":"https://docs.blynk.io"}',
            ENTRY,
            Endpoint(Transport.TLS, "ny3.blynk.cloud", 8883),
        ),
        ("ny3.blynk.cloud", ENTRY, Endpoint(Transport.TLS, "ny3.blynk.cloud", 8883)),
        ("NY3.blynk.cloud:1", ENTRY, Endpoint(Transport.TLS, "ny3.blynk.cloud", 1)),
        (
            "ny3.blynk.cloud:443\n",
            SECURE_WEB,
            Endpoint(Transport.WSS, "ny3.blynk.cloud", 443, "/custom"),
        ),
        ("10.0.0.1:1883", ENTRY, Endpoint(Transport.TLS, "10.0.0.1", 1883)),
        ("[::1]:1883", ENTRY, Endpoint(Transport.TLS, "::1", 1883)),
        ("[::1]", ENTRY, Endpoint(Transport.TLS, "::1", 8883)),
        ("::1", ENTRY, Endpoint(Transport.TLS, "::1", 8883)),
        # Without brackets the last group is no port.
        ("2001:db8::1:1883", ENTRY, Endpoint(Transport.TLS, "2001:db8::1:1883", 8883)),
    ],
    ids=reprlib.repr,
)
def test_a_redirect_is_read_in_every_form(
    text: str, current: Endpoint, target: Endpoint
) -> None:
    assert Endpoint.parse_redirect(text, current) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "not a uri",
        "http://127.0.0.1",
        "mqtts://host:99999",
        f"mqtts://{'a' * 64}.blynk.cloud",
        f"{'a' * 64}.blynk.cloud:8883",
        "host:",
        ":8883",
        "host:0",
        "host:65536",
        "host:123456",
        "host:-1",
        "host:x",
        "a:1:2",
        "host:8883 other:8883",
        "user@host:8883",
        "host/path",
        "blyn\u212a.cloud",
        "{",
        "{}",
        "[]",
        '"ny3.blynk.cloud"',
        '{"host":"ny3.blynk.cloud"',
        '{"host":null}',
        '{"host":7}',
        '{"host":["ny3.blynk.cloud"]}',
        '{"host":"ny3.blynk.cloud","port":"8883"}',
        '{"host":"ny3.blynk.cloud","port":true}',
        '{"host":"ny3.blynk.cloud","port":8883.5}',
        '{"host":"ny3.blynk.cloud","port":0}',
        '{"host":"ny3.blynk.cloud","port":-8883}',
        '{"host":"ny3.blynk.cloud","port":1e999}',
        '{"host":"ny3.blynk.cloud","port":NaN}',
        '{"host":"mqtts://ny3.blynk.cloud"}',
        '{"host":"\\ud800"}',
        '{"host":"a\\u0000b"}',
        '{"port":8883}',
        '{"a":' * 80,
        "x" * 10_000,
        '{"host":"' + "x" * 10_000 + '"}',
        "mqtts://" + "x" * 10_000,
    ],
    ids=reprlib.repr,
)
def test_a_redirect_to_nowhere_is_refused(text: str) -> None:
    with pytest.raises(InvalidEndpoint):
        Endpoint.parse_redirect(text, ENTRY)


# --- Where they may lead ---------------------------------------------------------


@pytest.mark.parametrize(
    ("configured", "target"),
    [
        ("mqtts://blynk.cloud", "mqtts://blynk.cloud:443"),
        ("mqtts://blynk.cloud", "mqtts://ny3.blynk.cloud"),
        ("mqtts://blynk.cloud", "wss://ny3.blynk.cloud"),
        ("mqtts://BLYNK.cloud.", "mqtts://NY3.Blynk.Cloud."),
        ("mqtts://fra1.blynk.cloud", "mqtts://ny3.blynk.cloud"),
        ("mqtts://fra1.blynk.cloud", "mqtts://blynk.cloud"),
        ("wss://blynk.cloud", "mqtts://a.b.blynk.cloud"),
        ("mqtt://blynk.cloud", "mqtt://ny3.blynk.cloud"),
        ("mqtt://blynk.cloud", "mqtts://ny3.blynk.cloud"),
        ("mqtts://iot.example.com", "mqtts://iot.example.com:8884"),
        ("mqtts://iot.example.com", "mqtts://eu.iot.example.com"),
        ("mqtt://1.2.3.4", "mqtt://1.2.3.4:1884"),
        ("mqtt://[2001:db8::1]", "mqtt://[2001:DB8:0:0::1]:1884"),
    ],
)
def test_the_token_may_go_within_the_house(configured: str, target: str) -> None:
    """The configured host, its subdomains, and all of blynk.cloud from within it."""
    policy = RedirectPolicy(Endpoint.parse(configured))
    policy.check(Endpoint.parse(target))


@pytest.mark.parametrize(
    ("configured", "target", "reason"),
    [
        ("mqtts://blynk.cloud", "mqtts://evil.com", "trusted"),
        ("mqtts://blynk.cloud", "mqtts://blynk.cloud.evil.com", "trusted"),
        ("mqtts://blynk.cloud", "mqtts://evilblynk.cloud", "trusted"),
        ("mqtts://blynk.cloud", "mqtts://blynk.cloud-evil.com", "trusted"),
        ("mqtts://blynk.cloud", "mqtts://cloud", "trusted"),
        ("mqtts://blynk.cloud", "mqtts://1.2.3.4", "trusted"),
        ("mqtts://fra1.blynk.cloud", "mqtts://fra1.blynk.cloud.evil.com", "trusted"),
        ("mqtts://evilblynk.cloud", "mqtts://ny3.blynk.cloud", "trusted"),
        ("mqtts://iot.example.com", "mqtts://example.com", "trusted"),
        ("mqtts://iot.example.com", "mqtts://other.example.com", "trusted"),
        ("mqtts://iot.example.com", "mqtts://iot.example.com.evil.com", "trusted"),
        ("mqtts://iot.example.com", "mqtts://eviliot.example.com", "trusted"),
        ("mqtts://iot.example.com", "mqtts://ny3.blynk.cloud", "trusted"),
        ("mqtts://1.2.3.4", "mqtts://1.2.3.5", "trusted"),
        ("mqtts://1.2.3.4", "mqtts://[::ffff:1.2.3.4]", "trusted"),
        ("mqtts://1.2.3.4", "mqtts://evil.com", "trusted"),
        ("mqtts://[2001:db8::1]", "mqtts://[2001:db8::2]", "trusted"),
        ("mqtts://blynk.cloud", "mqtt://blynk.cloud", "encrypted"),
        ("mqtts://blynk.cloud", "mqtt://ny3.blynk.cloud:8883", "encrypted"),
        ("mqtts://blynk.cloud", "ws://ny3.blynk.cloud", "encrypted"),
        ("wss://blynk.cloud", "ws://blynk.cloud:443", "encrypted"),
        ("wss://1.2.3.4", "mqtt://1.2.3.4", "encrypted"),
    ],
)
def test_the_token_may_go_nowhere_else(
    configured: str, target: str, reason: str
) -> None:
    policy = RedirectPolicy(Endpoint.parse(configured))
    with pytest.raises(RedirectRefused, match=reason) as refused:
        policy.check(Endpoint.parse(target))
    assert refused.value.target == str(Endpoint.parse(target))


def test_an_allowed_host_is_allowed_alone() -> None:
    """Not its subdomains, and not without TLS."""
    policy = RedirectPolicy(ENTRY, frozenset({"iot.example.com", "1.2.3.4"}))
    policy.check(Endpoint.parse("mqtts://IOT.example.com."))
    policy.check(Endpoint.parse("wss://1.2.3.4"))
    for target in (
        "mqtts://eu.iot.example.com",
        "mqtts://1.2.3.5",
        "mqtt://iot.example.com",
    ):
        with pytest.raises(RedirectRefused):
            policy.check(Endpoint.parse(target))
