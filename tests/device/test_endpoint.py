"""Endpoints: where a server is reached, read and written."""

import json
import random
import reprlib
import string

import pytest

from custom_components.blynk_bridge.device.endpoint import Endpoint, Transport
from custom_components.blynk_bridge.device.errors import InvalidEndpoint

ENTRY = Endpoint(Transport.TLS, "blynk.cloud", 8883)
SECURE_WEB = Endpoint(Transport.WSS, "fra1.blynk.cloud", 9443, "/custom")
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
    "0x7f000001",
    "0X7F.1",
    "host.0177",
    "8.8.8.0x7f",
    "0x",
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
