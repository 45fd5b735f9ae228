"""Entities of the comfort and media families, as real integrations show them."""

from homeassistant.components.climate.const import ClimateEntityFeature
from homeassistant.components.fan.const import FanEntityFeature
from homeassistant.components.humidifier.const import HumidifierEntityFeature
from homeassistant.components.light.const import LightEntityFeature
from homeassistant.components.media_player.const import MediaPlayerEntityFeature
from homeassistant.components.remote.const import RemoteEntityFeature
from homeassistant.components.siren.const import SirenEntityFeature
from homeassistant.components.water_heater.const import WaterHeaterEntityFeature
from homeassistant.core import State

from . import an

_LIGHTS = (
    an(
        "light.desk_lamp",
        "on",
        supported_color_modes=["brightness"],
        color_mode="brightness",
        brightness=127,
        supported_features=LightEntityFeature.TRANSITION,
        friendly_name="Desk Lamp",
    ),
    an(
        "light.sofa_lamp",
        "on",
        supported_color_modes=["color_temp", "hs"],
        color_mode="hs",
        brightness=180,
        hs_color=(28.327, 64.706),
        rgb_color=(255, 167, 89),
        xy_color=(0.525, 0.388),
        color_temp_kelvin=None,
        min_color_temp_kelvin=2000,
        max_color_temp_kelvin=6535,
        effect=None,
        effect_list=["off", "candle", "fire"],
        supported_features=LightEntityFeature.EFFECT | LightEntityFeature.TRANSITION,
        friendly_name="Sofa Lamp",
    ),
    an(
        "light.reading_lamp",
        "on",
        supported_color_modes=["color_temp", "xy"],
        color_mode="color_temp",
        brightness=255,
        hs_color=(28.327, 64.706),
        rgb_color=(255, 166, 87),
        xy_color=(0.525, 0.388),
        color_temp_kelvin=2703,
        min_color_temp_kelvin=2202,
        max_color_temp_kelvin=6535,
        effect="candle",
        effect_list=["off", "candle", "fire"],
        supported_features=LightEntityFeature.EFFECT,
        friendly_name="Reading Lamp",
    ),
    an(
        "light.led_strip",
        "on",
        supported_color_modes=["rgbw"],
        color_mode="rgbw",
        brightness=3,
        hs_color=(240.0, 50.196),
        rgb_color=(127, 127, 255),
        rgbw_color=(0, 0, 255, 128),
        xy_color=(0.193, 0.154),
        supported_features=0,
        friendly_name="LED Strip",
    ),
    an(
        "light.porch",
        "off",
        supported_color_modes=["color_temp", "rgbww"],
        color_mode=None,
        brightness=None,
        hs_color=None,
        rgb_color=None,
        rgbww_color=None,
        xy_color=None,
        color_temp_kelvin=None,
        min_color_temp_kelvin=2000,
        max_color_temp_kelvin=6500,
        supported_features=0,
        friendly_name="Porch",
    ),
)

_EVERY_FAN_FEATURE = ~FanEntityFeature(0)
_FANS = (
    an(
        "fan.ceiling",
        "on",
        percentage=66,
        percentage_step=100 / 3,
        preset_mode=None,
        preset_modes=["auto", "sleep"],
        oscillating=False,
        direction="forward",
        supported_features=_EVERY_FAN_FEATURE,
        friendly_name="Ceiling Fan",
    ),
    an(
        "fan.purifier",
        "on",
        percentage=None,
        percentage_step=1.0,
        preset_mode="auto",
        preset_modes=["auto", "sleep"],
        oscillating=True,
        direction="reverse",
        supported_features=_EVERY_FAN_FEATURE,
        friendly_name="Air Purifier",
    ),
    an(
        "fan.bathroom",
        "off",
        supported_features=FanEntityFeature.TURN_ON | FanEntityFeature.TURN_OFF,
        friendly_name="Bathroom Fan",
    ),
)

_CLIMATES = (
    an(
        "climate.living_room",
        "heat",
        hvac_modes=["off", "heat", "auto"],
        hvac_action="heating",
        min_temp=5,
        max_temp=30,
        target_temp_step=0.5,
        current_temperature=20.7,
        temperature=21.5,
        preset_mode="none",
        preset_modes=["none", "eco", "away"],
        supported_features=ClimateEntityFeature.TARGET_TEMPERATURE
        | ClimateEntityFeature.PRESET_MODE
        | ClimateEntityFeature.TURN_ON
        | ClimateEntityFeature.TURN_OFF,
        friendly_name="Living Room Thermostat",
    ),
    an(
        "climate.bedroom",
        "heat_cool",
        hvac_modes=["off", "heat", "cool", "heat_cool", "dry", "fan_only"],
        hvac_action="idle",
        min_temp=44.6,
        max_temp=95.0,
        target_temp_step=1,
        current_temperature=71.2,
        current_humidity=45.5,
        temperature=None,
        target_temp_low=68.0,
        target_temp_high=75.0,
        min_humidity=30,
        max_humidity=99,
        humidity=50,
        fan_mode="low",
        fan_modes=["auto", "low", "high"],
        preset_mode="sleep",
        preset_modes=["none", "sleep"],
        swing_mode="vertical",
        swing_modes=["off", "vertical"],
        swing_horizontal_mode="on",
        swing_horizontal_modes=["off", "on"],
        supported_features=~ClimateEntityFeature(0),
        friendly_name="Bedroom Air Conditioner",
    ),
    an(
        "climate.office",
        "cool",
        hvac_modes=["off", "cool"],
        min_temp=16,
        max_temp=30,
        target_temp_step=1,
        current_temperature=None,
        temperature=23,
        supported_features=ClimateEntityFeature.TARGET_TEMPERATURE,
        friendly_name="Office",
    ),
    # Set on its dial, between two steps.
    an(
        "climate.hallway",
        "heat",
        hvac_modes=["heat"],
        min_temp=7,
        max_temp=35,
        target_temp_step=0.5,
        current_temperature=18,
        temperature=18.3,
        supported_features=ClimateEntityFeature.TARGET_TEMPERATURE,
        friendly_name="Hallway",
    ),
)

_HUMIDIFIERS = (
    an(
        "humidifier.nursery",
        "on",
        device_class="humidifier",
        action="humidifying",
        min_humidity=30,
        max_humidity=80,
        target_humidity_step=5,
        humidity=45,
        current_humidity=41.5,
        mode="baby",
        available_modes=["normal", "auto", "baby"],
        supported_features=HumidifierEntityFeature.MODES,
        friendly_name="Nursery Humidifier",
    ),
    an(
        "humidifier.cellar",
        "off",
        device_class="dehumidifier",
        min_humidity=0,
        max_humidity=100,
        humidity=54,
        supported_features=0,
        friendly_name="Cellar Dehumidifier",
    ),
)

_WATER_HEATERS = (
    an(
        "water_heater.boiler",
        "eco",
        min_temp=43.3,
        max_temp=60,
        current_temperature=48.5,
        temperature=55,
        target_temp_high=None,
        target_temp_low=None,
        operation_mode="eco",
        operation_list=["off", "eco", "performance"],
        away_mode="off",
        supported_features=~WaterHeaterEntityFeature(0),
        friendly_name="Boiler",
    ),
)

_MEDIA_PLAYERS = (
    an(
        "media_player.kitchen_radio",
        "playing",
        device_class="speaker",
        volume_level=0.337,
        is_volume_muted=False,
        media_content_type="music",
        media_title="Sinnerman",
        media_artist="Nina Simone",
        media_album_name="Pastel Blues",
        source="Favourites",
        source_list=["Favourites", "Line-in"],
        shuffle=True,
        repeat="all",
        supported_features=~MediaPlayerEntityFeature(0)
        & ~MediaPlayerEntityFeature.TURN_ON
        & ~MediaPlayerEntityFeature.TURN_OFF,
        friendly_name="Kitchen Radio",
    ),
    an(
        "media_player.receiver",
        "on",
        device_class="receiver",
        volume_level=0.5,
        is_volume_muted=True,
        source="TV",
        source_list=["TV", "Phono", "Tuner"],
        sound_mode="Movie",
        sound_mode_list=["Stereo", "Movie"],
        supported_features=MediaPlayerEntityFeature.TURN_ON
        | MediaPlayerEntityFeature.TURN_OFF
        | MediaPlayerEntityFeature.VOLUME_SET
        | MediaPlayerEntityFeature.VOLUME_MUTE
        | MediaPlayerEntityFeature.SELECT_SOURCE
        | MediaPlayerEntityFeature.SELECT_SOUND_MODE,
        friendly_name="Receiver",
    ),
    an(
        "media_player.television",
        "off",
        device_class="tv",
        source_list=["TV", "HDMI 1"],
        supported_features=MediaPlayerEntityFeature.TURN_OFF
        | MediaPlayerEntityFeature.PLAY
        | MediaPlayerEntityFeature.PAUSE
        | MediaPlayerEntityFeature.VOLUME_SET
        | MediaPlayerEntityFeature.SELECT_SOURCE,
        friendly_name="Television",
    ),
)

_SWITCHED = (
    an(
        "remote.living_room",
        "on",
        current_activity="Watch TV",
        activity_list=["Watch TV", "Listen to Music"],
        supported_features=RemoteEntityFeature.ACTIVITY,
        friendly_name="Living Room Remote",
    ),
    an("remote.fan", "off", supported_features=0, friendly_name="Fan Remote"),
    an(
        "siren.garden",
        "off",
        available_tones=["fire", "alarm"],
        supported_features=~SirenEntityFeature(0),
        friendly_name="Garden Siren",
    ),
    an(
        "group.downstairs",
        "on",
        entity_id=["light.desk_lamp", "switch.pump"],
        friendly_name="Downstairs",
    ),
)

SAMPLES: tuple[State, ...] = (
    *_LIGHTS,
    *_FANS,
    *_CLIMATES,
    *_HUMIDIFIERS,
    *_WATER_HEATERS,
    *_MEDIA_PLAYERS,
    *_SWITCHED,
)
