"""What of the demo's home is exposed, and the datastreams its template needs for that."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

CONFIRM_TIMEOUT = 2.0  # s, after which an unconfirmed widget falls back


class Direction(StrEnum):
    """Which way an exposure's values go."""

    PUBLISH = "publish"
    BOTH = "both"
    CONTROL = "control"


@dataclass(frozen=True, slots=True, kw_only=True)
class Datastream:
    """One datastream of the demo's template, as its author would define it in Blynk's console."""

    name: str
    pin: int
    type: str
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    decimals: int | None = None
    labels: tuple[str, ...] | None = None
    control: bool = False
    widget: str | None = None
    confirm_timeout: float | None = None

    def definition(self) -> dict[str, Any]:
        """Return the JSON form the simulator takes."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class DemoExposure:
    """One trait of one entity of config/configuration.yaml, bound to one datastream."""

    entity_id: str
    trait: str
    direction: Direction
    datastream: Datastream
    reports: bool = field(default=True)

    def answers(self) -> dict[str, Any]:
        """Return what to answer to the fields of the datastream subentry flow."""
        return {
            "entity_id": self.entity_id,
            "trait": self.trait,
            "direction": self.direction.value,
            "datastream": self.datastream.name,
            "pin": self.datastream.pin,
            "data_type": self.datastream.type,
        }


EXPOSURES = (
    DemoExposure(
        "sensor.living_room_temperature",
        "value",
        Direction.PUBLISH,
        Datastream(
            name="Temperature",
            pin=0,
            type="double",
            unit="°C",
            min=-20,
            max=50,
            decimals=1,
        ),
    ),
    DemoExposure(
        "sensor.living_room_humidity",
        "value",
        Direction.PUBLISH,
        Datastream(
            name="Humidity", pin=1, type="double", unit="%", min=0, max=100, decimals=1
        ),
    ),
    DemoExposure(
        "sensor.living_room_co2",
        "value",
        Direction.PUBLISH,
        Datastream(name="CO2", pin=2, type="integer", unit="ppm", min=0, max=5000),
    ),
    DemoExposure(
        "sensor.house_power",
        "value",
        Direction.PUBLISH,
        Datastream(name="Power", pin=3, type="integer", unit="W", min=0, max=10000),
    ),
    DemoExposure(
        "binary_sensor.hall_motion",
        "state",
        Direction.PUBLISH,
        Datastream(name="Motion", pin=4, type="integer", min=0, max=1),
    ),
    DemoExposure(
        "light.living_room_lamp",
        "power",
        Direction.BOTH,
        Datastream(
            name="Lamp",
            pin=10,
            type="integer",
            min=0,
            max=1,
            control=True,
            confirm_timeout=CONFIRM_TIMEOUT,
        ),
    ),
    DemoExposure(
        "light.living_room_lamp",
        "brightness",
        Direction.BOTH,
        Datastream(
            name="Lamp brightness",
            pin=11,
            type="integer",
            unit="%",
            min=0,
            max=100,
            control=True,
        ),
    ),
    DemoExposure(
        "switch.coffee_machine",
        "power",
        Direction.BOTH,
        Datastream(
            name="Coffee machine",
            pin=12,
            type="integer",
            min=0,
            max=1,
            control=True,
            confirm_timeout=CONFIRM_TIMEOUT,
        ),
    ),
    DemoExposure(
        "cover.living_room_blind",
        "position",
        Direction.BOTH,
        Datastream(
            name="Blind", pin=13, type="integer", unit="%", min=0, max=100, control=True
        ),
    ),
    DemoExposure(
        "input_number.doorbell_volume",
        "value",
        Direction.BOTH,
        Datastream(
            name="Doorbell volume",
            pin=14,
            type="integer",
            unit="%",
            min=0,
            max=100,
            step=5,
            control=True,
        ),
    ),
    DemoExposure(
        "input_select.house_mode",
        "option",
        Direction.BOTH,
        Datastream(
            name="House mode",
            pin=15,
            type="enum",
            labels=("Home", "Away", "Night", "Guests"),
            control=True,
        ),
    ),
    DemoExposure(
        "input_text.hall_display",
        "value",
        Direction.BOTH,
        Datastream(name="Hall display", pin=16, type="string", control=True),
    ),
    DemoExposure(
        "scene.cosy_evening",
        "activate",
        Direction.BOTH,
        Datastream(
            name="Cosy evening",
            pin=17,
            type="integer",
            min=0,
            max=1,
            control=True,
            widget="button",
        ),
        reports=False,
    ),
    DemoExposure(
        "input_button.doorbell",
        "press",
        Direction.BOTH,
        Datastream(
            name="Doorbell",
            pin=18,
            type="integer",
            min=0,
            max=1,
            control=True,
            widget="button",
        ),
        reports=False,
    ),
)
