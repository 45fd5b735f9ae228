"""Blynk.Cloud's rules: who may connect where, what a message does, what is sent and when.

No network and no time of its own: links and a clock are handed in, so that a month can be
simulated in a second. Numbers in brackets are the items of docs/simulator.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
import time

from . import admission, uplink, values
from .admission import Admission
from .behaviour import (
    AfterRedirect,
    Behaviour,
    OverQuota,
    OverRate,
    Oversize,
    UnsetAnswer,
)
from .changes import Change, ChangeKind
from .confirmation import Cancel, Confirmations, Later
from .datastreams import Datastream, Value
from .device import DatastreamState, Device, Diagnostic, Source
from .links import ConnectAttempt, EndReason, Link
from .quota import MonthlyQuota
from .regions import Region, Transport

UNSUBSCRIBED = frozenset({"downlink/ota/json", "downlink/redirect", "downlink/diag"})
"""Delivered without a subscription. Blynk docs: device-mqtt-api/authentication."""


def _never(_seconds: float, _call: Callable[[], None]) -> Cancel:
    return lambda: None


class Cloud:
    """One organization with one template: its devices, rules and counters."""

    def __init__(
        self,
        *,
        template_id: str,
        template_name: str,
        datastreams: Iterable[Datastream],
        regions: Mapping[str, Region],
        behaviour: Behaviour,
        events: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.time,
        later: Later = _never,
    ) -> None:
        """Begin without devices. The first region is the entry; clock gives epoch seconds.

        Events are descriptions by code; while there are none, any code will do. What is due
        after a time is done by `later`, without which it never is.
        """
        self.template_id = template_id
        self.template_name = template_name
        self.template = {definition.name: definition for definition in datastreams}
        self.events = dict(events or {})
        self.regions = dict(regions)
        self.behaviour = behaviour
        self.clock = clock
        self.devices: list[Device] = []
        self.quota = MonthlyQuota()
        self.watchers: list[Callable[[Change], None]] = []
        self.confirmations = Confirmations(later, self.changed)

    # Devices and template

    @property
    def entry(self) -> str:
        """The region that blynk.cloud leads to."""
        return next(iter(self.regions))

    def add_device(self, token: str, home: str | None = None) -> Device:
        """Create a device that lives in the home region, or in the entry region."""
        device = Device(token, home or self.entry)
        device.define(self.template.values())
        self.devices.append(device)
        return device

    def device_of(self, token: str | None) -> Device | None:
        """Find the device with this token."""
        if not token:
            return None
        return next((device for device in self.devices if device.token == token), None)

    def define(
        self, definitions: Iterable[Datastream], *, replace: bool = False
    ) -> None:
        """Add datastreams to the template; with replace, they become the whole template."""
        wanted = {definition.name: definition for definition in definitions}
        self.template = wanted if replace else {**self.template, **wanted}
        for device in self.devices:
            for gone in device.datastreams.keys() - self.template.keys():
                del device.datastreams[gone]
            device.define(wanted.values())
            self.changed(ChangeKind.TEMPLATE, device)

    def define_events(self, events: Mapping[str, str]) -> None:
        """Make these, descriptions by code, the template's events."""
        self.events = dict(events)
        for device in self.devices:
            self.changed(ChangeKind.TEMPLATE, device)

    def deny(self, device: Device, new_token: str | None = None) -> None:
        """Revoke the device's token and close its connections; new_token is valid from now on."""
        device.token = new_token
        for link in [*device.links]:
            link.end(EndReason.NOT_AUTHORISED)
        self.changed(ChangeKind.DEVICE, device)

    def changed(self, kind: ChangeKind, device: Device, name: str = "") -> None:
        """Tell the watchers."""
        change = Change(kind, device, name)
        for watcher in self.watchers:
            watcher(change)

    def reset_statistics(self, device: Device) -> None:
        """Set every counter to 0, the month's quota included."""
        self.quota.reset()
        device.reset_statistics()
        self.changed(ChangeKind.TEMPLATE, device)

    def forget_values(self, device: Device) -> None:
        """Forget every value and property of the device."""
        self.confirmations.forget()
        for state in device.datastreams.values():
            state.forget()
        self.changed(ChangeKind.TEMPLATE, device)

    # Connections

    def admit(self, attempt: ConnectAttempt) -> Admission:
        """Decide about a CONNECT [2-6, 9]."""
        return admission.admit(self, attempt)

    def attach(self, device: Device, link: Link, *, carries_data: bool = True) -> None:
        """Take an accepted link; the one that carries data takes over from an older one [9]."""
        device.connections += 1
        if carries_data:
            if device.link is not None:
                device.link.end(EndReason.TAKEN_OVER)
            device.link = link
        device.links.append(link)
        self.changed(ChangeKind.DEVICE, device)

    def detach(self, device: Device, link: Link) -> None:
        """Let go of a link that is closed; the device is offline without one [29]."""
        if link in device.links:
            device.links.remove(link)
        if device.link is link:
            device.link = None
        self.changed(ChangeKind.DEVICE, device)

    def redirect(
        self,
        device: Device,
        *,
        region: str | None = None,
        uri: str | None = None,
        then: AfterRedirect | None = None,
    ) -> bool:
        """Send the device elsewhere [6-8]; return whether it was connected to hear it.

        With a region the device moves there, and its old link carries no more data. With a URI
        only the message is sent: whatever it says, the device still lives where it lived.
        """
        link = device.link
        if region is not None:
            if region not in self.regions:
                raise ValueError(f"no such region: {region}")
            device.home = region
            if uri is None:
                transport = Transport.TCP if link is None else link.info.transport
                uri = self.regions[region].mqtt_uri(transport)
        if uri is None:
            raise ValueError("a redirect needs a region or a URI")
        if link is not None:
            if link.info.region != device.home:
                device.link = None
            device.redirects += 1
            link.redirect(uri, then or self.behaviour.after_redirect)
        self.changed(ChangeKind.DEVICE, device)
        return link is not None

    # From the device

    def uplink(
        self, device: Device, topic: str, payload: bytes, size: int
    ) -> EndReason | None:
        """Take a message of the device [13-15, 27, 28]; return why to disconnect it, if so."""
        now = self.clock()
        behaviour = self.behaviour
        device.messages_in += 1
        device.meter.count(now)
        if device.rate.exceeded(now, behaviour.max_rate):
            device.dropped += 1
            self.diagnose(
                device, f"flood: more than {behaviour.max_rate} messages a second"
            )
            return (
                EndReason.RATE if behaviour.over_rate is OverRate.DISCONNECT else None
            )
        if not self.charge(device):
            device.dropped += 1
            self.diagnose(
                device, "the organization has used up its messages of this month"
            )
            return EndReason.QUOTA if behaviour.over_quota is OverQuota.REFUSE else None
        if size > behaviour.max_message_size:
            device.dropped += 1
            self.diagnose(
                device,
                f"message of {size} bytes; {behaviour.max_message_size} are allowed",
            )
            return (
                EndReason.OVERSIZE
                if behaviour.oversize is Oversize.DISCONNECT
                else None
            )
        uplink.take(self, device, topic, payload)
        return None

    def charge(self, device: Device) -> bool:
        """Count a message against the month; return whether it was within the quota."""
        now = self.clock()
        if not self.quota.used(now):
            for each in self.devices:
                each.messages_used = 0
        device.messages_used += 1
        return self.quota.spend(now, self.behaviour.monthly_quota)

    @property
    def quota_exhausted(self) -> bool:
        """Whether the month's messages are used up."""
        return self.quota.used(self.clock()) >= self.behaviour.monthly_quota

    def store(
        self, device: Device, state: DatastreamState, value: Value, at: float
    ) -> None:
        """Store what the device has written at that time, epoch seconds [13, 22]."""
        state.write(value, at, Source.DEVICE)
        self.confirmations.confirm(state)
        self.changed(ChangeKind.DATASTREAM, device, state.definition.name)
        if self.behaviour.echo:
            self.deliver_value(device, state)

    # To the device

    def press(self, device: Device, name: str, value: values.AppValue) -> bool:
        """Write as a widget does: clamp, store, send [20, 21]; return whether it was delivered.

        Raises LookupError for an unknown datastream, ValueError for a value of another type.
        """
        state = device.datastreams.get(name)
        if state is None:
            raise LookupError(f"no such datastream: {name}")
        before = state.value
        state.write(values.from_app(state.definition, value), self.clock(), Source.APP)
        if self.behaviour.revert_unconfirmed:
            self.confirmations.wait(device, state, before)
        self.changed(ChangeKind.DATASTREAM, device, name)
        return self.deliver_value(device, state)

    def describe(self, device: Device, name: str, text: str) -> bool:
        """Write a metadata field as a person does [24]; return whether it was delivered."""
        device.metadata[name] = text
        self.changed(ChangeKind.DEVICE, device)
        return self.deliver(device, f"downlink/meta/{name}", text.encode())

    def deliver_value(self, device: Device, state: DatastreamState) -> bool:
        """Send a datastream's value or default; return whether anything was sent [19]."""
        value = state.effective_value
        if value is not None:
            payload = values.to_text(value, self.behaviour.boolean_text)
        elif self.behaviour.unset_answer is UnsetAnswer.EMPTY:
            payload = b""
        else:
            return False
        topic = f"downlink/ds/{state.definition.name}"
        return self.deliver(device, topic, payload, self.behaviour.downlink_qos)

    def deliver(self, device: Device, topic: str, payload: bytes, qos: int = 0) -> bool:
        """Send a downlink if the device is online and wants it [11]; nothing is queued."""
        link = device.link
        if link is None or not (topic in UNSUBSCRIBED or link.subscribed(topic)):
            return False
        if topic in UNSUBSCRIBED:
            qos = 0
        size, limit = (
            link.message_size(topic, payload, qos),
            self._receive_buffer(device),
        )
        if limit is not None and size > limit:
            device.dropped += 1
            return False
        device.messages_out += 1
        if self.behaviour.count_downlinks:
            self.charge(device)
        link.publish(topic, payload, qos)
        return True

    def _receive_buffer(self, device: Device) -> int | None:
        """Give the rxbuff of info/mcu, which caps what is sent [25]."""
        rxbuff = (device.info_mcu or {}).get("rxbuff")
        return rxbuff if isinstance(rxbuff, int) else None

    def diagnose(self, device: Device, text: str) -> bool:
        """Record a diagnostic and send it; return whether it was delivered."""
        device.diagnostics.append(Diagnostic(self.clock(), text))
        self.changed(ChangeKind.DIAGNOSTIC, device)
        return self.deliver(device, "downlink/diag", text.encode())
