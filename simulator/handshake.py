"""What is read out of a CONNECT, and what its CONNACK says beyond "accepted"."""

from __future__ import annotations

from .behaviour import Behaviour
from .connection import Site, Wire
from .links import ConnectAttempt, LinkInfo
from .mqtt.packets import V5, Connect
from .mqtt.properties import Property, PropertyValue, integer


def attempt(packet: Connect, site: Site) -> ConnectAttempt:
    """Give what the decision about the CONNECT depends on."""
    password = packet.password
    return ConnectAttempt(
        site.region,
        site.transport,
        packet.level,
        packet.client_id,
        packet.username,
        None if password is None else password.decode(errors="replace"),
    )


def link_info(packet: Connect, site: Site, number: int, wire: Wire) -> LinkInfo:
    """Describe the link that the CONNECT begins."""
    granted = site.cloud.behaviour.grant_keepalive
    five = packet.level == V5
    return LinkInfo(
        number=number,
        region=site.region,
        transport=site.transport,
        address=wire.address,
        protocol=protocol_name(packet),
        client_id=shown_client_id(packet),
        keepalive=granted if five and granted is not None else packet.keepalive,
        since=site.cloud.clock(),
    )


def connack_properties(
    packet: Connect, behaviour: Behaviour, number: int
) -> dict[Property, PropertyValue]:
    """Say on MQTT 5 where the server decides otherwise than the client wished."""
    properties: dict[Property, PropertyValue] = {}
    if not packet.client_id:
        properties[Property.ASSIGNED_CLIENT_IDENTIFIER] = f"auto-{number}"
    if integer(packet.properties, Property.SESSION_EXPIRY_INTERVAL, 0):
        properties[Property.SESSION_EXPIRY_INTERVAL] = 0
    if behaviour.grant_keepalive is not None:
        properties[Property.SERVER_KEEP_ALIVE] = behaviour.grant_keepalive
    if behaviour.receive_maximum is not None:
        properties[Property.RECEIVE_MAXIMUM] = behaviour.receive_maximum
    return properties


def summary(packet: Connect, site: Site) -> str:
    """Describe the CONNECT in a line of the journal."""
    return (
        f"{site.transport} {protocol_name(packet)} client_id={shown_client_id(packet)}"
        f" keepalive={packet.keepalive} clean={packet.clean}"
    )


def protocol_name(packet: Connect) -> str:
    """Give the protocol version as people write it."""
    return "5" if packet.level == V5 else "3.1.1"


def shown_client_id(packet: Connect) -> str:
    """Give the client id to show; some firmware uses the token, which stays hidden."""
    is_token = packet.client_id and packet.client_id.encode() == packet.password
    return "(token)" if is_token else packet.client_id
