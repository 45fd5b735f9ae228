"""Points that are older or newer than now: `timestamped_batch` [17].

Blynk docs: device-mqtt-api/datastreams; blynk.console/limits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import fields, values
from .changes import ChangeKind
from .device import DatastreamState, Device
from .fields import Json
from .quota import DAY

if TYPE_CHECKING:
    from .cloud import Cloud

MONTH = 31 * DAY  # s, back and ahead


def take(cloud: Cloud, device: Device, state: DatastreamState, payload: bytes) -> None:
    """Take the payload of ds/NAME/timestamped_batch."""
    try:
        rows = fields.json_list(payload)
    except ValueError:
        cloud.diagnose(device, f"{state.definition.name}: not a JSON list of points")
        return
    put(cloud, device, state, rows)


def put(
    cloud: Cloud, device: Device, state: DatastreamState, rows: Iterable[Json]
) -> None:
    """Put points, each [milliseconds, value], into the history; a bad one only loses itself.

    The value changes only if a point is newer than it and not ahead of its time.
    """
    now = cloud.clock()
    objections: Counter[str] = Counter()
    taken = False
    for row in rows:
        objection = _put(cloud, device, state, row, now)
        if objection is None:
            taken = True
        else:
            objections[objection] += 1
    for text, count in objections.items():
        points = "1 point" if count == 1 else f"{count} points"
        cloud.diagnose(device, f"{state.definition.name}: {points} {text}")
    if taken:
        cloud.changed(ChangeKind.DATASTREAM, device, state.definition.name)


def _put(
    cloud: Cloud, device: Device, state: DatastreamState, row: Json, now: float
) -> str | None:
    """Put one point into the history, or return what is wrong with it."""
    match row:
        case [bool(), _]:
            return "of another form than [milliseconds, value]"
        case [int() as milliseconds, datum]:
            pass
        case _:
            return "of another form than [milliseconds, value]"
    if abs(milliseconds / 1000 - now) > MONTH:
        return "more than a month from now"
    try:
        value = values.from_json(state.definition, datum)
    except values.ValueMismatch:
        return f"not of type {state.definition.type}"
    if not device.imports.spend(now, cloud.behaviour.imports_per_day):
        return f"over the {cloud.behaviour.imports_per_day} of a day"
    state.put(milliseconds, value, now)
    return None
