"""What Blynk's history lacks after an outage, worked out from the recorder's database.

Nothing of the integration is used here: it is what is measured.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
import json
from pathlib import Path
import sqlite3
from typing import NamedTuple

from simulator.history import History

_MESSAGE_BYTES_MAX = 1000
_HEADER_BYTES = 5
"""The topic's length, the packet's identifier, and no properties."""
_STATES = """
    SELECT states.last_updated_ts, states.state
    FROM states JOIN states_meta USING (metadata_id)
    WHERE states_meta.entity_id = ?
    ORDER BY states.last_updated_ts
"""


class Point(NamedTuple):
    """A value, and since when it was so."""

    milliseconds: int
    """Of the epoch."""
    value: float


def recorded(database: Path, entity_id: str) -> list[Point]:
    """Return all that the recorder has of an entity, oldest first."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        rows = connection.execute(_STATES, (entity_id,)).fetchall()
    return [Point(int(time * 1000), float(state)) for time, state in rows]


def owed(
    states: Sequence[Point],
    history: History,
    went: float,
    came: float,
    interval: float,
) -> list[Point]:
    """Return the points of a gap: the last of each interval.

    It begins after the last value that Blynk was told before the device went, and ends
    when it came back; both are seconds of the epoch.
    """
    live = [point for point in history if not point.imported and point.time <= went]
    last = live[-1]
    start = max(
        state.milliseconds
        for state in states
        if state.value == last.value and state.milliseconds <= last.time * 1000
    )
    by_interval = {
        int(state.milliseconds // (interval * 1000)): state
        for state in states
        if start < state.milliseconds <= came * 1000
    }
    return list(by_interval.values())


def least_messages(name: str, points: Iterable[Point]) -> int:
    """Return how few messages hold the points of a datastream, in their order."""
    topic = f"ds/{name}/timestamped_batch"
    messages = 0
    rows: list[Point] = []
    for point in points:
        payload = json.dumps([*rows, point], separators=(",", ":"))
        if not rows or _size(topic, payload) > _MESSAGE_BYTES_MAX:
            messages += 1
            rows = []
        rows.append(point)
    return messages


def _size(topic: str, payload: str) -> int:
    """Return the bytes that count against the limit."""
    return _HEADER_BYTES + len(topic.encode()) + len(payload.encode())


def differences(owed_points: Iterable[Point], history: History) -> tuple[int, int]:
    """Return how many points are missing in a history, and how many there are too many.

    Too many are what is there twice, what came twice, and what nobody owes.
    """
    wanted = {point.value: point.milliseconds for point in owed_points}
    surplus, found = history.repeated, set[float]()
    for point in history:
        if not point.imported or not isinstance(point.value, int | float):
            continue
        due = wanted.get(point.value)
        if due is None or point.value in found or abs(point.time * 1000 - due) > 1.5:
            surplus += 1
        else:
            found.add(point.value)
    return len(wanted.keys() - found), surplus
