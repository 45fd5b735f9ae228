"""Endpoints: where a server is reached, and where a redirect may lead."""

import json
import random
import reprlib
import string

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
FUZZ_ROUNDS = 3000

# --- Parse and print -------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "endpoint"),
    [
        ("tcp://host.example", Endpoint(Transport.TCP, "host.example", 1883)),
        ("mqtt://host.example", Endpoint(Transport.TCP, "host.example", 1883)),
        ("mqtt://host.example:1", Endpoint(Transport.TCP, "host.example", 1)),
        ("tls://host.example", Endpoint(Transport.TLS, "host.example", 8883)),
        ("mqtts://ny3.blynk.cloud", Endpoint(Transport.TLS, "ny3.blynk.cloud", 8883)),
        ("mqtts://host:65535", Endpoint(Transport.TLS, "host", 65535)),
        ("MQTTS://NY3.Blynk.Cloud", Endpoint(Transport.TLS, "ny3.blynk.cloud", 8883)),
        ("mqtts://blynk.cloud.", Endpoint(Transport.TLS, "blynk.cloud", 8883)),
        ("  mqtts://blynk.cloud:8883\r\n", ENTRY),
        ("mqtts://blynk.cloud:", ENTRY),
        ("mqtts://blynk.cloud/ignored", ENTRY),
        ("ws://host", Endpoint(Transport.WS, "host", 80)),
        ("wss://host", Endpoint(Transport.WSS, "host", 443)),
        ("wss://host/", Endpoint(Transport.WSS, "host", 443)),
        ("wss://host:9443/mqtt", Endpoint(Transport.WSS, "host", 9443)),
        ("wss://host/a/b-c", Endpoint(Transport.WSS, "host", 443, "/a/b-c")),
        ("mqtt://127.0.0.1:1884", Endpoint(Transport.TCP, "127.0.0.1", 1884)),
        ("mqtts://[2001:DB8:0::1]", Endpoint(Transport.TLS, "2001:db8::1", 8883)),
        ("wss://[::1]:8443/mqtt", Endpoint(Transport.WSS, "::1", 8443)),
        ("mqtts://xn--bcher-kva.de", Endpoint(Transport.TLS, "xn--bcher-kva.de", 8883)),
        (
            f"mqtts://{'a' * 63}.example",
            Endpoint(Transport.TLS, f"{'a' * 63}.example", 8883),
        ),
    ],
    ids=reprlib.repr,
)
def test_a_uri_names_one_endpoint(uri: str, endpoint: Endpoint) -> None:
    assert Endpoint.parse(uri) == endpoint


@pytest.mark.parametrize(
    ("endpoint", "uri"),
    [
        (Endpoint(Transport.TCP, "Host.", 1883), "mqtt://host:1883"),
        (ENTRY, "mqtts://blynk.cloud:8883"),
        (Endpoint(Transport.WS, "host", 80), "ws://host:80/mqtt"),
        (Endpoint(Transport.WSS, "[::1]", 443, "/a"), "wss://[::1]:443/a"),
    ],
    ids=str,
)
def test_an_endpoint_prints_as_a_uri(endpoint: Endpoint, uri: str) -> None:
    assert str(endpoint) == uri


@pytest.mark.parametrize(
    ("transport", "port"),
    [
        (Transport.TCP, 1883),
        (Transport.TLS, 8883),
        (Transport.WS, 80),
        (Transport.WSS, 443),
    ],
)
def test_each_transport_has_its_usual_port(transport: Transport, port: int) -> None:
    endpoint = Endpoint.at("blynk.cloud", transport)
    assert endpoint == Endpoint(transport, "blynk.cloud", port)
    assert Endpoint.at("blynk.cloud", transport, 5000).port == 5000


def test_a_transport_knows_what_it_is_made_of() -> None:
    assert {t for t in Transport if t.encrypted} == {Transport.TLS, Transport.WSS}
    assert {t for t in Transport if t.websocket} == {Transport.WS, Transport.WSS}


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.TLS])
def test_a_path_counts_for_websocket_only(transport: Transport) -> None:
    """Two endpoints that reach the same server the same way are equal."""
    assert Endpoint(transport, "host", 1, "/x") == Endpoint(transport, "host", 1)


def test_no_path_is_the_usual_path() -> None:
    endpoint = Endpoint(Transport.WSS, "host", 443, "/")
    assert endpoint == Endpoint(Transport.WSS, "host", 443, "/mqtt")


# --- What is no endpoint ---------------------------------------------------------

NO_HOSTS = [
    "",
    " ",
    ".",
    "..",
    ".host",
    "host..example",
    "host.example..",
    "-host",
    "host-",
    "host.-x",
    "a" * 64,
    f"{'a' * 64}.example",
    ".".join(["a" * 49] * 6),
    "a" * 10_000,
    "a." * 5_000,
    "ho st",
    "host\n.example",
    "host\0",
    "host:1883",
    "host/path",
    "user@host",
    "mqtts://host",
    "*",
    "bücher.de",
    "münchen",
    "blyn\u212a.cloud",
    "blynk\u3002cloud",
    "ｂlynk.cloud",
    "١.٢.٣.٤",
    "\ud800",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "127",
    "2130706433",
    "::g",
    ":::",
    "1::2::3",
    "fe80::1%eth0",
    "[host]",
    "[1.2.3.4]",
    "[::1",
    "::1]",
    "[[::1]]",
    "[]",
]


@pytest.mark.parametrize("host", NO_HOSTS, ids=reprlib.repr)
def test_a_host_that_can_be_none_is_refused(host: str) -> None:
    """What would fail inside the network code, or mean another host there."""
    with pytest.raises(InvalidEndpoint):
        Endpoint(Transport.TLS, host, 8883)
    with pytest.raises(InvalidEndpoint):
        Endpoint.at(host, Transport.TLS)


@pytest.mark.parametrize("port", [0, -1, 65536, 10**30])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(InvalidEndpoint):
        Endpoint(Transport.TCP, "host", port)
    with pytest.raises(InvalidEndpoint):
        Endpoint.at("host", Transport.TCP, port)
    with pytest.raises(InvalidEndpoint):
        Endpoint.parse(f"mqtt://host:{port}")


@pytest.mark.parametrize(
    "path", ["", "mqtt", "/a b", "/a?b", "/a#b", "/ü", "/\r\nX: y", "/" + "a" * 500]
)
def test_a_path_that_breaks_a_request_is_refused(path: str) -> None:
    with pytest.raises(InvalidEndpoint):
        Endpoint(Transport.WSS, "host", 443, path)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "host",
        "host:1883",
        "//host",
        "mqtts:host",
        "mqtts:/host",
        "mqtts://",
        "mqtts:///path",
        "mqtts://:8883",
        "http://host",
        "https://host",
        "mqttss://host",
        "ssl://host",
        "mqtts://host:port",
        "mqtts://host:8883x",
        "mqtts://host:-1",
        "mqtts://host:+1",
        "mqtts://host:1:2",
        "mqtts://host:８８８３",
        "mqtts://host:" + "9" * 400,
        "mqtts://user@host",
        "mqtts://user:word@host",
        "mqtts://@host",
        "mqtts://blynk.cloud@evil.com",
        "mqtts://blynk.cloud\\@evil.com",
        "mqtts://host?x=1",
        "wss://host/mqtt#part",
        "wss://host/a b",
        "mqtts://[::1",
        "mqtts://::1",
        "mqtts://[host]",
        "mqtts://[v1.a]",
        "mqtts://[1.2.3.4]",
        "mqtts://[::1]x",
        "mqtts://[fe80::1%25eth0]",
        "mqtts://bly\nnk.cloud",
        "mqtts://blynk\t.cloud",
        "mqtts://blynk.cloud\0",
        "mqtts://blyn\u212a.cloud",
        "mqtts://blynk\u2024cloud",
        "mqtts://host\u2100evil.com",
        "mqtts://\ud800",
        "mqtts://" + "a" * 10_000,
        "mqtts://host" + "/" * 10_000,
        "\x00mqtts://host",
    ],
    ids=reprlib.repr,
)
def test_a_uri_that_names_no_endpoint_is_refused(uri: str) -> None:
    with pytest.raises(InvalidEndpoint):
        Endpoint.parse(uri)


# --- Redirects: what they say ----------------------------------------------------

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


# --- Redirects: where they may lead ----------------------------------------------


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


# --- Whatever a server sends -----------------------------------------------------

PIECES = (
    *("mqtt", "mqtts", "tls", "tcp", "wss", "ws", "http", "://", ":", "/", "//"),
    *("blynk.cloud", "ny3", "1.2.3.4", "[::1]", "::1", "[", "]", "%", "%00", "xn--"),
    *("8883", "0", "65536", "-1", "@", "?", "#", "\\", ".", "..", "-", "_", " ", "\t"),
    *("\0", "\n", "ü", "\u212a", "\u2100", "\ud800", "\U0001f511", "a" * 64, "\u3002"),
    *('{"host":', '"port":', '"', "{", "}", ",", "null", "true", "1e5", "\\ud800"),
)


def noise(dice: random.Random) -> str:
    """Return a text of a few pieces that mean something somewhere."""
    if dice.random() < 0.1:
        return "".join(chr(dice.randrange(0x11000)) for _ in range(dice.randrange(20)))
    return "".join(dice.choices(PIECES, k=dice.randrange(1, 9)))


def some_endpoint(dice: random.Random) -> Endpoint:
    """Return any valid endpoint."""
    letters = string.ascii_letters + string.digits
    host = dice.choice(
        (
            ".".join(
                dice.choice(string.ascii_letters)
                + "".join(dice.choices(letters + "-_", k=dice.randrange(40)))
                + dice.choice(letters)
                for _ in range(dice.randrange(1, 5))
            ),
            ".".join(str(dice.randrange(256)) for _ in range(4)),
            ":".join(f"{dice.choice((0, dice.randrange(65536))):x}" for _ in range(8)),
            f"::ffff:{dice.randrange(256)}.1.2.3",
        )
    )
    path = "/" + "".join(dice.choices(letters + "._~/%-", k=dice.randrange(100)))
    return Endpoint(dice.choice(list(Transport)), host, dice.randrange(1, 65536), path)


def test_every_endpoint_survives_its_uri() -> None:
    dice = random.Random(1)
    for _ in range(FUZZ_ROUNDS):
        endpoint = some_endpoint(dice)
        assert Endpoint.parse(str(endpoint)) == endpoint
        assert Endpoint.parse_redirect(str(endpoint), ENTRY) == endpoint


def test_every_endpoint_survives_a_json_redirect() -> None:
    dice = random.Random(2)
    for _ in range(FUZZ_ROUNDS):
        endpoint = some_endpoint(dice)
        text = json.dumps({"host": endpoint.host, "port": endpoint.port})
        assert Endpoint.parse_redirect(text, endpoint) == endpoint


def test_no_text_raises_anything_but_invalid_endpoint() -> None:
    """And what is accepted is in the one spelling that the policy compares."""
    dice = random.Random(3)
    accepted = 0
    for _ in range(FUZZ_ROUNDS * 4):
        text = noise(dice)
        for read in (
            Endpoint.parse,
            lambda text: Endpoint.parse_redirect(text, SECURE_WEB),
            lambda text: Endpoint.at(text, Transport.WS),
            lambda text: Endpoint(Transport.WSS, "host", 1, text),
        ):
            try:
                endpoint = read(text)
            except InvalidEndpoint:
                continue
            accepted += 1
            assert endpoint.host == endpoint.host.lower().strip(" .[]")
            assert endpoint.host.isascii()
            assert Endpoint.parse(str(endpoint)) == endpoint
    assert accepted > FUZZ_ROUNDS / 10


def test_an_error_does_not_repeat_what_was_sent() -> None:
    """It goes to the log, and the server may have put anything into it."""
    for text in ("mqtts://secret:secret@secret", '{"host":"se cret"}', "se cret:1"):
        with pytest.raises(InvalidEndpoint) as refused:
            Endpoint.parse_redirect(text, ENTRY)
        assert "cret" not in str(refused.value)
