"""What holds for the sample entities of the comfort and media families."""

from homeassistant.core import State
import pytest

from custom_components.blynk_bridge.device.values import DataType, Value
from custom_components.blynk_bridge.traits import TRAITS, traits_of
from custom_components.blynk_bridge.traits.base import Description, Trait

from .samples_comfort import SAMPLES

DOMAINS = {state.domain for state in SAMPLES}
READ = [(state, trait) for state in SAMPLES for trait in traits_of(state)]


def named(part: object) -> str:
    """Return the name of a case's part."""
    return part.entity_id if isinstance(part, State) else type(part).__name__


def described(state: State, trait: Trait) -> Description:
    """Return the description of a trait that the entity offers."""
    description = trait.describe(state)
    assert description is not None
    return description


def present(state: State, trait: Trait) -> Value | None:
    """Return the trait's value in the type that it suggests."""
    return trait.value(state, described(state, trait).data_type)


def test_every_trait_has_a_sample_that_tells_something() -> None:
    told = {
        trait
        for state, trait in READ
        if trait.value(state, DataType.STRING) is not None
    }
    assert told == {trait for trait in TRAITS if trait.domains & DOMAINS}


@pytest.mark.parametrize(
    ("state", "trait"),
    [case for case in READ if described(*case).writable and present(*case) is not None],
    ids=named,
)
def test_what_is_read_and_written_back_asks_for_what_is_there(
    state: State, trait: Trait
) -> None:
    value = present(state, trait)
    assert value is not None
    action = trait.action(state, value)
    asked = {} if action is None else action.data
    assert action is None or action.service != "turn_off" or state.state == "off"
    there = state.attributes | {
        "entity_id": state.entity_id,
        "hvac_mode": state.state,
        "activity": state.attributes.get("current_activity"),
    }
    if state.domain == "water_heater":
        there |= {"away_mode": state.attributes["away_mode"] == "on"}
    assert {parameter: there.get(parameter) for parameter in asked} == asked


@pytest.mark.parametrize(
    ("state", "trait"),
    [case for case in READ if described(*case).limits and present(*case) is not None],
    ids=named,
)
def test_a_value_is_within_the_limits_that_are_described(
    state: State, trait: Trait
) -> None:
    value, allowed = present(state, trait), described(state, trait).limits
    assert isinstance(value, int | float)
    assert allowed is not None
    assert allowed.clamp(value) == value
