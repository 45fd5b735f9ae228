"""Echoes: our own values that come back as if somebody had written them."""

from enum import Enum, auto
import math
from typing import Final

from .device.outbox import Erased, Form
from .device.values import JsonValue

_WINDOW: Final = 1.0
"""Seconds after the PUBACK in which an echo of the value is expected."""
_RUNNING_MAX: Final = 3


class Verdict(Enum):
    """What a write is taken for."""

    COMMAND = auto()
    REPEATED = auto()
    """What we have just sent: to be confirmed, and not carried out."""
    ECHO = auto()
    """The same, so often that nobody can mean it: not even confirmed."""


class Echoes:
    """Tells commands from echoes.

    Blynk documents no echo of a device's own values, and excludes none. Taken for a
    command, it would be confirmed, echoed, confirmed, until the month's messages are
    used up. Since it may also be a widget that wants to be sure, it is confirmed
    without an action; several of them running are echoes, and so are all from then
    on: a widget that shows the value already misses nothing.
    """

    def __init__(self) -> None:
        """Start with nothing sent."""
        self._sent: dict[str, tuple[JsonValue, float]] = {}
        """What was sent last of each datastream, and until when its echo may come."""
        self._running = 0

    def sending(self, name: str, form: Form) -> None:
        """Note what is on its way: from now on its echo may come."""
        if isinstance(form, Erased):
            self._sent.pop(name, None)
        else:
            self._sent[name] = form, math.inf

    def answered(self, name: str, now: float) -> None:
        """Note that the server has dealt with it: an echo would come soon."""
        if (sent := self._sent.get(name)) is not None:
            form, _ = sent
            self._sent[name] = form, now + _WINDOW

    def forget(self, name: str) -> None:
        """Expect no echo of a datastream that is bound to something else now."""
        self._sent.pop(name, None)

    def judge(self, name: str, form: JsonValue, now: float) -> Verdict:
        """Return what a write is; each echo comes once."""
        expected, until = self._sent.get(name, (None, math.inf))
        if expected is None or expected != form or now > until:
            if self._running < _RUNNING_MAX:
                self._running = 0
            # An echo would have come before a newer write: none is due any more.
            if until < math.inf:
                del self._sent[name]
            return Verdict.COMMAND
        del self._sent[name]
        self._running += 1
        return Verdict.REPEATED if self._running < _RUNNING_MAX else Verdict.ECHO
