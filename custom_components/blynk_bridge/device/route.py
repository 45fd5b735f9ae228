"""Which server the next link goes to: the configured one, home, or where we are sent."""

from collections import deque
from typing import Final

from .endpoint import Endpoint, RedirectPolicy
from .errors import (
    ConnectionLost,
    ConnectionRefused,
    InvalidEndpoint,
    InvalidToken,
    LinkError,
    TooManyRedirects,
)
from .reasons import MOVED

_HOPS_MAX: Final = 5
_HOPS_WINDOW: Final = 60.0
_HOME_FAILURES_MAX: Final = 3


class Redirected(LinkError):
    """The server sent us to another one that the token may go to."""

    def __init__(self, target: Endpoint) -> None:
        """Keep where to."""
        super().__init__(f"redirected to {target}")
        self.target = target


class Route:
    """Follows redirects within reason, and remembers where they have led."""

    def __init__(self, policy: RedirectPolicy, home: Endpoint | None) -> None:
        """Start from what the last run had learned."""
        self._policy = policy
        self._configured = policy.configured
        self._chain: list[Endpoint] = []
        self._hops: deque[float] = deque(maxlen=_HOPS_MAX)
        self._home_failures = 0
        self._refused_at: set[Endpoint] = set()
        self.home = home
        """The server that redirects have led to, None for the configured one."""

    @property
    def start(self) -> Endpoint:
        """Return where to connect when nothing says otherwise."""
        return self.home or self._configured

    def began(self, endpoint: Endpoint) -> None:
        """Note that a link to this server begins."""
        self._chain.append(endpoint)

    def served(self, endpoint: Endpoint) -> None:
        """Note that this server serves the device."""
        self.home = None if endpoint == self._configured else endpoint
        self._home_failures = 0
        self._refused_at.clear()

    def rested(self) -> None:
        """Note that redirects come in a chain no more: there was a pause."""
        self._chain.clear()

    def target_of(self, text: str, current: Endpoint) -> Endpoint:
        """Return where a redirect leads, if the token may go there.

        Raises InvalidEndpoint for a target that is none, RedirectRefused for one
        that the policy does not allow.
        """
        target = Endpoint.parse_redirect(text, current)
        if target != current:
            self._policy.check(target)
        return target

    def next(self, endpoint: Endpoint, error: LinkError, now: float) -> Endpoint:
        """Return where to connect at once after a link's end.

        Raises the error that asks to wait, and InvalidToken where it is final.
        """
        match error:
            case Redirected():
                return self._hop(error.target, now)
            case InvalidToken():
                return self._elsewhere(endpoint, error)
            case ConnectionRefused() | ConnectionLost() if error.server_reference:
                try:
                    # MQTT 5, 4.11: a list, parted by spaces, in order of preference.
                    first = error.server_reference.split(" ")[0]
                    target = self.target_of(first, endpoint)
                except InvalidEndpoint:
                    raise error from None
                return self._hop(target, now)
        if endpoint == self.home:
            self._home_failures += 1
            if self._home_failures >= _HOME_FAILURES_MAX or _has_moved(error):
                self.home = None
        raise error

    def regional(self, endpoint: Endpoint) -> Endpoint:
        """Return where a token belongs that the configured server refuses.

        Refused there as well, it is invalid.
        """
        self._policy.check(endpoint)
        self._refused_at.add(endpoint)
        return endpoint

    def _hop(self, target: Endpoint, now: float) -> Endpoint:
        """Follow a redirect: five a minute, and to no server of the chain again."""
        crowded = len(self._hops) == _HOPS_MAX and now - self._hops[0] < _HOPS_WINDOW
        if crowded or target in self._chain:
            self.home = None
            raise TooManyRedirects(f"redirected to {target} again")
        self._hops.append(now)
        return target

    def _elsewhere(self, endpoint: Endpoint, error: InvalidToken) -> Endpoint:
        """Ask the configured server before a token is called invalid."""
        self.home = None
        if endpoint == self._configured or endpoint in self._refused_at:
            raise error
        self._refused_at.add(endpoint)
        return self._configured


def _has_moved(error: LinkError) -> bool:
    """Return whether a server says that we are wrong here, but not where to go."""
    return isinstance(error, ConnectionRefused | ConnectionLost) and error.code in MOVED
