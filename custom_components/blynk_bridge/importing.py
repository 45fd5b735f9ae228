"""What a template holds already: asking the server, and guessing what belongs where."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from . import traits
from .const import DOMAIN
from .coordinator import BlynkCoordinator
from .device.errors import InvalidName, InvalidValue, NotAcknowledged
from .device.messages import DatastreamWrite, Downlink, get_all_values, valid_name
from .device.pacing import Lane
from .device.values import DataType, from_text
from .naming import wordings
from .proposal import data_types
from .traits.base import Description, Trait

_COLLECT_SECONDS: Final = 3.0
"""Blynk's answers come one message each; nothing marks the last."""
_TURN_SECONDS: Final = 12.0
"""What a dialog waits for its question to be sent, and acknowledged."""
_DATASTREAMS_MAX: Final = 256
"""Of a template: a server that names more of them is none of Blynk's."""
_SIMILAR: Final = 0.6


@dataclass(frozen=True, slots=True)
class Match:
    """The trait of an entity that a datastream's name seems to mean."""

    entity_id: str
    trait: str


async def async_stored_values(coordinator: BlynkCoordinator) -> dict[str, str]:
    """Return the datastreams that the template syncs, each with its value's text.

    Raises NotConnected without a session, NotAcknowledged where the server takes no
    question at present, and the LinkError that ends the session.
    """
    found: dict[str, str] = {}

    @callback
    def hear(message: Downlink) -> None:
        if not isinstance(message, DatastreamWrite) or not _legal(message.name):
            return
        if message.name in found or len(found) < _DATASTREAMS_MAX:
            found[message.name] = message.text

    stop = coordinator.async_listen(hear)
    try:
        # An answer looks like a command: a lamp must not go on because we ask.
        with coordinator.inquiry():
            # The user waits in a dialog, as with a finger on a widget.
            async with asyncio.timeout(_TURN_SECONDS):
                await coordinator.async_send(get_all_values(), Lane.CONFIRMATION)
            await asyncio.sleep(_COLLECT_SECONDS)
    except TimeoutError as error:
        raise NotAcknowledged("no question is taken") from error
    finally:
        stop()
    return found


@callback
def candidates(
    hass: HomeAssistant, exposed: Collection[tuple[str, str]]
) -> dict[str, Match]:
    """Return what could be exposed, by the name it would be given."""
    registry = er.async_get(hass)
    found: dict[str, Match] = {}
    for state in hass.states.async_all(traits.DOMAINS):
        entry = registry.async_get(state.entity_id)
        if entry is not None and entry.platform == DOMAIN:
            continue
        offered = traits.traits_of(state)
        for trait in offered:
            if (state.entity_id, trait.key) in exposed:
                continue
            main = trait is offered[0]
            for name in wordings(hass, state, trait, main=main, ambiguous=False):
                found.setdefault(name.casefold(), Match(state.entity_id, trait.key))
    return found


def best_match(name: str, known: Mapping[str, Match]) -> Match | None:
    """Return what a datastream's name means, None if nothing is near enough."""
    wanted = name.casefold()
    if exact := known.get(wanted):
        return exact
    matcher = SequenceMatcher(b=wanted, autojunk=False)
    best, found = _SIMILAR, None
    for candidate, match in known.items():
        matcher.set_seq1(candidate)
        # The quick ratios are upper bounds, and cost next to nothing.
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) <= best:
            continue
        if (ratio := matcher.ratio()) > best:
            best, found = ratio, match
    return found


def fitting_type(trait: Trait, description: Description, text: str) -> DataType:
    """Return the type that the datastream has, as far as its value tells.

    The trait's own, unless the value can't be of that type and can be of another
    that holds the trait as well.
    """
    # Anything is a text: that says least.
    others = sorted(
        data_types(trait, description), key=lambda kind: kind is DataType.STRING
    )
    order = [description.data_type, *others] if text else []
    return next((kind for kind in order if _parses(text, kind)), description.data_type)


def _parses(text: str, data_type: DataType) -> bool:
    """Return whether a value's text is one of this type."""
    try:
        from_text(text, data_type)
    except InvalidValue:
        return False
    return True


def _legal(name: str) -> bool:
    """Return whether a name is one that we could write to."""
    try:
        valid_name(name)
    except InvalidName:
        return False
    return True
