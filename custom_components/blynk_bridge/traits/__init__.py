"""The traits of Home Assistant's entities, a module a family.

A new family is a module with its own TRAITS, and its name in the tuple below.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from homeassistant.core import State

from . import (
    buttons,
    calendars,
    climate,
    counters,
    covers,
    events,
    fans,
    groups,
    humidifiers,
    inputs,
    lights,
    media,
    places,
    readings,
    remotes,
    security,
    sirens,
    sky,
    surroundings,
    switches,
    times,
    vacuums,
    valves,
    water_heaters,
)
from .base import Trait
from .tolerant import describe

TRAITS: Final[tuple[Trait, ...]] = tuple(
    trait
    for family in (
        readings,
        switches,
        lights,
        fans,
        climate,
        humidifiers,
        water_heaters,
        media,
        remotes,
        sirens,
        groups,
        covers,
        valves,
        security,
        vacuums,
        inputs,
        times,
        counters,
        buttons,
        calendars,
        events,
        places,
        sky,
        surroundings,
    )
    for trait in family.TRAITS
)


def _by_domain() -> Mapping[str, Mapping[str, Trait]]:
    """Return the traits by domain and key, in their families' order."""
    by_domain: defaultdict[str, dict[str, Trait]] = defaultdict(dict)
    for trait in TRAITS:
        for domain in trait.domains:
            by_domain[domain][trait.key] = trait
    return dict(by_domain)


_BY_DOMAIN: Final = _by_domain()

DOMAINS: Final = frozenset(_BY_DOMAIN)
"""The domains whose entities may have a trait."""


def traits_of(state: State) -> tuple[Trait, ...]:
    """Return the traits that an entity offers, the most important one first."""
    return tuple(
        trait
        for trait in _BY_DOMAIN.get(state.domain, {}).values()
        if describe(trait, state) is not None
    )


def find(domain: str, key: str) -> Trait | None:
    """Return the trait of a domain's entities that has this key."""
    return _BY_DOMAIN.get(domain, {}).get(key)
