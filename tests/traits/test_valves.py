"""Valves."""

import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import traits_of
from custom_components.blynk_bridge.traits.base import (
    OWN_WORDING,
    Action,
    Description,
    Limits,
    NotWritable,
    on_off,
)

from . import an, the

VALVE = an("valve.x", "opening", supported_features=15, current_position=30)


def test_whatever_operates_a_valve_is_guarded() -> None:
    assert [trait.describe(VALVE) for trait in traits_of(VALVE)] == [
        Description(
            data_type=DataType.INTEGER,
            unit="%",
            limits=Limits(0, 100, 1),
            writable=True,
            guarded=True,
        ),
        on_off(writable=True, guarded=True),
        Description(
            data_type=DataType.ENUM,
            options=("open", "stop", "close"),
            wording=OWN_WORDING,
            writable=True,
            guarded=True,
        ),
    ]


@pytest.mark.parametrize(
    ("key", "written", "service", "data"),
    [
        ("position", 55, "set_valve_position", {"position": 55}),
        ("open", 0, "close_valve", {}),
        ("movement", 0, "open_valve", {}),
        ("movement", 1, "stop_valve", {}),
        ("movement", 2, "close_valve", {}),
    ],
)
def test_a_valve_is_operated(
    key: str, written: Value, service: str, data: dict[str, object]
) -> None:
    assert the("valve", key).action(VALVE, written) == Action(
        "valve", service, {"entity_id": "valve.x", **data}
    )


@pytest.mark.parametrize(
    ("raw", "is_open", "movement"),
    [
        ("opening", 1, 0),
        ("open", 1, 1),
        ("closing", 1, 2),
        ("closed", 0, 1),
        ("unknown", None, None),
        ("stuck", None, None),
    ],
)
def test_a_valve_is_open_until_it_is_closed(
    raw: str, is_open: int | None, movement: int | None
) -> None:
    valve = an("valve.x", raw, supported_features=15)
    assert the("valve", "open").value(valve, DataType.INTEGER) == is_open
    assert the("valve", "movement").value(valve, DataType.ENUM) == movement


def test_a_valve_that_only_reports_is_not_operated() -> None:
    valve = an("valve.x", "open", supported_features=0, current_position=30)
    assert [trait.key for trait in traits_of(valve)] == ["position", "open"]
    for trait in traits_of(valve):
        with pytest.raises(NotWritable):
            trait.action(valve, 1)
