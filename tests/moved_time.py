"""Time that a test moves: hours of the event loop's clock pass in moments."""

import asyncio
from collections.abc import Callable

from homeassistant.core import HomeAssistant
import pytest

from simulator import Simulator

_TURNS: int = 60
"""Turns of the loop in which what is on the wire arrives, and is answered."""
_STEP: float = 5.0
"""Seconds: less than anybody waits for an answer on the wire."""


class MovedTime:
    """The event loop's clock, which a test puts forward.

    Sockets stay real, so it goes in steps, and each waits for the wire to be quiet.
    """

    def __init__(
        self, hass: HomeAssistant, simulator: Simulator, patch: pytest.MonkeyPatch
    ) -> None:
        """Take the clocks of the loop and of the simulator over."""
        self._simulator = simulator
        self._ahead = 0.0
        for owner, name in ((hass.loop, "time"), (simulator.cloud, "clock")):
            patch.setattr(owner, name, self._moved(getattr(owner, name)))
        # In debug mode the loop would complain about each step.
        patch.setattr(hass.loop, "slow_callback_duration", 1e9)
        # paho pings by a clock of its own, which stands still meanwhile.
        simulator.behaviour.keepalive_factor = 1e9

    def _moved(self, clock: Callable[[], float]) -> Callable[[], float]:
        """Return a clock that is ahead of another."""
        return lambda: clock() + self._ahead

    async def quiet(self) -> None:
        """Wait until nothing is on the wire."""
        journal = self._simulator.journal
        newest = -1
        while newest != (newest := journal[-1].number if len(journal) else 0):
            for _ in range(_TURNS):
                await asyncio.sleep(0)

    async def pass_by(self, seconds: float, step: float = _STEP) -> None:
        """Let time pass, and everything happen that is due."""
        await self.quiet()
        while seconds > 0:
            self._ahead += min(step, seconds)
            seconds -= step
            await self.quiet()

    async def until(self, condition: Callable[[], object], within: float) -> None:
        """Let time pass until something has come true; fail if that takes too long."""
        await self.quiet()
        while not condition():
            if within <= 0:
                raise TimeoutError("it has not come true")
            self._ahead += 0.25
            within -= 0.25
            await self.quiet()
