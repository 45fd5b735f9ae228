"""The app: widgets are pressed, each with an expectation of what comes of it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
import random
from typing import Final, Never

from homeassistant.core import Event, HomeAssistant, callback

from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from custom_components.blynk_bridge.downlink import (
    ATTR_DATASTREAM,
    ATTR_VALUE,
    EVENT_COMMAND,
)
from simulator import Simulator
from simulator.changes import Change, ChangeKind
from simulator.device import Source
from simulator.values import AppValue

from .books import Books, expected, held
from .exposures import GUARDED
from .house import House

_PAUSE: Final = 600.0
"""Mean seconds between two visits to the app."""
_ANSWERED: Final = 25.0
"""Seconds after which all has come of a press that will."""
_QUIET: Final = 60.0
"""Seconds that the line must have been calm before a press that has to succeed."""
_DRAG: Final = 0.15

type Draw = Callable[[random.Random], AppValue]


def _colour(dice: random.Random) -> str:
    """Return a colour as a zeRGBa widget sends it."""
    return "\0".join(str(dice.randint(0, 255)) for _ in range(3))


WIDGETS: Final[dict[str, tuple[str, Draw]]] = {
    **{
        f"{key.partition('.')[2].title()} Power": (key, lambda dice: dice.randint(0, 1))
        for key in ("light.hall", "light.kitchen", "light.living")
    },
    **{
        f"{key.partition('.')[2].title()} Brightness": (
            key,
            lambda dice: dice.randint(0, 100),
        )
        for key in ("light.hall", "light.kitchen", "light.living")
    },
    "Living Color": ("light.living", _colour),
    **{
        f"Plug {n} Power": (f"switch.plug_{n}", lambda dice: dice.randint(0, 1))
        for n in range(4)
    },
    **{
        f"Blind {n} Position": (f"cover.blind_{n}", lambda dice: dice.randint(1, 100))
        for n in range(2)
    },
    "Garage Open": ("cover.garage", lambda dice: dice.randint(0, 1)),
    "Front Locked": ("lock.front", lambda dice: dice.randint(0, 1)),
    "Back Locked": ("lock.back", lambda dice: dice.randint(0, 1)),
    "House Target Temperature": (
        "climate.house",
        lambda dice: dice.randint(10, 60) / 2,
    ),
    "House Mode": ("climate.house", lambda dice: dice.randint(0, 2)),
    "Radio Volume": ("media_player.radio", lambda dice: dice.randint(0, 100)),
    "Wish Value": ("input_number.wish", lambda dice: float(dice.randint(0, 10))),
    "Scene Option": ("input_select.scene", lambda dice: dice.randint(0, 2)),
    "Bell Press": ("button.bell", lambda dice: 1),
}
SYNCED: Final = "Plug 1 Power"
"""Its value in the cloud is carried out on connecting."""
_SLIDERS: Final = ("Hall Brightness", "Kitchen Brightness", "Radio Volume")


@dataclass(slots=True)
class Press:
    """A widget's write, and what has come of it."""

    name: str
    key: str
    value: AppValue
    exposed: bool
    changes_something: bool
    carried_out: int = 0
    confirmed: bool = False
    superseded: bool = False


@dataclass(slots=True)
class Tally:
    """How the presses have ended."""

    counts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    """Expectations that were not met."""


class App:
    """Somebody with a phone, who now and then operates the house."""

    def __init__(
        self,
        hass: HomeAssistant,
        simulator: Simulator,
        house: House,
        books: Books,
        coordinator: Callable[[], BlynkCoordinator | None],
        dice: random.Random,
    ) -> None:
        """Open the app."""
        self._hass = hass
        self._simulator = simulator
        self._house = house
        self._books = books
        self._coordinator = coordinator
        self._dice = dice
        self._open: list[Press] = []
        self.tally = Tally()
        self._unlisten = hass.bus.async_listen(EVENT_COMMAND, self._on_command)
        simulator.cloud.watchers.append(self._on_change)

    def close(self) -> None:
        """Stop watching what comes of the presses."""
        self._unlisten()

    async def async_use(self) -> Never:
        """Use the app for ever."""
        while True:
            await asyncio.sleep(self._dice.expovariate(1 / _PAUSE))
            name = self._dice.choice(tuple(WIDGETS))
            if name in _SLIDERS and self._dice.random() < 0.5:
                for _ in range(self._dice.randint(2, 12)):
                    await self._press(name)
                    await asyncio.sleep(_DRAG * self._dice.random())
            await self._press(name)

    async def _press(self, name: str) -> None:
        """Press a widget, and look later at what has come of it."""
        key, draw = WIDGETS[name]
        value = draw(self._dice)
        tally = self.tally.counts
        tally["given"] += 1
        before = held(self._simulator, name)
        delivered = await self._simulator.press(name, value)
        if not delivered:
            tally["given while offline"] += 1
            return
        tally["delivered"] += 1
        for earlier in self._open:
            if earlier.key == key:
                earlier.superseded = True
        press = Press(
            name,
            key,
            value,
            self._is_exposed(name),
            self._changes(name, before),
        )
        self._open.append(press)
        self._hass.loop.call_later(_ANSWERED, self._settle, press)

    def _is_exposed(self, name: str) -> bool:
        """Return whether somebody answers for a datastream."""
        coordinator = self._coordinator()
        exposure = coordinator.exposures.get(name) if coordinator else None
        return exposure is not None and exposure.publishes

    def _changes(self, name: str, before: object) -> bool:
        """Return whether a write asks for something that is not so already."""
        coordinator = self._coordinator()
        exposure = coordinator.exposures.get(name) if coordinator else None
        if coordinator is None or exposure is None or not exposure.accepts_writes:
            return False
        if exposure.trait.momentary:
            return True
        now, wanted = expected(coordinator, exposure), held(self._simulator, name)
        # What was sent a moment ago and comes back is taken for its echo.
        return now is not None and now != (wanted,) and before != wanted

    # --- What comes of it --------------------------------------------------------

    @callback
    def _on_command(self, event: Event) -> None:
        """Note that the bridge has carried out a write."""
        name, value = event.data[ATTR_DATASTREAM], event.data.get(ATTR_VALUE)
        meant = [
            press for press in self._open if press.name == name and press.value == value
        ]
        waiting = [press for press in meant if not press.carried_out]
        self.tally.counts["carried out"] += 1
        if waiting:
            waiting[-1].carried_out += 1
        elif meant:
            self._object(f"{name} was carried out twice: {value}")
        elif name == SYNCED:
            self.tally.counts["synced from Blynk"] += 1
        else:
            self._object(f"{name} was carried out though nobody has asked: {value}")

    def _on_change(self, change: Change) -> None:
        """Note what was confirmed."""
        if change.kind is not ChangeKind.DATASTREAM:
            return
        stored = self._simulator.device.datastreams[change.name]
        if stored.source is Source.DEVICE:
            for press in self._open:
                if press.name == change.name:
                    press.confirmed = True

    @callback
    def _settle(self, press: Press) -> None:
        """Compare what has come of a press with what should have."""
        self._open.remove(press)
        counts = self.tally.counts
        counts["confirmed"] += press.confirmed
        wall = self._simulator.cloud.clock()
        if wall - self._books.disturbed_at < _ANSWERED + _QUIET:
            counts["on a disturbed line"] += 1
            return
        if press.superseded:
            counts["overtaken by a newer one"] += 1
            return
        if not (press.exposed and self._is_exposed(press.name)):
            counts["on what is not exposed"] += 1
            return
        if self._house.is_absent(press.key):
            counts["while the thing was away"] += 1
            return
        counts["expected to succeed"] += 1
        if not press.confirmed:
            self._object(f"{press.name} was not confirmed")
        if press.key in GUARDED:
            counts["on what is guarded"] += 1
        elif press.changes_something and not press.carried_out:
            self._object(f"{press.name} was not carried out")

    def _object(self, complaint: str) -> None:
        """Write down what should not have been."""
        at = self._simulator.cloud.clock()
        self.tally.broken.append(f"{complaint} (at {at:.1f})")
