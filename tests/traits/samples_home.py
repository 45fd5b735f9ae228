"""Entities as Home Assistant shows them: sensors, covers, locks, inputs, places.

One or more for each trait, which the property tests and docs/traits.md go through.
"""

from typing import Final

from homeassistant.components.alarm_control_panel.const import (
    AlarmControlPanelEntityFeature as Alarm,
)
from homeassistant.components.cover.const import CoverEntityFeature as Cover
from homeassistant.components.lawn_mower.const import LawnMowerEntityFeature as Mower
from homeassistant.components.lock.const import LockEntityFeature as Lock
from homeassistant.components.vacuum.const import VacuumEntityFeature as Vacuum
from homeassistant.components.valve.const import ValveEntityFeature as Valve
from homeassistant.core import State

from . import an

READINGS: Final = (
    an(
        "sensor.cellar_temperature",
        "21.5",
        device_class="temperature",
        state_class="measurement",
        unit_of_measurement="°C",
        friendly_name="Cellar Temperature",
    ),
    an(
        "sensor.pump_runtime",
        "90",
        device_class="duration",
        unit_of_measurement="min",
    ),
    an("sensor.washer", "rinsing", device_class="enum", options=["idle", "rinsing"]),
    an("sensor.last_boot", "2026-03-29T01:30:00+00:00", device_class="timestamp"),
    an("sensor.bin_day", "2026-03-30", device_class="date"),
    an("sensor.warning", "frost expected"),
    an("binary_sensor.hall_window", "off", device_class="window"),
    an("binary_sensor.anybody_there", "on", device_class="presence"),
)
SWITCHES: Final = (
    an("switch.pump", "on", device_class="switch"),
    an("input_boolean.guests", "off", editable=True),
)
COVERS: Final = (
    an(
        "cover.blind",
        "open",
        device_class="blind",
        supported_features=int(~Cover(0)),
        current_position=40,
        current_tilt_position=70,
        is_closed=False,
    ),
    an(
        "cover.awning",
        "closing",
        supported_features=Cover.OPEN | Cover.CLOSE | Cover.STOP,
    ),
    an(
        "cover.garage_door",
        "closed",
        device_class="garage",
        supported_features=Cover.OPEN | Cover.CLOSE | Cover.STOP,
    ),
    an(
        "valve.garden",
        "open",
        device_class="water",
        supported_features=int(~Valve(0)),
        current_position=50,
    ),
    an("valve.gas", "closed", supported_features=Valve.OPEN | Valve.CLOSE),
)
SECURITY: Final = (
    an(
        "lock.front_door",
        "locked",
        supported_features=Lock.OPEN,
        code_format=r"^\d{4}$",
    ),
    an("lock.shed", "jammed", supported_features=Lock(0)),
    an(
        "alarm_control_panel.home",
        "armed_home",
        supported_features=int(~Alarm(0)),
        code_format="number",
        code_arm_required=True,
        changed_by=None,
    ),
    an(
        "alarm_control_panel.shed",
        "triggered",
        supported_features=Alarm.ARM_AWAY,
        code_format=None,
        code_arm_required=False,
    ),
)
ROBOTS: Final = (
    an(
        "vacuum.dusty",
        "cleaning",
        supported_features=int(~Vacuum(0)),
        fan_speed="gentle",
        fan_speed_list=["gentle", "standard", "turbo"],
        battery_level=85,
    ),
    an("vacuum.old", "docked", supported_features=Vacuum.START | Vacuum.RETURN_HOME),
    an("lawn_mower.shaun", "mowing", supported_features=int(~Mower(0))),
    an("lawn_mower.lazy", "error", supported_features=Mower.DOCK),
)
INPUTS: Final = (
    an("number.flow", "2.5", min=0, max=10, step=0.25, unit_of_measurement="L/min"),
    an("input_number.guests", "3", min=0, max=12, step=1, mode="slider"),
    an("select.program", "eco", options=["eco", "intensive"]),
    an("input_select.mood", "calm", options=["calm", "lively"], editable=True),
    an("text.greeting", "hello", min=0, max=100, mode="text", pattern=None),
    an("input_text.note", "milk", min=0, max=255, mode="text", pattern=None),
)
STARTED: Final = (
    an("button.restart", "2026-03-29T01:30:00+00:00", device_class="restart"),
    an("input_button.bell", "unknown", editable=True),
    an("scene.movie", "2026-03-29T01:30:00+00:00", friendly_name="Movie"),
    an("script.goodnight", "off", last_triggered=None, mode="single", current=0),
)

SAMPLES: Final[tuple[State, ...]] = (
    *READINGS,
    *SWITCHES,
    *COVERS,
    *SECURITY,
    *ROBOTS,
    *INPUTS,
    *STARTED,
)
