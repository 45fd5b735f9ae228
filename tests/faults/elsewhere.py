"""The rows of going elsewhere: redirects, in good faith and in bad, and rivals for our place."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from simulator.simulator import Then
from tests.conftest import TOKEN
from tests.simulator.peer import ConnectionEnded, Peer

from .house import House
from .row import Deed, Row, all_of, behaves, cut

_RECONNECT: Final = 6.0
_DEADLINE: Final = 10.0
_AFTER_LONG: Final = 310.0
_MINUTES: Final = 600.0
_V5: Final = {"protocol": "5"}
_ATTACKER: Final = "mqtt://attacker.example:1883"


# --- Redirects -----------------------------------------------------------------------


def redirects(
    region: str | None = None, *, uri: str | None = None, then: Then = "close"
) -> Deed:
    """Return the deed of a redirect."""

    async def begin(house: House) -> None:
        await house.simulator.redirect(region, uri=uri, then=then)

    return begin


async def move_home(house: House) -> None:
    """Move the device to another region while it is not looking."""
    house.simulator.device.home = "ny3"


def _redirects() -> Iterator[Row]:
    """Give the rows of redirects, in good faith and in bad."""
    thens: tuple[tuple[str, Then, dict[str, str]], ...] = (
        ("closes", "close", {}),
        ("stays open and carries nothing", "stay", {}),
        ("says DISCONNECT 0x9D", "disconnect", _V5),
    )
    for words, then, entry in thens:
        yield Row(
            fault=f"A redirect to another region; the old connection {words}",
            begin=redirects("ny3", then=then),
            entry=entry,
            within=_RECONNECT,
            spends=8,
        )
    yield Row(
        fault="A redirect before SUBACK, which then never comes",
        begin=all_of(behaves(redirect_before_suback=True), move_home, cut),
        lasts=20,
        offline=1.0,
        within=_RECONNECT,
        spends=12,
    )
    for words, uri in (
        ("to a dead port", "mqtt://127.0.0.1:1"),
        ("to a name that is none", "mqtt://no.such.host.invalid:1883"),
    ):
        yield Row(
            fault=f"A redirect {words}",
            begin=redirects(uri=uri),
            offline=11.0,
            within=_RECONNECT + _DEADLINE,
            issue=None if "127" in uri else "redirect_refused",
            spends=8,
        )
    for words, uri in (
        ("without a target", ""),
        ("to garbage", "\0\1 garbage"),
        ("in JSON", '{"host": "127.0.0.1"}'),
    ):
        yield Row(
            fault=f"A redirect {words}",
            begin=redirects(uri=uri),
            offline=1.0,
            within=_RECONNECT,
            spends=8,
        )
    yield Row(
        fault="A redirect to a stranger",
        begin=redirects(uri=_ATTACKER),
        offline=1.0,
        issue="redirect_refused",
        within=_RECONNECT,
        spends=8,
    )
    yield Row(
        fault="Redirects to a stranger, for ten minutes",
        begin=all_of(behaves(redirect_always=_ATTACKER), cut),
        lasts=_MINUTES,
        offline=1.0,
        issue="redirect_refused",
        within=_AFTER_LONG,
        spends=8,
    )
    yield Row(
        fault="Redirects in a circle, for ten minutes",
        begin=all_of(behaves(redirect_always="next"), cut),
        lasts=_MINUTES,
        offline=1.0,
        within=_AFTER_LONG,
        spends=8,
    )


# --- A second client -----------------------------------------------------------------


def intrudes(*, again: bool, level: int = 4) -> Deed:
    """Return the deed of another client on our token, which may come back for ever."""

    async def begin(house: House) -> None:
        port = house.cloud.targets[house.simulator.cloud.entry]

        async def intrude() -> None:
            while True:
                async with Peer.open(port, level) as peer:
                    await peer.connected(TOKEN)
                    with suppress(ConnectionEnded):
                        while True:
                            with suppress(TimeoutError):
                                await peer.receive()
                if not again:
                    return
                await asyncio.sleep(1)

        house.fault = asyncio.create_task(intrude())

    return begin


_SECOND_CLIENTS: Final = (
    Row(
        fault="Another client uses the token once",
        begin=intrudes(again=False),
        lasts=60,
        offline=2.0,
        within=_RECONNECT,
        spends=12,
    ),
    Row(
        fault="Another client has come first, and ours is refused for a minute",
        begin=all_of(behaves(second_client="new_refused"), cut, intrudes(again=False)),
        lasts=60,
        offline=2.0,
        within=_AFTER_LONG,
        spends=10,
    ),
    Row(
        fault="Another client has come first, and ours is acknowledged but not served",
        begin=all_of(behaves(second_client="new_mute"), cut, intrudes(again=False)),
        lasts=_MINUTES,
        offline=2.0,
        outages=(2, 8),
        issue="token_in_use",
        within=_AFTER_LONG + 60,
        forgets=frozenset({"Note"}),
        remark="Noticed within a minute. What Home Assistant set in a control is lost.",
        spends=60,
    ),
    Row(
        fault="Another client uses the token once (MQTT 5)",
        begin=intrudes(again=False, level=5),
        entry=_V5,
        lasts=5,
        offline=2.0,
        issue="token_in_use",
        within=_AFTER_LONG,
        spends=12,
    ),
    Row(
        fault="Another client uses the token and always comes back, for an hour",
        begin=intrudes(again=True),
        lasts=3600,
        offline=2.0,
        outages=(5, 60),
        issue="token_in_use",
        within=2 * _AFTER_LONG,
        spends=120,
    ),
)

ELSEWHERE: Final[tuple[Row, ...]] = (*_redirects(), *_SECOND_CLIENTS)
