"""Tests of the traits; what they share to describe an entity in a line."""

import reprlib

from homeassistant.core import State

from custom_components.blynk_bridge.traits import find
from custom_components.blynk_bridge.traits.base import Trait


def an(entity_id: str, state: str, /, **attributes: object) -> State:
    """Return the state of an entity."""
    return State(entity_id, state, attributes)


def the(domain: str, key: str) -> Trait:
    """Return a trait that must exist."""
    trait = find(domain, key)
    assert trait is not None, f"{domain} has no trait {key}"
    return trait


def named(case: object) -> str:
    """Name a test's case; a state without its time, so that each run finds the same."""
    if isinstance(case, State):
        return f"{case.entity_id}={case.state}"
    return reprlib.repr(case)
