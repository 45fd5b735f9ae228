"""The past of an exposure: recorded states, read bit by bit, as points."""

import asyncio
from collections import deque
from typing import Final

from homeassistant.core import HomeAssistant, State

from ..device.errors import InvalidValue
from ..device.updates import has_parts
from ..device.values import JsonValue, to_json
from ..exposure import Exposure
from ..reader import Reader
from .gaps import Gap
from .points import Point, PointFilter
from .recorded import async_settle, async_states
from .unrecorded import constant_attributes

_SPAN_MIN: Final = 3600.0
_SPAN_MAX: Final = 6 * 3600.0
_FEW: Final = 500
"""States, after which the next reading may span twice the time."""
_AT_ONCE: Final = 100
"""States that are read without letting anything else run."""


class Past:
    """Reads what was in a gap, oldest first; points wait in `points` to be taken."""

    def __init__(
        self, hass: HomeAssistant, reader: Reader, exposure: Exposure, gap: Gap
    ) -> None:
        """Prepare to read the gap."""
        self._hass = hass
        self._reader = reader
        self._exposure = exposure
        self._gap = gap
        self._read_until = gap.start
        self._span = _SPAN_MIN
        self._filter = PointFilter(exposure.min_interval)
        self.points: deque[Point] = deque()
        self.left_out = False
        """Whether there were values that Blynk has no way to take with a time."""

    @property
    def finished(self) -> bool:
        """Return whether all of the gap has been read."""
        return self._read_until >= self._gap.end

    async def async_read(self, wanted: int) -> bool:
        """Read until so many points wait, or there are no more; return whether any do.

        Raises RecorderUnavailable; what has been read stays so.
        """
        if self._read_until == self._gap.start:
            await async_settle(self._hass)
        while len(self.points) < wanted and not self.finished:
            await self._async_read_span()
        return bool(self.points)

    def drop(self, count: int) -> Point | None:
        """Let so many points wait no more; return the last of them."""
        last = None
        for _ in range(count):
            last = self.points.popleft()
        return last

    async def _async_read_span(self) -> None:
        """Read on."""
        start = self._read_until
        end = min(start + self._span, self._gap.end)
        before, states = await async_states(
            self._hass,
            self._exposure.entity_id,
            start,
            end,
            constant_attributes(self._hass, self._exposure.entity_id),
            first=start == self._gap.start,
        )
        if before is not None:
            self._filter.begin(self._form(before))
        for index, state in enumerate(states, 1):
            self._add(
                self._filter.take(state.last_updated_timestamp, self._form(state))
            )
            if not index % _AT_ONCE:
                await asyncio.sleep(0)
        self._read_until = end
        if self.finished:
            self._add(self._filter.finish())
        if len(states) < _FEW:
            self._span = min(2 * self._span, _SPAN_MAX)
        else:
            self._span = _SPAN_MIN

    def _add(self, point: Point | None) -> None:
        """Let a point wait."""
        if point is not None:
            self.points.append(point)

    def _form(self, state: State) -> JsonValue | None:
        """Return what the datastream would have held, None for nothing."""
        if (value := self._reader.read_past(self._exposure, state)) is None:
            return None
        try:
            form = to_json(value, self._exposure.data_type)
        except InvalidValue:
            return None
        if has_parts(form):
            self.left_out = True
            return None
        return form
