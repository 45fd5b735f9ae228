"""The rows of the line: what the proxy does, whatever stands behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from . import mishaps
from .house import House
from .proxy import Fault, Way
from .row import HANDSHAKE, Row, Stage, strikes

_RECONNECT: Final = 6.0
"""Seconds for the first attempts after a connection that was cut."""
_DEADLINE: Final = 10.0
"""Seconds without CONNACK, SUBACK or PUBACK after which a connection counts as dead."""
_BACKOFF: Final = 300.0
"""Seconds between two attempts at most."""


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
                commands_first=stage is Stage.DOWNLINK,
                # A hand-shake comes after an end, which is seen at once.
                offline=1.0 if in_handshake else mishap.noticed + 1,
                within=_RECONNECT + mishap.noticed,
                spends=14,
            )


LINE: Final = (*_once(),)
