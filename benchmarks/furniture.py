"""The things of a benchmark's house, and the datastreams that they are exposed as."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import State

from custom_components.blynk_bridge import traits
from custom_components.blynk_bridge.proposal import PIN_MAX
from simulator.datastreams import Datastream, DataType


@dataclass(frozen=True, slots=True)
class Kind:
    """What things of one kind are like."""

    domain: str
    state: str
    attributes: Mapping[str, Any]


# Mostly readings, as in most houses.
_KINDS: Final = (
    Kind(
        "sensor",
        "21.5",
        {
            "state_class": "measurement",
            "unit_of_measurement": "°C",
            "device_class": "temperature",
        },
    ),
    Kind("binary_sensor", "off", {"device_class": "window"}),
    Kind(
        "sensor",
        "48",
        {
            "state_class": "measurement",
            "unit_of_measurement": "%",
            "device_class": "humidity",
        },
    ),
    Kind(
        "light",
        "on",
        {
            "supported_color_modes": ["brightness"],
            "color_mode": "brightness",
            "brightness": 128,
            "supported_features": 0,
        },
    ),
    Kind("sensor", "1207", {"unit_of_measurement": "W", "device_class": "power"}),
    Kind("switch", "off", {"device_class": "outlet"}),
)
_SWITCHED: Final = ("off", "on")


def thing(room: int, number: int) -> State:
    """Return what a thing in one of the house's rooms shows."""
    kind = _KINDS[number % len(_KINDS)]
    name = f"Room {room} thing {number}"
    return State(
        f"{kind.domain}.room_{room}_thing_{number}",
        kind.state,
        {**kind.attributes, "friendly_name": name},
    )


def turned(shown: State, turn: float) -> str:
    """Return a thing's state in a turn, which is not that of the next one."""
    if shown.state in _SWITCHED:
        return _SWITCHED[int(turn) % 2]
    return str(turn)


def datastream(number: int) -> Datastream:
    """Return the datastream for the thing of this number in each room.

    There are no more pins than Blynk has; MQTT goes by names.
    """
    shown = thing(0, number)
    description = traits.traits_of(shown)[0].describe(shown)
    if description is None:
        raise RuntimeError(f"{shown.entity_id} has nothing to expose")
    return Datastream(
        name=f"Thing {number}",
        pin=1 + number % PIN_MAX,
        type=DataType(description.data_type.value),
    )
