"""Which of Blynk's regions a token belongs to, asked of the device HTTPS API.

MQTT may call a token invalid that only belongs to another region. The HTTPS API knows
better: it answers, or sends to the right host by a 308.
Source: Blynk docs, device-https-api/is-device-connected and …/troubleshooting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
import logging
from typing import Final
from urllib.parse import urlsplit

from .endpoint import Endpoint, RedirectPolicy, Transport, in_blynk_cloud
from .errors import ConnectionRefused, InvalidEndpoint, InvalidToken, LinkError

_LOGGER: Final = logging.getLogger(__name__)

PATH: Final = "/external/api/isHardwareConnected"
"""Of the question, which takes the token as `token` in its query. It costs a message."""
REGIONS: Final = tuple(
    f"{region}.blynk.cloud" for region in ("fra1", "lon1", "ny3", "sgp1", "blr1")
)
_HOPS_MAX: Final = 3
_TIMEOUT: Final = 15.0
_MOVED_PERMANENTLY: Final = 308
_KNOWN: Final = frozenset({"true", "false"})

_AGAIN_AFTER_SUCCESS: Final = 3600.0
_AGAIN_AFTER_FAILURE: Final = 86400.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a host says: its HTTP status, its Location, and how its body begins."""

    status: int
    location: str | None = None
    text: str = ""


type Ask = Callable[[str, int | None, str], Awaitable[Reply]]
"""Asks PATH of a host for a token: by HTTPS alone, at its usual port or the one given,
redirects not followed.

Raises LinkError, without the token anywhere in it, where no reply comes.
"""


class Regions:
    """Finds the host a refused token belongs to; rarely, since each question costs."""

    def __init__(self, policy: RedirectPolicy, token: str, ask: Ask) -> None:
        """Start without having asked."""
        self._policy = policy
        self._token = token
        self._ask = ask
        self._asked_at: float | None = None
        self._pause = 0.0
        self._known_here = False
        self._found: Endpoint | None = None
        """Where the token belongs, unless that server refused it, too."""
        self.questions = 0
        """Questions asked, each of which may cost a message of the quota."""

    async def home_of(
        self, refused: InvalidToken, endpoint: Endpoint, now: float
    ) -> Endpoint:
        """Return where the token belongs that a server refuses.

        Raises the refusal where nobody knows better, or was asked lately, and what was
        found refuses it, too; ConnectionRefused where the token is valid right here,
        whatever MQTT says; and RedirectRefused for a host that the token must not go to.
        """
        if endpoint != self._policy.configured:
            self._found = None
        if self._asked_at is None or now - self._asked_at >= self._pause:
            self._asked_at, self._pause = now, _AGAIN_AFTER_FAILURE
            host = await self._find()
            self._known_here = host == self._policy.configured.host
            if self._known_here:
                self._found = None
            elif host is not None:
                self._pause = _AGAIN_AFTER_SUCCESS
                self._found = replace(self._policy.configured, host=host)
        # It may have been out of reach for a while since, over HTTPS, too.
        if self._found is not None:
            return self._found
        if self._known_here:
            raise ConnectionRefused(refused.code)
        raise refused

    async def _find(self) -> str | None:
        """Return the host that knows the token, None where none says so."""
        configured = self._policy.configured.host
        try:
            async with asyncio.timeout(_TIMEOUT):
                if (host := await self._trace(configured)) is not None:
                    return host
                if in_blynk_cloud(configured):
                    return await self._first(set(REGIONS) - {configured})
        except TimeoutError:
            _LOGGER.debug("No region has claimed the token in time")
        return None

    async def _first(self, hosts: Iterable[str]) -> str | None:
        """Ask several hosts at once, and return the one that knows the token."""
        found = await asyncio.gather(*(self._trace(host) for host in sorted(hosts)))
        return next((host for host in found if host is not None), None)

    async def _trace(self, host: str) -> str | None:
        """Follow a host's redirects by hand, to the one that knows the token."""
        port: int | None = None
        for _ in range(_HOPS_MAX + 1):
            self.questions += 1
            try:
                reply = await self._ask(host, port, self._token)
            except LinkError as error:
                _LOGGER.debug("%s says nothing about the token: %s", host, error)
                return None
            if reply.status == 200 and reply.text.strip() in _KNOWN:
                return host
            if reply.status != _MOVED_PERMANENTLY:
                return None
            try:
                host, port = self._target(reply.location or "")
            except InvalidEndpoint as error:
                _LOGGER.debug("%s redirects to nowhere: %s", host, error)
                return None
        return None

    def _target(self, location: str) -> tuple[str, int | None]:
        """Return where a 308 leads.

        Raises InvalidEndpoint for what is no address under TLS, RedirectRefused for one
        that the policy does not allow.
        """
        try:
            parts = urlsplit(location)
            port = parts.port
        except ValueError:
            raise InvalidEndpoint("not a URL") from None
        if parts.scheme != "https" or not parts.hostname or parts.path != PATH:
            raise InvalidEndpoint("not this question, under TLS")
        target = Endpoint.at(parts.hostname, Transport.WSS, port)
        self._policy.check(target)
        return target.host, port
