"""The rows of the line: what the proxy does, whatever stands behind it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from . import mishaps
from .house import House
from .proxy import Fault, Traffic, Way
from .row import HANDSHAKE, Deed, Row, Stage, heal, strikes

_RECONNECT: Final = 6.0
"""Seconds for the first attempts after a connection that was cut."""
_DEADLINE: Final = 10.0
"""Seconds without CONNACK, SUBACK or PUBACK after which a connection counts as dead."""
_BACKOFF: Final = 300.0
"""Seconds between two attempts at most."""

_KEEPALIVE: Final = 95.0
"""Seconds after which a connection on which nothing is said is known to be dead."""
_HOUSE_FIRST: Final = (House.change, House.press)
_APP_FIRST: Final = (House.press, House.change)


@dataclass(frozen=True, slots=True)
class _Mishap:
    """What may befall a connection at a byte of it."""

    words: str
    fault: Fault
    noticed: float
    """Seconds until the bridge notices, if it has something to send."""


_CUTS: Final = (
    _Mishap("The connection is closed", mishaps.finish, 1.0),
    _Mishap("The connection is reset", mishaps.reset, 1.0),
)
_SILENCES: Final = (
    _Mishap("All that is said is lost", mishaps.swallow, _DEADLINE + 1),
    _Mishap("The connection is half open", mishaps.vanish, _DEADLINE + 1),
)
_DISTORTIONS: Final = (
    _Mishap("A byte is changed", mishaps.flip, _DEADLINE + 1),
    _Mishap("Garbage comes", mishaps.garbage, _DEADLINE + 1),
    _Mishap("Bytes are missing", mishaps.truncate, _DEADLINE + 1),
)


def _once() -> Iterator[Row]:
    """Give a row for each mishap at each stage, after which the line is sound."""
    for mishap in (*_CUTS, *_SILENCES, *_DISTORTIONS):
        for stage in Stage:
            if stage is Stage.IDLE and mishap in _DISTORTIONS:
                continue
            in_handshake = stage in HANDSHAKE
            yield Row(
                fault=f"{mishap.words} {stage}",
                begin=strikes(mishap.fault, stage),
                live=_APP_FIRST if stage is Stage.DOWNLINK else _HOUSE_FIRST,
                # A hand-shake comes after an end, which is seen at once.
                offline=1.0 if in_handshake else mishap.noticed + 1,
                within=_RECONNECT + mishap.noticed,
                spends=8,
            )


def _again_and_again() -> Iterator[Row]:
    """Give a row for each way in which no hand-shake succeeds."""
    for mishap in (_CUTS[0], _SILENCES[0]):
        for stage in HANDSHAKE:
            yield Row(
                fault=f"{mishap.words} {stage}, for ten minutes",
                begin=strikes(mishap.fault, stage, repeated=True),
                lasts=600,
                offline=1.0,
                within=_BACKOFF + _DEADLINE,
                # On a line that flaps the device is announced now and then only: it
                # counts as online until the first message is not acknowledged.
                outages=(1, 20 if stage is Stage.INFO else 1),
                perhaps="token_in_use"
                if stage is Stage.INFO and mishap in _CUTS
                else None,
                # Each attempt that comes so far costs one.
                spends=24 if stage is Stage.INFO else 8,
            )


def treats(
    *ways: Way, delay: float = 0.0, rate: float | None = None, swallow: bool = False
) -> Deed:
    """Return the deed of a line that treats bytes in some way."""

    async def begin(house: House) -> None:
        for way in ways:
            house.proxy.traffic[way] = Traffic(delay, rate, swallow)

    return begin


async def refuse(house: House) -> None:
    """Cut the connection, and refuse others."""
    house.proxy.refuse()
    house.connection.cut(abort=True)


async def be_mute(house: House) -> None:
    """Cut the connection, and accept others without a word."""
    house.proxy.mute = True
    house.connection.cut()


def flaps(every: float) -> Deed:
    """Return the deed of a line that is cut again and again."""

    async def begin(house: House) -> None:
        async def flap() -> None:
            while True:
                house.connection.cut()
                await asyncio.sleep(every)

        house.fault = asyncio.create_task(flap())

    return begin


async def calm_down_and_set(house: House) -> None:
    """Heal the line, and set the level in the first connection that lasts."""
    await heal(house)
    await house.until(lambda: house.session.ready, _BACKOFF + _DEADLINE)
    await asyncio.sleep(5)
    await house.set_level()


_AFTER_LONG: Final = _BACKOFF + _DEADLINE
_LASTING: Final = (
    Row(
        fault="The server refuses connections for an hour",
        begin=refuse,
        lasts=3600,
        offline=1.0,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="The server accepts connections and stays mute, for an hour",
        begin=be_mute,
        lasts=3600,
        offline=1.0,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="Nothing gets through for ten minutes, either way",
        begin=treats(*Way, swallow=True),
        lasts=600,
        offline=_DEADLINE + 1,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="Nothing gets up for ten minutes",
        begin=treats(Way.UP, swallow=True),
        lasts=600,
        offline=_DEADLINE + 1,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="Nothing gets down for ten minutes",
        begin=treats(Way.DOWN, swallow=True),
        lasts=600,
        offline=_DEADLINE + 1,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="The connection is half open, and nothing is to be sent",
        begin=strikes(mishaps.vanish, Stage.IDLE),
        live=(),
        lasts=100,
        offline=_KEEPALIVE,
        within=_RECONNECT,
        spends=6,
    ),
    Row(
        fault="The connection is half open, and only the app is used",
        begin=strikes(mishaps.vanish, Stage.IDLE),
        live=(House.press,),
        lasts=100,
        offline=_KEEPALIVE,
        within=_RECONNECT,
        spends=6,
    ),
    Row(
        fault="Everything takes three seconds each way, for five minutes",
        begin=treats(*Way, delay=3),
        slow=True,
        lasts=300,
        within=30,
        spends=16,
    ),
    Row(
        fault="Everything takes six seconds each way, for ten minutes",
        begin=treats(*Way, delay=6),
        lasts=600,
        offline=_DEADLINE + 1,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="Four bytes a second get through, for ten minutes",
        begin=treats(*Way, rate=4),
        lasts=600,
        offline=_DEADLINE + 3,
        within=_AFTER_LONG,
        spends=8,
    ),
    Row(
        fault="Forty bytes a second get up, for five minutes",
        begin=treats(Way.UP, rate=40),
        slow=True,
        lasts=300,
        within=30,
        spends=16,
    ),
    Row(
        fault="The line flaps, every four seconds for an hour",
        begin=flaps(4),
        lasts=3600,
        offline=1.0,
        outages=(5, 40),
        issue="token_in_use",
        within=2 * _BACKOFF,
        spends=80,
    ),
    Row(
        fault="The line flaps for ten minutes, and the house changes what Blynk decides upon",
        begin=flaps(4),
        live=(House.set_level,),
        end=calm_down_and_set,
        lasts=600,
        offline=1.0,
        outages=(3, 20),
        issue="token_in_use",
        within=_BACKOFF + _DEADLINE,
        spends=40,
        remark="Blynk is asked within five minutes of the last connection; its value wins.",
    ),
    Row(
        fault="The line flaps, every 90 seconds for an hour",
        begin=flaps(90),
        lasts=3600,
        offline=1.0,
        outages=(30, 45),
        within=2 * _BACKOFF,
        spends=200,
    ),
)

ONCE: Final[tuple[Row, ...]] = (*_once(),)
LINE: Final[tuple[Row, ...]] = (*ONCE, *_again_and_again(), *_LASTING)
