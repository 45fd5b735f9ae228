"""The Blynk device session: link after link, for as long as it runs."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
import logging
import random
import secrets
import ssl
from typing import Final, Never

from .endpoint import Endpoint, RedirectPolicy
from .errors import (
    BlynkError,
    ConnectionLost,
    ConnectionRefused,
    InvalidEndpoint,
    InvalidMessage,
    InvalidToken,
    LinkError,
    NotConnected,
    ProtocolRefused,
    RedirectRefused,
    TokenInUse,
    TooManyRedirects,
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

_LOGGER: Final = logging.getLogger(__name__)

SETTLE_TIME: Final = 0.5
"""Seconds after SUBACK in which a redirect is waited for before messages are spent."""
BACKOFF_FIRST: Final = 1.0
BACKOFF_MAX: Final = 300.0
HEALTHY_TIME: Final = 60.0
"""Seconds a session must live before its past failures are forgotten."""
_SHORT_LIFE: Final = 10.0
_SHORT_LIVES_MAX: Final = 3
_HOPS_MAX: Final = 5
_HOPS_WINDOW: Final = 60.0
_HOME_FAILURES_MAX: Final = 3
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


@dataclass(frozen=True, slots=True)
class _Hop:
    """A redirect that was followed."""

    time: float
    target: Endpoint


class _Redirected(LinkError):
    """The server sent us to another one, and we go."""

    def __init__(self, target: Endpoint) -> None:
        """Keep where to."""
        super().__init__(f"redirected to {target}")
        self.target = target


class DeviceSession:
    """Keeps one Blynk device online: connects, follows redirects, reconnects.

    `on_message` receives every downlink but redirects, `on_status` every change
    of state; both run in the event loop and must not raise.
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
        self._policy = RedirectPolicy(settings.endpoint, settings.allowed_hosts)
        self._tls = tls
        self._on_message = on_message
        self._on_status = on_status
        self._jitter = jitter
        self._protocol = settings.protocol
        self._link: Link | None = None
        self._ready = asyncio.Event()
        self._failures = 0
        self._short_lives = 0
        self._home_failures = 0
        self._refused_at: set[Endpoint] = set()
        self._refused_protocols: set[Protocol] = set()
        self._chain: list[Endpoint] = []
        self._hops: deque[_Hop] = deque(maxlen=_HOPS_MAX)
        self.home = settings.home
        """The server that redirects have led to, None for the configured one."""
        self.status = SessionStatus(SessionState.CONNECTING, self._start)
        self.messages_sent = 0
        """Publishes made, each of which costs a message of the quota."""

    @property
    def _start(self) -> Endpoint:
        """Return where to connect when nothing says otherwise."""
        return self.home or self._settings.endpoint

    async def run(self) -> Never:
        """Keep the device online until cancelled.

        Raises InvalidToken when the configured server does not accept the token.
        """
        loop = asyncio.get_running_loop()
        endpoint = self._start
        while True:
            self._set_status(SessionState.CONNECTING, endpoint, self.status.error)
            self._chain.append(endpoint)
            started = loop.time()
            error = await self._serve(endpoint)
            if loop.time() - started >= HEALTHY_TIME:
                self._failures = 0
                self._chain = [endpoint]
            try:
                endpoint = self._next(endpoint, error)
            except InvalidToken:
                raise
            except LinkError as failure:
                await self._back_off(endpoint, failure)
                endpoint = self._start

    async def wait_ready(self) -> None:
        """Wait until messages can be sent."""
        await self._ready.wait()

    async def publish(self, publication: Publication, qos: int = 1) -> None:
        """Send a message; at QoS 1 return when the server has acknowledged it.

        Raises NotConnected while there is no session, and the LinkError that
        ended the link or the message.
        """
        if self._link is None or not self._ready.is_set():
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
        self.home = None if endpoint == self._settings.endpoint else endpoint
        self._home_failures = 0
        self._refused_at.clear()
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
                repr(self._scrub(topic[:_LOGGED_TOPIC_MAX])),
                error,
            )
            return
        if isinstance(message, Diagnostic):
            message = Diagnostic(self._scrub(message.text))
        self._on_message(message)

    def _scrub(self, text: str) -> str:
        """Return a server's text without the token."""
        return text.replace(self._settings.token, "[token]")

    # --- From link to link -----------------------------------------------------

    def _redirect(self, text: str) -> None:
        """Leave for the server that a redirect names, if the token may go there.

        Raises InvalidEndpoint for a target that is none.
        """
        link, current = self._link, self.status.endpoint
        target = Endpoint.parse_redirect(text, current)
        if link is None or target == current:
            return
        try:
            self._policy.check(target)
        except RedirectRefused as error:
            link.end(error)
            return
        link.end(_Redirected(target))

    def _next(self, endpoint: Endpoint, error: LinkError) -> Endpoint:
        """Return where to connect at once, or raise the error that asks to wait."""
        match error:
            case _Redirected():
                return self._hop(error.target)
            case InvalidToken():
                return self._elsewhere(endpoint, error)
            case ProtocolRefused():
                return self._other_protocol(endpoint, error)
            case ConnectionRefused() | ConnectionLost() if error.server_reference:
                return self._hop(self._referred(endpoint, error.server_reference))
        if endpoint == self.home:
            self._home_failures += 1
            if self._home_failures >= _HOME_FAILURES_MAX:
                self.home = None
        raise error

    def _hop(self, target: Endpoint) -> Endpoint:
        """Follow a redirect, within reason."""
        now = asyncio.get_running_loop().time()
        crowded = (
            len(self._hops) == _HOPS_MAX and now - self._hops[0].time < _HOPS_WINDOW
        )
        if crowded or target in self._chain:
            self.home = None
            raise TooManyRedirects(f"redirected to {target} again")
        self._hops.append(_Hop(now, target))
        return target

    def _referred(self, endpoint: Endpoint, reference: str) -> Endpoint:
        """Return where an MQTT 5 Server Reference points."""
        try:
            target = Endpoint.parse_redirect(reference, endpoint)
        except InvalidEndpoint as error:
            raise ConnectionLost from error
        self._policy.check(target)
        return target

    def _elsewhere(self, endpoint: Endpoint, error: InvalidToken) -> Endpoint:
        """Ask the configured server before a token is called invalid."""
        self.home = None
        if endpoint == self._settings.endpoint or endpoint in self._refused_at:
            raise error
        self._refused_at.add(endpoint)
        return self._settings.endpoint

    def _other_protocol(self, endpoint: Endpoint, error: ProtocolRefused) -> Endpoint:
        """Try the other version of MQTT, once."""
        self._refused_protocols.add(self._protocol)
        self._protocol = _OTHER_PROTOCOL[self._protocol]
        if self._protocol in self._refused_protocols:
            self._refused_protocols.clear()
            raise error
        return endpoint

    async def _back_off(self, endpoint: Endpoint, error: LinkError) -> None:
        """Wait before the next attempt: exponentially longer, with full jitter."""
        self._set_status(SessionState.WAITING, endpoint, error)
        self._chain.clear()
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
