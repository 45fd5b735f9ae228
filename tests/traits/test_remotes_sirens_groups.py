"""Remote controls, sirens, and groups of what is switched."""

from dataclasses import replace

import pytest

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    Limits,
    NotWritable,
    Wording,
)

from . import an, the

SHOWN = Description(data_type=DataType.INTEGER, limits=Limits(0, 1, 1))
SWITCHED = Description(
    data_type=DataType.INTEGER, limits=Limits(0, 1, 1), writable=True
)


@pytest.mark.parametrize(
    ("domain", "attributes", "service_domain"),
    [
        ("remote", {}, "remote"),
        ("siren", {"supported_features": 3}, "siren"),
        ("group", {"entity_id": ["light.a", "light.b"]}, "homeassistant"),
    ],
)
def test_power_goes_both_ways(
    domain: str, attributes: dict[str, object], service_domain: str
) -> None:
    trait = the(domain, "power")
    on, off, away, unknown = (
        an(f"{domain}.x", state, **attributes)
        for state in ("on", "off", "unavailable", "unknown")
    )
    target = {"entity_id": f"{domain}.x"}
    for state in (on, off, away, unknown):
        assert trait.describe(state) == SWITCHED
    assert trait.value(on, DataType.INTEGER) == 1
    assert trait.value(off, DataType.INTEGER) == 0
    assert trait.action(off, 1) == Action(service_domain, "turn_on", target)
    assert trait.action(on, 0) == Action(service_domain, "turn_off", target)
    assert trait.action(unknown, 1) == Action(service_domain, "turn_on", target)
    assert trait.action(on, 1) is None


# --- Remote controls -----------------------------------------------------------------


def test_an_activity_goes_both_ways() -> None:
    trait = the("remote", "activity")
    remote = an(
        "remote.x",
        "on",
        current_activity="Music",
        activity_list=["Television", "Music"],
        supported_features=4,
    )
    assert trait.describe(remote) == Description(
        data_type=DataType.ENUM,
        options=("Television", "Music"),
        wording=Wording("current_activity"),
        writable=True,
    )
    assert trait.value(remote, DataType.ENUM) == 1
    assert trait.action(remote, 0) == Action(
        "remote", "turn_on", {"entity_id": "remote.x", "activity": "Television"}
    )


@pytest.mark.parametrize(
    ("features", "activities"), [(0, ["Music"]), (4, None), (4, []), (4, "Music")]
)
def test_a_remote_control_without_activities_offers_none(
    features: int, activities: object
) -> None:
    remote = an("remote.x", "on", activity_list=activities, supported_features=features)
    assert the("remote", "activity").describe(remote) is None
    with pytest.raises(NotWritable):
        the("remote", "activity").action(remote, 0)


# --- Sirens --------------------------------------------------------------------------


def test_a_siren_that_can_not_be_turned_off_is_not() -> None:
    trait = the("siren", "power")
    siren = an("siren.x", "off", supported_features=1)
    assert trait.describe(siren) == SWITCHED
    assert trait.action(siren, 1) is not None
    with pytest.raises(NotWritable):
        trait.action(siren, 0)
    assert trait.describe(an("siren.x", "off", supported_features=4)) is None


# --- Groups --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "members", "description"),
    [
        ("on", ["light.a"], SWITCHED),
        ("off", ("light.a", "binary_sensor.b"), SWITCHED),
        ("on", ["group.a"], SWITCHED),
        ("on", ["binary_sensor.a"], SHOWN),
        ("off", ["lock.a", "cover.b"], SHOWN),
        ("on", [], SHOWN),
        ("on", None, SHOWN),
        ("on", "light.a", SHOWN),
        ("on", [None, 5, {}], SHOWN),
        ("unavailable", ["light.a"], SWITCHED),
        ("unknown", ["switch.a"], SWITCHED),
        ("unavailable", ["person.a"], None),
        ("unavailable", None, None),
        ("on", ["light.a", "person.b"], replace(SWITCHED, private=True)),
        ("off", ["device_tracker.a", "binary_sensor.b"], replace(SHOWN, private=True)),
        ("home", ["person.a"], None),
        ("not_home", ["person.a", "light.b"], None),
        ("locked", ["lock.a"], None),
        ("open", ["cover.a"], None),
    ],
    ids=str,
)
def test_a_group_of_what_is_on_or_off_is_shown_and_switched_if_it_can_be(
    state: str, members: object, description: Description | None
) -> None:
    trait = the("group", "power")
    group = an("group.x", state, entity_id=members)
    assert trait.describe(group) == description
    if description is None or not description.writable:
        for written in (0, 1):
            with pytest.raises(NotWritable):
                trait.action(group, written)
