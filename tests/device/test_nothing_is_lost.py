"""The outbox against a simple model: in the end Blynk has the truth."""

from functools import partial
import json
import random

import pytest

from custom_components.blynk_bridge.device.messages import MESSAGE_SIZE_MAX
from custom_components.blynk_bridge.device.outbox import Erased, Form, Outbox, Parcel
from custom_components.blynk_bridge.device.pacing import Lane
from custom_components.blynk_bridge.device.values import (
    DataType,
    Location,
    Value,
    to_json,
)

NAMES = ("A", "Küche", 'quote"d', "a rather long name of a datastream", "T", "B", "L")
TYPES = (
    *(DataType.INTEGER, DataType.DOUBLE, DataType.ENUM, DataType.INTEGER),
    *(DataType.STRING, DataType.BOOLEAN, DataType.LOCATION),
)
WORDS = ("", "x", "ü" * 300, "x" * 2000, "\0" * 200, "🔑" * 240)


def some_value(data_type: DataType, dice: random.Random) -> Value | Erased | None:
    """Return one of few values, so that they repeat, an erasure, or nothing to say."""
    few: dict[DataType, tuple[Value, ...]] = {
        DataType.INTEGER: (0, 1, 2, 3),
        DataType.DOUBLE: (0.5, 1.0, 2.25),
        DataType.ENUM: (0, 1),
        DataType.STRING: WORDS,
        DataType.BOOLEAN: (True, False),
        DataType.LOCATION: (Location(1, 2), Location(3.5, 4)),
    }
    chance = dice.random()
    if chance < 0.2:
        return None if chance < 0.1 else Erased()
    return dice.choice(few[data_type])


class Home:
    """What the outbox is told, and what a Blynk at its other end has of it."""

    def __init__(self, dice: random.Random) -> None:
        """Start with nothing known on either side."""
        self.dice = dice
        self.outbox = Outbox()
        self.types = dict(zip(NAMES, TYPES, strict=True))
        self.state: dict[str, Value | Erased | None] = dict.fromkeys(NAMES)
        self.sources = {name: partial(self.state.get, name) for name in NAMES}
        self.blynk: dict[str, Form] = {}
        self.under_way: list[tuple[Parcel, bool]] = []

    def put(self, name: str, lane: Lane, *, forced: bool = False) -> None:
        """Let a datastream wait."""
        self.outbox.put(name, self.types[name], self.sources[name], lane, forced=forced)

    def change(self, name: str) -> None:
        """Change a state."""
        self.state[name] = some_value(self.types[name], self.dice)
        self.put(name, self.dice.choice(list(Lane)), forced=self.dice.random() < 0.1)

    def send(self, _: str) -> None:
        """Send a message, which may be lost."""
        if len(self.under_way) < 2 and (parcel := self.outbox.take()) is not None:
            arrives = self.dice.random() < 0.7
            if arrives:
                self.deliver(parcel)
            self.under_way.append((parcel, arrives))

    def hear(self, _: str) -> None:
        """Hear of the oldest message under way."""
        if self.under_way:
            parcel, arrived = self.under_way.pop(0)
            # Of a message that arrived the acknowledgement may still be lost.
            if arrived and self.dice.random() < 0.8:
                self.outbox.acknowledged(parcel)
            else:
                self.outbox.returned(parcel)

    def overwrite(self, name: str) -> None:
        """Let a widget write, and the state that results be sent in any case."""
        self.blynk[name] = "a widget's"
        self.put(name, Lane.CONFIRMATION, forced=True)

    def replace(self, name: str) -> None:
        """Remove the datastream, and add another of that name."""
        self.blynk[name] = "another's"
        self.outbox.discard(name)
        self.put(name, Lane.ROUTINE)

    def deliver(self, parcel: Parcel) -> None:
        """Let the message arrive; a text may be cut."""
        publication = parcel.publication
        assert publication.size <= MESSAGE_SIZE_MAX
        if publication.topic == "batch_ds":
            assert json.loads(publication.payload) == parcel.values
        elif publication.topic.endswith("/erase"):
            ((name, value),) = parcel.values.items()
            assert publication.topic == f"ds/{name}/erase"
            assert isinstance(value, Erased)
        else:
            ((name, value),) = parcel.values.items()
            assert publication.topic == f"ds/{name}"
            whole = value if isinstance(value, str) else json.dumps(value)
            assert whole.startswith(publication.payload.decode())
        self.blynk.update(parcel.values)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_is_lost(seed: int) -> None:
    """Whatever is changed, lost, overwritten or replaced, Blynk ends up with the truth."""
    dice = random.Random(seed)
    home = Home(dice)
    steps = (home.change, home.send, home.hear, home.overwrite, home.replace)
    for _ in range(400):
        (step,) = dice.choices(steps, (8, 6, 6, 1, 0.3))
        step(dice.choice(NAMES))
    while home.under_way:
        home.hear("")
    while (parcel := home.outbox.take()) is not None:
        home.deliver(parcel)
        home.outbox.acknowledged(parcel)

    assert len(home.outbox) == 0
    for name, value in home.state.items():
        if isinstance(value, Erased):
            assert isinstance(home.blynk[name], Erased)
        elif value is not None:
            assert home.blynk[name] == to_json(value, home.types[name])
    # And now that it has everything, nothing goes again.
    for name in NAMES:
        home.put(name, Lane.ROUTINE)
    assert home.outbox.take() is None
