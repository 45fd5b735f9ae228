"""Finds a host's addresses, and connects to the one that answers first."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv6Address, ip_address
from itertools import chain, zip_longest
import os
import socket
from typing import Final

from .errors import HostNotFound, LinkError

# RFC 8305 recommends this head start of each address over the next.
_HEAD_START: Final = 0.25
_ADDRESSES_MAX: Final = 16

type Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the IP addresses of a host name, the best first; raises OSError for none."""


async def resolve_by_system(host: str) -> list[str]:
    """Return a host's addresses as the operating system knows them.

    In a thread, which a resolver that hangs holds on to: a program that must end in
    time brings a resolver of its own. Raises OSError.
    """
    found = await asyncio.get_running_loop().getaddrinfo(
        host, None, type=socket.SOCK_STREAM
    )
    return [str(address[0]) for *_, address in found]


async def dial(host: str, port: int, resolve: Resolve) -> socket.socket:
    """Return a connected, non-blocking socket, IPv6 and IPv4 tried side by side.

    The caller sets the time limit. Raises HostNotFound where the name has no address,
    LinkError where none of them can be reached.
    """
    waiting = deque(await _addresses(host, resolve))
    attempts: set[asyncio.Task[socket.socket]] = set()
    reason: LinkError | None = None
    try:
        while waiting or attempts:
            if waiting:
                attempt = _connect(waiting.popleft(), port)
                attempts.add(asyncio.ensure_future(attempt))
            await asyncio.wait(
                attempts,
                timeout=_HEAD_START if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for done in [each for each in attempts if each.done()]:
                attempts.discard(done)
                if not (error := done.exception()):
                    return done.result()
                reason = reason or LinkError(_words(error))
    finally:
        await _give_up(attempts)
    raise reason or HostNotFound("the server's name has no address")


async def _addresses(host: str, resolve: Resolve) -> list[str]:
    """Return a host's addresses, the families taking turns."""
    if _is_address(host):
        return [host]
    try:
        found = list(dict.fromkeys(await resolve(host)))
    except (OSError, UnicodeError) as error:
        raise HostNotFound("the server's name can't be resolved") from error
    found = [address for address in found if _is_address(address)]
    first = [address for address in found if _family(address) == _family(found[0])]
    second = [address for address in found if address not in first]
    turns = chain.from_iterable(zip_longest(first, second))
    return [address for address in turns if address is not None][:_ADDRESSES_MAX]


async def _connect(address: str, port: int) -> socket.socket:
    """Connect to one address."""
    stream = socket.socket(_family(address), socket.SOCK_STREAM)
    try:
        stream.setblocking(False)
        await asyncio.get_running_loop().sock_connect(stream, (address, port))
    except BaseException:
        stream.close()
        raise
    return stream


async def _give_up(attempts: set[asyncio.Task[socket.socket]]) -> None:
    """End the attempts that came too late, and close what they have opened."""
    if not attempts:
        return
    for attempt in attempts:
        attempt.cancel()
    await asyncio.wait(attempts)
    for attempt in attempts:
        if not attempt.cancelled() and attempt.exception() is None:
            attempt.result().close()


def _is_address(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _family(address: str) -> socket.AddressFamily:
    """Return the family of an IP address."""
    version_6 = isinstance(ip_address(address), IPv6Address)
    return socket.AF_INET6 if version_6 else socket.AF_INET


def _words(error: BaseException) -> str:
    """Return the system's words for what failed; asyncio's would name the address."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return type(error).__name__
