"""B7: Home Assistant's start and stop, whatever the cloud is like."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
import tempfile
import time
from typing import Final

from tests.e2e.home import BUSY_LIMIT, IDLE_LIMIT

from .household import CLOUDS, Household, Life
from .imports import Import
from .results import Goal, Result, Spread, Table
from .size import Size
from .two_hundred import ENTITY_IDS

ALONE: Final = "Home Assistant without Blynk Bridge"
ANSWERING: Final = "answers"
"""The cloud that nothing has to be held against: it is there for comparison."""
_QUICK: Final = "is a mute TLS server"
"""The one of every day."""
_STOP_LIMIT: Final = 2.0
_LEAST_ROUNDS: Final = 5
_MOST_ROUNDS: Final = 12
_BUDGET: Final = 210.0
"""Seconds in which a further round has to fit."""
_AT_ONCE: Final = 2
"""Homes whose first start, which does not count, is made together."""
_NOISE_ROUNDS: Final = 4
"""Fewer do not tell what noise is."""


@dataclass(frozen=True, slots=True)
class Round:
    """A life of each home, by what its cloud does, and an import in between."""

    lives: Mapping[str, Life]
    imported: Import


@dataclass(frozen=True, slots=True)
class Found:
    """All rounds of a run."""

    rounds: Sequence[Round]

    @property
    def clouds(self) -> list[str]:
        """Return what the clouds have done."""
        return [name for name in self.rounds[0].lives if name != ALONE]

    @property
    def import_seconds(self) -> Spread:
        """Return what the integration's import takes the processor."""
        return Spread.of(each.imported.seconds for each in self.rounds)

    @property
    def noise(self) -> float:
        """Return how far apart the middle half of the starts without us is, in seconds."""
        quarter, _, three_quarters = quantiles(
            [life.start for life in self.lives(ALONE)], method="inclusive"
        )
        return three_quarters - quarter

    def lives(self, name: str) -> list[Life]:
        """Return what a home has lived through."""
        return [each.lives[name] for each in self.rounds]

    def beyond(self, name: str) -> Spread:
        """Return how much longer the start took than without us in the same round."""
        return Spread.of(
            each.lives[name].start - each.lives[ALONE].start for each in self.rounds
        )

    def processor_beyond(self, name: str) -> Spread:
        """Return how much more the start took the processor, in the same round."""
        return Spread.of(
            each.lives[name].processor - each.lives[ALONE].processor
            for each in self.rounds
        )

    def beyond_import(self, name: str) -> Spread:
        """Return the same without the import."""
        seconds = self.import_seconds.middle
        beyond = self.beyond(name)
        return Spread(
            beyond.middle - seconds, beyond.low - seconds, beyond.high - seconds
        )


def measure(size: Size) -> Result:
    """Start and stop Home Assistant, with each cloud and without us, in turn."""
    clouds = size.pick(list(CLOUDS), [_QUICK])
    with tempfile.TemporaryDirectory(prefix="blynk-bridge-start-") as folder:
        rounds = asyncio.run(_rounds(Path(folder), clouds, size))
    return _result(Found(rounds))


async def _rounds(folder: Path, clouds: Sequence[str], size: Size) -> list[Round]:
    """Found all households, and let each live once in every round."""
    began = time.monotonic()
    least, most = size.pick((_LEAST_ROUNDS, _MOST_ROUNDS), (1, 1))
    async with AsyncExitStack() as stack:
        households = {ALONE: Household.in_folder(folder / "alone", None)}
        for number, name in enumerate(clouds):
            cloud = await stack.enter_async_context(CLOUDS[name]())
            households[name] = Household.in_folder(folder / str(number), cloud)
        components = await _settle(households, stack)
        # The first import compiles, as the first start has done.
        await Import.measured(components)
        print("  the homes are founded", flush=True)
        rounds: list[Round] = []
        took = 0.0
        while len(rounds) < least or (
            len(rounds) < most and time.monotonic() - began + took < _BUDGET
        ):
            since = time.monotonic()
            lives = {
                name: await households[name].live()
                for name in rotated(list(households), len(rounds))
            }
            imported = await Import.measured(components)
            rounds.append(Round(lives, imported))
            took = time.monotonic() - since
            print(f"  round {len(rounds)}: {took:.0f} s", flush=True)
    return rounds


async def _settle(
    households: Mapping[str, Household], stack: AsyncExitStack
) -> list[str]:
    """Start all for the first time; return what Home Assistant sets up without us."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def settle(household: Household) -> list[str]:
        async with turns:
            await stack.enter_async_context(household.home)
            return await household.settle_in()

    async with asyncio.TaskGroup() as settling:
        tasks = {
            name: settling.create_task(settle(household))
            for name, household in households.items()
        }
    return tasks[ALONE].result()


def rotated[T](items: Sequence[T], number: int) -> list[T]:
    """Return them in a round's order: each is first, and last, in turn."""
    number %= len(items)
    return [*items[number:], *items[:number]]


def _result(found: Found) -> Result:
    """Return the figures, and the goals that can be told by so many rounds."""
    silent = [name for name in found.clouds if name != ANSWERING]
    starts = [
        Goal(
            text=f"start while the cloud {name}, beyond Home Assistant without us "
            "and our import time",
            measured=found.beyond_import(name),
            limit=found.noise,
            unit="s",
        )
        for name in silent
        if len(found.rounds) >= _NOISE_ROUNDS
    ]
    stops = [
        Goal(
            text=f"stop while the cloud {name}, the slowest of the rounds",
            measured=_slowest(life.stop for life in found.lives(name)),
            limit=_STOP_LIMIT,
            unit="s",
        )
        for name in silent
    ]
    return Result(
        key="B7",
        title="Start and stop",
        work=_work(found),
        goals=[*starts, *stops],
        tables=[_table(found)],
        notes=[_import_note(found), _setup_note(found), _slow_note(found)],
    )


def _slowest(seconds: Iterable[float]) -> Spread:
    """Return the rounds so that it is the slowest that counts."""
    spread = Spread.of(seconds)
    return Spread(spread.high, spread.low, spread.high)


def _work(found: Found) -> str:
    """Return what was done."""
    rounds = len(found.rounds)
    return (
        f"Home Assistant with {len(ENTITY_IDS)} entities (template sensors, binary "
        "sensors and switches, and helpers), recorder, history and logbook starts and "
        f"stops as a process of its own, {rounds} {_plural('time', rounds)} in turn "
        "with others: without Blynk Bridge, whose files are there all the same, and "
        "with an entry that exposes every entity, in front of a cloud each. Refused "
        "connections, a black hole (no SYN is answered) and a mute TLS server (it "
        "takes everything and says nothing) are met over TLS. Each starts on the "
        "folder that an earlier start has made, with warm file caches and Python's "
        "bytecode; the order rotates. A start is over when Home Assistant says so, counted from the "
        "process's beginning; a stop when its event loop has ended. Both are without "
        "what the machine kept from the loop's thread while that was ready to run. "
        "What is beyond Home Assistant without us is the middle of the rounds' "
        "differences; noise is the distance between the quartiles of the starts "
        "without us"
        + (
            f", {found.noise:.2f} s."
            if rounds >= _NOISE_ROUNDS
            else "; so few rounds do not tell it."
        )
    )


def _table(found: Found) -> Table:
    """Return all homes side by side."""
    return Table(
        columns=(
            "",
            "Start",
            "Beyond Home Assistant without us",
            "Beyond our import, too",
            "Processor beyond Home Assistant without us",
            "Stop",
            "Slowest stop",
            "Process gone",
        ),
        rows=[_row(found, name) for name in (ALONE, *found.clouds)],
    )


def _row(found: Found, name: str) -> tuple[str, ...]:
    lives = found.lives(name)
    alone = name == ALONE
    stop = Spread.of(life.stop for life in lives)
    return (
        name if alone else f"The cloud {name}",
        _seconds(Spread.of(life.start for life in lives)),
        "" if alone else _seconds(found.beyond(name)),
        "" if alone else _seconds(found.beyond_import(name)),
        "" if alone else _seconds(found.processor_beyond(name)),
        _seconds(stop),
        f"{stop.high:.2f} s",
        _seconds(Spread.of(life.gone for life in lives)),
    )


def _seconds(spread: Spread) -> str:
    """Return the middle, and how far the rounds are apart."""
    if spread.low == spread.high:
        return f"{spread.middle:.2f} s"
    return f"{spread.middle:.2f} s ({spread.low:.2f} to {spread.high:.2f})"


def _plural(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"


def _import_note(found: Found) -> str:
    """Say how long the import takes, and where."""
    imports = [each.imported for each in found.rounds]
    brought = sorted(
        {
            module.split(".")[2]
            for each in imports
            for module in each.modules
            if module.startswith("homeassistant.components.")
        }
    )
    return (
        f"Our import takes {_seconds(found.import_seconds)}, measured by the "
        "processor's time in a process of its own that has imported what Home "
        "Assistant had set up without us: "
        f"{median(each.ours for each in imports):.2f} s for the integration, "
        f"{median(each.mqtt for each in imports):.2f} s for aiomqtt and paho, "
        f"{median(each.home_assistant for each in imports):.2f} s for modules of Home "
        f"Assistant's that this home has not needed so far ({', '.join(brought)})."
    )


def _setup_note(found: Found) -> str:
    """Say how long Home Assistant has waited for the set-up itself."""
    setups = [
        life.setup
        for name in found.clouds
        for life in found.lives(name)
        if life.setup is not None
    ]
    return (
        "Without the import the set-up of the integration and its entry takes "
        f"{_seconds(Spread.of(setups))}, as Home Assistant lists it among its startup "
        "times."
    )


def _slow_note(found: Found) -> str:
    """Say whether anything of the integration's has held up the loop."""
    slow = sorted(
        {
            what
            for name in found.clouds
            for life in found.lives(name)
            for what in life.slow
        }
    )
    if not slow:
        return (
            "During no start has anything of the integration's computed in the event "
            f"loop for more than {BUSY_LIMIT:.0f} ms, or waited in it for more than "
            f"{IDLE_LIMIT:.0f} ms."
        )
    return f"The event loop was held up by: {'; '.join(slow)}."
