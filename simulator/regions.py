"""Blynk's regions, each a server of its own with every way in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

REGION_NAMES = ("fra1", "ny3", "lon1", "sgp1", "blr1")
"""Blynk's public regions; the first is the entry region. Blynk docs: device-mqtt-api/authentication."""


class Transport(StrEnum):
    """How a client reaches the MQTT broker."""

    TCP = "tcp"
    TLS = "tls"
    WS = "ws"
    WSS = "wss"


@dataclass(frozen=True, slots=True)
class Region:
    """One region's address and ports."""

    name: str
    host: str = "127.0.0.1"
    mqtt_port: int = 0
    tls_port: int = 0
    ws_port: int = 0
    wss_port: int = 0
    http_port: int = 0
    https_port: int = 0

    def mqtt_uri(self, transport: Transport) -> str:
        """Give the URI of a redirect to this region for a client that uses this transport."""
        match transport:
            case Transport.TCP:
                return f"mqtt://{self.host}:{self.mqtt_port}"
            case Transport.TLS:
                return f"mqtts://{self.host}:{self.tls_port}"
            case Transport.WS:
                return f"ws://{self.host}:{self.ws_port}/mqtt"
            case Transport.WSS:
                return f"wss://{self.host}:{self.wss_port}/mqtt"

    def http_origin(self, *, secure: bool) -> str:
        """Give the origin of the device HTTPS API."""
        if secure:
            return f"https://{self.host}:{self.https_port}"
        return f"http://{self.host}:{self.http_port}"


def host_of(number: int, domain: str | None) -> str | None:
    """Give the host name of a region in a domain; the entry is the domain itself."""
    if domain is None or not number:
        return domain
    return f"{REGION_NAMES[number]}.{domain}"
