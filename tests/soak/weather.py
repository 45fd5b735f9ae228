"""The weather on the line: what the internet and the cloud do to a session."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
import random
from typing import Final, Never

from simulator import Simulator
from simulator.behaviour import Behaviour

from ..faults.proxy import Proxy
from ..skipped_time import SkippedTime
from .books import Books
from .diligence import Diligence

type Fault = Callable[["Weather"], Awaitable[None]]

MINUTE: Final = 60.0
HOUR: Final = 3600.0
_PAUSE: Final = 40 * MINUTE
"""Mean seconds of fair weather."""
_WATCH: Final = 5.0


class Weather:
    """What happens to the line, one thing after the other, as the dice will have it."""

    def __init__(
        self,
        simulator: Simulator,
        line: Proxy,
        skipped: SkippedTime,
        recorder: Diligence,
        books: Books,
        faults: Mapping[str, tuple[Fault, int]],
        dice: random.Random,
    ) -> None:
        """Begin with fair weather."""
        self.simulator = simulator
        self.behaviour = simulator.behaviour
        self._books = books
        self.line = line
        self.skipped = skipped
        self.recorder = recorder
        self._faults = dict(faults)
        self.dice = dice
        self.token = simulator.token
        self.seen: Counter[str] = Counter()
        """Faults by kind."""
        self.offline = 0.0
        """Seconds without a session."""

    async def async_change(self) -> Never:
        """Let one fault follow the other for ever."""
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / _PAUSE))
            (fault,) = self.dice.choices(
                [*self._faults], [weight for _, weight in self._faults.values()]
            )
            self.seen[fault] += 1
            await self._suffer(self._faults[fault][0])

    async def async_watch(self) -> Never:
        """Add up how long there is no session."""
        while True:
            await asyncio.sleep(_WATCH)
            if not self.simulator.device.online:
                self.offline += _WATCH

    async def _suffer(self, fault: Fault) -> None:
        """Let something happen, and put everything right again."""
        self._books.disturb()
        try:
            await fault(self)
        finally:
            await self.async_clear()
            self._books.disturb()

    async def async_clear(self) -> None:
        """Have the weather fair."""
        self.behaviour.apply(Behaviour().as_json())
        if self.simulator.device.token is None:
            self.simulator.device.token = self.token
        if not self.simulator.broker.listening:
            await self.simulator.start_listening()
        self.line.plan = None
        for traffic in self.line.traffic.values():
            traffic.delay, traffic.rate, traffic.swallow = 0.0, None, False
        self.skipped.shifted = 0.0
        self.recorder.delay = 0.0

    # --- How long -----------------------------------------------------------------

    async def pass_by(self, shortest: float, longest: float) -> None:
        """Let time pass, more often short than long."""
        share = self.dice.random() ** 2
        await asyncio.sleep(shortest + (longest - shortest) * share)

    async def behave(
        self, shortest: float, longest: float, **behaviour: object
    ) -> None:
        """Let the cloud behave differently for a while."""
        self.behaviour.apply(behaviour)
        await self.pass_by(shortest, longest)

    async def cut(self) -> None:
        """Cut the line."""
        await self.simulator.drop(abort=self.dice.random() < 0.5)
