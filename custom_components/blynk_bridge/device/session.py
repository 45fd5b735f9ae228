"""The Blynk device session: link after link, for as long as it runs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
import logging
import random
import re
import secrets
import ssl
from typing import Final, Never

from .endpoint import Endpoint, RedirectPolicy
from .errors import (
    BlynkError,
    ConnectionLost,
    InvalidEndpoint,
    InvalidMessage,
    InvalidToken,
    LinkError,
    NotConnected,
    ProtocolRefused,
    RedirectRefused,
    TokenInUse,
)
from .link import Link, Protocol
from .messages import (
    DOWNLINK_FILTER,
    DeviceInfo,
    Diagnostic,
    Downlink,
    Publication,
    Redirect,
    device_info,
    parse,
)
from .route import Redirected, Route

_LOGGER: Final = logging.getLogger(__name__)

SETTLE_TIME: Final = 0.5
"""Seconds after SUBACK in which a redirect is waited for before messages are spent."""
BACKOFF_FIRST: Final = 1.0
BACKOFF_MAX: Final = 300.0
HEALTHY_TIME: Final = 60.0
"""Seconds a session must live before its past failures are forgotten."""
_SHORT_LIFE: Final = 10.0
_SHORT_LIVES_MAX: Final = 3
_SESSION_TAKEN_OVER: Final = 0x8E
_LOGGED_TOPIC_MAX: Final = 80
_OTHER_PROTOCOL: Final = {Protocol.V311: Protocol.V5, Protocol.V5: Protocol.V311}


class SessionState(StrEnum):
    """What a session is doing."""

    CONNECTING = "connecting"
    READY = "ready"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """What a session is doing, where, and what went wrong last."""

    state: SessionState
    endpoint: Endpoint
    error: BlynkError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """What a session needs to know."""

    endpoint: Endpoint
    token: str = field(repr=False)
    info: DeviceInfo
    protocol: Protocol = Protocol.V311
    allowed_hosts: frozenset[str] = frozenset()
    home: Endpoint | None = None
    """Where a redirect led the last time; tried first."""


class DeviceSession:
    """Keeps one Blynk device online: connects, follows redirects, reconnects.

    `on_message` receives every downlink but redirects, `on_status` every change
    of state; both run in the event loop. `on_status` must not raise, and an error of
    `on_message` costs the one message.
    """

    def __init__(
        self,
        settings: SessionSettings,
        *,
        tls: ssl.SSLContext | None,
        on_message: Callable[[Downlink], None],
        on_status: Callable[[SessionStatus], None] = lambda _: None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        """Prepare a session; `run` starts it."""
        self._settings = settings
        # Whatever the case: host names are folded before they are shown.
        self._secret = re.compile(re.escape(settings.token), re.IGNORECASE)
        self._route = Route(
            RedirectPolicy(settings.endpoint, settings.allowed_hosts), settings.home
        )
        self._tls = tls
        self._on_message = on_message
        self._on_status = on_status
        self._jitter = jitter
        self._protocol = settings.protocol
        self._link: Link | None = None
        self._ready = asyncio.Event()
        self._failures = 0
        self._short_lives = 0
        self._refused_protocols: set[Protocol] = set()
        self._unhandled: set[type[Downlink]] = set()
        """Sorts of messages of which was told that they could not be handled."""
        self.status = SessionStatus(SessionState.CONNECTING, self._route.start)
        self.messages_sent = 0
        """Publishes made, each of which costs a message of the quota."""

    @property
    def home(self) -> Endpoint | None:
        """Return the server redirects have led to, None for the configured one."""
        return self._route.home

    async def run(self) -> Never:
        """Keep the device online until cancelled.

        Raises InvalidToken when the configured server does not accept the token.
        """
        loop = asyncio.get_running_loop()
        route, endpoint = self._route, self._route.start
        while True:
            self._set_status(SessionState.CONNECTING, endpoint, self.status.error)
            route.began(endpoint)
            started = loop.time()
            error = await self._serve(endpoint)
            if loop.time() - started >= HEALTHY_TIME:
                self._failures = 0
                route.rested()
            try:
                if isinstance(error, ProtocolRefused):
                    self._change_protocol(error)
                else:
                    endpoint = route.next(endpoint, error, loop.time())
            except InvalidToken:
                raise
            except LinkError as failure:
                await self._back_off(endpoint, failure)
                route.rested()
                endpoint = route.start

    @property
    def ready(self) -> bool:
        """Return whether messages can be sent."""
        return self._ready.is_set()

    async def wait_ready(self) -> None:
        """Wait until messages can be sent."""
        await self._ready.wait()

    async def publish(self, publication: Publication, qos: int = 1) -> None:
        """Send a message; at QoS 1 return when the server has acknowledged it.

        Raises NotConnected while there is no session, and the LinkError that
        ended the link or the message.
        """
        if self._link is None or not self.ready:
            raise NotConnected("no session")
        self.messages_sent += 1
        await self._link.send(publication, qos)

    # --- One link --------------------------------------------------------------

    async def _serve(self, endpoint: Endpoint) -> LinkError:
        """Hold one link from CONNECT to its end, and return what ended it."""
        ready_at: float | None = None
        loop = asyncio.get_running_loop()
        link = self._link = Link(
            endpoint,
            self._settings.token,
            on_message=self._receive,
            client_id=f"bridge-{secrets.token_hex(8)}",
            protocol=self._protocol,
            tls=self._tls,
        )
        try:
            async with link:
                await link.subscribe_to(DOWNLINK_FILTER)
                await asyncio.wait((link.lost,), timeout=SETTLE_TIME)
                if not link.lost.done():
                    self.messages_sent += 1
                await link.send(device_info(self._settings.info))
                ready_at = loop.time()
                self._become_ready(endpoint)
                await link.ended()
        except LinkError as error:
            if ready_at is not None:
                return self._judge_life(loop.time() - ready_at, error)
            return error
        finally:
            self._ready.clear()
            self._link = None

    def _become_ready(self, endpoint: Endpoint) -> None:
        """Note that this server serves us."""
        self._route.served(endpoint)
        self._refused_protocols.clear()
        self._ready.set()
        self._set_status(SessionState.READY, endpoint)

    def _judge_life(self, lifetime: float, error: LinkError) -> LinkError:
        """Return the error, or that another client on the token is behind it."""
        if not isinstance(error, ConnectionLost):
            return error
        if error.code == _SESSION_TAKEN_OVER:
            return TokenInUse("the session was taken over")
        if lifetime >= _SHORT_LIFE:
            self._short_lives = 0
            return error
        self._short_lives += 1
        if self._short_lives >= _SHORT_LIVES_MAX:
            return TokenInUse(f"lost within {_SHORT_LIFE:.0f} s, several times")
        return error

    def _receive(self, topic: str, payload: bytes) -> None:
        """Turn a packet into a message, and hand it on."""
        try:
            message = parse(topic, payload)
            if isinstance(message, Redirect):
                self._redirect(message.target)
                return
        except (InvalidMessage, InvalidEndpoint) as error:
            _LOGGER.debug(
                "Ignored message on %s: %s",
                repr(self._scrub(topic)[:_LOGGED_TOPIC_MAX]),
                error,
            )
            return
        if isinstance(message, Diagnostic):
            message = Diagnostic(self._scrub(message.text))
        try:
            self._on_message(message)
        # The link would take it for malformed data, and end: once a message, for ever.
        except Exception:
            kind = type(message)
            _LOGGER.log(
                logging.DEBUG if kind in self._unhandled else logging.ERROR,
                "A %s could not be handled",
                kind.__name__,
                exc_info=True,
            )
            self._unhandled.add(kind)

    def _scrub(self, text: str) -> str:
        """Return a server's text without the token."""
        return self._secret.sub("[token]", text)

    def _redirect(self, text: str) -> None:
        """Leave for the server that a redirect names.

        Raises InvalidEndpoint for a target that is none: with the token in it, too.
        """
        link, current = self._link, self.status.endpoint
        reason: LinkError
        try:
            target = self._route.target_of(self._scrub(text), current)
            if target == current:
                return
            reason = Redirected(target)
        except RedirectRefused as error:
            reason = error
        if link is not None:
            link.end(reason)

    # --- From link to link -----------------------------------------------------

    def _change_protocol(self, error: ProtocolRefused) -> None:
        """Try the other version of MQTT; raise the error if it was refused too."""
        self._refused_protocols.add(self._protocol)
        self._protocol = _OTHER_PROTOCOL[self._protocol]
        if self._protocol in self._refused_protocols:
            self._refused_protocols.clear()
            raise error

    async def _back_off(self, endpoint: Endpoint, error: LinkError) -> None:
        """Wait before the next attempt: exponentially longer, with full jitter."""
        self._set_status(SessionState.WAITING, endpoint, error)
        ceiling = min(BACKOFF_FIRST * 2.0 ** min(self._failures, 16), BACKOFF_MAX)
        self._failures += 1
        await asyncio.sleep(self._jitter(0, ceiling))

    def _set_status(
        self,
        state: SessionState,
        endpoint: Endpoint,
        error: BlynkError | None = None,
    ) -> None:
        """Say what the session is doing."""
        self.status = SessionStatus(state, endpoint, error)
        self._on_status(self.status)


async def verify(settings: SessionSettings, tls: ssl.SSLContext | None) -> Endpoint:
    """Connect once, through redirects, and return the server that serves the device.

    Costs one message (`info/mcu`), and ends another client's session on the same
    token. Raises InvalidToken or the LinkError of the first failure.
    """
    outcome: asyncio.Future[Endpoint] = asyncio.get_running_loop().create_future()

    def on_status(status: SessionStatus) -> None:
        if outcome.done():
            return
        if status.state is SessionState.READY:
            outcome.set_result(status.endpoint)
        elif status.state is SessionState.WAITING and status.error is not None:
            outcome.set_exception(status.error)

    session = DeviceSession(
        settings, tls=tls, on_message=lambda _: None, on_status=on_status
    )
    running = asyncio.ensure_future(session.run())
    try:
        await asyncio.wait((running, outcome), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        return await outcome
    finally:
        running.cancel()
        await asyncio.wait((running,))
