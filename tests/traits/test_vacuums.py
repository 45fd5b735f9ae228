"""Vacuum cleaners and lawn mowers."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    OWN_WORDING,
    Action,
    Description,
    Limits,
    NotWritable,
    Wording,
    on_off,
)

from . import an, the

VACUUM = an(
    "vacuum.x",
    "cleaning",
    supported_features=32767,
    fan_speed="turbo",
    fan_speed_list=["gentle", "turbo"],
)
MOWER = an("lawn_mower.x", "docked", supported_features=15)


@pytest.mark.parametrize(
    ("domain", "raw", "command", "doing"),
    [
        ("vacuum", "cleaning", "start", 0),
        ("vacuum", "docked", "dock", 1),
        ("vacuum", "idle", "stop", 2),
        ("vacuum", "paused", "pause", 3),
        ("vacuum", "returning", "dock", 4),
        ("vacuum", "error", None, 5),
        ("vacuum", "lost", None, None),
        ("lawn_mower", "error", None, 0),
        ("lawn_mower", "paused", "pause", 1),
        ("lawn_mower", "mowing", "start", 2),
        ("lawn_mower", "docked", "dock", 3),
        ("lawn_mower", "returning", "dock", 4),
        ("lawn_mower", "idle", "stop", 5),
        ("lawn_mower", "unknown", None, None),
    ],
)
def test_a_robot_tells_what_it_is_doing_and_why(
    domain: str, raw: str, command: str | None, doing: int | None
) -> None:
    robot = an(f"{domain}.x", raw, supported_features=32767)
    assert the(domain, "command").value(robot, DataType.STRING) == command
    assert the(domain, "state").value(robot, DataType.ENUM) == doing


@pytest.mark.parametrize(
    ("domain", "written", "service"),
    [
        ("vacuum", 0, "start"),
        ("vacuum", 1, "pause"),
        ("vacuum", 2, "stop"),
        ("vacuum", 3, "return_to_base"),
        ("lawn_mower", 0, "start_mowing"),
        ("lawn_mower", 1, "pause"),
        ("lawn_mower", 2, "stop"),
        ("lawn_mower", 3, "dock"),
    ],
)
def test_a_robot_is_commanded(domain: str, written: int, service: str) -> None:
    robot = an(f"{domain}.x", "idle", supported_features=32767)
    trait = the(domain, "command")
    assert trait.describe(robot) == Description(
        data_type=DataType.ENUM,
        options=("start", "pause", "stop", "dock"),
        wording=OWN_WORDING,
        writable=True,
    )
    assert trait.action(robot, written) == Action(
        domain, service, {"entity_id": f"{domain}.x"}
    )


def test_a_robot_takes_only_the_commands_that_it_supports() -> None:
    mower = an("lawn_mower.x", "docked", supported_features=5)
    trait = the("lawn_mower", "command")
    assert trait.options(mower) == ("start", "dock")
    assert trait.value(mower, DataType.INTEGER) == 1
    assert (
        trait.value(an("lawn_mower.x", "paused", supported_features=5), DataType.ENUM)
        is None
    )
    with pytest.raises(NotWritable):
        trait.action(mower, "pause")
    assert trait.describe(an("lawn_mower.x", "docked")) is None


@pytest.mark.parametrize("written", [4, -1, True, "", "mow the neighbour's"])
@pytest.mark.parametrize("state", [VACUUM, MOWER], ids=["vacuum", "mower"])
def test_there_is_no_fifth_command(state: object, written: Value) -> None:
    robot = VACUUM if state is VACUUM else MOWER
    with pytest.raises(NotWritable):
        the(robot.domain, "command").action(robot, written)


def test_suction_is_an_enumeration() -> None:
    trait = the("vacuum", "fan_speed")
    assert trait.describe(VACUUM) == Description(
        data_type=DataType.ENUM,
        options=("gentle", "turbo"),
        wording=Wording("fan_speed"),
        writable=True,
    )
    assert trait.value(VACUUM, DataType.ENUM) == 1
    assert trait.action(VACUUM, 0) == Action(
        "vacuum", "set_fan_speed", {"entity_id": "vacuum.x", "fan_speed": "gentle"}
    )
    with pytest.raises(NotWritable):
        trait.action(VACUUM, "hurricane")


@pytest.mark.parametrize(
    "attributes",
    [
        {"supported_features": 32},
        {"supported_features": 32, "fan_speed_list": []},
        {"supported_features": 8192, "fan_speed_list": ["gentle"]},
    ],
    ids=str,
)
def test_without_speeds_there_is_no_suction(attributes: dict[str, object]) -> None:
    vacuum = an("vacuum.x", "docked", fan_speed="gentle", **attributes)
    assert the("vacuum", "fan_speed").describe(vacuum) is None
    with pytest.raises(NotWritable):
        the("vacuum", "fan_speed").action(vacuum, 0)


@pytest.mark.parametrize(
    ("level", "told"), [(85, 85), ("85", 85), (None, None), ("full", None)]
)
def test_a_battery_is_told_where_there_is_one(level: object, told: int | None) -> None:
    vacuum = an("vacuum.x", "docked", battery_level=level)
    trait = the("vacuum", "battery")
    assert trait.value(vacuum, DataType.INTEGER) == told
    assert trait.describe(vacuum) == (
        None
        if told is None
        else Description(data_type=DataType.INTEGER, unit="%", limits=Limits(0, 100, 1))
    )
    assert not trait.urgent


@pytest.mark.parametrize("key", ["locate", "clean_spot"])
def test_a_vacuum_is_asked_for_something(key: str) -> None:
    trait = the("vacuum", key)
    assert trait.momentary
    assert trait.describe(VACUUM) == on_off(writable=True)
    assert trait.action(VACUUM, 1) == Action("vacuum", key, {"entity_id": "vacuum.x"})
    assert trait.action(VACUUM, 0) is None
    assert trait.describe(an("vacuum.x", "docked")) is None


def test_the_state_comes_first() -> None:
    assert traits_of(VACUUM)[0].key == "state"
    assert traits_of(MOWER)[0].key == "state"
