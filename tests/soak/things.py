"""The things of the soak's house: what they are at first, how often they change, and to what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import random
from typing import Any, Final

from homeassistant.core import State

type Attributes = Mapping[str, Any]
type Draw = Callable[[random.Random, State], tuple[str, Attributes]]

MINUTE: Final = 60.0
HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity of the house."""

    key: str
    """Its first entity id."""
    state: str
    every: float
    """Mean seconds between two changes; 0 where only the app changes it."""
    draw: Draw
    attributes: Attributes = field(default_factory=dict)
    evening: float = 1.0
    """How many times as often it changes between five and eleven at night."""
    steady: bool = False
    """Changes by the clock, as a meter does, and not when people do something."""

    @property
    def domain(self) -> str:
        """Return the entity's domain."""
        return self.key.partition(".")[0]


def _walk(low: float, high: float, step: float, digits: int) -> Draw:
    """Return a reading that wanders."""

    def draw(dice: random.Random, state: State) -> tuple[str, Attributes]:
        reading = float(state.state) + dice.uniform(-step, step)
        return f"{min(max(reading, low), high):.{digits}f}", state.attributes

    return draw


def _toggle(one: str, other: str) -> Draw:
    """Return a state that is one of two, in turn."""

    def draw(dice: random.Random, state: State) -> tuple[str, Attributes]:
        return (other if state.state == one else one), state.attributes

    return draw


def _choice(*states: str) -> Draw:
    """Return one of some states."""

    def draw(dice: random.Random, state: State) -> tuple[str, Attributes]:
        return dice.choice(states), state.attributes

    return draw


def _light(dice: random.Random, state: State) -> tuple[str, Attributes]:
    """Turn a light off, or on with some brightness and colour."""
    if state.state == "on" and dice.random() < 0.5:
        return "off", state.attributes | {"brightness": None, "rgb_color": None}
    level = dice.randint(1, 255)
    if "rgb" not in state.attributes["supported_color_modes"]:
        return "on", state.attributes | {"brightness": level}
    colour = tuple(dice.randint(0, 255) for _ in range(3))
    return "on", state.attributes | {"brightness": level, "rgb_color": colour}


def _attribute(name: str, low: float, high: float, digits: int) -> Draw:
    """Return the same state with another attribute."""

    def draw(dice: random.Random, state: State) -> tuple[str, Attributes]:
        value = round(dice.uniform(low, high), digits)
        return state.state, state.attributes | {name: value}

    return draw


def _meter(dice: random.Random, state: State) -> tuple[str, Attributes]:
    """Return a count that only grows."""
    return f"{float(state.state) + dice.random() / 100:.3f}", state.attributes


_DIMMABLE: Final = {
    "supported_color_modes": ["brightness"],
    "color_mode": "brightness",
    "brightness": 128,
}
_COLOURED: Final = {
    "supported_color_modes": ["rgb"],
    "color_mode": "rgb",
    "brightness": 128,
    "rgb_color": (127, 255, 127),
}
_CLIMATE: Final = {
    "hvac_modes": ["off", "heat", "auto"],
    "min_temp": 5,
    "max_temp": 30,
    "target_temp_step": 0.5,
    "temperature": 21.0,
    "current_temperature": 20.5,
    "hvac_action": "heating",
    "supported_features": 1,
}

THINGS: Final[tuple[Thing, ...]] = (
    *(
        Thing(
            f"sensor.{name}",
            "500",
            10,
            draw,
            {"unit_of_measurement": unit},
            steady=True,
        )
        for name, unit, draw in (
            ("power", "W", _walk(0, 4000, 300, 0)),
            ("solar", "W", _walk(0, 4000, 200, 0)),
            ("wind", "km/h", _walk(0, 900, 10, 1)),
        )
    ),
    Thing(
        "sensor.energy", "12.5", 10, _meter, {"unit_of_measurement": "kWh"}, steady=True
    ),
    *(
        Thing(
            f"sensor.temperature_{number}",
            "20.0",
            MINUTE,
            _walk(-20, 40, 0.3, 1),
            {"unit_of_measurement": "°C", "device_class": "temperature"},
            steady=True,
        )
        for number in range(6)
    ),
    *(
        Thing(
            f"sensor.humidity_{number}",
            "50",
            MINUTE,
            _walk(0, 100, 2, 0),
            {"unit_of_measurement": "%"},
            steady=True,
        )
        for number in range(2)
    ),
    *(
        Thing(
            f"sensor.battery_{number}",
            "90",
            5 * HOUR,
            _walk(0, 100, 2, 0),
            {"unit_of_measurement": "%", "device_class": "battery"},
        )
        for number in range(2)
    ),
    Thing(
        "sensor.washer",
        "idle",
        HOUR,
        _choice("idle", "washing", "done"),
        {"device_class": "enum", "options": ["idle", "washing", "done"]},
        evening=2,
    ),
    *(
        Thing(
            f"binary_sensor.motion_{number}",
            "off",
            10 * MINUTE,
            _toggle("off", "on"),
            {"device_class": "motion"},
            evening=6,
        )
        for number in range(3)
    ),
    *(
        Thing(
            f"binary_sensor.window_{number}",
            "off",
            3 * HOUR,
            _toggle("off", "on"),
            {"device_class": "window"},
        )
        for number in range(3)
    ),
    Thing("light.hall", "on", HOUR, _light, dict(_DIMMABLE), evening=6),
    Thing("light.kitchen", "on", HOUR, _light, dict(_DIMMABLE), evening=6),
    Thing("light.living", "on", HOUR, _light, dict(_COLOURED), evening=8),
    *(
        Thing(f"switch.plug_{number}", "off", 2 * HOUR, _toggle("off", "on"), {}, 3)
        for number in range(4)
    ),
    *(
        Thing(
            f"cover.blind_{number}",
            "open",
            4 * HOUR,
            _attribute("current_position", 1, 100, 0),
            {"current_position": 40, "supported_features": 15},
        )
        for number in range(2)
    ),
    Thing(
        "cover.garage",
        "closed",
        8 * HOUR,
        _toggle("closed", "open"),
        {"device_class": "garage", "supported_features": 3},
    ),
    Thing("lock.front", "locked", 2 * HOUR, _toggle("locked", "unlocked")),
    Thing("lock.back", "locked", 6 * HOUR, _toggle("locked", "unlocked")),
    Thing(
        "climate.house",
        "heat",
        2 * HOUR,
        _attribute("temperature", 5, 30, 0),
        dict(_CLIMATE),
    ),
    Thing(
        "media_player.radio",
        "playing",
        3 * HOUR,
        _attribute("volume_level", 0, 1, 2),
        {"volume_level": 0.3, "supported_features": 4 | 1 | 16384 | 128 | 256},
        evening=3,
    ),
    Thing(
        "input_number.wish",
        "5",
        6 * HOUR,
        _choice("1", "2", "7"),
        {"min": 0, "max": 10, "step": 1},
    ),
    Thing(
        "input_select.scene",
        "day",
        4 * HOUR,
        _choice("day", "evening", "night"),
        {"options": ["day", "evening", "night"]},
        evening=2,
    ),
    Thing("button.bell", "unknown", 0, _choice("unknown")),
    Thing("sensor.unexposed", "1", 10, _walk(0, 9, 1, 1), steady=True),
)
RENAMED: Final = (
    "sensor.temperature_0",
    "sensor.battery_0",
    "switch.plug_0",
    "binary_sensor.window_0",
)
"""Things that are in the entity registry, and whose entity ids the owner changes."""
