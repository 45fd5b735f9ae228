"""One row of the fault table: what happens, what the user sees of it, and what it costs."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from simulator.behaviour import Behaviour

from .clouds import SimulatedBlynk
from .house import House
from .proxy import Fault, Plan, Traffic, Way

type Deed = Callable[[House], Awaitable[None]]


class Stage(StrEnum):
    """Where in the life of a connection a fault comes."""

    CONNACK = "instead of CONNACK"
    SUBACK = "instead of SUBACK"
    INFO = "instead of the PUBACK of info/mcu"
    IDLE = "while nothing is said"
    BATCH = "within a batch of values"
    DOWNLINK = "within a command"


HANDSHAKE: Final = (Stage.CONNACK, Stage.SUBACK, Stage.INFO)
_INTO_THE_PACKET: Final = 9
"""Bytes of a packet that still pass: within every MQTT packet, TLS record or frame."""


async def heal(house: House) -> None:
    """Let line and cloud work as they should."""
    if house.fault is not None:
        house.fault.cancel()
        # An error of the fault's own is one of the test.
        with suppress(asyncio.CancelledError):
            await house.fault
        house.fault = None
    house.proxy.plan = None
    house.proxy.mute = False
    house.proxy.accept()
    for way in Way:
        house.proxy.traffic[way] = Traffic()
    if isinstance(house.blynk, SimulatedBlynk):
        house.simulator.behaviour.apply(Behaviour().as_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault, and all that follows from it. Times are in seconds."""

    fault: str
    """What happens, in the words of the documentation."""
    begin: Deed
    lasts: float = 0.0
    """Until it ends; 0 for what happens once."""
    end: Deed = heal
    live: tuple[Deed, ...] = (House.change, House.press)
    """What goes on meanwhile, twice in a fault that lasts."""
    slow: bool = False
    """What changes meanwhile takes more than a moment."""
    offline: float | None = None
    """How soon the user sees that the connection is gone; None: it is not."""
    outages: tuple[int, int] = (1, 1)
    """How often the log says so, at least and at most, and as often that it is back."""
    warnings: int = 0
    """What else the log says, once each."""
    issue: str | None = None
    """The repair issue that is raised, and taken back."""
    perhaps: str | None = None
    """The repair issue that may be raised, depending on how long each pause is."""
    asks_for_token: bool = False
    within: float
    """How long after the end everything is as it should be, at most."""
    spends: int
    """Messages that all of it costs at most, with what changes meanwhile."""
    forgets: frozenset[str] = frozenset()
    """Datastreams that house and cloud do not agree upon afterwards."""
    remark: str = ""
    """What else there is to say, in the words of the documentation."""
    entry: Mapping[str, str] = field(default_factory=dict)
    """What is configured besides."""

    def __str__(self) -> str:
        """Return what pytest calls it."""
        return self.fault


def strikes(fault: Fault, stage: Stage, *, repeated: bool = False) -> Deed:
    """Return the deed of a fault at a stage."""

    async def begin(house: House) -> None:
        connection = house.connection
        match stage:
            case Stage.IDLE:
                fault(connection, b"")
            case Stage.BATCH:
                offset = connection.gone[Way.UP] + _INTO_THE_PACKET
                house.proxy.plan = Plan(Way.UP, offset, fault)
            case Stage.DOWNLINK:
                offset = connection.gone[Way.DOWN] + _INTO_THE_PACKET
                house.proxy.plan = Plan(Way.DOWN, offset, fault)
            case _:
                offset = house.offsets[HANDSHAKE.index(stage)]
                house.proxy.plan = Plan(Way.DOWN, offset, fault, repeated)
                connection.cut()

    return begin


def behaves(**switches: object) -> Deed:
    """Return the deed of a simulator that behaves otherwise."""

    async def begin(house: House) -> None:
        house.simulator.behaviour.apply(switches)

    return begin


def all_of(*deeds: Deed) -> Deed:
    """Return a deed that is several, in their order."""

    async def begin(house: House) -> None:
        for deed in deeds:
            await deed(house)

    return begin


async def cut(house: House) -> None:
    """Close the connection, so that there must be another one."""
    house.connection.cut()
