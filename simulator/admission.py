"""Who may connect, and as what. Numbers in brackets are the items of docs/simulator.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .behaviour import (
    Behaviour,
    OverQuota,
    Protocols,
    RefuseCode,
    SecondClient,
    Unavailable,
    WrongRegion,
)
from .device import Device
from .links import ConnectAttempt, Refusal

if TYPE_CHECKING:
    from .cloud import Cloud

USERNAME = "device"
MAX_CLIENT_ID = 64
REFUSED_PROTOCOL = {Protocols.BOTH: 0, Protocols.ONLY_311: 5, Protocols.ONLY_5: 4}


@dataclass(frozen=True, slots=True)
class Admission:
    """The decision about a CONNECT: refused, or accepted in one of three roles."""

    refusal: Refusal | None = None
    device: Device | None = None
    redirect_uri: str | None = None
    mute: bool = False


def admit(cloud: Cloud, attempt: ConnectAttempt) -> Admission:
    """Decide about a CONNECT [2-6, 9]."""
    behaviour = cloud.behaviour
    if attempt.level == REFUSED_PROTOCOL[behaviour.protocols]:
        return Admission(Refusal.PROTOCOL)
    if behaviour.unavailable is not Unavailable.NO:
        return Admission(Refusal[behaviour.unavailable.name])
    if len(attempt.client_id) > MAX_CLIENT_ID:
        return Admission(Refusal.CLIENT_ID)
    device = cloud.device_of(attempt.token)
    if device is None or attempt.username != USERNAME:
        return Admission(_credentials_refusal(behaviour))
    if behaviour.over_quota is OverQuota.REFUSE and cloud.quota_exhausted:
        return Admission(Refusal.QUOTA)
    return _place(cloud, attempt, device)


def _place(cloud: Cloud, attempt: ConnectAttempt, device: Device) -> Admission:
    """Decide what an authenticated client becomes: redirected, mute or the device."""
    behaviour = cloud.behaviour
    if behaviour.redirect_always is not None:
        uri = _hostile_uri(cloud, attempt, behaviour.redirect_always)
        return Admission(device=device, redirect_uri=uri)
    if device.home != attempt.region:
        if behaviour.wrong_region is WrongRegion.REFUSE:
            return Admission(_credentials_refusal(behaviour))
        uri = cloud.regions[device.home].mqtt_uri(attempt.transport)
        return Admission(device=device, redirect_uri=uri)
    if device.link is not None:
        if behaviour.second_client is SecondClient.NEW_REFUSED:
            return Admission(Refusal.UNAVAILABLE)
        if behaviour.second_client is SecondClient.NEW_MUTE:
            return Admission(device=device, mute=True)
    return Admission(device=device)


def _credentials_refusal(behaviour: Behaviour) -> Refusal:
    if behaviour.refuse_code is RefuseCode.NOT_AUTHORISED:
        return Refusal.NOT_AUTHORISED
    return Refusal.BAD_CREDENTIALS


def _hostile_uri(cloud: Cloud, attempt: ConnectAttempt, target: str) -> str:
    if target != "next":
        return target
    names = [*cloud.regions]
    following = names[(names.index(attempt.region) + 1) % len(names)]
    return cloud.regions[following].mqtt_uri(attempt.transport)
