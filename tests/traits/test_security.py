"""Locks and alarm panels."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    NotWritable,
    on_off,
)

from . import an, the

LOCK = an("lock.x", "unlocked", supported_features=1)
PANEL = an("alarm_control_panel.x", "disarmed", supported_features=63)


@pytest.mark.parametrize(
    ("raw", "locked"),
    [
        ("locked", 1),
        ("unlocked", 0),
        ("locking", 0),
        ("unlocking", 0),
        ("opening", 0),
        ("open", 0),
        ("jammed", 0),
        ("unknown", None),
        ("unavailable", None),
        ("bolted", None),
    ],
)
def test_a_lock_is_locked_only_for_good(raw: str, locked: int | None) -> None:
    assert the("lock", "locked").value(an("lock.x", raw), DataType.INTEGER) == locked


def test_a_lock_tells_what_it_is_doing() -> None:
    trait = the("lock", "state")
    assert trait.describe(LOCK) == Description(
        data_type=DataType.ENUM,
        options=(
            "jammed",
            "opening",
            "locking",
            "open",
            "unlocking",
            "locked",
            "unlocked",
        ),
    )
    assert trait.value(an("lock.x", "jammed"), DataType.INTEGER) == 0
    assert trait.value(an("lock.x", "bolted"), DataType.INTEGER) is None


@pytest.mark.parametrize(
    ("key", "written", "service"),
    [
        ("locked", 1, "lock"),
        ("locked", 0, "unlock"),
        ("latch", 1, "open"),
    ],
)
def test_a_lock_is_operated_and_guarded(key: str, written: int, service: str) -> None:
    trait = the("lock", key)
    assert trait.describe(LOCK) == on_off(writable=True, guarded=True)
    assert trait.action(LOCK, written) == Action(
        "lock", service, {"entity_id": "lock.x"}
    )


@pytest.mark.parametrize(
    ("domain", "key"),
    [
        ("lock", "locked"),
        ("lock", "latch"),
        ("alarm_control_panel", "mode"),
        ("alarm_control_panel", "trigger"),
    ],
)
@pytest.mark.parametrize(
    ("attributes", "takes_code"),
    [
        ({"code_format": r"^\d{4}$"}, True),
        ({"code_format": "number"}, True),
        ({"code_format": None}, False),
        ({"code_format": 4}, False),
        ({}, False),
    ],
    ids=str,
)
def test_a_code_may_be_given_where_there_is_a_format_for_it(
    domain: str, key: str, attributes: dict[str, object], takes_code: bool
) -> None:
    state = an(f"{domain}.x", "locked", supported_features=63, **attributes)
    description = the(domain, key).describe(state)
    assert description is not None
    assert description.takes_code is takes_code
    assert description.guarded


def test_a_panel_that_wants_a_code_to_be_armed_may_be_given_one() -> None:
    panel = an("alarm_control_panel.x", "disarmed", code_arm_required=True)
    description = the("alarm_control_panel", "mode").describe(panel)
    assert description is not None
    assert description.takes_code


def test_the_latch_of_a_lock_without_one_is_not_opened() -> None:
    assert [trait.key for trait in traits_of(an("lock.x", "locked"))] == [
        "locked",
        "state",
    ]


@pytest.mark.parametrize(
    ("features", "modes"),
    [
        (0, ["disarmed"]),
        (2, ["disarmed", "armed_away"]),
        (
            63,
            [
                "disarmed",
                "armed_home",
                "armed_away",
                "armed_night",
                "armed_vacation",
                "armed_custom_bypass",
            ],
        ),
        (None, ["disarmed"]),
        ("63", ["disarmed"]),
    ],
)
def test_a_panel_has_the_modes_that_it_supports(
    features: object, modes: list[str]
) -> None:
    panel = an("alarm_control_panel.x", "disarmed", supported_features=features)
    assert the("alarm_control_panel", "mode").describe(panel) == Description(
        data_type=DataType.ENUM, options=tuple(modes), writable=True, guarded=True
    )


@pytest.mark.parametrize(
    ("written", "service"),
    [
        (0, "alarm_disarm"),
        (1, "alarm_arm_home"),
        (2, "alarm_arm_away"),
        (3, "alarm_arm_night"),
        (4, "alarm_arm_vacation"),
        (5, "alarm_arm_custom_bypass"),
        ("armed_away", "alarm_arm_away"),
    ],
)
def test_a_panel_is_armed_and_disarmed(written: Value, service: str) -> None:
    assert the("alarm_control_panel", "mode").action(PANEL, written) == Action(
        "alarm_control_panel", service, {"entity_id": "alarm_control_panel.x"}
    )


@pytest.mark.parametrize("written", [6, -1, True, "", "triggered"])
def test_a_panel_has_no_other_mode(written: Value) -> None:
    with pytest.raises(NotWritable):
        the("alarm_control_panel", "mode").action(PANEL, written)


@pytest.mark.parametrize(
    ("raw", "mode", "doing"),
    [
        ("disarmed", 0, 0),
        ("armed_away", 2, 2),
        ("pending", None, 6),
        ("arming", None, 7),
        ("triggered", None, 9),
        ("unknown", None, None),
        ("asleep", None, None),
    ],
)
def test_a_panel_tells_its_mode_and_what_it_is_doing(
    raw: str, mode: int | None, doing: int | None
) -> None:
    panel = an("alarm_control_panel.x", raw, supported_features=63)
    assert the("alarm_control_panel", "mode").value(panel, DataType.ENUM) == mode
    assert the("alarm_control_panel", "state").value(panel, DataType.ENUM) == doing


def test_an_alarm_is_set_off() -> None:
    trait = the("alarm_control_panel", "trigger")
    assert trait.momentary
    assert trait.action(PANEL, 1) == Action(
        "alarm_control_panel", "alarm_trigger", {"entity_id": "alarm_control_panel.x"}
    )
    assert trait.action(PANEL, 0) is None
    assert trait.describe(an("alarm_control_panel.x", "disarmed")) is None
