"""One MQTT connection: what CONNACK, SUBACK, PUBACK and DISCONNECT say.

With client.py the only place that knows aiomqtt's and paho's insides. What
aiomqtt 2.5.1 and paho-mqtt 2.1.0 leave open is closed in these two; every
override says which of their habits it replaces.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum
import logging
import ssl
from types import TracebackType
from typing import Any, Final, Never, Self

import aiomqtt
import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from .client import LoopClient
from .dial import Resolve, resolve_by_system
from .endpoint import Endpoint
from .errors import (
    ConnectionLost,
    ConnectionRefused,
    ConnectTimeout,
    InvalidToken,
    LinkError,
    NotAcknowledged,
    ProtocolRefused,
    PublishRefused,
    SubscriptionRefused,
)
from .messages import Publication
from .reasons import BAD_PROTOCOL, BAD_TOKEN

_LOGGER: Final = logging.getLogger(__name__)

CONNECT_TIMEOUT: Final = 10.0
"""Seconds for DNS, TCP, TLS, WebSocket and CONNACK together."""
ACKNOWLEDGE_TIMEOUT: Final = 10.0
"""Seconds without SUBACK or PUBACK after which a link counts as dead."""
KEEPALIVE: Final = 45
"""Seconds; what Blynk recommends (docs: device-mqtt-api/authentication)."""
_USERNAME: Final = "device"
_IN_FLIGHT_MAX: Final = 10

# MQTT 3.1.1 return codes as the MQTT 5 reason codes of the same meaning.
_REASON_OF_RETURN_CODE: Final = {1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}


class Protocol(StrEnum):
    """Version of MQTT."""

    V311 = "3.1.1"
    V5 = "5"


_AIOMQTT_PROTOCOL: Final = {
    Protocol.V311: aiomqtt.ProtocolVersion.V311,
    Protocol.V5: aiomqtt.ProtocolVersion.V5,
}


class Link(LoopClient):
    """An MQTT connection from TCP to DISCONNECT, used once.

    Messages are handed to `on_message` as they are read, with no queue that
    could grow or overflow. Whatever ends the link ends everything that waits on
    it, with the reason that came first; `lost` holds it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        token: str,
        *,
        on_message: Callable[[str, bytes], None],
        client_id: str,
        protocol: Protocol = Protocol.V311,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve_by_system,
        connect_timeout: float = CONNECT_TIMEOUT,
        acknowledge_timeout: float = ACKNOWLEDGE_TIMEOUT,
        keepalive: int = KEEPALIVE,
    ) -> None:
        """Prepare a connection; nothing is sent before the block is entered."""
        super().__init__(
            endpoint,
            tls,
            username=_USERNAME,
            password=token,
            resolve=resolve,
            identifier=client_id,
            protocol=_AIOMQTT_PROTOCOL[protocol],
            # MQTT 5 says it with clean_start, which paho sets by default.
            clean_session=True if protocol is Protocol.V311 else None,
            timeout=acknowledge_timeout,
            max_inflight_messages=_IN_FLIGHT_MAX,
            keepalive=keepalive,
        )
        self._token = token
        self._protocol = protocol
        self._connect_timeout = connect_timeout
        self._deliver = on_message
        self._refusal: int | None = None
        self._farewell: int | None = None
        self._acknowledgements: dict[int, tuple[asyncio.Future[None], float]] = {}
        """What is waited for, and until when in the loop's time; the first is due first."""
        self._overdue: asyncio.TimerHandle | None = None
        self.lost: asyncio.Future[None] = self._loop.create_future()
        """Done, with the LinkError that says why, when the link has ended."""
        # Retrieved here once, so that a link nobody waits on stays silent.
        self.lost.add_done_callback(_retrieve)
        self._connected.add_done_callback(_retrieve)
        self._wrap_paho()

    def end(self, error: LinkError) -> None:
        """End the link for a reason of our own, or note the first one that came."""
        if self.lost.done():
            return
        self.lost.set_exception(error)
        if self._overdue is not None:
            self._overdue.cancel()
            self._overdue = None
        waiting: list[asyncio.Future[Any]] = [
            self._connected,
            *self._pending_subscribes.values(),
            *(future for future, _ in self._acknowledgements.values()),
        ]
        for future in waiting:
            if not future.done():
                future.set_exception(error)

    # --- Life ----------------------------------------------------------------

    async def __aenter__(self) -> Self:
        """Connect and wait for CONNACK.

        Raises InvalidToken, ProtocolRefused or ConnectionRefused for a refusal,
        TlsError, NotMqtt, HostNotFound, ConnectTimeout, or LinkError for the rest.
        Unlike aiomqtt's, it runs no thread, has one time limit, and leaves nothing
        open when it fails.
        """
        try:
            async with asyncio.timeout(self._connect_timeout):
                await self._open()
                await self._connected
        except TimeoutError as error:
            await self._close()
            raise ConnectTimeout("no answer in time") from error
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say DISCONNECT where that is still possible, and close the socket."""
        try:
            await self._say_goodbye()
        finally:
            await self._close()

    async def _close(self) -> None:
        """Close the socket whatever has happened: a late CONNACK finds nobody."""
        await super()._close()
        self.end(ConnectionLost())

    async def ended(self) -> Never:
        """Wait for the end of the link, and raise why."""
        await asyncio.wait((self.lost,))
        self._raise_if_lost()
        raise ConnectionLost

    # --- Messages ------------------------------------------------------------

    async def subscribe_to(self, topic_filter: str) -> None:
        """Subscribe at QoS 1 and wait for SUBACK.

        Raises SubscriptionRefused, or what ended the link.
        """
        self._raise_if_lost()
        try:
            codes = await self.subscribe(topic_filter, qos=1)
        except aiomqtt.MqttError as error:
            self._raise_if_lost()
            self.end(ConnectionLost())
            raise NotAcknowledged("no SUBACK in time") from error
        for code in codes:
            if (code.value if isinstance(code, ReasonCode) else code) >= 0x80:
                raise SubscriptionRefused(topic_filter)

    async def send(
        self,
        publication: Publication,
        qos: int = 1,
        on_made: Callable[[], None] = lambda: None,
    ) -> None:
        """Publish, at QoS 1 until the PUBACK is there.

        `on_made` is called for a message that has been made, whatever has become of
        it, before this returns: what is to be noted of it delays no message.

        Raises NotAcknowledged where the PUBACK does not come within the time limit
        (the link then counts as dead), PublishRefused where it refuses the message,
        and what ended the link. aiomqtt's own publish hears of neither.
        """
        self._raise_if_lost()
        info = self._client.publish(publication.topic, publication.payload, qos)
        try:
            self._raise_if_lost()
            if info.rc != paho.MQTT_ERR_SUCCESS:
                raise ConnectionLost
            if qos > 0:
                await self._acknowledged(info.mid)
        finally:
            on_made()

    async def _acknowledged(self, mid: int) -> None:
        """Wait for a PUBACK, and end the link if it does not come."""
        acknowledged = self._loop.create_future()
        due = self._loop.time() + self.timeout
        self._acknowledgements[mid] = acknowledged, due
        if self._overdue is None:
            self._overdue = self._loop.call_at(due, self._look_for_overdue)
        try:
            await acknowledged
        finally:
            del self._acknowledgements[mid]

    def _look_for_overdue(self) -> None:
        """Take the link for dead if a PUBACK is overdue; a timer for all of them."""
        self._overdue = None
        for acknowledged, due in self._acknowledgements.values():
            if acknowledged.done():
                continue
            if due > self._loop.time():
                self._overdue = self._loop.call_at(due, self._look_for_overdue)
            else:
                acknowledged.set_exception(NotAcknowledged("no PUBACK in time"))
                self.end(ConnectionLost())
            return

    def _raise_if_lost(self) -> None:
        """Raise what ended the link, if it has ended."""
        if self.lost.done() and (error := self.lost.exception()):
            raise error

    # --- paho's callbacks ----------------------------------------------------

    def _wrap_paho(self) -> None:
        """Look at the two packets whose codes paho keeps to itself.

        It turns CONNACK 1 into a bare protocol error, and drops the reason of a
        DISCONNECT that has no properties.
        """
        client = self._client
        handle_connack = client._handle_connack
        handle_disconnect = client._handle_disconnect

        def connack() -> MQTTErrorCode:
            packet = client._in_packet["packet"]
            if len(packet) > 1 and packet[1] and not self._connected.done():
                self._refusal = packet[1]
            return handle_connack()

        def disconnect() -> None:
            packet = client._in_packet["packet"]
            self._farewell = packet[0] if packet else 0
            handle_disconnect()

        vars(client).update(_handle_connack=connack, _handle_disconnect=disconnect)

    def _on_connect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        """Note CONNACK, and how many publishes the server takes at once."""
        if self._refusal is not None:
            self._refuse(self._server_reference(properties))
        elif not self._connected.done():
            if maximum := getattr(properties, "ReceiveMaximum", None):
                client._max_inflight_messages = min(maximum, _IN_FLIGHT_MAX)
            # MQTT 5, 3.2.2.3.14: the server's value counts; paho 2.1 passes over it.
            if keepalive := getattr(properties, "ServerKeepAlive", None):
                client._keepalive = keepalive
            self._look_after_keepalive()
            self._connected.set_result(None)

    def _server_reference(self, properties: Properties | None) -> str | None:
        """Return where MQTT 5 refers us to; never anything that quotes the token."""
        reference: str | None = getattr(properties, "ServerReference", None)
        if reference is None or self._token.lower() in reference.lower():
            return None
        return reference

    def _refuse(self, server_reference: str | None = None) -> None:
        """End the link with the reason of a negative CONNACK."""
        code = self._refusal or 0
        if self._protocol is Protocol.V311:
            code = _REASON_OF_RETURN_CODE.get(code, code)
        if code in BAD_TOKEN:
            self.end(InvalidToken(code))
        elif code in BAD_PROTOCOL:
            self.end(ProtocolRefused(code))
        else:
            self.end(ConnectionRefused(code, server_reference))

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,
        flags: paho.DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        """End the link, also before CONNACK, where aiomqtt looks away."""
        if self._refusal is not None:
            self._refuse()
        self.end(ConnectionLost(self._farewell, self._server_reference(properties)))

    def _on_message(
        self, client: paho.Client, userdata: Any, message: paho.MQTTMessage
    ) -> None:
        """Hand the message on; a topic that is not UTF-8 raises, and costs the link.

        Blynk retains nothing. A broker that does would repeat an old command at
        every connection: a retained message is not a command.
        """
        if message.retain:
            _LOGGER.debug("Ignored a retained message")
            return
        self._deliver(message.topic, message.payload)

    def _on_publish(
        self,
        client: paho.Client,
        userdata: Any,
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        """Wake who waits for the PUBACK, with its reason if it is a refusal."""
        if (waiting := self._acknowledgements.get(mid)) is None:
            return
        future, _ = waiting
        if future.done():
            return
        if reason_code.value >= 0x80:
            future.set_exception(PublishRefused(reason_code.value))
        else:
            future.set_result(None)

    def _broken(self) -> None:
        """End the link, with the reason if a packet still brought one."""
        if self._refusal is not None:
            self._refuse()
        self.end(ConnectionLost(self._farewell))


def _retrieve(future: asyncio.Future[None]) -> None:
    """Mark an exception as seen."""
    if not future.cancelled():
        future.exception()
