"""Where a Blynk server is reached, and where a redirect may lead."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
import json
import re
from typing import Final, Self
from urllib.parse import urlsplit

from .errors import InvalidEndpoint, RedirectRefused

_BLYNK_CLOUD: Final = "blynk.cloud"
_HOST_LENGTH_MAX: Final = 253
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
# What ends in a number is an address to the system's resolver: 0x7f.1 is 127.0.0.1.
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_URI_LENGTH_MAX: Final = 512
_PATH: Final = re.compile(r"/[A-Za-z0-9._~/%-]{0,127}", re.ASCII)
# Without brackets an IPv6 address has no port: its last group would pass for one.
_HOST_AND_PORT: Final = re.compile(r"(\[[^]]*\]|[^:]*):(\d{1,5})", re.ASCII)


class Transport(StrEnum):
    """What carries MQTT."""

    TCP = "tcp"
    TLS = "tls"
    WS = "ws"
    WSS = "wss"

    @property
    def encrypted(self) -> bool:
        """Return whether the token travels under TLS."""
        return self in (Transport.TLS, Transport.WSS)

    @property
    def websocket(self) -> bool:
        """Return whether MQTT travels in WebSocket frames."""
        return self in (Transport.WS, Transport.WSS)


_SCHEMES: Final = {
    "tcp": Transport.TCP,
    "mqtt": Transport.TCP,
    "tls": Transport.TLS,
    "mqtts": Transport.TLS,
    "ws": Transport.WS,
    "wss": Transport.WSS,
}
# Blynk docs: device-mqtt-api/authentication. 80 is the plain WebSocket's custom.
_DEFAULT_PORTS: Final = {
    Transport.TCP: 1883,
    Transport.TLS: 8883,
    Transport.WS: 80,
    Transport.WSS: 443,
}
_DEFAULT_PATH: Final = "/mqtt"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address an MQTT connection can be made to.

    Every instance is valid, and in its one spelling: the host is a DNS name of
    legal labels or an IP address, in lower case, the port is 1…65535, and the
    path is the usual one where it is empty or no WebSocket needs it.
    """

    transport: Transport
    host: str
    port: int
    path: str = _DEFAULT_PATH

    def __post_init__(self) -> None:
        """Refuse what would fail deep inside the network code."""
        object.__setattr__(self, "host", _valid_host(self.host))
        if not 0 < self.port < 65536:
            raise InvalidEndpoint("port out of range")
        if not _PATH.fullmatch(self.path):
            raise InvalidEndpoint("not a path")
        if self.path == "/" or not self.transport.websocket:
            object.__setattr__(self, "path", _DEFAULT_PATH)

    @classmethod
    def at(cls, host: str, transport: Transport, port: int | None = None) -> Self:
        """Return the endpoint of a host, at the transport's usual port by default.

        Raises InvalidEndpoint where host or port can't be one.
        """
        return cls(transport, host, _DEFAULT_PORTS[transport] if port is None else port)

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Return the endpoint that a URI names, as `downlink/redirect` carries it.

        Schemes are tcp, mqtt, tls, mqtts, ws and wss; the port may be left out,
        the path counts for WebSocket only. Raises InvalidEndpoint otherwise.
        Source: Blynk docs, device-mqtt-api/authentication.
        """
        uri = _trimmed(uri)
        # urlsplit drops line breaks, and turns a Kelvin sign into a k.
        if not uri.isascii() or not uri.isprintable():
            raise InvalidEndpoint("not a URI")
        try:
            parts = urlsplit(uri)
            port = parts.port
        except ValueError as error:
            raise InvalidEndpoint("not a URI") from error
        if (transport := _SCHEMES.get(parts.scheme)) is None or not parts.hostname:
            raise InvalidEndpoint("not an MQTT URI")
        if parts.username is not None or parts.query or parts.fragment:
            raise InvalidEndpoint("URI with more than an address")
        # urlsplit takes the brackets away, and they are only for IPv6.
        if "[" in parts.netloc and ":" not in parts.hostname:
            raise InvalidEndpoint("not a host")
        return cls(
            transport,
            parts.hostname,
            _DEFAULT_PORTS[transport] if port is None else port,
            parts.path if transport.websocket and parts.path else _DEFAULT_PATH,
        )

    @classmethod
    def parse_redirect(cls, text: str, current: Self) -> Self:
        """Return where a redirect leads.

        The documented form is a URI. Blynk's own edge agent reads only a JSON
        object with host and port, and an MQTT 5 Server Reference is a bare
        `host:port`: both keep the current transport. Raises InvalidEndpoint.
        """
        text = _trimmed(text)
        host: object = text
        port: object = None
        if text.startswith("{"):
            try:
                fields = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise InvalidEndpoint("not JSON") from error
            host, port = fields.get("host"), fields.get("port")
        elif "://" in text:
            return cls.parse(text)
        elif match := _HOST_AND_PORT.fullmatch(text):
            host, port = match[1], int(match[2])
        if port is None:
            port = _DEFAULT_PORTS[current.transport]
        # JSON's true is a bool, which Python counts among the integers.
        if not isinstance(host, str) or type(port) is not int:
            raise InvalidEndpoint("redirect without a host and port")
        return cls(current.transport, host, port, current.path)

    def __str__(self) -> str:
        """Return the endpoint as a URI."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        path = self.path if self.transport.websocket else ""
        scheme = {Transport.TCP: "mqtt", Transport.TLS: "mqtts"}.get(
            self.transport, self.transport.value
        )
        return f"{scheme}://{host}:{self.port}{path}"


@dataclass(frozen=True, slots=True)
class RedirectPolicy:
    """Which redirects the token may follow.

    Allowed are the configured host, its subdomains, all of blynk.cloud where
    the configured host is in it, and hosts the user has allowed by name; for an
    IP address only the same address. Never from TLS to plain text.
    """

    configured: Endpoint
    allowed_hosts: frozenset[str] = frozenset()

    def check(self, target: Endpoint) -> None:
        """Raise RedirectRefused if the token must not go to the target."""
        if self.configured.transport.encrypted and not target.transport.encrypted:
            raise RedirectRefused(str(target), "it is not encrypted")
        if not self._trusts(target.host):
            raise RedirectRefused(str(target), "the host is not trusted", target.host)

    def _trusts(self, host: str) -> bool:
        """Return whether the host belongs to who the user gave the token to."""
        home = self.configured.host
        if host == home or host in self.allowed_hosts:
            return True
        if _address(home) or _address(host):
            return False
        if in_blynk_cloud(home):
            return in_blynk_cloud(host)
        return host.endswith(f".{home}")


def in_blynk_cloud(host: str) -> bool:
    """Return whether a host is one of Blynk's public servers."""
    return host == _BLYNK_CLOUD or host.endswith(f".{_BLYNK_CLOUD}")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the host as an IP address, None if it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _trimmed(text: str) -> str:
    """Return what stands between the spaces, if it is not too long for a URI."""
    if len(text) > _URI_LENGTH_MAX:
        raise InvalidEndpoint("too long")
    return text.strip()


def _valid_host(host: str) -> str:
    """Return the host in its one spelling."""
    name = host.strip()
    if not name.isascii():
        raise InvalidEndpoint("not a host")
    name = name.lower().removesuffix(".")
    bracketed = name.startswith("[") and name.endswith("]")
    address = _address(name[1:-1] if bracketed else name)
    if address and "%" not in name and (address.version == 6 or not bracketed):
        return str(address)
    if len(name) > _HOST_LENGTH_MAX or not all(
        _LABEL.fullmatch(label) for label in name.split(".")
    ):
        raise InvalidEndpoint("not a host")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        raise InvalidEndpoint("not an address")
    return name
