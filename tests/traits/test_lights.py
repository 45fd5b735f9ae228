"""Lights."""

import reprlib

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Wording,
)

from . import an, the

PERCENT = Description(
    data_type=DataType.INTEGER, unit="%", limits=Limits(0, 100, 1), writable=True
)


@pytest.mark.parametrize(
    ("attributes", "dimmable"),
    [
        ({"supported_color_modes": ["brightness"]}, True),
        ({"supported_color_modes": ["color_temp", "hs"]}, True),
        ({"supported_color_modes": ["rgbww"], "brightness": None}, True),
        ({"supported_color_modes": ["onoff"]}, False),
        ({"supported_color_modes": ["onoff"], "brightness": 255}, False),
        ({"supported_color_modes": ["unknown"]}, False),
        ({"supported_color_modes": None}, False),
        ({"supported_color_modes": 7}, False),
        ({"supported_color_modes": "hs"}, False),
        ({"supported_color_modes": [None, {}]}, False),
        ({"brightness": 128}, True),
        ({"brightness": "bright"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_brightness_is_offered_where_a_colour_mode_has_it(
    attributes: dict[str, object], dimmable: bool
) -> None:
    trait = the("light", "brightness")
    lamp = an("light.x", "on", **attributes)
    assert trait.describe(lamp) == (PERCENT if dimmable else None)
    if not dimmable:
        with pytest.raises(NotWritable):
            trait.action(lamp, 50)


@pytest.mark.parametrize(
    ("state", "brightness", "percent"),
    [
        ("on", 255, 100),
        ("on", 128, 50),
        ("on", 3, 1),
        ("on", 1, 1),
        ("on", 0, 1),
        ("on", 999, 100),
        ("on", "64", 25),
        ("on", None, None),
        ("on", "bright", None),
        ("on", [128], None),
        ("on", float("nan"), None),
        ("off", None, 0),
        ("off", 128, 0),
        ("unknown", 128, None),
        ("unavailable", 128, None),
        ("dimmed", 128, None),
    ],
)
def test_brightness_is_told_in_percent_and_0_while_off(
    state: str, brightness: object, percent: int | None
) -> None:
    lamp = an("light.x", state, brightness=brightness)
    trait = the("light", "brightness")
    assert trait.value(lamp, DataType.INTEGER) == percent


LAMP = an("light.x", "on", supported_color_modes=["brightness"], brightness=10)


@pytest.mark.parametrize(
    ("value", "percent"),
    [(1, 1), (50, 50), (50.4, 50), (100, 100), (255, 100), (10**9, 100), ("30", 30)],
)
def test_a_written_percentage_turns_the_light_on(value: Value, percent: int) -> None:
    action = the("light", "brightness").action(LAMP, value)
    assert action == Action(
        "light", "turn_on", {"entity_id": "light.x", "brightness_pct": percent}
    )


@pytest.mark.parametrize("value", [0, 0.0, 0.4, -5, "0"])
def test_0_turns_the_light_off(value: Value) -> None:
    action = the("light", "brightness").action(LAMP, value)
    assert action == Action("light", "turn_off", {"entity_id": "light.x"})


@pytest.mark.parametrize("value", [True, False, float("nan"), float("inf"), "on", ""])
def test_what_is_no_number_is_refused(value: Value) -> None:
    with pytest.raises(NotWritable):
        the("light", "brightness").action(LAMP, value)


@pytest.mark.parametrize("level", [1, 2, 3, 127, 128, 254, 255])
def test_a_percentage_that_the_light_has_keeps_its_exact_brightness(level: int) -> None:
    trait = the("light", "brightness")
    lamp = an("light.x", "on", supported_color_modes=["brightness"], brightness=level)
    percent = trait.value(lamp, DataType.INTEGER)
    assert percent is not None
    assert trait.action(lamp, percent) == Action(
        "light", "turn_on", {"entity_id": "light.x", "brightness": level}
    )


# --- Colour ------------------------------------------------------------------------

COLOURFUL = an(
    "light.x",
    "on",
    supported_color_modes=["color_temp", "hs"],
    color_mode="hs",
    hs_color=(28.3, 64.7),
    rgb_color=(255, 167, 90),
)


@pytest.mark.parametrize(
    ("modes", "offered"),
    [
        (["hs"], True),
        (["xy"], True),
        (["rgb"], True),
        (["rgbw", "color_temp"], True),
        (["rgbww"], True),
        (["color_temp", "white"], False),
        (["brightness"], False),
        ("hs", False),
        (None, False),
    ],
    ids=str,
)
def test_colour_is_offered_where_a_colour_mode_has_it(
    modes: object, offered: bool
) -> None:
    trait = the("light", "color")
    lamp = an("light.x", "unavailable", supported_color_modes=modes)
    described = Description(data_type=DataType.STRING, writable=True)
    assert trait.describe(lamp) == (described if offered else None)
    if not offered:
        with pytest.raises(NotWritable):
            trait.action(an("light.x", "on", supported_color_modes=modes), "1,2,3")


@pytest.mark.parametrize(
    ("state", "rgb", "value"),
    [
        ("on", (255, 128, 0), "255\x00128\x000"),
        ("on", [255, 128, 0], "255\x00128\x000"),
        ("on", (254.6, -3, 999), "255\x000\x00255"),
        ("on", (255, 128), None),
        ("on", (255, 128, 0, 7), None),
        ("on", (255, None, 0), None),
        ("on", (255, float("nan"), 0), None),
        ("on", "255,128,0", None),
        ("on", None, None),
        ("off", None, None),
        ("off", (255, 128, 0), None),
        ("unknown", (255, 128, 0), None),
        ("unavailable", (255, 128, 0), None),
    ],
    ids=str,
)
def test_a_colour_is_three_numbers_joined_by_nul_and_none_while_off(
    state: str, rgb: object, value: str | None
) -> None:
    lamp = an("light.x", state, rgb_color=rgb)
    assert the("light", "color").value(lamp, DataType.STRING) == value


@pytest.mark.parametrize(
    ("written", "rgb"),
    [
        ("1\x002\x003", (1, 2, 3)),
        ("1,2,3", (1, 2, 3)),
        (" 1, 2, 3", (1, 2, 3)),
        ("1.4\x002.6\x00-3", (1, 3, 0)),
        ("999\x000\x000", (255, 0, 0)),
        ("1\x002\x003\x004\x005", (1, 2, 3)),
        ("1,2,3,fast,5", (1, 2, 3)),
        ("#0A0b0C", (10, 11, 12)),
    ],
    ids=reprlib.repr,
)
def test_a_written_colour_turns_the_light_on(
    written: str, rgb: tuple[int, int, int]
) -> None:
    assert the("light", "color").action(COLOURFUL, written) == Action(
        "light", "turn_on", {"entity_id": "light.x", "rgb_color": rgb}
    )


@pytest.mark.parametrize("written", ["0\x000\x000", "0,0,0", "#000000", "0,-1,0.2"])
def test_black_turns_the_light_off(written: str) -> None:
    for lamp in (COLOURFUL, an("light.x", "off", supported_color_modes=["hs"])):
        assert the("light", "color").action(lamp, written) == Action(
            "light", "turn_off", {"entity_id": "light.x"}
        )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "red",
        "1,2",
        "1\x002",
        "1,2,",
        "#12345",
        "#12345g",
        "1,nan,3",
        5,
        True,
        1.5,
        "," * 100_000,
        "9" * 100_000,
    ],
    ids=reprlib.repr,
)
def test_what_is_no_colour_is_refused(written: Value) -> None:
    with pytest.raises(NotWritable):
        the("light", "color").action(COLOURFUL, written)


@pytest.mark.parametrize(
    ("mode", "exact"),
    [
        ("hs", {"hs_color": (28.3, 64.7)}),
        ("xy", {"xy_color": (0.5, 0.4)}),
        ("rgb", {"rgb_color": (255, 167, 90)}),
        ("rgbw", {"rgbw_color": (255, 0, 0, 90)}),
        ("rgbww", {"rgbww_color": (255, 0, 0, 90, 90)}),
        ("color_temp", {"color_temp_kelvin": 2700}),
    ],
)
def test_the_colour_that_the_light_has_leaves_it_in_its_mode(
    mode: str, exact: dict[str, object]
) -> None:
    attributes = {"rgb_color": (255, 167, 90), **exact}
    lamp = an(
        "light.x",
        "on",
        supported_color_modes=[mode, "hs"],
        color_mode=mode,
        **attributes,
    )
    assert the("light", "color").action(lamp, "255\x00167\x0090") == Action(
        "light", "turn_on", {"entity_id": "light.x", **exact}
    )


@pytest.mark.parametrize("mode", [None, "hs", [], "disco"], ids=str)
def test_a_light_that_does_not_tell_its_colour_exactly_is_told_what_it_shows(
    mode: object,
) -> None:
    lamp = an(
        "light.x",
        "on",
        supported_color_modes=["hs"],
        color_mode=mode,
        rgb_color=(1, 2, 3),
    )
    action = the("light", "color").action(lamp, "1,2,3")
    assert action is not None
    assert action.data["rgb_color"] == (1, 2, 3)


# --- Colour temperature ------------------------------------------------------------


@pytest.mark.parametrize(
    ("attributes", "limits"),
    [
        (
            {"min_color_temp_kelvin": 2202, "max_color_temp_kelvin": 6535},
            Limits(2202, 6535, 1),
        ),
        (
            {"min_color_temp_kelvin": 2202.6, "max_color_temp_kelvin": 6535.1},
            Limits(2202, 6536, 1),
        ),
        ({}, Limits(2000, 6535, 1)),
        ({"min_color_temp_kelvin": 2202}, Limits(2000, 6535, 1)),
        (
            {"min_color_temp_kelvin": 6535, "max_color_temp_kelvin": 2202},
            Limits(2000, 6535, 1),
        ),
        (
            {"min_color_temp_kelvin": "warm", "max_color_temp_kelvin": []},
            Limits(2000, 6535, 1),
        ),
    ],
    ids=str,
)
def test_a_colour_temperature_is_in_kelvin(
    attributes: dict[str, object], limits: Limits
) -> None:
    lamp = an(
        "light.x", "unavailable", supported_color_modes=["color_temp"], **attributes
    )
    assert the("light", "color_temp").describe(lamp) == Description(
        data_type=DataType.INTEGER, unit="K", limits=limits, writable=True
    )


def test_a_light_in_colour_has_no_colour_temperature() -> None:
    trait = the("light", "color_temp")
    assert trait.value(COLOURFUL, DataType.INTEGER) is None
    white = an("light.x", "on", color_temp_kelvin=2703.4)
    assert trait.value(white, DataType.INTEGER) == 2703
    assert trait.describe(an("light.x", "on", supported_color_modes=["hs"])) is None


@pytest.mark.parametrize(
    ("written", "kelvin"), [(3000, 3000), ("2700.4", 2700), (1, 2000), (9000, 6535)]
)
def test_a_written_colour_temperature_turns_the_light_on(
    written: Value, kelvin: int
) -> None:
    action = the("light", "color_temp").action(COLOURFUL, written)
    assert action == Action(
        "light", "turn_on", {"entity_id": "light.x", "color_temp_kelvin": kelvin}
    )


def test_a_light_without_white_takes_no_colour_temperature() -> None:
    with pytest.raises(NotWritable):
        the("light", "color_temp").action(
            an("light.x", "on", supported_color_modes=["hs"]), 3000
        )


# --- Effects -----------------------------------------------------------------------


def test_an_effect_is_one_of_the_lights() -> None:
    trait = the("light", "effect")
    lamp = an(
        "light.x",
        "on",
        effect="fire",
        effect_list=["off", "fire"],
        supported_features=4,
    )
    assert trait.describe(lamp) == Description(
        data_type=DataType.ENUM,
        options=("off", "fire"),
        wording=Wording("effect"),
        writable=True,
    )
    assert trait.value(lamp, DataType.ENUM) == 1
    assert trait.value(lamp, DataType.STRING) == "fire"
    assert trait.action(lamp, 0) == Action(
        "light", "turn_on", {"entity_id": "light.x", "effect": "off"}
    )


@pytest.mark.parametrize(
    ("features", "effects"), [(0, ["fire"]), (4, None), (4, []), (None, ["fire"])]
)
def test_a_light_without_effects_offers_none(features: object, effects: object) -> None:
    lamp = an("light.x", "on", supported_features=features, effect_list=effects)
    assert the("light", "effect").describe(lamp) is None
    with pytest.raises(NotWritable):
        the("light", "effect").action(lamp, 0)
