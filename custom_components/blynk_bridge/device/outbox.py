"""What waits to be sent: the newest value of each datastream wins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import logging
from typing import Final

from .errors import InvalidValue
from .messages import MESSAGE_SIZE_MAX, Publication, batch, erase
from .pacing import Lane
from .updates import has_parts, single
from .values import DataType, JsonValue, Value, to_json


@dataclass(frozen=True, slots=True)
class Erased:
    """What a datastream is to be whose value shall be cleared."""


type Form = JsonValue | Erased
"""What goes up for a datastream: a value's form in JSON, or that it has none."""
type Source = Callable[[], Value | Erased | None]
"""Tells a datastream's present value when there is room for it; None for none."""

_LOGGER: Final = logging.getLogger(__name__)

SIZE_MIN: Final = 128
"""Bytes that every server takes."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """A datastream with something to tell."""

    data_type: DataType
    source: Source
    lane: Lane
    forced: bool
    """Send it even if Blynk already has that value."""

    def read(self) -> Form | None:
        """Return the value as it is now, None where there is nothing to tell."""
        datum = self.source()
        if datum is None or isinstance(datum, Erased):
            return datum
        return to_json(datum, self.data_type)


@dataclass(slots=True, eq=False)
class Parcel:
    """A message ready to go, and what is in it."""

    publication: Publication
    lane: Lane
    """The one of the most urgent value in it."""
    values: dict[str, Form]
    waiting: dict[str, _Waiting]


class Outbox:
    """Collects what has changed, and packs it into as few messages as possible.

    A value is read when it is packed, not when it changes: a storm of changes
    costs a dictionary entry each.
    """

    def __init__(self) -> None:
        """Start empty, knowing nothing of what Blynk has."""
        self._waiting: dict[str, _Waiting] = {}
        self._under_way: dict[str, _Waiting] = {}
        self._known: dict[str, Form] = {}
        self._suspects: set[str] = set()
        """Datastreams of a message that was refused: none of them spoils another one."""
        self._refused: dict[str, _Waiting] = {}
        """What the server did not even take alone."""
        self._probe: str | None = None
        """The one of those that has tried again last."""
        self.size_max = MESSAGE_SIZE_MAX
        """Bytes that a message may have."""

    def __len__(self) -> int:
        """Return how many datastreams wait."""
        return len(self._waiting)

    @property
    def lane(self) -> Lane | None:
        """Return the most urgent lane with something in it."""
        if not self._waiting:
            return None
        return min(item.lane for item in self._waiting.values())

    def is_unsent(self, name: str) -> bool:
        """Return whether a datastream waits, or was sent and not taken so far."""
        return any(
            name in each for each in (self._waiting, self._under_way, self._refused)
        )

    def is_under_way(self, name: str) -> bool:
        """Return whether a datastream was sent and the answer has not come."""
        return name in self._under_way

    def put(
        self,
        name: str,
        data_type: DataType,
        source: Source,
        lane: Lane,
        *,
        forced: bool = False,
    ) -> bool:
        """Let a datastream wait; a place it already has is kept or improved.

        Return whether that changes anything.
        """
        if earlier := self._waiting.get(name):
            lane = min(lane, earlier.lane)
            forced = forced or earlier.forced
            if (
                earlier.source is source
                and earlier.data_type is data_type
                and earlier.lane == lane
                and earlier.forced == forced
            ):
                return False
        self._waiting[name] = _Waiting(data_type, source, lane, forced)
        return True

    def discard(self, name: str) -> None:
        """Forget a datastream that is no longer ours, on its way too."""
        self._waiting.pop(name, None)
        self._suspects.discard(name)
        self._refused.pop(name, None)
        self._doubt(name)

    def take(self) -> Parcel | None:
        """Return the next message, most urgent values first; None if none is due.

        What has nothing to tell, or nothing new, is dropped on the way. What must go
        alone does so when its turn comes, and holds up no other until then. An error
        that a source raises is passed on, and everything waits as before.
        """
        values: dict[str, Form] = {}
        taken: dict[str, _Waiting] = {}
        settled: list[str] = []
        size = 0
        for name, item in self._by_lane():
            form = _form(name, item)
            if form is None or self._is_known(name, form, item):
                settled.append(name)
                continue
            if isinstance(form, Erased) or has_parts(form) or name in self._suspects:
                if values:
                    continue
                values, taken = {name: form}, {name: item}
                break
            size = _size_with(values, size, name, form)
            if size > self.size_max:
                break
            values[name] = form
            taken[name] = item
        for name in settled:
            # Forced, so what Blynk has is not what we sent, and nothing mends it now.
            if self._waiting.pop(name).forced:
                self._doubt(name)
        # Until the answer comes, nobody knows what Blynk has.
        for name in taken:
            del self._waiting[name]
            self._refused.pop(name, None)
            self._doubt(name)
        if not values:
            return None
        self._under_way.update(taken)
        # They were taken in this order.
        lane = next(iter(taken.values())).lane
        return Parcel(_packed(values, self.size_max), lane, values, taken)

    def _by_lane(self) -> list[tuple[str, _Waiting]]:
        """Return what waits, the most urgent first, else the longest waiting."""
        waiting = list(self._waiting.items())
        if len(waiting) > 1:
            waiting.sort(key=lambda pair: pair[1].lane)
        return waiting

    def shrink(self, size: int) -> None:
        """Make messages half this size from now on, in bytes: it seems to be too large.

        Blynk's public cloud takes 1024 bytes; a server of one's own may take less, and
        end the connection over more.
        """
        self.size_max = max(SIZE_MIN, min(self.size_max, size // 2))

    def acknowledged(self, parcel: Parcel) -> None:
        """Note that Blynk has these values now."""
        self._suspects -= parcel.values.keys()
        if self._probe in parcel.values:
            self._probe = None
            for name, item in self._refused.items():
                self._waiting.setdefault(name, item)
            self._refused.clear()
        for name, item in parcel.waiting.items():
            if self._arrived(name, item):
                self._known[name] = parcel.values[name]

    def returned(self, parcel: Parcel) -> None:
        """Let what was not acknowledged wait again, where newer values win."""
        for name, item in parcel.waiting.items():
            if self._arrived(name, item):
                newer = self._waiting.get(name, item)
                self.put(
                    name, newer.data_type, newer.source, item.lane, forced=item.forced
                )

    def refused(self, parcel: Parcel) -> list[str]:
        """Let each value of a refused message try it alone; return who already has.

        Those are put aside until there is something new, which goes alone, too, or
        until `retry`. The others would otherwise be lost for a single one that the
        server does not take.
        """
        self._suspects |= parcel.values.keys()
        if len(parcel.values) > 1:
            self.returned(parcel)
            return []
        for name, item in parcel.waiting.items():
            if self._arrived(name, item):
                self._refused[name] = item
        return list(parcel.values)

    def retry(self) -> bool:
        """Let one of the refused values try again; return whether there was one.

        If it is taken, the others try, too. If not, the next time it is another's turn.
        """
        name = next(iter(self._refused), None)
        if name is None:
            return False
        self._waiting.setdefault(name, self._refused.pop(name))
        self._probe = name
        return True

    def has_value(self, name: str) -> bool:
        """Return whether Blynk has acknowledged a value that nothing has superseded."""
        return not isinstance(self._known.get(name, Erased()), Erased)

    def goes_alone(self, name: str) -> bool:
        """Return whether a datastream's value was a message of its own, and none waits."""
        return name not in self._waiting and has_parts(self._known.get(name))

    def _doubt(self, name: str) -> None:
        """Take nothing for granted of what Blynk has, whatever answer still comes."""
        self._under_way.pop(name, None)
        self._known.pop(name, None)

    def _arrived(self, name: str, item: _Waiting) -> bool:
        """Return whether an answer is about this datastream's latest message.

        It is not where the datastream was discarded, or sent again, meanwhile.
        """
        if self._under_way.get(name) is not item:
            return False
        del self._under_way[name]
        return True

    def _is_known(self, name: str, form: Form, item: _Waiting) -> bool:
        """Return whether Blynk has this value already."""
        known = self._known.get(name)
        # True equals 1 in Python, though not in Blynk.
        return not item.forced and type(known) is type(form) and known == form


def _size_with(
    values: Mapping[str, Form], size: int, name: str, form: JsonValue
) -> int:
    """Return the bytes of a batch of values with one more; 0 for a single value.

    That is no batch, and goes whatever its size.
    """
    if not values:
        return 0
    size = size or batch(_json_of(values)).size
    return size + len(batch({name: form}).payload) - len("{}") + len(",")


def _form(name: str, item: _Waiting) -> Form | None:
    """Return the value's form in JSON; None where it has none, for then it can't go."""
    try:
        return item.read()
    except InvalidValue as error:
        _LOGGER.debug("Nothing to send for datastream %r: %s", name, error)
        return None


def _packed(values: Mapping[str, Form], size_max: int) -> Publication:
    """Return the message for these values: a single one as text, several as JSON."""
    if len(values) > 1:
        return batch(_json_of(values))
    ((name, only),) = values.items()
    if isinstance(only, Erased):
        return erase(name)
    message = single(name, only)
    return _shortened(message, size_max) if isinstance(only, str) else message


def _json_of(values: Mapping[str, Form]) -> dict[str, JsonValue]:
    """Return the values that are not to be erased."""
    return {name: form for name, form in values.items() if not isinstance(form, Erased)}


def _shortened(publication: Publication, size_max: int) -> Publication:
    """Return the message with its text cut to what a message holds."""
    excess = publication.size - size_max
    if excess <= 0:
        return publication
    kept = publication.payload[:-excess].decode(errors="ignore")
    return Publication(publication.topic, kept.encode())
