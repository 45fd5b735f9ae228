"""A widget that waits for a confirmation ends where Home Assistant is, whatever happens."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
import pytest

from .clouds import SIMULATOR
from .house import House
from .line import treats
from .proxy import Way
from .row import Deed, Row, all_of, behaves, cut, heal

_CONFIRM_TIMEOUT: Final = 5.0


async def press(house: House) -> None:
    """Operate the widget."""
    await house.press_fan()


async def fail(house: House) -> None:
    """Have Home Assistant's actions fail."""

    async def refuse(call: ServiceCall) -> None:
        raise HomeAssistantError("the fan is jammed")

    for action in ("turn_on", "turn_off"):
        house.hass.services.async_register("input_boolean", action, refuse)


@dataclass(frozen=True, slots=True)
class Case:
    """What happens around a press, and what becomes of the widget."""

    words: str
    happens: Deed
    reverts: tuple[int, ...]
    """How often Blynk may take the press back."""
    moves: tuple[bool, ...]
    """Whether the fan may have followed."""
    logs: Callable[[list[str]], bool] = lambda lines: not lines
    """Whether the log says what it is to say."""

    @property
    def row(self) -> Row:
        """Return the row that the house is set up for."""
        return Row(fault=self.words, begin=self.happens, within=60, spends=20)

    def __str__(self) -> str:
        """Return what pytest calls it."""
        return self.words


def _once_offline(lines: list[str]) -> bool:
    """Return whether the log tells of one outage, and of nothing else."""
    return len(lines) == 2


CASES: Final = (
    Case("on a sound line", press, (0,), (True,)),
    Case(
        "while PUBACK takes eight seconds",
        all_of(behaves(puback_delay=8.0), press),
        (0,),
        (True,),
    ),
    Case(
        "while everything takes two seconds each way",
        all_of(treats(*Way, delay=2), press),
        (0,),
        (True,),
    ),
    Case(
        "while everything takes three seconds each way",
        all_of(treats(*Way, delay=3), press),
        (1,),
        (True,),
    ),
    Case("just before a cut", all_of(press, cut), (0,), (True, False), _once_offline),
    Case("just after a cut", all_of(cut, press), (0, 1), (True, False), _once_offline),
    Case(
        "while what goes up is lost",
        all_of(treats(Way.UP, swallow=True), press),
        (1,),
        (True,),
        _once_offline,
    ),
    Case(
        "while the action fails",
        all_of(fail, press),
        (0,),
        (False,),
        lambda lines: len(lines) == 1 and "the fan is jammed" in lines[0],
    ),
)


@pytest.mark.parametrize("kind", [SIMULATOR], ids=str)
@pytest.mark.parametrize(("row", "case"), [(c.row, c) for c in CASES], ids=str)
async def test_a_press(house: House, case: Case) -> None:
    """Blynk takes it back no more often than it must."""
    before = house.at_home_fan
    house.watch()
    await case.happens(house)
    await asyncio.sleep(2 * _CONFIRM_TIMEOUT)
    await heal(house)
    await house.until(house.is_well, 30)
    await asyncio.sleep(60)
    assert house.is_well()
    assert (house.at_home_fan != before) in case.moves
    assert house.blynk.value("Fan") == house.at_home_fan
    fan = house.simulator.device.datastreams["Fan"]
    assert fan.reverts in case.reverts
    assert case.logs(house.logged()), house.logged()
