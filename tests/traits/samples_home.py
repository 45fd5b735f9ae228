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
from homeassistant.components.update.const import UpdateEntityFeature as Update
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
    an("date.vacation", "2026-08-01"),
    an("time.wake_up", "06:45:00"),
    an("datetime.delivery", "2026-10-25T00:30:00+00:00"),
    an(
        "input_datetime.party",
        "2026-03-29 20:15:00",
        has_date=True,
        has_time=True,
        timestamp=1774808100.0,
    ),
    an("input_datetime.birthday", "2026-05-04", has_date=True, has_time=False),
    an("input_datetime.alarm", "07:30:00", has_date=False, has_time=True),
    an("counter.visitors", "6", initial=0, step=2, minimum=1, maximum=99),
    an("counter.endless", "12", initial=0, step=1, editable=True),
    an(
        "timer.eggs",
        "active",
        duration="0:05:00",
        remaining="0:05:00",
        finishes_at="2026-03-29T01:35:00+00:00",
    ),
    an("timer.tea", "idle", duration="0:03:00", editable=True),
    an("text.greeting", "hello", min=0, max=100, mode="text", pattern=None),
    an("input_text.note", "milk", min=0, max=255, mode="text", pattern=None),
)
STARTED: Final = (
    an("button.restart", "2026-03-29T01:30:00+00:00", device_class="restart"),
    an("input_button.bell", "unknown", editable=True),
    an("scene.movie", "2026-03-29T01:30:00+00:00", friendly_name="Movie"),
    an("automation.porch", "on", last_triggered=None, mode="single", current=0),
    an("script.goodnight", "off", last_triggered=None, mode="single", current=0),
)
PLANS: Final = (
    an(
        "calendar.family",
        "on",
        message="Dentist",
        all_day=False,
        start_time="2026-03-30 09:00:00",
        end_time="2026-03-30 09:45:00",
        location="Main Street 5",
        description="",
    ),
    an("calendar.empty", "off"),
    an("schedule.heating", "off", next_event="2026-03-30T04:00:00+00:00"),
    an("todo.shopping", "3", supported_features=15),
    an(
        "event.doorbell",
        "2026-03-29T01:30:00.123+00:00",
        device_class="doorbell",
        event_types=["ring", "long_press"],
        event_type="ring",
    ),
    an("event.never", "unknown", event_types=["ring"], event_type=None),
    an(
        "update.router",
        "on",
        installed_version="1.2.0",
        latest_version="1.3.0",
        supported_features=Update.INSTALL | Update.PROGRESS,
        in_progress=False,
        title="Router",
    ),
)
PLACES: Final = (
    an(
        "person.ada",
        "Work",
        latitude=52.52,
        longitude=13.405,
        gps_accuracy=12,
        source="device_tracker.phone",
    ),
    an("person.bob", "home", device_trackers=["device_tracker.watch"]),
    an(
        "device_tracker.phone",
        "not_home",
        source_type="gps",
        tracking_type="position",
        latitude=-33.86,
        longitude=151.21,
    ),
    an("device_tracker.watch", "home", source_type="router"),
    an(
        "zone.home",
        "2",
        latitude=52.5,
        longitude=13.4,
        radius=100,
        persons=["person.bob", "person.eve"],
    ),
)
SKY: Final = (
    an(
        "sun.sun",
        "above_horizon",
        next_rising="2026-03-30T04:51:12.345678+00:00",
        next_setting="2026-03-29T17:32:40.123456+00:00",
        elevation=32.71,
        azimuth=173.44,
        rising=True,
    ),
    an(
        "weather.home",
        "partlycloudy",
        temperature=11.3,
        apparent_temperature=9.8,
        dew_point=4.1,
        temperature_unit="°C",
        humidity=61,
        cloud_coverage=45,
        uv_index=3.2,
        pressure=1016.2,
        pressure_unit="hPa",
        wind_bearing=248.5,
        wind_speed=14.8,
        wind_gust_speed=31.0,
        wind_speed_unit="km/h",
        visibility=22.5,
        visibility_unit="km",
        precipitation_unit="mm",
        supported_features=3,
    ),
    an(
        "weather.station",
        "rainy",
        temperature=52.0,
        temperature_unit="°F",
        wind_bearing="SW",
    ),
)
SURROUNDINGS: Final = (
    an(
        "air_quality.garden",
        "14",
        unit_of_measurement="µg/m³",
        particulate_matter_10=23,
    ),
    an(
        "geo_location.earthquake",
        "42.5",
        unit_of_measurement="km",
        source="usgs",
        latitude=32.4,
        longitude=-117.3,
    ),
    an("camera.porch", "streaming", supported_features=2),
    an("image_processing.plates", "AB 123", supported_features=0),
)

SAMPLES: Final[tuple[State, ...]] = (
    *READINGS,
    *SWITCHES,
    *COVERS,
    *SECURITY,
    *ROBOTS,
    *INPUTS,
    *STARTED,
    *PLANS,
    *PLACES,
    *SKY,
    *SURROUNDINGS,
)
