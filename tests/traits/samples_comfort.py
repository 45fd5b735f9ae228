"""Entities of the comfort and media families, as real integrations show them."""

from homeassistant.components.fan.const import FanEntityFeature
from homeassistant.components.light.const import LightEntityFeature
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

SAMPLES: tuple[State, ...] = (*_LIGHTS, *_FANS)
