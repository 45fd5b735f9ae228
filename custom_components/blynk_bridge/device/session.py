"""The Blynk device session: link after link, for as long as it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
import random
import secrets
import ssl
from typing import Final, Never

from .backoff import HEALTHY_TIME, BackOff
from .dial import Resolve, resolve_by_system
from .endpoint import Endpoint, RedirectPolicy
from .errors import (
    BlynkError,
    InvalidToken,
    LinkError,
    NotConnected,
    ProtocolRefused,
    RedirectRefused,
)
from .inbox import Inbox
from .link import Link, Protocol
from .messages import DOWNLINK_FILTER, DeviceInfo, Downlink, Publication, device_info
from .region import Ask, Regions
from .route import Redirected, Route

SETTLE_TIME: Final = 0.5
"""Seconds after SUBACK in which a redirect is waited for before messages are spent."""
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
    `on_message` costs the one message. `on_publish` is called for each message made.
    `announces` tells whether a connection to a server sends `info/mcu`: each costs a
    message, which a line that flaps may not be able to afford.
    """

    def __init__(
        self,
        settings: SessionSettings,
        *,
        tls: ssl.SSLContext | None,
        on_message: Callable[[Downlink], None],
        on_status: Callable[[SessionStatus], None] = lambda _: None,
        on_publish: Callable[[], None] = lambda: None,
        announces: Callable[[Endpoint], bool] = lambda _: True,
        jitter: Callable[[float, float], float] = random.uniform,
        resolve: Resolve = resolve_by_system,
        ask: Ask | None = None,
    ) -> None:
        """Prepare a session; `run` starts it.

        Without `ask` a token that the configured server refuses is invalid.
        """
        self._settings = settings
        self._inbox = Inbox(
            settings.token, on_message=on_message, on_redirect=self._redirect
        )
        policy = RedirectPolicy(settings.endpoint, settings.allowed_hosts)
        self._route = Route(policy, settings.home)
        self._regions = None if ask is None else Regions(policy, settings.token, ask)
        self._back_off = BackOff(jitter)
        self._tls = tls
        self._resolve = resolve
        self._on_status = on_status
        self._on_publish = on_publish
        self._announces = announces
        self._protocol = settings.protocol
        self._link: Link | None = None
        self._ready = asyncio.Event()
        self._refused_protocols: set[Protocol] = set()
        self.status = SessionStatus(SessionState.CONNECTING, self._route.start)
        self.messages_sent = 0
        """Publishes and questions made, each of which costs a message of the quota."""

    @property
    def protocol(self) -> Protocol:
        """Return the version of MQTT that is spoken, or tried next."""
        return self._protocol

    @property
    def home(self) -> Endpoint | None:
        """Return the server redirects have led to, None for the configured one."""
        return self._route.home

    async def run(self) -> Never:
        """Keep the device online until cancelled.

        Raises InvalidToken when the configured server does not accept the token, and
        no region of its does.
        """
        loop = asyncio.get_running_loop()
        route, endpoint = self._route, self._route.start
        while True:
            self._set_status(SessionState.CONNECTING, endpoint, self.status.error)
            route.began(endpoint)
            started = loop.time()
            error = await self._serve(endpoint)
            if loop.time() - started >= HEALTHY_TIME:
                self._back_off.recovered()
                route.rested()
            try:
                endpoint = await self._next(endpoint, error)
            except InvalidToken:
                raise
            except LinkError as failure:
                self._set_status(SessionState.WAITING, endpoint, failure)
                await asyncio.sleep(self._back_off.pause(failure))
                route.rested()
                endpoint = route.start

    @property
    def ready(self) -> bool:
        """Return whether messages can be sent."""
        return self._ready.is_set()

    async def wait_ready(self) -> None:
        """Wait until messages can be sent."""
        await self._ready.wait()

    async def publish(
        self,
        publication: Publication,
        qos: int = 1,
        on_made: Callable[[], None] = lambda: None,
    ) -> None:
        """Send a message; at QoS 1 return when the server has acknowledged it.

        `on_made` is called for a message that has been made, whatever becomes of it,
        before this returns. Raises NotConnected while there is no session, and the
        LinkError that ended the link or the message.
        """
        if (link := self._link) is None or not self.ready:
            raise NotConnected("no session")

        def made() -> None:
            self._count()
            on_made()

        try:
            await link.send(publication, qos, made)
        except LinkError:
            # Whoever sends again at once finds no session, and spends no message.
            if link is self._link and link.lost.done():
                self._ready.clear()
            raise

    def end(self, error: LinkError) -> None:
        """End the link, if there is one, for a reason of the caller's; go on as ever."""
        if self._link is not None:
            self._link.end(error)

    def _count(self) -> None:
        """Count a publish, whether or not it will arrive: the cloud may count it."""
        self.messages_sent += 1
        self._on_publish()

    # --- One link --------------------------------------------------------------

    async def _serve(self, endpoint: Endpoint) -> LinkError:
        """Hold one link from CONNECT to its end, and return what ended it."""
        ready_at: float | None = None
        loop = asyncio.get_running_loop()
        link = self._link = Link(
            endpoint,
            self._settings.token,
            on_message=self._inbox.receive,
            client_id=f"bridge-{secrets.token_hex(8)}",
            protocol=self._protocol,
            tls=self._tls,
            resolve=self._resolve,
        )
        try:
            async with link:
                await link.subscribe_to(DOWNLINK_FILTER)
                await asyncio.wait((link.lost,), timeout=SETTLE_TIME)
                if link.lost.done():
                    await link.ended()
                if self._announces(endpoint):
                    await link.send(
                        device_info(self._settings.info), on_made=self._count
                    )
                ready_at = loop.time()
                self._become_ready(endpoint)
                await link.ended()
        except LinkError as error:
            if ready_at is not None:
                return self._back_off.judge(loop.time() - ready_at, error)
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

    def _redirect(self, text: str) -> None:
        """Leave for the server that a redirect names.

        Raises InvalidEndpoint for a target that is none.
        """
        link, current = self._link, self.status.endpoint
        reason: LinkError
        try:
            target = self._route.target_of(text, current)
            if target == current:
                return
            reason = Redirected(target)
        except RedirectRefused as error:
            reason = error
        if link is not None:
            link.end(reason)

    # --- From link to link -----------------------------------------------------

    async def _next(self, endpoint: Endpoint, error: LinkError) -> Endpoint:
        """Return where to connect at once after a link's end; raise the error to wait."""
        if isinstance(error, ProtocolRefused):
            self._change_protocol(error)
            return endpoint
        now = asyncio.get_running_loop().time()
        try:
            return self._route.next(endpoint, error, now)
        except InvalidToken as refusal:
            if self._regions is None:
                raise
            asked_before = self._regions.questions
            try:
                home = await self._regions.home_of(refusal, endpoint, now)
                return self._route.regional(home)
            finally:
                for _ in range(self._regions.questions - asked_before):
                    self._count()

    def _change_protocol(self, error: ProtocolRefused) -> None:
        """Try the other version of MQTT; raise the error if it was refused too."""
        self._refused_protocols.add(self._protocol)
        self._protocol = _OTHER_PROTOCOL[self._protocol]
        if self._protocol in self._refused_protocols:
            self._refused_protocols.clear()
            raise error

    def _set_status(
        self,
        state: SessionState,
        endpoint: Endpoint,
        error: BlynkError | None = None,
    ) -> None:
        """Say what the session is doing."""
        self.status = SessionStatus(state, endpoint, error)
        self._on_status(self.status)


async def verify(
    settings: SessionSettings,
    tls: ssl.SSLContext | None,
    *,
    resolve: Resolve = resolve_by_system,
    ask: Ask | None = None,
) -> Endpoint:
    """Connect once, through redirects, and return the server that serves the device.

    Costs one message (`info/mcu`), and ends another client's session on the same
    token. Raises InvalidToken or the LinkError of the first failure.
    """
    async with visit(settings, tls, resolve=resolve, ask=ask) as session:
        return session.status.endpoint


@asynccontextmanager
async def visit(
    settings: SessionSettings,
    tls: ssl.SSLContext | None,
    *,
    resolve: Resolve = resolve_by_system,
    ask: Ask | None = None,
) -> AsyncIterator[DeviceSession]:
    """Hold a session that is ready, and leave after the first failure.

    Costs what `verify` costs, and raises what it raises.
    """
    outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def on_status(status: SessionStatus) -> None:
        if outcome.done():
            return
        if status.state is SessionState.READY:
            outcome.set_result(None)
        elif status.state is SessionState.WAITING and status.error is not None:
            outcome.set_exception(status.error)

    session = DeviceSession(
        settings,
        tls=tls,
        on_message=lambda _: None,
        on_status=on_status,
        resolve=resolve,
        ask=ask,
    )
    running = asyncio.ensure_future(session.run())
    try:
        await asyncio.wait((running, outcome), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        await outcome
        yield session
    finally:
        running.cancel()
        await asyncio.wait((running,))
