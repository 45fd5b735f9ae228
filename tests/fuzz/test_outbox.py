"""Outbox and pacer as state machines against models that are simpler than they are."""

from collections import deque
import json
from typing import Any, Final

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from custom_components.blynk_bridge.device.errors import InvalidValue
from custom_components.blynk_bridge.device.messages import MESSAGE_SIZE_MAX
from custom_components.blynk_bridge.device.month import MONTH_SECONDS, Month, Plan
from custom_components.blynk_bridge.device.outbox import Erased, Form, Outbox, Parcel
from custom_components.blynk_bridge.device.pacing import (
    MESSAGES_PER_SECOND,
    Lane,
    Pacer,
)
from custom_components.blynk_bridge.device.updates import has_parts
from custom_components.blynk_bridge.device.values import (
    DataType,
    Location,
    Value,
    to_json,
)

from .effort import effort

NAMES: Final = ("A", "B", "Küche", 'quote"d', "n" * 128, "\u2028", "L")
VALUES: Final[st.SearchStrategy[Value | Erased | None]] = st.one_of(
    st.integers(-2, 2),
    st.sampled_from([True, 1.0, 0.5, float("nan"), Location(1, 2), Location(181, 0)]),
    st.sampled_from(["", "x", "1", "a\0b", "ü" * 400, "z" * 980, "\0" * 300, "\ud800"]),
    st.sampled_from([None, Erased()]),
)
names = st.sampled_from(NAMES)


class Thing:
    """What a datastream is to be, and what is known of how it waits."""

    def __init__(self, data_type: DataType, value: Value | Erased | None) -> None:
        """Start with this value."""
        self.data_type = data_type
        self.value = value

    def read(self) -> Value | Erased | None:
        """Return the value as it is now."""
        return self.value

    @property
    def form(self) -> Form | None:
        """Return what is to be sent, None for nothing."""
        if self.value is None or isinstance(self.value, Erased):
            return self.value
        try:
            return to_json(self.value, self.data_type)
        except InvalidValue:
            return None


class Mail(RuleBasedStateMachine):
    """An outbox, the messages on their way from it, and what has arrived."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.outbox = Outbox()
        self.things: dict[str, Thing] = {}
        self.lanes: dict[str, Lane] = {}
        self.parcels: deque[Parcel] = deque()
        self.blynk: dict[str, Form] = {}
        self.given_up: set[str] = set()

    @rule(
        name=names,
        data_type=st.sampled_from(DataType),
        value=VALUES,
        lane=st.sampled_from(Lane),
        forced=st.booleans(),
    )
    def put(
        self,
        name: str,
        data_type: DataType,
        value: Value | Erased | None,
        lane: Lane,
        forced: bool,
    ) -> None:
        """Change what a datastream is to be."""
        thing = self.things.setdefault(name, Thing(data_type, value))
        thing.data_type, thing.value = data_type, value
        self.outbox.put(name, data_type, thing.read, lane, forced=forced)
        self.lanes[name] = min(lane, self.lanes.get(name, lane))
        self.given_up.discard(name)
        assert self.outbox.is_unsent(name)

    @rule(name=names, value=VALUES)
    def change(self, name: str, value: Value | Erased | None) -> None:
        """Change a value while it waits: it is read when its turn has come."""
        if name in self.lanes:
            self.things[name].value = value

    @rule(name=names)
    def discard(self, name: str) -> None:
        """Forget a datastream; what Blynk has under its name counts no more."""
        self.outbox.discard(name)
        self.things.pop(name, None)
        self.lanes.pop(name, None)
        self.blynk.pop(name, None)
        assert not self.outbox.is_unsent(name)

    @rule()
    def take(self) -> None:
        """Take a message: the newest values, the most urgent first, as many as fit."""
        before = len(self.outbox)
        if (parcel := self.outbox.take()) is None:
            assert not self.outbox
            self.lanes.clear()
            return
        self.parcels.append(parcel)
        assert parcel.publication.size <= MESSAGE_SIZE_MAX
        assert parcel.lane == min(self.lanes[name] for name in parcel.values)
        for name, sent in parcel.values.items():
            assert sent == self.things[name].form
            assert self.outbox.is_under_way(name)
        assert before - len(self.outbox) >= len(parcel.values)
        self.check_payload(parcel)
        taken = {name: self.lanes.pop(name) for name in parcel.values}
        self.lanes = {
            name: lane for name, lane in self.lanes.items() if self.waits(name)
        }
        alone = len(parcel.values) == 1
        for name, lane in self.lanes.items():
            form = self.things[name].form
            goes_alone = isinstance(form, Erased) or has_parts(form)
            assert alone or goes_alone or lane >= max(taken.values()) or self.given_up

    def waits(self, name: str) -> bool:
        """Return whether a datastream waits, be an earlier message of it on its way."""
        return name in self.outbox._waiting

    def check_payload(self, parcel: Parcel) -> None:
        """Hold a message against the values that it is to carry."""
        publication = parcel.publication
        if publication.topic == "batch_ds":
            read = json.loads(publication.payload)
            assert read == parcel.values
            assert not any(has_parts(form) for form in parcel.values.values())
            return
        ((name, form),) = parcel.values.items()
        if isinstance(form, Erased):
            assert (publication.topic, publication.payload) == (f"ds/{name}/erase", b"")
            return
        assert publication.topic == f"ds/{name}"
        whole = form if isinstance(form, str) else json.dumps(form)
        assert whole.startswith(publication.payload.decode())

    @rule(heard=st.booleans())
    def arrive(self, heard: bool) -> None:
        """Let a message arrive; its acknowledgement may get lost."""
        if self.parcels:
            parcel = self.parcels.popleft()
            self.blynk |= {
                name: form
                for name, form in parcel.values.items()
                if name in self.things
            }
            if heard:
                self.outbox.acknowledged(parcel)
            else:
                self.come_back(parcel)

    @rule()
    def lose(self) -> None:
        """Let a message get lost."""
        if self.parcels:
            self.come_back(self.parcels.popleft())

    @rule()
    def refuse(self) -> None:
        """Let the server refuse a message."""
        if self.parcels:
            parcel = self.parcels.popleft()
            self.note_lanes(parcel)
            names = self.outbox.refused(parcel)
            assert set(names) <= set(parcel.values)
            self.given_up |= {name for name in names if not self.waits(name)}
            self.forget_lanes()

    def come_back(self, parcel: Parcel) -> None:
        """Let a message wait again."""
        self.note_lanes(parcel)
        self.outbox.returned(parcel)
        self.forget_lanes()

    def note_lanes(self, parcel: Parcel) -> None:
        """Remember the lanes that the values of a message had, if they come back."""
        for name, item in parcel.waiting.items():
            if self.outbox._under_way.get(name) is item:
                self.lanes[name] = min(item.lane, self.lanes.get(name, item.lane))

    def forget_lanes(self) -> None:
        """Forget the lanes of what does not wait."""
        self.lanes = {
            name: lane for name, lane in self.lanes.items() if self.waits(name)
        }

    @invariant()
    def bounded(self) -> None:
        """By the number of datastreams, and in the lane of its most urgent one."""
        assert len(self.outbox) == len(self.lanes) <= len(self.things)
        assert self.outbox.lane == min(self.lanes.values(), default=None)

    def teardown(self) -> None:
        """Let everything arrive: Blynk has what is to be."""
        while self.parcels:
            self.arrive(heard=True)
        for _ in range(4 * len(NAMES)):
            self.take()
            self.arrive(heard=True)
        assert not self.outbox
        for name, thing in self.things.items():
            if thing.form is None or name in self.given_up:
                continue
            assert self.blynk.get(name) == thing.form


def test_the_outbox_loses_nothing() -> None:
    """The newest value wins, the most urgent goes first, and no message is too large."""
    run_state_machine_as_test(
        Mail, settings=settings(effort(150), stateful_step_count=40)
    )


class Budget(RuleBasedStateMachine):
    """A pacer, and a house that sends whenever it may."""

    def __init__(self) -> None:
        """Start the clock."""
        super().__init__()
        self.now = 1_800_000_000.0
        self.sent: list[tuple[float, Lane]] = []
        self.months: dict[Any, int] = {}

    @initialize(
        plan=st.sampled_from([1, 5, 300, 10_000, 100_000, None]),
        first_day=st.integers(1, 28),
    )
    def begin(self, plan: int | None, first_day: int) -> None:
        """Start the month."""
        self.month = Month(lambda: self.now, Plan(plan, first_day))
        self.pacer = Pacer(lambda: self.now, self.month)
        self.rests_until = self.now
        self.urgent = 0

    @rule(seconds=st.sampled_from([0.01, 0.2, 1.0, 30.0, 3600.0, 86400.0, 8e5, 3e6]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    @rule(lane=st.sampled_from(Lane), number=st.integers(1, 400), patient=st.booleans())
    def send(self, lane: Lane, number: int, patient: bool) -> None:
        """Send as many messages as may go, waiting as long as the pacer says, or not."""
        for _ in range(number):
            delay = self.pacer.delay(lane)
            assert 0 <= delay <= MONTH_SECONDS * 1.01
            if delay > 0:
                if not patient or delay > 86400:
                    return
                self.now += delay
                if (again := self.pacer.delay(lane)) > 0:
                    # What a float can't tell apart, and what a new month has changed.
                    self.now += again + 1e-3
                    if self.pacer.delay(lane) > 0:
                        return
            assert self.now >= self.rests_until - 1e-6
            self.spend(lane)

    @rule(seconds=st.sampled_from([1.0, 900.0]))
    def rest(self, seconds: float) -> None:
        """Let the server take no more for a while."""
        self.pacer.rest(seconds)
        self.rests_until = max(self.rests_until, self.now + seconds)

    def spend(self, lane: Lane) -> None:
        """Send a message."""
        self.pacer.spend(lane)
        self.month.count()
        self.sent.append((self.now, lane))
        if lane in {Lane.ROUTINE, Lane.HISTORY}:
            key = self.month.tally.month
            self.months[key] = self.months.get(key, 0) + 1

    @invariant()
    def never_crowded(self) -> None:
        """Five messages a second, whatever their lanes."""
        times = [at for at, _ in self.sent[-400:]]
        for index in range(len(times) - MESSAGES_PER_SECOND):
            assert times[index + MESSAGES_PER_SECOND] - times[index] >= 1 - 1e-6

    @invariant()
    def never_overspent(self) -> None:
        """Spend no more on readings than the month has, and no debt beyond a bucketful."""
        if not self.sent or (plan := self.month.plan.messages) is None:
            return
        assert max(self.months.values(), default=0) <= plan
        tokens = self.pacer.tokens
        assert tokens is not None
        # Checked at most a second late, and the trickle is small.
        assert tokens >= -self._bucket(plan) - 2

    @invariant()
    def urgent_before_others(self) -> None:
        """No lane may go before a more urgent one."""
        if self.sent:
            delays = [self.pacer.delay(lane) for lane in list(Lane)[:3]]
            assert delays == sorted(delays)

    @staticmethod
    def _bucket(plan: int) -> float:
        """Return the largest bucket that a plan may come to: at the fastest pace."""
        return max(1.0, plan / MONTH_SECONDS * 2.0 * 7200.0)


def test_the_month_lasts() -> None:
    """However a house sends: never too fast, and never more than there is."""
    run_state_machine_as_test(
        Budget, settings=settings(effort(100), stateful_step_count=25)
    )
