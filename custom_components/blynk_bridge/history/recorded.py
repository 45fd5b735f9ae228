"""What Home Assistant's recorder has of an entity.

It is imported when it is there: its requirements are no others' to install.
"""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

_DOMAIN: Final = "recorder"
_COMMIT_TIMEOUT: Final = 60.0
_TICK: Final = 1e-6
"""Seconds; the recorder knows no finer time."""


class Obstacle(StrEnum):
    """Why there is no history to be had of an exposure."""

    ATTRIBUTE_NOT_RECORDED = "attribute_not_recorded"
    NO_RECORDER = "no_recorder"
    NOT_RECORDED = "not_recorded"
    TEMPLATE = "template"


class RecorderUnavailable(Exception):
    """The recorder does not answer at present."""


@callback
def obstacle(hass: HomeAssistant, entity_id: str) -> Obstacle | None:
    """Return why the recorder has nothing of an entity, None if it should."""
    if _DOMAIN not in hass.config.components:
        return Obstacle.NO_RECORDER
    from homeassistant.components.recorder.entity_options import is_entity_recorded

    return None if is_entity_recorded(hass, entity_id) else Obstacle.NOT_RECORDED


@callback
def recording_since(hass: HomeAssistant) -> float | None:
    """Return when this run of the recorder began, in seconds of the epoch."""
    if _DOMAIN not in hass.config.components:
        return None
    start = get_instance(hass).recorder_runs_manager.recording_start
    return start.timestamp()


@callback
def oldest_state(hass: HomeAssistant) -> float | None:
    """Return how far back anything is recorded: older states are purged."""
    if _DOMAIN not in hass.config.components:
        return None
    return get_instance(hass).states_manager.oldest_ts


async def async_settle(hass: HomeAssistant) -> None:
    """Wait until all that has happened so far can be read.

    Raises RecorderUnavailable where that takes too long.
    """
    if (written := get_instance(hass).async_get_commit_future()) is None:
        return
    try:
        async with asyncio.timeout(_COMMIT_TIMEOUT):
            await written
    except TimeoutError as error:
        raise RecorderUnavailable("nothing is written") from error


async def async_states(
    hass: HomeAssistant,
    entity_id: str,
    start: float,
    end: float,
    constant: Mapping[str, Any],
    *,
    first: bool,
) -> tuple[State | None, Sequence[State]]:
    """Return the states after a time, up to another, each as it was.

    The constant attributes are not recorded, and were always so. Before the states
    comes the one that was so at the start, where `first` asks for it. Raises
    RecorderUnavailable when they can't be read.
    """
    from homeassistant.components.recorder import history
    from sqlalchemy.exc import SQLAlchemyError

    # The recorder leaves out both ends.
    after = dt_util.utc_from_timestamp(start + _TICK)

    def read() -> list[State]:
        found = history.get_significant_states(
            hass,
            after,
            dt_util.utc_from_timestamp(end + _TICK),
            [entity_id],
            include_start_time_state=first,
            significant_changes_only=False,
        )
        return [
            _whole(item, constant)
            for item in found.get(entity_id, ())
            if isinstance(item, State)
        ]

    try:
        states = await get_instance(hass).async_add_executor_job(read)
    except SQLAlchemyError as error:
        raise RecorderUnavailable(type(error).__name__) from error
    # What was so before has the time that was asked for.
    if states and first and states[0].last_updated <= after:
        return states[0], states[1:]
    return None, states


def _whole(recorded: State, constant: Mapping[str, Any]) -> State:
    """Return a state that has all a trait may look at: a recorded one has no domain."""
    return State(
        recorded.entity_id,
        recorded.state,
        {**constant, **recorded.attributes},
        last_updated=recorded.last_updated,
        context=recorded.context,
        validate_entity_id=False,
        last_updated_timestamp=recorded.last_updated_timestamp,
    )
