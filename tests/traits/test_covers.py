"""Covers."""

from homeassistant.components.cover.const import CoverDeviceClass, CoverEntityFeature
import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    OWN_WORDING,
    Action,
    Description,
    Limits,
    NotWritable,
)

from . import an, the

OPEN, CLOSE, STOP, SET = (
    CoverEntityFeature.OPEN,
    CoverEntityFeature.CLOSE,
    CoverEntityFeature.STOP,
    CoverEntityFeature.SET_POSITION,
)
BLIND = an("cover.x", "open", supported_features=OPEN | CLOSE | STOP | SET)


@pytest.mark.parametrize(
    ("raw", "is_open", "movement"),
    [
        ("open", 1, "stop"),
        ("opening", 1, "open"),
        ("closing", 1, "close"),
        ("closed", 0, "stop"),
        ("unknown", None, None),
        ("unavailable", None, None),
        ("ajar", None, None),
    ],
)
def test_a_cover_is_open_until_it_is_closed(
    raw: str, is_open: int | None, movement: str | None
) -> None:
    cover = an("cover.x", raw, supported_features=15)
    assert the("cover", "open").value(cover, DataType.INTEGER) == is_open
    assert the("cover", "movement").value(cover, DataType.STRING) == movement


@pytest.mark.parametrize(
    ("position", "told"),
    [
        (0, 0),
        (37, 37),
        (37.6, 38),
        ("100", 100),
        (130, 100),
        (-1, 0),
        (None, None),
        ("half", None),
        ({}, None),
        (True, None),
    ],
    ids=str,
)
def test_a_position_is_told_in_percent(position: object, told: int | None) -> None:
    cover = an("cover.x", "open", current_position=position)
    assert the("cover", "position").value(cover, DataType.INTEGER) == told


@pytest.mark.parametrize(
    ("features", "position", "writable"),
    [
        (SET, None, True),
        (SET, 50, True),
        (OPEN | CLOSE, 50, False),
        (None, 50, False),
        ("15", 50, False),
        (OPEN | CLOSE, None, None),
        (0, "half", None),
    ],
)
def test_a_position_is_offered_where_it_is_known_or_can_be_set(
    features: object, position: object, writable: bool | None
) -> None:
    trait = the("cover", "position")
    cover = an(
        "cover.x", "open", supported_features=features, current_position=position
    )
    assert trait.describe(cover) == (
        None
        if writable is None
        else Description(
            data_type=DataType.INTEGER,
            unit="%",
            limits=Limits(0, 100, 1),
            writable=writable,
        )
    )
    if not writable:
        with pytest.raises(NotWritable):
            trait.action(cover, 50)


@pytest.mark.parametrize(
    ("written", "position"),
    [(0, 0), (42, 42), (41.7, 42), (400, 100), (-3, 0), ("25", 25)],
)
def test_a_written_position_moves_the_cover(written: Value, position: int) -> None:
    assert the("cover", "position").action(BLIND, written) == Action(
        "cover",
        "set_cover_position",
        {"entity_id": "cover.x", "position": position},
    )


@pytest.mark.parametrize("written", [True, float("nan"), "open", ""])
def test_what_is_no_number_is_no_position(written: Value) -> None:
    with pytest.raises(NotWritable):
        the("cover", "position").action(BLIND, written)


@pytest.mark.parametrize("domain", ["cover", "valve"])
@pytest.mark.parametrize(
    ("raw", "written", "service"),
    [
        ("closed", 1, "open"),
        ("closed", 0, "close"),
        ("closing", 1, "open"),
        ("closing", 0, "close"),
        ("opening", 0, "close"),
        ("open", 0, "close"),
        ("unknown", 1, "open"),
    ],
)
def test_a_cover_is_opened_and_closed(
    domain: str, raw: str, written: int, service: str
) -> None:
    state = an(f"{domain}.x", raw, supported_features=3)
    assert the(domain, "open").action(state, written) == Action(
        domain, f"{service}_{domain}", {"entity_id": f"{domain}.x"}
    )


@pytest.mark.parametrize("raw", ["open", "opening"])
def test_what_is_open_is_not_opened_further(raw: str) -> None:
    half = an("cover.x", raw, supported_features=15, current_position=40)
    guess = an("cover.x", raw, supported_features=15, assumed_state=True)
    assert the("cover", "open").action(half, 1) is None
    assert the("cover", "open").action(guess, 1) is not None


@pytest.mark.parametrize("features", [OPEN, CLOSE, SET, STOP, 0, None, "3", [3]])
def test_a_cover_that_does_not_do_both_is_read_only(features: object) -> None:
    cover = an("cover.x", "open", supported_features=features)
    trait = the("cover", "open")
    description = trait.describe(cover)
    assert description is not None
    assert not description.writable
    for written in (0, 1):
        with pytest.raises(NotWritable):
            trait.action(cover, written)


@pytest.mark.parametrize(
    ("written", "service"),
    [
        (0, "open_cover"),
        (1, "stop_cover"),
        (2, "close_cover"),
        ("stop", "stop_cover"),
    ],
)
def test_three_buttons_move_and_stop_a_cover(written: Value, service: str) -> None:
    trait = the("cover", "movement")
    assert trait.describe(BLIND) == Description(
        data_type=DataType.ENUM,
        options=("open", "stop", "close"),
        wording=OWN_WORDING,
        writable=True,
    )
    assert trait.action(BLIND, written) == Action(
        "cover", service, {"entity_id": "cover.x"}
    )


@pytest.mark.parametrize("written", [3, -1, True, "", "halt", 0.5])
def test_there_is_no_fourth_button(written: Value) -> None:
    with pytest.raises(NotWritable):
        the("cover", "movement").action(BLIND, written)


def test_a_cover_that_can_not_stop_has_no_movement() -> None:
    cover = an("cover.x", "open", supported_features=OPEN | CLOSE | SET)
    trait = the("cover", "movement")
    assert trait.describe(cover) is None
    with pytest.raises(NotWritable):
        trait.action(cover, "open")


@pytest.mark.parametrize(
    ("device_class", "guarded"),
    [
        *(
            (device_class, device_class in {"door", "garage", "gate", "window"})
            for device_class in CoverDeviceClass
        ),
        (None, False),
        ("drawbridge", False),
        (["garage"], False),
    ],
)
def test_what_one_can_come_in_by_is_guarded(
    device_class: object, guarded: bool
) -> None:
    cover = an("cover.x", "closed", supported_features=255, device_class=device_class)
    descriptions = [trait.describe(cover) for trait in traits_of(cover)]
    assert len(descriptions) == 5
    assert all(d is not None and d.guarded is guarded for d in descriptions)


@pytest.mark.parametrize(
    ("device_class", "guarded"), [(None, True), ("garage", True), ("blind", False)]
)
def test_a_group_that_does_not_say_what_it_opens_is_guarded(
    device_class: str | None, guarded: bool
) -> None:
    """Its blinds may have a garage door among them."""
    group = an(
        "cover.x",
        "closed",
        supported_features=255,
        entity_id=["cover.a", "cover.b"],
        device_class=device_class,
    )
    descriptions = [trait.describe(group) for trait in traits_of(group)]
    assert len(descriptions) == 5
    assert all(d is not None and d.guarded is guarded for d in descriptions)


def test_a_cover_with_an_assumed_state_is_told_as_it_says() -> None:
    cover = an("cover.x", "closed", supported_features=11, assumed_state=True)
    assert the("cover", "open").value(cover, DataType.INTEGER) == 0
    assert the("cover", "open").action(cover, 0) is not None


TILTING = an(
    "cover.x",
    "open",
    device_class="blind",
    supported_features=255,
    current_tilt_position=40,
)


def test_slats_are_turned() -> None:
    trait = the("cover", "tilt")
    assert trait.describe(TILTING) == Description(
        data_type=DataType.INTEGER, unit="%", limits=Limits(0, 100, 1), writable=True
    )
    assert trait.value(TILTING, DataType.INTEGER) == 40
    assert trait.action(TILTING, 70.4) == Action(
        "cover",
        "set_cover_tilt_position",
        {"entity_id": "cover.x", "tilt_position": 70},
    )


@pytest.mark.parametrize(
    ("position", "told"), [(0, 0), (1, 1), (100, 1), (None, None), ("half", None)]
)
def test_slats_are_open_however_little(position: object, told: int | None) -> None:
    cover = an("cover.x", "closed", current_tilt_position=position)
    assert the("cover", "tilt_open").value(cover, DataType.INTEGER) == told


@pytest.mark.parametrize(
    ("position", "written", "service"),
    [
        (0, 1, "open_cover_tilt"),
        (None, 1, "open_cover_tilt"),
        (0, 0, "close_cover_tilt"),
        (40, 0, "close_cover_tilt"),
    ],
)
def test_slats_are_opened_and_closed(
    position: object, written: int, service: str
) -> None:
    cover = an(
        "cover.x", "open", supported_features=255, current_tilt_position=position
    )
    assert the("cover", "tilt_open").action(cover, written) == Action(
        "cover", service, {"entity_id": "cover.x"}
    )


def test_slats_that_are_open_are_not_opened_further() -> None:
    assert the("cover", "tilt_open").action(TILTING, 1) is None


def test_a_cover_without_slats_does_not_tilt() -> None:
    for key in ("tilt", "tilt_open"):
        assert the("cover", key).describe(BLIND) is None
        with pytest.raises(NotWritable):
            the("cover", key).action(BLIND, 1)
