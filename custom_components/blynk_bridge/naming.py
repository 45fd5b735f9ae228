"""Datastream names that are readable, legal and not taken."""

from collections.abc import Container
from typing import Final

from homeassistant.core import State, split_entity_id

from .device.errors import InvalidName
from .device.messages import DATASTREAM_NAME_MAX, valid_name
from .traits.base import Trait

# Room for a trait and a number behind the entity's name.
_STEM_MAX: Final = DATASTREAM_NAME_MAX - 32


def suggest_name(
    state: State, trait: Trait, *, main: bool, taken: Container[str]
) -> str:
    """Return a name for the datastream of an entity's trait.

    The main trait has the entity's name, the others and a name that is taken
    have the trait's behind it, and if need be a number.
    """
    stem = _legal(state.name) or split_entity_id(state.entity_id)[1]
    full = f"{stem} {trait.key.replace('_', ' ').capitalize()}"
    candidates = (stem, full) if main else (full,)
    for name in candidates:
        if name not in taken:
            return name
    number = 2
    while f"{full} {number}" in taken:
        number += 1
    return f"{full} {number}"


def _legal(text: str) -> str:
    """Return the text without what a datastream's name can't have."""
    letters = (letter if _allowed(letter) else " " for letter in text)
    words = " ".join("".join(letters).split())
    return words.encode()[:_STEM_MAX].decode(errors="ignore").strip()


def _allowed(letter: str) -> bool:
    """Return whether a name may have this character."""
    try:
        valid_name(letter)
    except InvalidName, UnicodeEncodeError:
        return False
    return True
