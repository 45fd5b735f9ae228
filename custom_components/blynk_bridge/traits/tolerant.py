"""Traits meet the states of every integration there is: a bug costs one look.

What a trait raises must not hold up all the other exposures, nor fill the log. It
is told once of each entity and trait, with its traceback, until a restart.
"""

from collections.abc import Callable
import logging
from typing import Final

from homeassistant.core import State

from ..device.values import DataType, Value
from .base import Action, Description, NotWritable, Trait

_LOGGER: Final = logging.getLogger(__name__)

_told: Final[set[tuple[str, str]]] = set()
"""Of which entity and trait a bug was told."""


def attempt[**P, T](
    trait: Trait,
    entity_id: str,
    look: Callable[P, T],
    *args: P.args,
    **options: P.kwargs,
) -> T | None:
    """Return what a look at an entity through a trait gives, None for a bug."""
    try:
        return look(*args, **options)
    # Whatever it is: the log has the traceback.
    except Exception as error:  # noqa: BLE001
        _tell(trait, entity_id, error)
        return None


def describe(trait: Trait, state: State) -> Description | None:
    """Return how an entity offers a trait; None if it does not, and for a bug."""
    return attempt(trait, state.entity_id, trait.describe, state)


def value(trait: Trait, state: State, data_type: DataType) -> Value | None:
    """Return the reading as a value of a type; None for none, and for a bug."""
    return attempt(trait, state.entity_id, trait.value, state, data_type)


def action(trait: Trait, state: State, written: Value) -> Action | None:
    """Return the action that a written value asks for, None for none.

    Raises NotWritable where the entity can't take it, and for a bug.
    """
    try:
        return trait.action(state, written)
    except NotWritable:
        raise
    except Exception as error:  # noqa: BLE001
        # A traceback ends with the error's text, which may repeat what was written: it
        # may be a password.
        _tell(trait, state.entity_id, None if isinstance(written, str) else error)
    raise NotWritable("a bug of the trait")


def _tell(trait: Trait, entity_id: str, error: Exception | None) -> None:
    """Tell of a bug, the first time."""
    if (place := (entity_id, trait.key)) in _told:
        return
    _told.add(place)
    _LOGGER.error(
        "The trait %s can't deal with %s", trait.key, entity_id, exc_info=error
    )
