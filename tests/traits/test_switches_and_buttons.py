"""Switches, buttons, scenes, scripts and automations: on or off, or just started."""

import pytest

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.traits.base import (
    Action,
    Description,
    Limits,
    NotWritable,
)

from . import an, the

WRITABLE = Description(
    data_type=DataType.INTEGER, limits=Limits(0, 1, 1), writable=True
)


@pytest.mark.parametrize(
    ("domain", "key"),
    [
        ("switch", "power"),
        ("input_boolean", "power"),
        ("light", "power"),
        ("script", "run"),
        ("automation", "enabled"),
    ],
)
def test_power_goes_both_ways(domain: str, key: str) -> None:
    trait = the(domain, key)
    on, off = an(f"{domain}.x", "on"), an(f"{domain}.x", "off")
    target = {"entity_id": f"{domain}.x"}
    assert trait.describe(on) == WRITABLE
    assert trait.value(on, DataType.INTEGER) == 1
    assert trait.value(off, DataType.INTEGER) == 0
    assert trait.action(off, 1) == Action(domain, "turn_on", target)
    assert trait.action(on, 0) == Action(domain, "turn_off", target)
    assert trait.action(an(f"{domain}.x", "unknown"), 0) == Action(
        domain, "turn_off", target
    )
    assert trait.urgent
    assert not trait.momentary


@pytest.mark.parametrize(
    ("domain", "key", "service"),
    [
        ("button", "press", "press"),
        ("input_button", "press", "press"),
        ("scene", "activate", "turn_on"),
        ("automation", "trigger", "trigger"),
    ],
)
def test_a_momentary_trait_acts_on_1_and_falls_back_to_0(
    domain: str, key: str, service: str
) -> None:
    trait = the(domain, key)
    state = an(f"{domain}.x", "2026-01-02T03:04:05+00:00")
    assert trait.momentary
    assert trait.describe(state) == WRITABLE
    assert trait.action(state, 1) == Action(
        domain, service, {"entity_id": f"{domain}.x"}
    )
    assert trait.action(state, 0) is None
    assert trait.value(state, DataType.INTEGER) == 0


@pytest.mark.parametrize(
    ("domain", "key"),
    [("button", "press"), ("input_button", "press"), ("scene", "activate")],
)
@pytest.mark.parametrize("value", [2, "", "press", float("nan")])
def test_anything_but_on_does_not_press(
    domain: str, key: str, value: float | str
) -> None:
    with pytest.raises(NotWritable):
        the(domain, key).action(an(f"{domain}.x", "unknown"), value)


def test_a_button_never_pressed_can_be_pressed_an_unavailable_one_can_not() -> None:
    trait = the("button", "press")
    never, away = an("button.x", "unknown"), an("button.x", "unavailable")
    assert trait.value(never, DataType.INTEGER) == 0
    assert trait.action(never, 1) is not None
    assert trait.value(away, DataType.INTEGER) == 0
    with pytest.raises(NotWritable):
        trait.action(away, 1)


def test_a_script_that_runs_is_not_started_again() -> None:
    assert the("script", "run").action(an("script.x", "on"), 1) is None
