"""One MQTT session: the hand-shake, subscriptions, acknowledgements, and the faults among them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
import itertools

from . import handshake
from .behaviour import AfterRedirect
from .connection import Connection, Site, Wire
from .device import Device
from .journal import Kind
from .links import EndReason, LinkInfo, Refusal
from .mqtt.encoder import encode, message_size
from .mqtt.packets import (
    V5,
    V311,
    Acknowledgement,
    ClientPacket,
    Connack,
    Connect,
    Disconnect,
    PacketType,
    Ping,
    Publish,
    Subscribe,
    SubscriptionAcknowledgement,
    Unsubscribe,
)
from .mqtt.properties import Property, integer
from .mqtt.wire import MalformedPacket, protocol_error
from .subscriptions import SubscriptionForbidden, Subscriptions

CONNECT_TIMEOUT = 30.0
"""A connection that says nothing is closed after this time, seconds."""


class Session(Connection):
    """A client's session. From CONNACK to its end it is one of the device's links."""

    def __init__(
        self, site: Site, wire: Wire, on_closed: Callable[[Session], None]
    ) -> None:
        """Begin on a fresh wire; on_closed is called once, at the end."""
        super().__init__(site, wire)
        self.device: Device | None = None
        self._cloud = site.cloud
        self._on_closed = on_closed
        self._connect: Connect | None = None
        self._info: LinkInfo | None = None
        self._redirected = False
        self._subscriptions = Subscriptions()
        self._received: set[int] = set()  # QoS 2 messages without their PUBREL yet
        self._packet_ids = itertools.cycle(range(1, 0x10000))
        self._unacknowledged: dict[int, asyncio.Future[None]] = {}
        self._later(CONNECT_TIMEOUT, self._check_connect)

    # Link, as the cloud sees it

    @property
    def info(self) -> LinkInfo:
        """Where the link comes from; known once CONNECT is accepted."""
        if self._info is None:
            raise RuntimeError("no CONNECT accepted yet")
        return self._info

    def subscribed(self, topic: str) -> bool:
        """Whether a granted filter covers the topic."""
        return self._subscriptions.qos(topic) is not None

    def message_size(self, topic: str, payload: bytes, qos: int) -> int:
        """Size of a downlink on this link: variable header + payload, in bytes."""
        return message_size(topic, payload, qos, self._decoder.level)

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Send a message, at the granted QoS if that is lower."""
        self.send_message(topic, payload, min(qos, self._subscriptions.qos(topic) or 0))

    def send_message(self, topic: str, payload: bytes, qos: int) -> int:
        """Send a message at this QoS whatever was granted; return its packet identifier."""
        packet_id = next(self._packet_ids) if qos else 0
        data = encode(Publish(topic, payload, qos, packet_id), self._decoder.level)
        if len(data) <= self._max_packet_size:
            kind = Kind.REDIRECT if topic == "downlink/redirect" else Kind.PUBLISH
            self._note("out", kind, topic=topic, payload=payload, qos=qos)
            self._write(data)
        return packet_id

    @property
    def _max_packet_size(self) -> int:
        """The client's Maximum Packet Size of MQTT 5, which the server must respect."""
        properties = {} if self._connect is None else self._connect.properties
        return integer(properties, Property.MAXIMUM_PACKET_SIZE, 0xFFFFFFFF)

    def send_acknowledged(self, topic: str, payload: bytes) -> asyncio.Future[None]:
        """Send a message at QoS 1; the future is done at its PUBACK, cancelled at the end."""
        packet_id = self.send_message(topic, payload, 1)
        future: asyncio.Future[None] = self._loop.create_future()
        self._unacknowledged[packet_id] = future
        return future

    def redirect(self, uri: str, then: AfterRedirect) -> None:
        """Send downlink/redirect, and do what follows it."""
        self.send_message("downlink/redirect", uri.encode(), 0)
        self._redirected = True
        if then is AfterRedirect.STAY:
            return
        reason, properties = EndReason.SERVER_MOVED, {Property.SERVER_REFERENCE: uri}

        def leave() -> None:
            if then is AfterRedirect.DISCONNECT_9D:
                self._end(reason, properties)
            else:
                self.cut(abort=False)

        if self._behaviour.redirect_before_suback:
            leave()
        else:
            self._later(self._behaviour.redirect_close_delay, leave)

    def end(self, reason: EndReason) -> None:
        """Close the connection, on MQTT 5 with a DISCONNECT that says why."""
        self._end(reason)

    def _end(self, code: int, properties: dict[Property, str] | None = None) -> None:
        if self.closed:
            return
        if self._decoder.level == V5 and self._info is not None:
            self._note("out", Kind.DISCONNECT, code=code)
            self._send(Disconnect(code, properties or {}))
        self.cut(abort=False)

    def _over(self, *, clean: bool) -> None:
        """Leave the device, publish the will of a client that went without DISCONNECT [29]."""
        for future in self._unacknowledged.values():
            future.cancel()
        self._unacknowledged.clear()
        device, will = self.device, self._connect.will if self._connect else None
        if device is not None:
            carried_data = device.link is self
            self._cloud.detach(device, self)
            if will is not None and carried_data and not clean:
                self._note("in", Kind.WILL, topic=will.topic, payload=will.payload)
                self._cloud.uplink(device, will.topic, will.payload, 0)
        self._on_closed(self)

    # Hand-shake

    def _check_connect(self) -> None:
        if self._connect is None and not self._mute:
            self.cut(abort=False)

    def _take_connect(self, packet: Connect) -> None:
        if self._connect is not None:
            raise protocol_error("a second CONNECT")
        self._connect = packet
        self._note("in", Kind.CONNECT, detail=handshake.summary(packet, self.site))
        behaviour = self._behaviour
        if behaviour.close_before_connack:
            self.cut(abort=False)
        elif behaviour.withhold_connack:
            self._hold()
        elif behaviour.connack_delay:
            self._hold()
            self._later(behaviour.connack_delay, lambda: self._admit_late(packet))
        else:
            self._admit(packet)

    def _admit_late(self, packet: Connect) -> None:
        self._admit(packet)
        self._release()

    def _admit(self, packet: Connect) -> None:
        if Property.AUTHENTICATION_METHOD in packet.properties:
            self._refuse(Refusal.AUTHENTICATION_METHOD)
            return
        admission = self._cloud.admit(handshake.attempt(packet, self.site))
        device = admission.device
        if device is None:
            self._refuse(admission.refusal or Refusal.BAD_CREDENTIALS)
            return
        self.device = device
        self._info = handshake.link_info(packet, self.site, self.number, self._wire)
        carries_data = admission.redirect_uri is None and not admission.mute
        self._note("out", Kind.CONNACK, code=0)
        properties = handshake.connack_properties(packet, self._behaviour, self.number)
        self._send(Connack(0, properties))
        self._cloud.attach(device, self, carries_data=carries_data)
        self._check_keepalive()
        if admission.redirect_uri is not None:
            device.redirects += 1
            self.redirect(admission.redirect_uri, self._behaviour.after_redirect)

    def _refuse_protocol(self) -> None:
        self._refuse(Refusal.PROTOCOL)

    def _refuse(self, refusal: Refusal) -> None:
        code = refusal.code(V311 if self._connect is None else self._connect.level)
        self._note("out", Kind.CONNACK, code=code)
        self._send(Connack(code))
        self.cut(abort=False)

    def _check_keepalive(self) -> None:
        """End a session that has been silent for too long; look again when it might be."""
        if not self.info.keepalive:
            return
        allowed = self.info.keepalive * self._behaviour.keepalive_factor
        left = self._heard_at + allowed - self._loop.time()
        if left <= 0:
            self.end(EndReason.KEEPALIVE_TIMEOUT)
        else:
            self._later(left, self._check_keepalive)

    # Packets

    def _take(self, packet: ClientPacket) -> None:
        if isinstance(packet, Connect):
            self._take_connect(packet)
            return
        if self._info is None:
            raise protocol_error(f"{type(packet).__name__} before CONNECT")
        match packet:
            case Publish():
                self._take_publish(packet)
            case Acknowledgement():
                self._take_acknowledgement(packet)
            case Subscribe():
                self._take_subscribe(packet)
            case Unsubscribe():
                self._take_unsubscribe(packet)
            case Ping():
                self._note("in", Kind.PING)
                if not self._behaviour.withhold_pingresp:
                    self._send(Ping(PacketType.PINGRESP))
            case Disconnect(code=code):
                self._note("in", Kind.DISCONNECT, code=code)
                self._wire.close()
                self._finish(clean=code == 0)

    def _take_publish(self, packet: Publish) -> None:
        if Property.TOPIC_ALIAS in packet.properties:
            raise MalformedPacket("topic aliases are not granted", 0x94)
        if not packet.topic:
            raise protocol_error("empty topic name")
        self._note(
            "in",
            Kind.PUBLISH,
            topic=packet.topic,
            payload=packet.payload,
            qos=packet.qos,
        )
        greets = packet.topic == "info/mcu"
        code = 0 if greets or packet.qos != 1 else self._behaviour.puback_code
        repeated = packet.qos == 2 and packet.packet_id in self._received
        device = self.device
        taken = not repeated and not self._refuses(code)
        if device is not None and device.link is self and taken:
            reason = self._cloud.uplink(
                device, packet.topic, packet.payload, packet.size
            )
            if reason is not None:
                self.end(reason)
                return
        if packet.qos == 2:
            self._received.add(packet.packet_id)
            self._acknowledge(PacketType.PUBREC, packet.packet_id)
        elif packet.qos == 1:
            self._acknowledge(PacketType.PUBACK, packet.packet_id, code)

    def _refuses(self, code: int) -> bool:
        """Whether a PUBACK of this code says that the message is not taken, on MQTT 5."""
        return self._decoder.level == V5 and code >= 0x80

    def _acknowledge(
        self, packet_type: PacketType, packet_id: int, code: int = 0
    ) -> None:
        behaviour = self._behaviour
        if behaviour.withhold_puback:
            return
        packet = Acknowledgement(packet_type, packet_id, code)
        if behaviour.puback_delay:
            self._later(behaviour.puback_delay, lambda: self._send(packet))
        else:
            self._send(packet)

    def _take_acknowledgement(self, packet: Acknowledgement) -> None:
        match packet.type:
            case PacketType.PUBREC:
                self._send(Acknowledgement(PacketType.PUBREL, packet.packet_id))
            case PacketType.PUBREL:
                self._received.discard(packet.packet_id)
                self._send(Acknowledgement(PacketType.PUBCOMP, packet.packet_id))
            case _:
                self._note("in", Kind.PUBACK, code=packet.code)
                future = self._unacknowledged.pop(packet.packet_id, None)
                if future is not None and not future.done():
                    future.set_result(None)

    # Subscriptions

    def _take_subscribe(self, packet: Subscribe) -> None:
        behaviour, level = self._behaviour, self._decoder.level
        codes: list[int] = []
        for wish in packet.subscriptions:
            self._note("in", Kind.SUBSCRIBE, topic=wish.topic_filter, qos=wish.qos)
            try:
                code = self._subscriptions.add(
                    wish,
                    level,
                    behaviour.bad_subscription,
                    every_bad=behaviour.every_subscription_bad,
                )
            except SubscriptionForbidden as forbidden:
                self.end(forbidden.reason)
                return
            codes.append(code)
        never = self._redirected and behaviour.redirect_before_suback
        if behaviour.withhold_suback or never:
            return
        if behaviour.suback_delay:
            delay = behaviour.suback_delay
            self._later(delay, lambda: self._confirm(packet.packet_id, tuple(codes)))
        else:
            self._confirm(packet.packet_id, tuple(codes))

    def _confirm(self, packet_id: int, codes: tuple[int, ...]) -> None:
        self._note("out", Kind.SUBACK, code=max(codes))
        self._send(SubscriptionAcknowledgement(PacketType.SUBACK, packet_id, codes))

    def _take_unsubscribe(self, packet: Unsubscribe) -> None:
        codes: list[int] = []
        for topic_filter in packet.topic_filters:
            self._note("in", Kind.UNSUBSCRIBE, topic=topic_filter)
            codes.append(self._subscriptions.remove(topic_filter))
        self._send(
            SubscriptionAcknowledgement(
                PacketType.UNSUBACK, packet.packet_id, tuple(codes)
            )
        )
