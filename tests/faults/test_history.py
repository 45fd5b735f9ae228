"""What an outage leaves in Blynk's history, though filling it meets further faults."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from tests.backfilled import (
    WARMTH,
    chunks,
    come_back,
    filled,
    go_offline,
    has,
    history,
    imported,
    recorded_home,
    warm_up,
)
from tests.conftest import SetUp
from tests.skipped_time import SkippedTime

MISSED: Final = range(30, 130)
"""More than one message holds."""


@pytest.fixture
async def time(
    recorder_mock: Recorder, hass: HomeAssistant, simulator: Simulator
) -> AsyncGenerator[SkippedTime]:
    """Set up the real recorder, and a sensor."""
    with recorded_home(hass, recorder_mock, simulator) as skipped:
        yield skipped


type Meet = Callable[[Simulator, MockConfigEntry], Awaitable[None]]


async def a_refusal(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Refuse the points, until another outage."""
    simulator.behaviour.puback_code = 0x83
    await come_back(simulator, entry)
    await simulator.wait_for(lambda: chunks(simulator))
    await asyncio.sleep(600)
    assert len(chunks(simulator)) == 1
    assert not imported(simulator)
    await go_offline(simulator, entry)
    simulator.behaviour.puback_code = 0


async def a_used_up_month(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Refuse the points for the quota's sake, which is over in an hour."""
    warmth = simulator.device.datastreams["Temperature"]

    def use_up() -> None:
        simulator.behaviour.puback_code = 0x97 if warmth.value == MISSED[-1] else 0

    simulator.cloud.watchers.append(lambda _: use_up())
    await come_back(simulator, entry)
    await asyncio.sleep(3600)
    simulator.cloud.watchers.pop()
    assert chunks(simulator)
    assert not imported(simulator)
    simulator.behaviour.puback_code = 0
    await asyncio.sleep(1000)


async def an_outage_in_the_middle(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Cut the line before the first message with points is acknowledged."""

    def withhold() -> None:
        simulator.behaviour.withhold_puback = bool(chunks(simulator))

    simulator.cloud.watchers.append(lambda _: withhold())
    await come_back(simulator, entry)
    await simulator.wait_for(lambda: chunks(simulator))
    simulator.cloud.watchers.pop()
    await go_offline(simulator, entry)
    simulator.behaviour.withhold_puback = False


async def outages_in_a_row(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Cut the line thrice in the middle."""
    for _ in range(3):
        await an_outage_in_the_middle(simulator, entry)


async def a_mute_server(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Say nothing more once the first points have come."""

    def fall_mute() -> None:
        simulator.behaviour.mute = bool(chunks(simulator))

    simulator.cloud.watchers.append(lambda _: fall_mute())
    await come_back(simulator, entry)
    await simulator.wait_for(lambda: chunks(simulator))
    simulator.cloud.watchers.pop()
    await asyncio.sleep(60)
    simulator.behaviour.mute = False


@dataclass(frozen=True, slots=True)
class Case:
    """What filling the gap meets."""

    words: str
    meets: Meet
    messages: int
    """How many messages with points it costs at most."""
    entry: dict[str, Any]

    def __str__(self) -> str:
        """Return what pytest calls it."""
        return self.words


_V5: Final[dict[str, Any]] = {"protocol": "5"}
CASES: Final = (
    Case("points are refused", a_refusal, 5, _V5),
    Case("the month's messages are used up", a_used_up_month, 8, _V5),
    Case("an outage in the middle", an_outage_in_the_middle, 6, {}),
    Case("outages in a row in the middle", outages_in_a_row, 9, {}),
    Case("the server falls mute in the middle", a_mute_server, 6, {}),
)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_the_history_has_neither_gaps_nor_doubles(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    time: SkippedTime,
    case: Case,
) -> None:
    """Everything is there once, at its own time, whatever comes between."""
    entry = await set_up(WARMTH, **case.entry)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    times = await warm_up(hass, *MISSED)
    await case.meets(simulator, entry)
    if not entry.runtime_data._session.ready:
        await come_back(simulator, entry)
    await filled(entry)
    assert imported(simulator) == [*MISSED]
    points = [point for point in history(simulator) if point.imported]
    assert [point.time for point in points] == pytest.approx(times, abs=0.001)
    assert len(chunks(simulator)) <= case.messages
    assert entry.runtime_data.backfill.waiting == 0


async def test_a_server_that_takes_fewer_points_a_day_than_it_says(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: SkippedTime
) -> None:
    """It acknowledges and drops them: they are lost, and it says so."""
    simulator.behaviour.imports_per_day = 60
    entry = await set_up(WARMTH)
    await has(simulator, 20)
    await go_offline(simulator, entry)
    await warm_up(hass, *MISSED)
    await come_back(simulator, entry)
    await filled(entry)
    assert imported(simulator) == [*MISSED][:60]
    assert any("of a day" in text for _, text in simulator.device.diagnostics)
    sent = len(chunks(simulator))
    await asyncio.sleep(3600)
    assert len(chunks(simulator)) == sent
