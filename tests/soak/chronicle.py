"""The chronicle: what has happened to things whose history Blynk is to have without a gap."""

from collections import Counter
from dataclasses import dataclass
import math
from typing import Final

from homeassistant.core import State

from custom_components.blynk_bridge.device.errors import InvalidValue
from custom_components.blynk_bridge.device.values import DataType, JsonValue, to_json
from custom_components.blynk_bridge.traits import find
from simulator import Simulator
from simulator.values import to_json as stored_json

from .exposures import BACKFILLED

_KEPT: Final = 86_400_000
"""Milliseconds that a change is remembered which Blynk need not have."""


@dataclass(slots=True)
class Moment:
    """What a thing was since some millisecond."""

    form: JsonValue | None
    owed: bool
    """It was so while there was no connection: the history must have it."""
    found: bool = False


class Chronicle:
    """Writes down each change of what is backfilled, and looks for it in Blynk's history."""

    def __init__(self, simulator: Simulator) -> None:
        """Begin with empty pages."""
        self._simulator = simulator
        self._moments: dict[str, dict[int, Moment]] = {name: {} for name in BACKFILLED}
        self._newest: dict[str, JsonValue | None] = {}
        self._high_water = -math.inf
        self.counts: Counter[str] = Counter()
        self.broken: list[str] = []

    @property
    def missing(self) -> list[str]:
        """Return the names of the datastreams whose history has a gap, and how large."""
        return [
            f"{name}: {count} points are missing"
            for name, moments in self._moments.items()
            if (count := sum(item.owed and not item.found for item in moments.values()))
        ]

    def write(self, key: str, state: State) -> None:
        """Write down what a thing is now."""
        at = state.last_updated_timestamp
        # While a clock goes through an hour again, nobody can tell before from after.
        is_clear = at > self._high_water
        self._high_water = max(self._high_water, at)
        for name, (of, trait, data_type) in BACKFILLED.items():
            if of != key or math.floor(at * 1000) in self._moments[name]:
                continue
            form = _form(state, trait, data_type)
            owed = (
                is_clear
                and form is not None
                and name in self._newest
                and form != self._newest[name]
                and self._simulator.device.link is None
            )
            self._newest[name] = form
            self.counts["owed"] += owed
            self._moments[name][math.floor(at * 1000)] = Moment(form, owed)

    def audit(self) -> None:
        """Compare what has come into Blynk's history with what is written here."""
        now = self._simulator.cloud.clock() * 1000
        for name, state in self._simulator.device.datastreams.items():
            if name not in BACKFILLED:
                state.history.clear()
        for name, moments in self._moments.items():
            history = self._simulator.device.datastreams[name].history
            for point in history:
                if point.imported:
                    self._compare(
                        name, round(point.time * 1000), stored_json(point.value)
                    )
            self.counts["sent again, with the same time"] += history.repeated
            # What was compared is not needed any more: a soak must not grow.
            history.clear()
            for at, moment in list(moments.items()):
                if at < now - _KEPT and (moment.found or not moment.owed):
                    del moments[at]

    def _compare(self, name: str, at: int, form: object) -> None:
        """Compare one point."""
        moment = self._moments[name].get(at)
        if moment is None:
            self.broken.append(f"{name} has a point of {at} that never was: {form!r}")
        elif moment.form != form:
            self.broken.append(f"{name} was {moment.form!r} at {at}, and not {form!r}")
        elif moment.found:
            self.counts["sent again, with the same time"] += 1
        else:
            moment.found = True
            self.counts["found"] += 1
            self.counts["found, and owed"] += moment.owed


def _form(state: State, trait_key: str, data_type: DataType) -> JsonValue | None:
    """Return what a datastream is to hold of a state."""
    trait = find(state.domain, trait_key)
    assert trait is not None
    if (value := trait.value(state, data_type)) is None:
        return None
    try:
        return to_json(value, data_type)
    except InvalidValue:
        return None
