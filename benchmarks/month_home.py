"""A home that lives for a month: what is in it, and when what of it changes."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from itertools import batched
from operator import itemgetter
import random
from typing import Final

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import ServiceCall, callback

from custom_components.blynk_bridge.device.values import DataType
from simulator.datastreams import Datastream, DataType as TemplateType
from tests.conftest import exposure

from .virtual_home import VirtualHome

DAY: Final = 86_400.0
DISCRETE_A_DAY: Final = 300
COMMANDS_A_DAY: Final = 50
LAMP_SECONDS: Final = 0.1
"""What a lamp takes to do what it is told, and to say so."""
ROOMS: Final = (
    *("Kitchen", "Living Room", "Bathroom", "Bedroom", "Nursery"),
    *("Hall", "Office", "Attic", "Cellar", "Garage"),
)
_POLL_SECONDS: Final = 10.0
_READ_SECONDS: Final = 60.0
_RARE_SECONDS: Final = 7200.0
_EVENING: Final = range(17, 23)
_QUIETER: Final = 0.3
"""How busy an hour is that is not of the evening, compared with one that is."""

type Act = Callable[[], None]


class Kind(StrEnum):
    """What has changed, by how soon somebody wants to see it."""

    READING = "readings"
    DISCRETE = "discrete changes"
    COMMAND = "commands"


@dataclass(frozen=True, slots=True)
class Change:
    """A datastream has another value in Home Assistant from now on."""

    kind: Kind
    name: str
    data_type: DataType
    value: float
    at: float
    """In seconds of the epoch."""
    since: float
    """When somebody began to wait for it: of a command, when the widget was pressed."""


@dataclass(frozen=True)
class Sensor:
    """A sensor, none of whose values is like one of the last few hundred."""

    name: str
    unit: str
    low: float
    decimals: int
    steps: int
    stride: int

    @cached_property
    def entity_id(self) -> str:
        """Return the entity's id."""
        return _entity_id("sensor", self.name)

    def state(self, number: int) -> str:
        """Return one state after another."""
        step = number * self.stride % self.steps
        return f"{self.low + step / 10**self.decimals:.{self.decimals}f}"


def _entity_id(domain: str, name: str) -> str:
    """Return the id of the entity that shows as a datastream."""
    return f"{domain}.{name.lower().replace(' ', '_')}"


POLLED: Final = tuple(Sensor(f"{r} Power", "W", 0, 1, 40_000, 7919) for r in ROOMS)
READ: Final = tuple(
    sensor
    for room in ROOMS
    for sensor in (
        Sensor(f"{room} Temperature", "°C", 15, 2, 1500, 7),
        Sensor(f"{room} Humidity", "%", 30, 1, 400, 3),
    )
)
RARE: Final = tuple(Sensor(f"{room} Battery", "%", 0, 0, 101, 100) for room in ROOMS)
DETECTORS: Final = tuple(
    f"{room} {what}" for what in ("Motion", "Window") for room in ROOMS
)
LAMPS: Final = tuple(f"{room} Light" for room in ROOMS)

EXPOSURES: Final[tuple[ConfigSubentryData, ...]] = (
    *(
        exposure(sensor.entity_id, "value", sensor.name, "double", "publish")
        for sensor in (*POLLED, *READ, *RARE)
    ),
    *(
        exposure(_entity_id("binary_sensor", name), "state", name, "integer", "publish")
        for name in DETECTORS
    ),
    *(exposure(_entity_id("light", name), "power", name) for name in LAMPS),
)
TEMPLATE: Final = (
    *(
        Datastream(name=sensor.name, pin=pin)
        for pin, sensor in enumerate((*POLLED, *READ, *RARE))
    ),
    *(
        Datastream(name=name, pin=pin, type=TemplateType.INTEGER, min=0, max=1)
        for pin, name in enumerate((*DETECTORS, *LAMPS), 100)
    ),
)


class MonthHome:
    """The things of the home, which change by themselves, and lamps that obey."""

    def __init__(
        self,
        home: VirtualHome,
        dice: random.Random,
        on_change: Callable[[Change], None],
        on_action: Callable[[float], None],
    ) -> None:
        """Furnish the home; the dice decide what happens in it, and when.

        `on_action` is told how many seconds after the press an action is called.
        """
        self._home = home
        self._dice = dice
        self._on_change = on_change
        self._on_action = on_action
        self._pressed: dict[str, float] = {}
        self._numbers = dict.fromkeys((*POLLED, *READ, *RARE), 0)
        self._states = dict.fromkeys((*DETECTORS, *LAMPS), 0)
        self._rounds = [(POLLED, _POLL_SECONDS, 1.0)]
        """What is read at once, how often, and how long after midnight at first."""
        for sensors, every, at_once in (
            (READ, _READ_SECONDS, 2),
            (RARE, _RARE_SECONDS, 1),
        ):
            self._rounds += [
                (together, every, dice.uniform(0, every))
                for together in batched(sensors, at_once, strict=True)
            ]
        self.presses = 0
        self.in_vain = 0
        """Presses while the device was offline: Blynk keeps none of them."""

    @callback
    def async_furnish(self) -> None:
        """Have all things there, and the actions of the lamps."""
        hass = self._home.hass
        self._read(self._numbers)
        for name in DETECTORS:
            hass.states.async_set(_entity_id("binary_sensor", name), "off")
        for name in LAMPS:
            self._show_lamp(name)
        for action in ("turn_on", "turn_off"):
            hass.services.async_register("light", action, self._async_act)

    async def async_live(self, start: float, days: int) -> None:
        """Let the things change for some days."""
        for day in range(days):
            for at, act in self._course(start + day * DAY):
                await self._home.async_until(at)
                act()
        await self._home.async_until(start + days * DAY)

    def _course(self, midnight: float) -> list[tuple[float, Act]]:
        """Return what happens on a day, in order."""
        course: list[tuple[float, Act]] = []
        for sensors, every, phase in self._rounds:
            act = partial(self._read, sensors)
            course += [(at, act) for at in _times(midnight, every, phase)]
        for names, acts, count in (
            (DETECTORS, self._toggle, DISCRETE_A_DAY),
            (LAMPS, self._press, COMMANDS_A_DAY),
        ):
            course += [
                (self._busy_time(midnight), partial(acts, self._dice.choice(names)))
                for _ in range(count)
            ]
        course.append((midnight + self._dice.uniform(0, DAY), self._drop))
        return sorted(course, key=itemgetter(0))

    def _busy_time(self, midnight: float) -> float:
        """Return when somebody is up and about, in the evening most likely."""
        while True:
            second = self._dice.uniform(0, DAY)
            if second // 3600 in _EVENING or self._dice.random() < _QUIETER:
                return midnight + second

    # --- What happens ------------------------------------------------------------

    def _read(self, sensors: Iterable[Sensor]) -> None:
        """Let sensors that are read at once have another value."""
        for sensor in sensors:
            self._numbers[sensor] += 1
            state = sensor.state(self._numbers[sensor])
            self._tell(Kind.READING, sensor.name, DataType.DOUBLE, float(state))
            self._home.hass.states.async_set(
                sensor.entity_id, state, {"unit_of_measurement": sensor.unit}
            )

    def _toggle(self, name: str) -> None:
        """Let a detector detect something, or that it is over."""
        self._states[name] = on = 1 - self._states[name]
        self._tell(Kind.DISCRETE, name, DataType.INTEGER, on)
        entity_id = _entity_id("binary_sensor", name)
        self._home.hass.states.async_set(entity_id, "on" if on else "off")

    def _press(self, name: str) -> None:
        """Press a lamp's widget, the next one's where that lamp is not done yet."""
        simulator = self._home.simulator
        while name in self._pressed:
            name = LAMPS[(LAMPS.index(name) + 1) % len(LAMPS)]
        self.presses += 1
        self._pressed[name] = self._home.now()
        if not simulator.cloud.press(simulator.device, name, 1 - self._states[name]):
            self.in_vain += 1
            del self._pressed[name]

    def _drop(self) -> None:
        """End the connection, as a router does that restarts."""
        for link in [*self._home.simulator.device.links]:
            link.cut(abort=True)

    async def _async_act(self, call: ServiceCall) -> None:
        """Turn a lamp on or off."""
        name = next(
            name
            for name in LAMPS
            if _entity_id("light", name) == call.data["entity_id"]
        )
        self._on_action(self._home.now() - self._pressed[name])
        await asyncio.sleep(LAMP_SECONDS)
        since = self._pressed.pop(name)
        self._states[name] = on = int(call.service == "turn_on")
        self._tell(Kind.COMMAND, name, DataType.INTEGER, on, since)
        self._show_lamp(name)

    def _show_lamp(self, name: str) -> None:
        """Let a lamp report its state."""
        on = self._states[name]
        self._home.hass.states.async_set(
            _entity_id("light", name),
            "on" if on else "off",
            {"supported_color_modes": ["onoff"]},
        )

    def _tell(
        self,
        kind: Kind,
        name: str,
        data_type: DataType,
        value: float,
        since: float | None = None,
    ) -> None:
        """Tell of a change, just before Home Assistant knows."""
        now = self._home.now()
        self._on_change(
            Change(kind, name, data_type, value, now, now if since is None else since)
        )


def _times(midnight: float, every: float, phase: float) -> Iterator[float]:
    """Return when something is due on a day that comes up at equal intervals."""
    for number in range(round(DAY / every)):
        yield midnight + number * every + phase
