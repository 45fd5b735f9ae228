"""What exposing many at once comes to, before any of it is done."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, State, callback

from . import traits
from .choosing import Choice, Chosen, Omission, choose
from .const import (
    CONF_DIRECTION,
    CONF_OPTED_IN,
    CONF_PLAN_SIZE,
    CONF_SELECTION,
    SUBENTRY_CONTROL,
    SUBENTRY_DATASTREAM,
)
from .exposure import Direction
from .exposure_data import datastreams, pins
from .naming import Names, base_name, entity_name, wordings
from .proposal import entity_state, exposed_traits, exposure_data, free_pins
from .texts import option_text
from .traits import tolerant
from .traits.base import Description, Trait

CONF_INCLUDE_PRIVATE: Final = "include_private"
CONF_SCOPE: Final = "scope"


class Scope(StrEnum):
    """How much of each entity is exposed."""

    MAIN = "main"
    ALL = "all"


class PlanSize(StrEnum):
    """Blynk's plans, as far as they limit a template's datastreams."""

    FREE = "free"
    PRO = "pro"


# Source: Blynk docs, blynk.console/limits.
LIMITS: Final[Mapping[PlanSize, int]] = {PlanSize.FREE: 50, PlanSize.PRO: 200}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for."""

    choice: Choice
    scope: Scope = Scope.MAIN
    plan_size: PlanSize = PlanSize.FREE
    shown_only: bool = False
    include_private: bool = False

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Self:
        """Return the wish that a form's or a subentry's fields hold.

        Raises TypeError or ValueError for those of another version.
        """
        return cls(
            Choice.from_fields(fields),
            Scope(fields.get(CONF_SCOPE, Scope.MAIN)),
            PlanSize(fields.get(CONF_PLAN_SIZE, PlanSize.FREE)),
            fields.get(CONF_DIRECTION) == Direction.PUBLISH,
            fields.get(CONF_INCLUDE_PRIVATE) is True,
        )

    @property
    def limit(self) -> int:
        """Return how many datastreams the template may have."""
        return LIMITS[self.plan_size]


@dataclass(frozen=True, slots=True)
class Planned:
    """One exposure to come."""

    state: State
    trait: Trait
    description: Description
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Omitted:
    """One thing that is chosen and not exposed."""

    name: str
    omission: Omission


@dataclass(frozen=True, slots=True)
class Draft:
    """The exposures to come, what is left out, and the room in the template."""

    planned: tuple[Planned, ...]
    omitted: tuple[Omitted, ...]
    used: int
    limit: int

    @property
    def data(self) -> list[Mapping[str, Any]]:
        """Return the data of the exposures to come."""
        return [planned.data for planned in self.planned]


EMPTY: Final = Draft((), (), 0, 0)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A trait that may be exposed."""

    state: State
    trait: Trait
    description: Description
    main: bool

    @property
    def pair(self) -> tuple[str, str]:
        """Return the entity and the trait."""
        return self.state.entity_id, self.trait.key


@callback
def draft(
    hass: HomeAssistant,
    wish: Wish,
    subentries: Iterable[ConfigSubentry],
    selection: str | None = None,
    deleted: Collection[tuple[str, str]] = (),
) -> Draft:
    """Return what the wish comes to beside the subentries there are.

    What comes with an area or the like belongs to the selection, if there is one
    that is followed. Its exposures that the user has deleted are not made again.
    """
    present = list(subentries)
    used = sum(
        subentry.subentry_type in {SUBENTRY_DATASTREAM, SUBENTRY_CONTROL}
        for subentry in present
    )
    chosen = choose(hass, wish.choice)
    offers: list[_Offer] = []
    omitted: list[Omitted] = []
    exposed = exposed_traits(hass, present)
    for entity_id, omission in chosen.all.items():
        state = entity_state(hass, entity_id)
        if state is None or omission:
            name = entity_id if state is None else entity_name(state)
            omitted.append(Omitted(name, omission or Omission.NOT_FOUND))
        elif not (possible := _offers(state, wish.scope)):
            omitted.append(Omitted(entity_name(state), Omission.NO_TRAIT))
        else:
            for offer in possible:
                if reason := _reason(offer, wish, exposed, deleted):
                    omitted.append(Omitted(_offer_name(hass, offer), reason))
                else:
                    offers.append(offer)
    fitting = _fitting(offers, max(0, wish.limit - used))
    omitted += [
        Omitted(_offer_name(hass, offer), Omission.OVER_LIMIT)
        for offer in offers
        if offer not in fitting
    ]
    return Draft(
        _planned(hass, wish, fitting, present, chosen, selection),
        tuple(omitted),
        used,
        wish.limit,
    )


def _offers(state: State, scope: Scope) -> list[_Offer]:
    """Return what an entity offers, as far as it is asked for."""
    offered = traits.traits_of(state)
    wanted = offered if scope is Scope.ALL else offered[:1]
    return [
        _Offer(state, trait, description, main=trait is offered[0])
        for trait in wanted
        if (description := tolerant.describe(trait, state)) is not None
    ]


def _reason(
    offer: _Offer,
    wish: Wish,
    exposed: Collection[tuple[str, str]],
    deleted: Collection[tuple[str, str]],
) -> Omission | None:
    """Return why a trait that is offered is not exposed."""
    if offer.pair in exposed:
        return Omission.ALREADY_EXPOSED
    if offer.pair in deleted:
        return Omission.DELETED
    if offer.description.private and not wish.include_private:
        return Omission.PRIVATE
    if offer.trait.momentary and wish.shown_only:
        return Omission.ONLY_OPERATED
    return None


def _fitting(offers: list[_Offer], room: int) -> list[_Offer]:
    """Return as many as there is room for: every entity before a second trait."""
    best = sorted(offers, key=lambda offer: not offer.main)[:room]
    pairs = {offer.pair for offer in best}
    return [offer for offer in offers if offer.pair in pairs]


@callback
def _planned(
    hass: HomeAssistant,
    wish: Wish,
    offers: list[_Offer],
    present: list[ConfigSubentry],
    chosen: Chosen,
    selection: str | None,
) -> tuple[Planned, ...]:
    """Return the exposures to come, each with a name and a pin of its own."""
    names = Names(datastreams(present))
    free = free_pins(pins(present))
    # Two entities of one name: then the area says which is which.
    namesakes = Counter(
        base_name(state).casefold()
        for state in {offer.state.entity_id: offer.state for offer in offers}.values()
    )
    planned = []
    for offer in offers:
        state, trait, description = offer.state, offer.trait, offer.description
        name = names.claim(
            wordings(
                hass,
                state,
                trait,
                main=offer.main,
                ambiguous=namesakes[base_name(state).casefold()] > 1,
            )
        )
        data = exposure_data(
            hass, state.entity_id, trait, description, name, next(free, None)
        )
        if wish.shown_only:
            data[CONF_DIRECTION] = Direction.PUBLISH.value
        if description.private:
            data[CONF_OPTED_IN] = True
        if selection is not None and state.entity_id in chosen.members:
            data[CONF_SELECTION] = selection
        planned.append(Planned(state, trait, description, data))
    return tuple(planned)


def _offer_name(hass: HomeAssistant, offer: _Offer) -> str:
    """Return what to call an offer in a list."""
    if offer.main:
        return entity_name(offer.state)
    return f"{entity_name(offer.state)} {option_text(hass, 'trait', offer.trait.key)}"
