"""Any entity's attribute."""

from datetime import UTC, datetime

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import TRAITS
from custom_components.blynk_bridge.traits.anything import ATTRIBUTE_KEY, Attribute
from custom_components.blynk_bridge.traits.base import Description, NotWritable, on_off

from . import an

STRING = Description(data_type=DataType.STRING)
DOUBLE = Description(data_type=DataType.DOUBLE)
LOOP: list[object] = []
LOOP.append(LOOP)
DEEP: list[object] = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("raw", "description", "value"),
    [
        (21.5, DOUBLE, 21.5),
        (3, DOUBLE, 3.0),
        (True, on_off(), 1),
        (False, on_off(), 0),
        ("eco", STRING, "eco"),
        ("", STRING, ""),
        ("x" * 999, STRING, "x" * 255),
        (["a", 1, None], STRING, '["a",1,null]'),
        ((1, 2), STRING, "[1,2]"),
        ({"näme": "ü", "on": True}, STRING, '{"näme":"ü","on":true}'),
        ({("a", 1): 2}, STRING, "{}"),
        ([1] * 999, STRING, str([1] * 999).replace(" ", "")[:255]),
        (
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            STRING,
            "2026-03-29 01:30:00",
        ),
        (frozenset({1}), STRING, "frozenset({1})"),
        (None, None, None),
        (float("nan"), None, None),
        (float("inf"), None, None),
        (LOOP, None, None),
        (DEEP, None, None),
    ],
    ids=lambda case: str(type(case).__name__),
)
def test_an_attribute_is_told_as_what_it_is(
    raw: object, description: Description | None, value: Value | None
) -> None:
    trait = Attribute("it")
    state = an("climate.x", "heat", it=raw)
    assert trait.describe(state) == description
    data_type = description.data_type if description else DataType.STRING
    assert trait.value(state, data_type) == value


def test_an_attribute_that_is_not_there_is_not_offered() -> None:
    assert Attribute("it").describe(an("climate.x", "heat", other=1)) is None
    assert Attribute("it").value(an("climate.x", "heat"), DataType.DOUBLE) is None


def test_an_attribute_is_never_written() -> None:
    with pytest.raises(NotWritable):
        Attribute("it").action(an("climate.x", "heat", it=1), 2)


def test_an_attribute_is_known_by_its_name_and_belongs_to_no_domain() -> None:
    assert Attribute("it") == Attribute("it") != Attribute("other")
    assert len({Attribute("it"), Attribute("it")}) == 1
    assert Attribute("it").key == ATTRIBUTE_KEY
    assert ATTRIBUTE_KEY not in {trait.key for trait in TRAITS}


@pytest.mark.parametrize(
    ("entity_id", "name"),
    [
        ("person.anna", "source"),
        ("device_tracker.phone", "battery_level"),
        ("zone.home", "persons"),
        ("sensor.phone_geocoded_location", "Location"),
        ("vacuum.x", "latitude"),
        ("lock.x", "changed_by"),
        ("camera.x", "access_token"),
        ("image.x", "entity_picture"),
    ],
)
def test_what_tells_of_people_or_gives_access_is_private(
    entity_id: str, name: str
) -> None:
    """Whatever the integration that tells it."""
    description = Attribute(name).describe(an(entity_id, "on", **{name: "told"}))
    assert description is not None
    assert description.private
