"""Where a text leads: read in one way only, judged under the name that is connected to."""

import asyncio
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
import json
import socket
import ssl
from typing import Any

from hypothesis import example, given, strategies as st
import pytest

from custom_components.blynk_bridge.device.endpoint import (
    Endpoint,
    RedirectPolicy,
    Transport,
)
from custom_components.blynk_bridge.device.errors import (
    InvalidEndpoint,
    LinkError,
    RedirectRefused,
)
from custom_components.blynk_bridge.device.transport import open_stream

from ..skipped_time import SkippedTime
from .effort import effort
from .loops import Turns, play
from .made_up import JSON, SECRET, TEXTS, complaint

ENTRY = Endpoint.at("blynk.cloud", Transport.TLS)
HOMES = ("blynk.cloud", "fra1.blynk.cloud", "blynk.example.org", "127.0.0.1", "::1")
LABELS = st.text(st.sampled_from("aAbzZ0129xXfF-_"), min_size=1, max_size=8)
NUMERALS = st.sampled_from(["127", "0", "0x7f", "0X7F000001", "0177", "8", "a", "0x"])
HOSTS = st.one_of(
    st.sampled_from(HOMES),
    st.builds("{}.{}".format, LABELS, st.sampled_from(HOMES)),
    st.builds("{}{}".format, LABELS, st.sampled_from(HOMES)),
    st.integers(0, 2**32 - 1).map(IPv4Address).map(str),
    st.integers(0, 2**128 - 1).map(IPv6Address).map("[{}]".format),
    st.lists(LABELS, min_size=1, max_size=4).map(".".join),
    st.lists(NUMERALS, min_size=1, max_size=4).map(".".join),
    st.sampled_from(
        [
            "evil.example",
            "blynk.cloud.evil.example",
            "evilblynk.cloud",
            "blynk.cloud.",
            "BLYNK.CLOUD",
            "blyn\u212a.cloud",
            "blynk\u3002cloud",
            "blynk\uff0ecloud",
            "ｂlynk.cloud",
            "xn--blynk-xyz.cloud",
            "blynk.cloud%00.evil.example",
            "blynk.cloud\0.evil.example",
            "evil.example\\.blynk.cloud",
            "evil.example/.blynk.cloud",
            "evil.example#.blynk.cloud",
            "evil.example?.blynk.cloud",
            "evil.example:1883.blynk.cloud",
            "[fe80::1%25eth0]",
            "fe80::1%eth0",
            "[::ffff:127.0.0.1]",
            "0x7f.0.0.1",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "8.8.0x7f000001",
            "1.2.3.4.blynk.cloud",
        ]
    ),
    TEXTS,
)
USERINFO = st.sampled_from(
    ["", "", "", "blynk.cloud@", "u:p@", "@", "blynk.cloud\\@", "a@b@"]
)
PORTS = st.sampled_from(
    ["", "", ":8883", ":1", ":65536", ":0", ":x", ":", ":+1", ":８", ":1:2"]
)
TAILS = st.sampled_from(
    ["", "", "", "/", "/mqtt", "/a/../b", "?x", "#x", "\\x", "/%00", "\n", " "]
)
SCHEMES = st.sampled_from(
    [
        *(
            f"{scheme}://"
            for scheme in ("tcp", "mqtt", "tls", "mqtts", "ws", "wss", "WSS", "http")
        ),
        *("", "//", "mqtts:/", "mqtts:", "wss:\\\\"),
    ]
)
URIS = st.builds("{}{}{}{}{}".format, SCHEMES, USERINFO, HOSTS, PORTS, TAILS)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "host": st.one_of(HOSTS, JSON),
        "port": st.one_of(st.integers(0, 70000), JSON),
    },
)
REDIRECTS = st.one_of(URIS, URIS, TEXTS, FIELDS.map(json.dumps), JSON.map(json.dumps))
ENDPOINTS = st.builds(
    Endpoint, st.sampled_from(Transport), st.sampled_from(HOMES), st.integers(1, 65535)
)


def read(text: str, current: Endpoint) -> Endpoint | None:
    """Return where a redirect leads, None for nowhere."""
    try:
        return Endpoint.parse_redirect(text, current)
    except InvalidEndpoint:
        return None


def belongs(host: str, home: str) -> bool:
    """Return whether a name is another's, or below it, label by label."""
    labels, parents = host.split("."), home.split(".")
    return labels[-len(parents) :] == parents


def is_address(host: str) -> bool:
    """Return whether a host is one for the system's own parsers."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError, ValueError:
            continue
        return True
    return False


@given(REDIRECTS, ENDPOINTS)
@example("mqtts://blynk.cloud.:8883", Endpoint.at("blynk.cloud", Transport.TLS))
@effort(1000)
def test_an_endpoint_has_one_spelling(text: str, current: Endpoint) -> None:
    """Which leads to the same endpoint again, in each of the forms of a redirect."""
    if (target := read(text, current)) is None:
        return
    assert target.host == target.host.lower()
    assert target.host.isascii()
    assert not set(target.host) & set(" /\\@?#%[]\0\n\t")
    assert 0 < target.port < 65536
    assert Endpoint.parse(str(target)) == target
    assert Endpoint.parse_redirect(str(target), current) == target
    same = Endpoint(target.transport, target.host, target.port, target.path)
    assert same == target
    spelled = json.dumps({"host": target.host.upper(), "port": target.port})
    assert Endpoint.parse_redirect(spelled, target) == target


@given(TEXTS, TEXTS, ENDPOINTS)
@effort(300)
def test_an_error_repeats_nothing_of_a_redirect(
    before: str, after: str, current: Endpoint
) -> None:
    """Whoever sends it may have put the token into it."""
    for text in (
        f"{before}{SECRET}{after}",
        f"mqtts://{before}{SECRET}{after}",
        json.dumps({"host": f"{before}{SECRET}", "port": after}),
    ):
        assert SECRET not in complaint(
            InvalidEndpoint, Endpoint.parse_redirect, text, current
        )


@given(REDIRECTS, ENDPOINTS, st.frozensets(st.sampled_from(["evil.example", "::1"])))
@example(
    "mqtts://blynk.cloud.evil.example",
    Endpoint.at("blynk.cloud", Transport.TLS),
    frozenset(),
)
@effort(1000)
def test_the_policy_trusts_nobody_else(
    text: str, home: Endpoint, allowed: frozenset[str]
) -> None:
    """The configured host, what is below it, Blynk's own among Blynk's own, and who was allowed."""
    if (target := read(text, home)) is None:
        return
    trusted = target.host == home.host or target.host in allowed
    if not is_address(target.host) and not is_address(home.host):
        trusted |= belongs(target.host, home.host)
        trusted |= belongs(home.host, "blynk.cloud") and belongs(
            target.host, "blynk.cloud"
        )
    secure = target.transport.encrypted or not home.transport.encrypted
    refusal = complaint(RedirectRefused, RedirectPolicy(home, allowed).check, target)
    assert bool(refusal) is not (trusted and secure)
    assert not refusal or refusal.startswith(f"redirect to {target} refused: ")


class Network:
    """A resolver that answers anything, and hosts that let nobody in."""

    def __init__(self, answers: Sequence[str] = ("198.51.100.1",)) -> None:
        """Give these answers to whatever is asked."""
        self.answers = answers
        self.asked: list[str] = []
        self.connected: list[tuple[str, int]] = []

    async def resolve(self, host: str) -> Sequence[str]:
        """Answer, and remember the question."""
        self.asked.append(host)
        return self.answers

    async def sock_connect(self, _: socket.socket, address: Sequence[Any]) -> None:
        """Refuse the connection."""
        self.connected.append((address[0], address[1]))
        raise ConnectionRefusedError(111, "refused")

    def visited(self, target: Endpoint) -> list[tuple[str, int]]:
        """Return where a connection to the endpoint has really gone."""

        async def connect(_: SkippedTime, __: Turns) -> None:
            vars(asyncio.get_running_loop())["sock_connect"] = self.sock_connect
            with pytest.raises(LinkError):
                await open_stream(
                    target, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), self.resolve
                )

        play(connect)
        return self.connected


@pytest.mark.usefixtures("socket_enabled")
@given(REDIRECTS, ENDPOINTS)
@example("tcp://0X0", ENTRY)
@example("tls://8.8.8.0x7f", ENTRY)
@effort(400)
def test_what_was_judged_is_what_is_connected_to(text: str, current: Endpoint) -> None:
    """Neither the event loop nor the system's resolver reads another host out of it."""
    if (target := read(text, current)) is None:
        return
    network = Network()
    visited = network.visited(target)
    if is_address(target.host):
        assert not network.asked
        assert visited == [(target.host, target.port)]
        return
    assert network.asked == [target.host]
    assert visited == [("198.51.100.1", target.port)]
    # The old forms of an address, which the resolver takes where nobody expects one.
    with pytest.raises(OSError, match="illegal IP address"):
        socket.inet_aton(target.host)


@pytest.mark.usefixtures("socket_enabled")
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["127.0.0.1", "::1", "", "evil.example", "1.2.3", "0x7f"]),
            st.sampled_from(["fe80::1%lo", "::ffff:127.0.0.1", "::1"]),
            st.integers(0, 2**32 - 1).map(IPv4Address).map(str),
            st.integers(0, 2**128 - 1).map(IPv6Address).map(str),
            TEXTS,
        ),
        max_size=24,
    )
)
@effort(200)
def test_a_resolver_may_answer_anything(answers: list[str]) -> None:
    """Only addresses are connected to, each once, and only as many as anybody waits for."""
    visited = Network(answers).visited(ENTRY)
    assert len(visited) <= 16
    assert len(set(visited)) == len(visited)
    assert {host for host, _ in visited} <= set(answers)
    assert all(port == ENTRY.port for _, port in visited)
    assert bool(visited) is any(
        is_address(answer.partition("%")[0]) for answer in answers
    )
