"""A home of sixty exposures, as a free account may have it, with the template for it."""

from collections.abc import Iterable
from typing import Any

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall, callback

from simulator import Simulator
from simulator.datastreams import Datastream, DataType

from .conftest import control, event, exposure

SENSORS = tuple(f"sensor.sensor_{number}" for number in range(18))
LIGHTS = tuple(f"light.light_{number}" for number in range(3))
CLIMATES = ("climate.upstairs", "climate.downstairs")
COVERS = tuple(f"cover.cover_{number}" for number in range(3))
SWITCHES = tuple(f"switch.switch_{number}" for number in range(6))
DOORS = tuple(f"binary_sensor.door_{number}" for number in range(6))
BUTTONS = tuple(f"button.button_{number}" for number in range(4))

_LIGHT = {
    "supported_color_modes": ["hs", "color_temp"],
    "color_mode": "hs",
    "brightness": 128,
    "hs_color": (120, 50),
    "rgb_color": (127, 255, 127),
    "min_color_temp_kelvin": 2000,
    "max_color_temp_kelvin": 6500,
    "color_temp_kelvin": None,
}
_CLIMATE = {
    "hvac_modes": ["off", "heat", "auto"],
    "min_temp": 5,
    "max_temp": 30,
    "target_temp_step": 0.5,
    "temperature": 21,
    "current_temperature": 20.5,
    "hvac_action": "heating",
    "supported_features": 1,
}
STATES: dict[str, tuple[str, dict[str, Any]]] = (
    {
        name: (str(20 + number), {"unit_of_measurement": "°C"})
        for number, name in enumerate(SENSORS)
    }
    | {name: ("off", {"device_class": "window"}) for name in DOORS}
    | {name: ("on", dict(_LIGHT)) for name in LIGHTS}
    | {name: ("heat", dict(_CLIMATE)) for name in CLIMATES}
    | {
        name: ("open", {"current_position": 40, "supported_features": 15})
        for name in COVERS
    }
    | {name: ("off", {}) for name in SWITCHES}
    | {name: ("unknown", {}) for name in BUTTONS}
    | {
        "lock.front": ("locked", {}),
        "media_player.hall": (
            "playing",
            {"volume_level": 0.3, "supported_features": 4 | 1 | 16384 | 128 | 256},
        ),
        "person.ada": ("home", {"latitude": 52.5, "longitude": 13.4}),
    }
)


def _name(entity_id: str, trait: str = "") -> str:
    """Return the datastream's name of an entity's trait."""
    return f"{entity_id.partition('.')[2]} {trait}".strip().replace("_", " ").title()


def _exposed(
    entity_id: str, trait: str, data_type: str, direction: str = "both", **more: Any
) -> ConfigSubentryData:
    """Return an exposure that is called after its entity and its trait."""
    name = _name(entity_id, trait)
    return exposure(entity_id, trait, name, data_type, direction, **more)


def _sensor(number: int) -> dict[str, Any]:
    """Return the options of a sensor: some have properties, some are erased."""
    if number < 4:
        return {"properties": ["label", "suffix"]}
    return {"unavailable": "erase"} if number < 7 else {}


EXPOSURES: tuple[ConfigSubentryData, ...] = (
    *(
        _exposed(name, "value", "double", "publish", **_sensor(number))
        for number, name in enumerate(SENSORS)
    ),
    *(
        _exposed(
            *(name, "state", "integer", "publish"),
            unavailable="disable" if number < 2 else "keep",
        )
        for number, name in enumerate(DOORS)
    ),
    *(
        _exposed(name, trait, data_type, properties=properties)
        for name in LIGHTS
        for trait, data_type, properties in (
            ("power", "integer", ["label"]),
            ("brightness", "integer", ["label", "limits"]),
            ("color", "string", []),
            ("color_temp", "integer", []),
        )
    ),
    *(
        _exposed(name, trait, data_type, direction, unavailable="disable")
        for name in CLIMATES
        for trait, data_type, direction in (
            ("target_temperature", "double", "both"),
            ("current_temperature", "double", "publish"),
            ("mode", "enum", "both"),
        )
    ),
    *(_exposed(name, "position", "integer") for name in COVERS),
    *(
        _exposed(name, "power", "integer", sync_from_blynk=number < 2)
        for number, name in enumerate(SWITCHES)
    ),
    *(_exposed(name, "press", "integer") for name in BUTTONS),
    _exposed("lock.front", "locked", "integer", opted_in=True),
    _exposed("media_player.hall", "volume", "integer"),
    _exposed("media_player.hall", "playing", "integer"),
    _exposed("person.ada", "home", "integer", "publish", opted_in=True),
    _exposed("person.ada", "location", "location", "publish", opted_in=True),
)
assert len(EXPOSURES) == 60

CONTROLS = (
    control("Away", "switch", "integer"),
    control("Wish", "number", "double", minimum=5, maximum=30, step=1, mode="box"),
    control("Note", "text", "string", max_length=20),
)
EVENTS = (event("alarm"), event("leak"))
ALL = (*EXPOSURES, *CONTROLS, *EVENTS)

_TYPES = {
    "integer": DataType.INTEGER,
    "double": DataType.DOUBLE,
    "string": DataType.STRING,
    "enum": DataType.ENUM,
    "location": DataType.LOCATION,
}
_LABELS = ("a", "b", "c")


def define(simulator: Simulator, exposures: Iterable[ConfigSubentryData] = ALL) -> None:
    """Have a datastream for each of these in the template."""
    simulator.cloud.define(
        Datastream(
            name=item["data"]["datastream"],
            pin=100 + pin,
            type=_TYPES[item["data"]["data_type"]],
            min=-50,
            max=10_000,
            labels=_LABELS if item["data"]["data_type"] == "enum" else (),
        )
        for pin, item in enumerate(exposures)
        if "datastream" in item["data"]
    )


def move_in(hass: HomeAssistant) -> None:
    """Have all entities there, switches that switch, and lights that shine."""
    for entity_id, (state, attributes) in STATES.items():
        hass.states.async_set(entity_id, state, attributes)

    @callback
    def switch(call: ServiceCall) -> None:
        for entity_id in [call.data["entity_id"]]:
            hass.states.async_set(entity_id, call.service.removeprefix("turn_"))

    for service in ("turn_on", "turn_off"):
        hass.services.async_register("switch", service, switch)


def move_out(hass: HomeAssistant) -> None:
    """Have all entities unavailable."""
    for entity_id in STATES:
        hass.states.async_set(entity_id, STATE_UNAVAILABLE)
