"""The judge: what must hold at the end of a soak."""

from dataclasses import dataclass, field
from typing import Final

from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from simulator import Simulator

from .app import App
from .books import Books, expected, held
from .house import House

MONTH: Final = 100_000
"""Messages of a free organization."""
MONTH_DAYS: Final = 31
PER_SECOND: Final = 5
GROWTH: Final = 0.005
"""Of Python's memory, a day: less than it varies by."""


@dataclass(slots=True)
class Verdict:
    """The invariants that were broken, each in a sentence."""

    broken: list[str] = field(default_factory=list)

    def expect(self, holds: object, sentence: str) -> None:
        """Write down what does not hold."""
        if not holds:
            self.broken.append(sentence)


def out_of_order(coordinator: BlynkCoordinator, simulator: Simulator) -> list[str]:
    """Return what the cloud has otherwise than Home Assistant, and what is stuck."""
    found = [
        f"{name} holds {held(simulator, name)!r} instead of {wanted[0]!r}"
        for name, exposure in coordinator.exposures.items()
        if exposure.publishes
        and (wanted := expected(coordinator, exposure)) is not None
        and wanted != (held(simulator, name),)
    ]
    for name in coordinator.learned.overridden:
        known = {
            key: texts[0] if len(texts) == 1 else texts
            for key, texts in coordinator.learned.overrides(name).items()
        }
        there = simulator.device.datastreams[name].properties
        if there != known:
            found.append(f"the properties of {name} are {there}, believed {known}")
    uplink, downlink = coordinator.uplink, coordinator._downlink
    stuck = {
        "held": uplink._held,
        "deferred": uplink._deferred,
        "in the outbox": uplink._outbox._waiting,
        "commands": downlink._turns.waiting,
        "confirmations": downlink._settling,
        "questions": coordinator._state_sync._awaited,
        "properties": coordinator._overrides._waiting,
    }
    found += [f"stuck, {what}: {[*names]}" for what, names in stuck.items() if names]
    if uplink._departures._errands.lane is not None:
        found.append("an errand waits")
    return found


def judge_traffic(verdict: Verdict, books: Books) -> None:
    """Hold the messages against the quota and the rate."""
    for month, messages in books.months.items():
        verdict.expect(messages <= MONTH, f"{messages:,} messages in {month}")
    verdict.expect(
        books.busiest_second <= PER_SECOND + 1,
        f"{books.busiest_second} messages within a second",
    )


def judge_commands(verdict: Verdict, app: App, house: House) -> None:
    """Hold what was done against what the app has asked for."""
    verdict.broken += app.tally.broken
    verdict.broken += [f"guarded, and operated: {what}" for what in house.broken_into]
