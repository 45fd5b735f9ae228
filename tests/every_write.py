"""What a widget writes to each trait, what is done, and what is confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One write: what goes down, which action it becomes, and what comes back."""

    entity_id: str
    trait: str
    written: float | str
    action: str
    data: Mapping[str, Any] = field(default_factory=dict)
    confirmed: float | str
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further data of the exposure."""
    before: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """Actions that bring the entity where the write makes sense."""

    @property
    def domain(self) -> str:
        """Return the entity's domain."""
        return self.entity_id.partition(".")[0]

    def __str__(self) -> str:
        """Name the test."""
        return f"{self.entity_id}-{self.trait}-{self.written!r}"


def _write(
    entity_id: str,
    trait: str,
    written: float | str,
    action: str,
    confirmed: float | str,
    *,
    options: Mapping[str, Any] | None = None,
    before: tuple[tuple[str, Mapping[str, Any]], ...] = (),
    **data: Any,
) -> Write:
    """Return a row of the table."""
    return Write(
        entity_id=entity_id,
        trait=trait,
        written=written,
        action=action,
        data=data,
        confirmed=confirmed,
        options=options or {},
        before=before,
    )


_CODE: Final = {"code": "1234"}

WRITES: Final = (
    _write(
        "alarm_control_panel.security",
        "mode",
        2,
        "alarm_control_panel.alarm_arm_away",
        2,
        options=_CODE,
        code="1234",
    ),
    _write(
        "alarm_control_panel.security",
        "mode",
        0,
        "alarm_control_panel.alarm_disarm",
        0,
        options=_CODE,
        code="1234",
        before=(("alarm_control_panel.alarm_arm_home", _CODE),),
    ),
    _write(
        "alarm_control_panel.security",
        "trigger",
        1,
        "alarm_control_panel.alarm_trigger",
        0,
        options=_CODE,
        code="1234",
    ),
    _write("automation.welcome", "enabled", 0, "automation.turn_off", 0),
    _write("automation.welcome", "trigger", 1, "automation.trigger", 0),
    _write("button.push", "press", 1, "button.press", 0),
    _write(
        "climate.hvac",
        "target_temperature",
        23.5,
        "climate.set_temperature",
        23.5,
        temperature=23.5,
    ),
    _write("climate.hvac", "mode", 1, "climate.set_hvac_mode", 1, hvac_mode="heat"),
    _write("climate.hvac", "power", 0, "climate.turn_off", 0),
    _write("climate.hvac", "fan_mode", 0, "climate.set_fan_mode", 0, fan_mode="on_low"),
    _write(
        "climate.hvac", "swing_mode", 0, "climate.set_swing_mode", 0, swing_mode="auto"
    ),
    _write(
        "climate.hvac",
        "swing_horizontal_mode",
        1,
        "climate.set_swing_horizontal_mode",
        1,
        swing_horizontal_mode="rangefull",
    ),
    _write(
        "climate.hvac", "target_humidity", 50, "climate.set_humidity", 50, humidity=50
    ),
    _write(
        "climate.ecobee",
        "target_low",
        19,
        "climate.set_temperature",
        19,
        target_temp_low=19.0,
        target_temp_high=24.0,
    ),
    _write(
        "climate.ecobee",
        "target_high",
        26.5,
        "climate.set_temperature",
        26.5,
        target_temp_low=21.0,
        target_temp_high=26.5,
    ),
    _write(
        "climate.ecobee", "preset", 2, "climate.set_preset_mode", 2, preset_mode="away"
    ),
    _write("counter.visitors", "count", 7, "counter.set_value", 7, value=7),
    _write(
        "cover.hall_window", "position", 20, "cover.set_cover_position", 20, position=20
    ),
    # It takes its time: as long as it is not closed it is open.
    _write("cover.living_room_window", "open", 0, "cover.close_cover", 1),
    _write("cover.garage_door", "open", 1, "cover.open_cover", 1),
    _write("cover.kitchen_window", "movement", 0, "cover.open_cover", 1),
    _write(
        "cover.living_room_window",
        "tilt",
        60,
        "cover.set_cover_tilt_position",
        60,
        tilt_position=60,
    ),
    _write("cover.living_room_window", "tilt_open", 0, "cover.close_cover_tilt", 1),
    _write(
        "date.date",
        "value",
        "2026-12-24",
        "date.set_value",
        "2026-12-24",
        date="2026-12-24",
    ),
    _write(
        "datetime.date_and_time",
        "value",
        "2026-12-24 18:30",
        "datetime.set_value",
        "2026-12-24 18:30:00",
        datetime="2026-12-24 18:30:00",
    ),
    _write("fan.percentage_full_fan", "power", 1, "fan.turn_on", 1),
    _write(
        "fan.percentage_full_fan", "speed", 67, "fan.set_percentage", 66, percentage=66
    ),
    _write(
        "fan.percentage_full_fan",
        "speed",
        0,
        "fan.set_percentage",
        0,
        percentage=0,
        before=(("fan.turn_on", {}),),
    ),
    _write(
        "fan.percentage_full_fan",
        "oscillation",
        1,
        "fan.oscillate",
        1,
        oscillating=True,
    ),
    _write(
        "fan.percentage_full_fan",
        "direction",
        1,
        "fan.set_direction",
        1,
        direction="reverse",
    ),
    _write(
        "fan.preset_only_limited_fan",
        "preset",
        2,
        "fan.set_preset_mode",
        2,
        preset_mode="sleep",
    ),
    _write("group.lamps", "power", 1, "homeassistant.turn_on", 1),
    _write("humidifier.humidifier", "power", 0, "humidifier.turn_off", 0),
    _write(
        "humidifier.humidifier",
        "target_humidity",
        42,
        "humidifier.set_humidity",
        40,
        humidity=40,
    ),
    _write("humidifier.hygrostat", "mode", 1, "humidifier.set_mode", 1, mode="eco"),
    _write("input_boolean.lamp", "power", 1, "input_boolean.turn_on", 1),
    _write(
        "input_boolean.lamp",
        "power",
        0,
        "input_boolean.turn_off",
        0,
        before=(("input_boolean.turn_on", {}),),
    ),
    _write("input_button.bell", "press", 1, "input_button.press", 0),
    _write(
        "input_datetime.alarm",
        "value",
        "07:15",
        "input_datetime.set_datetime",
        "07:15:00",
        time="07:15:00",
    ),
    _write(
        "input_datetime.alarm",
        "value",
        "27000\0\0UTC",
        "input_datetime.set_datetime",
        "07:30:00",
        time="07:30:00",
    ),
    _write(
        "input_datetime.holiday",
        "value",
        "2027-01-06",
        "input_datetime.set_datetime",
        "2027-01-06",
        date="2027-01-06",
    ),
    _write(
        "input_datetime.party",
        "value",
        "2027-01-06T21:00",
        "input_datetime.set_datetime",
        "2027-01-06 21:00:00",
        datetime="2027-01-06 21:00:00",
    ),
    _write("input_number.level", "value", 33, "input_number.set_value", 35, value=35.0),
    _write(
        "input_number.fine", "value", 0.31, "input_number.set_value", 0.3, value=0.3
    ),
    _write(
        "input_select.mode", "option", 1, "input_select.select_option", 1, option="Away"
    ),
    _write(
        "input_text.message",
        "value",
        "Good night",
        "input_text.set_value",
        "Good night",
        value="Good night",
    ),
    _write("lawn_mower.mower_can_do_all", "command", 0, "lawn_mower.start_mowing", 0),
    _write("lawn_mower.mower_can_dock", "command", 1, "lawn_mower.dock", 1),
    _write("light.bed_light", "power", 1, "light.turn_on", 1),
    _write("light.ceiling_lights", "power", 0, "light.turn_off", 0),
    _write("light.bed_light", "brightness", 40, "light.turn_on", 40, brightness_pct=40),
    _write("light.ceiling_lights", "brightness", 0, "light.turn_off", 0),
    _write(
        "light.ceiling_lights",
        "color",
        "0\0" + "0\0" + "255",
        "light.turn_on",
        "0\0" + "0\0" + "255",
        rgb_color=(0, 0, 255),
    ),
    _write(
        "light.ceiling_lights",
        "color",
        "#00ff00",
        "light.turn_on",
        "0\0" + "255\0" + "0",
        rgb_color=(0, 255, 0),
    ),
    _write(
        "light.ceiling_lights",
        "color_temp",
        4000,
        "light.turn_on",
        4000,
        color_temp_kelvin=4000,
    ),
    _write("light.bed_light", "effect", 0, "light.turn_on", 0, effect="rainbow"),
    _write("lock.kitchen_door", "locked", 1, "lock.lock", 1),
    _write("lock.front_door", "locked", 0, "lock.unlock", 0),
    _write("lock.openable_lock", "latch", 1, "lock.open", 0),
    _write("media_player.walkman", "power", 0, "media_player.turn_off", 0),
    _write("media_player.walkman", "playing", 0, "media_player.media_pause", 0),
    _write(
        "media_player.walkman",
        "music_player",
        "stop",
        "media_player.media_pause",
        "stop",
    ),
    _write(
        "media_player.walkman",
        "volume",
        35,
        "media_player.volume_set",
        35,
        volume_level=0.35,
    ),
    _write(
        "media_player.walkman",
        "mute",
        1,
        "media_player.volume_mute",
        1,
        is_volume_muted=True,
    ),
    _write("media_player.walkman", "next", 1, "media_player.media_next_track", 0),
    _write(
        "media_player.walkman", "previous", 1, "media_player.media_previous_track", 0
    ),
    _write(
        "media_player.walkman",
        "sound_mode",
        1,
        "media_player.select_sound_mode",
        1,
        sound_mode="Movie",
    ),
    _write(
        "media_player.walkman",
        "shuffle",
        1,
        "media_player.shuffle_set",
        1,
        shuffle=True,
    ),
    _write(
        "media_player.walkman", "repeat", 2, "media_player.repeat_set", 2, repeat="all"
    ),
    _write(
        "media_player.lounge_room",
        "source",
        1,
        "media_player.select_source",
        1,
        source="youtube",
    ),
    _write("number.volume", "value", 17, "number.set_value", 17, value=17.0),
    _write("number.pwm_1", "value", 0.5, "number.set_value", 0.5, value=0.5),
    _write("remote.remote_one", "power", 1, "remote.turn_on", 1),
    _write("scene.cosy", "activate", 1, "scene.turn_on", 0),
    _write("script.wait", "run", 1, "script.turn_on", 1),
    _write(
        "select.speed", "option", 0, "select.select_option", 0, option="light_speed"
    ),
    _write("siren.siren", "power", 0, "siren.turn_off", 0),
    _write("switch.ac", "power", 1, "switch.turn_on", 1),
    _write("text.text", "value", "Hi", "text.set_value", "Hi", value="Hi"),
    _write(
        "time.time", "value", "23:05", "time.set_value", "23:05:00", time="23:05:00"
    ),
    _write("timer.egg", "command", 0, "timer.start", 0),
    _write("update.demo_add_on", "install", 1, "update.install", 0),
    _write("vacuum.demo_vacuum_0_ground_floor", "command", 0, "vacuum.start", 0),
    _write(
        "vacuum.demo_vacuum_0_ground_floor",
        "fan_speed",
        3,
        "vacuum.set_fan_speed",
        3,
        fan_speed="max",
    ),
    _write("vacuum.demo_vacuum_0_ground_floor", "locate", 1, "vacuum.locate", 0),
    _write(
        "vacuum.demo_vacuum_0_ground_floor", "clean_spot", 1, "vacuum.clean_spot", 0
    ),
    _write(
        "valve.back_garden", "position", 80, "valve.set_valve_position", 80, position=80
    ),
    _write("valve.front_garden", "open", 0, "valve.close_valve", 0),
    _write("valve.back_garden", "movement", 2, "valve.close_valve", 2),
    _write(
        "water_heater.demo_water_heater_celsius",
        "target_temperature",
        50,
        "water_heater.set_temperature",
        50,
        temperature=50.0,
    ),
    _write(
        "water_heater.demo_water_heater_celsius",
        "mode",
        1,
        "water_heater.set_operation_mode",
        1,
        operation_mode="electric",
    ),
    _write(
        "water_heater.demo_water_heater_celsius",
        "away_mode",
        0,
        "water_heater.set_away_mode",
        0,
        away_mode=False,
    ),
    _write(
        "water_heater.demo_water_heater_celsius", "power", 0, "water_heater.turn_off", 0
    ),
)
