"""What waits to be sent: the newest value of each datastream wins."""

from collections.abc import Callable
from dataclasses import dataclass
import json
from typing import Final

from .messages import MESSAGE_SIZE_MAX, Publication, batch, value
from .pacing import Lane
from .values import DataType, JsonValue, Value, to_json

type Source = Callable[[], Value | None]
"""Tells a datastream's present value when there is room for it; None for none."""

# Blynk documents the text form of neither; their JSON form it does.
_JSON_ONLY: Final = frozenset({DataType.BOOLEAN, DataType.LOCATION})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A datastream with something to tell."""

    data_type: DataType
    source: Source
    lane: Lane
    forced: bool
    """Send it even if Blynk already has that value."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go, and what is in it."""

    publication: Publication
    values: dict[str, JsonValue]
    waiting: dict[str, _Waiting]


class Outbox:
    """Collects what has changed, and packs it into as few messages as possible.

    A value is read when it is packed, not when it changes: a storm of changes
    costs a dictionary entry each.
    """

    def __init__(self) -> None:
        """Start empty, knowing nothing of what Blynk has."""
        self._waiting: dict[str, _Waiting] = {}
        self._known: dict[str, JsonValue] = {}

    def __len__(self) -> int:
        """Return how many datastreams wait."""
        return len(self._waiting)

    @property
    def lane(self) -> Lane | None:
        """Return the most urgent lane with something in it."""
        return min((item.lane for item in self._waiting.values()), default=None)

    def put(
        self,
        name: str,
        data_type: DataType,
        source: Source,
        lane: Lane,
        *,
        forced: bool = False,
    ) -> None:
        """Let a datastream wait; a place it already has is kept or improved."""
        if earlier := self._waiting.get(name):
            lane = min(lane, earlier.lane)
            forced = forced or earlier.forced
            if (
                earlier.source is source
                and earlier.lane == lane
                and earlier.forced == forced
            ):
                return
        self._waiting[name] = _Waiting(data_type, source, lane, forced)

    def discard(self, name: str) -> None:
        """Forget a datastream that is no longer ours."""
        self._waiting.pop(name, None)
        self._known.pop(name, None)

    def overwritten(self, name: str) -> None:
        """Note that Blynk's value of a datastream may not be the one we sent."""
        self._known.pop(name, None)

    def take(self) -> Parcel | None:
        """Return the next message, most urgent values first; None if none is due.

        What has nothing to tell, or nothing new, is dropped on the way.
        """
        values: dict[str, JsonValue] = {}
        taken: dict[str, _Waiting] = {}
        single: Publication | None = None
        size = Publication("batch_ds", b"{}").size
        for name, item in sorted(self._waiting.items(), key=lambda pair: pair[1].lane):
            datum = item.source()
            form = None if datum is None else to_json(datum, item.data_type)
            if datum is None or form is None or self._is_known(name, form, item):
                del self._waiting[name]
                continue
            piece = len(json.dumps({name: form}, ensure_ascii=False).encode())
            if values and size + piece > MESSAGE_SIZE_MAX:
                break
            del self._waiting[name]
            values[name] = form
            taken[name] = item
            size += piece
            if len(values) == 1 and item.data_type not in _JSON_ONLY:
                single = _shortened(name, datum, item.data_type)
            if size > MESSAGE_SIZE_MAX:
                break
        if not values:
            return None
        publication = single if single and len(values) == 1 else batch(values)
        return Parcel(publication, values, taken)

    def acknowledged(self, parcel: Parcel) -> None:
        """Note that Blynk has these values now."""
        self._known.update(parcel.values)

    def returned(self, parcel: Parcel) -> None:
        """Let what was not acknowledged wait again, where newer values win."""
        for name, item in parcel.waiting.items():
            self._known.pop(name, None)
            self.put(name, item.data_type, item.source, item.lane, forced=item.forced)

    def _is_known(self, name: str, form: JsonValue, item: _Waiting) -> bool:
        """Return whether Blynk has this value already."""
        return not item.forced and name in self._known and self._known[name] == form


def _shortened(name: str, datum: Value, data_type: DataType) -> Publication:
    """Return the update of one datastream, a text cut to what a message holds."""
    publication = value(name, datum, data_type)
    excess = publication.size - MESSAGE_SIZE_MAX
    if excess <= 0:
        return publication
    kept = publication.payload[:-excess].decode(errors="ignore")
    return Publication(publication.topic, kept.encode())
