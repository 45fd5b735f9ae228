"""What of the soak's house is exposed, and the Blynk template for it."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryData

from custom_components.blynk_bridge.device.values import DataType as BridgeType
from simulator.datastreams import Datastream, DataType

from ..conftest import control, event, exposure


def _name(key: str, trait: str) -> str:
    """Return the datastream's name for a trait of a thing."""
    return f"{key.partition('.')[2]} {trait}".replace("_", " ").title()


def _exposed(
    key: str, trait: str, data_type: str, direction: str = "both", **more: Any
) -> ConfigSubentryData:
    """Return an exposure that is called after its thing and its trait."""
    return exposure(key, trait, _name(key, trait), data_type, direction, **more)


def _reading(key: str, data_type: str = "double", **more: Any) -> ConfigSubentryData:
    """Return an exposure of a sensor."""
    return _exposed(key, "value", data_type, "publish", **more)


EXPOSURES: Final[tuple[ConfigSubentryData, ...]] = (
    _reading("sensor.power"),
    _reading("sensor.solar", min_interval=120),
    _reading("sensor.wind"),
    _reading("sensor.energy", backfill=True),
    _reading("sensor.temperature_0", properties=["label", "suffix"], backfill=True),
    _reading("sensor.temperature_1", unavailable="erase"),
    _reading("sensor.temperature_2", unavailable="disable"),
    _reading("sensor.temperature_3", max_interval=3600),
    _reading("sensor.temperature_4"),
    _reading("sensor.temperature_5", backfill=True),
    _reading("sensor.humidity_0", "integer"),
    _reading("sensor.humidity_1", "integer", unavailable="erase"),
    _reading("sensor.battery_0", "integer", max_interval=4 * 3600, backfill=True),
    _reading("sensor.battery_1", "integer"),
    _exposed("sensor.washer", "option", "enum", "publish", backfill=True),
    *(
        _exposed(
            f"binary_sensor.{kind}_{number}", "state", "integer", "publish", **more
        )
        for kind, number, more in (
            ("motion", 0, {}),
            ("motion", 1, {"unavailable": "erase"}),
            ("motion", 2, {"min_interval": 60}),
            ("window", 0, {"backfill": True}),
            ("window", 1, {"unavailable": "disable"}),
            ("window", 2, {}),
        )
    ),
    *(
        _exposed(key, trait, "integer", properties=["label"])
        for key in ("light.hall", "light.kitchen", "light.living")
        for trait in ("power", "brightness")
    ),
    _exposed("light.living", "color", "string"),
    *(
        _exposed(
            *(f"switch.plug_{number}", "power", "integer"),
            sync_from_blynk=number == 1,
            backfill=number == 0,
        )
        for number in range(4)
    ),
    *(_exposed(f"cover.blind_{number}", "position", "integer") for number in range(2)),
    # Guarded, and not opted in: both directions are asked for, and none may operate.
    _exposed("cover.garage", "open", "integer"),
    _exposed("lock.front", "locked", "integer"),
    _exposed("lock.back", "locked", "integer"),
    _exposed("climate.house", "target_temperature", "double"),
    _exposed("climate.house", "current_temperature", "double", "publish"),
    _exposed("climate.house", "mode", "enum"),
    _exposed("media_player.radio", "volume", "integer"),
    _exposed("input_number.wish", "value", "double"),
    _exposed("input_select.scene", "option", "enum"),
    _exposed("button.bell", "press", "integer"),
    exposure(
        "sensor.temperature_4",
        "template",
        "Warmer Than",
        "double",
        "publish",
        value_template="{{ (states('sensor.temperature_4') | float(0)"
        " - states('sensor.temperature_5') | float(0)) | round(1) }}",
    ),
    exposure(
        "binary_sensor.window_1",
        "template",
        "Airing",
        "string",
        "publish",
        value_template="{{ 'open' if is_state('binary_sensor.window_1', 'on')"
        " or is_state('binary_sensor.window_2', 'on') else 'closed' }}",
    ),
)
BACKFILLED: Final[Mapping[str, tuple[str, str, BridgeType]]] = {
    "Energy Value": ("sensor.energy", "value", BridgeType.DOUBLE),
    "Temperature 0 Value": ("sensor.temperature_0", "value", BridgeType.DOUBLE),
    "Temperature 5 Value": ("sensor.temperature_5", "value", BridgeType.DOUBLE),
    "Battery 0 Value": ("sensor.battery_0", "value", BridgeType.INTEGER),
    "Washer Option": ("sensor.washer", "option", BridgeType.ENUM),
    "Window 0 State": ("binary_sensor.window_0", "state", BridgeType.INTEGER),
    "Plug 0 Power": ("switch.plug_0", "power", BridgeType.INTEGER),
}
"""Datastreams whose history is to have no gap: the thing, the trait and the type.

The owner leaves their exposures alone, but for the names of their entities.
"""
RECORDED: Final = tuple(f"{key}*" for key, _, _ in BACKFILLED.values())
"""What the recorder writes down, by entity id."""
GUARDED: Final = frozenset({"cover.garage", "lock.front", "lock.back"})
CONTROLS: Final = (
    control("Away", "switch", "integer"),
    control("Limit", "number", "double", minimum=0, maximum=30, step=1, mode="box"),
    control("Note", "text", "string", max_length=40),
)
EVENTS: Final = (event("alarm"), event("leak"))
ALL: Final = (*EXPOSURES, *CONTROLS, *EVENTS)

_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "Washer Option": ("idle", "washing", "done"),
    "House Mode": ("off", "heat", "auto"),
    "Scene Option": ("day", "evening", "night"),
}
TEMPLATE: Final = tuple(
    Datastream(
        name=item["data"]["datastream"],
        pin=pin,
        type=DataType(item["data"]["data_type"]),
        min=-1_000_000,
        max=1_000_000,
        labels=_LABELS.get(item["data"]["datastream"]),
    )
    for pin, item in enumerate((*EXPOSURES, *CONTROLS))
)
