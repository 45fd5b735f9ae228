"""Persons, their devices and the zones they are in."""

from homeassistant.core import State
import pytest

from custom_components.blynk_bridge.device.values import DataType, Location, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import NotWritable

from . import an, named, the

ADA = an("person.ada", "Work", latitude=52.52, longitude=13.405)
PHONE = an("device_tracker.phone", "home", latitude=1, longitude=2)
ZONE = an("zone.home", "2", latitude=52.5, longitude=13.4)


@pytest.mark.parametrize("state", [ADA, PHONE, ZONE], ids=named)
def test_where_people_are_is_private_and_not_operated(state: State) -> None:
    assert traits_of(state)
    for trait in traits_of(state):
        description = trait.describe(state)
        assert description is not None
        assert description.private
        with pytest.raises(NotWritable):
            trait.action(state, 1)


@pytest.mark.parametrize("domain", ["person", "device_tracker"])
@pytest.mark.parametrize(
    ("raw", "home", "place"),
    [
        ("home", 1, "home"),
        ("not_home", 0, "not_home"),
        ("Work", 0, "Work"),
        ("unknown", None, None),
        ("unavailable", None, None),
    ],
)
def test_somebody_is_at_home_or_somewhere_else(
    domain: str, raw: str, home: int | None, place: str | None
) -> None:
    state = an(f"{domain}.x", raw)
    assert the(domain, "home").value(state, DataType.INTEGER) == home
    assert the(domain, "place").value(state, DataType.STRING) == place


@pytest.mark.parametrize(
    ("attributes", "place"),
    [
        ({"longitude": 13.405, "latitude": 52.52}, Location(13.405, 52.52)),
        ({"longitude": "13.4", "latitude": 52}, Location(13.4, 52.0)),
        ({"longitude": 13.405, "latitude": 91}, None),
        ({"longitude": 181, "latitude": 52.52}, None),
        ({"longitude": float("nan"), "latitude": 52.52}, None),
        ({"longitude": None, "latitude": None}, None),
        ({"latitude": 52.52}, None),
        ({}, None),
    ],
    ids=named,
)
def test_a_location_is_told_longitude_first(
    attributes: dict[str, object], place: Value | None
) -> None:
    person = an("person.x", "home", **attributes)
    assert the("person", "location").value(person, DataType.LOCATION) == place


def test_a_location_is_offered_where_there_is_or_will_be_one() -> None:
    known = an("device_tracker.x", "home", latitude=1, longitude=2)
    promised = an("device_tracker.x", "unavailable", tracking_type="position")
    never = an("device_tracker.x", "home", tracking_type="connection")
    trait = the("device_tracker", "location")
    assert trait.describe(known) == trait.describe(promised) is not None
    assert trait.describe(never) is None


def test_a_zone_tells_how_many_are_in_it() -> None:
    assert the("zone", "persons").value(ZONE, DataType.INTEGER) == 2


@pytest.mark.parametrize(
    ("device_class", "private"),
    [("presence", True), ("occupancy", False), ("motion", False), (None, False)],
)
def test_a_sensor_of_who_is_at_home_is_private(
    device_class: str | None, private: bool
) -> None:
    sensor = an("binary_sensor.x", "on", device_class=device_class)
    description = the("binary_sensor", "state").describe(sensor)
    assert description is not None
    assert description.private is private
