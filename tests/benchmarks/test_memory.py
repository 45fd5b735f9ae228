"""The arithmetic of memory, and the things that it is measured with."""

import pytest

from benchmarks.furniture import datastream, thing
from benchmarks.holding import OTHERS, OURS, Held, owner_of
from benchmarks.memory import Case


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("/here/custom_components/blynk_bridge/device/outbox.py", OURS),
        ("/lib/homeassistant/helpers/event.py", "Home Assistant's trackers"),
        ("/lib/homeassistant/core.py", "the rest of Home Assistant"),
        ("/lib/python3.14/asyncio/events.py", OTHERS),
    ],
)
def test_memory_belongs_to_whose_code_has_allocated_it(file: str, owner: str) -> None:
    """The first that fits is the owner."""
    assert owner_of(file) == owner


def test_exposures_hold_what_entries_without_them_do_not() -> None:
    """Either may have an owner that the other has not."""
    held = Held(bare={OURS: 10, OTHERS: 5}, exposing={OURS: 110, "trackers": 7})
    assert held.beyond == {OURS: 100, "trackers": 7, OTHERS: -5}


def test_a_case_is_read_as_entries_times_exposures() -> None:
    """It is a table's column."""
    assert str(Case(1, 200)) == "1 entry × 200"
    assert str(Case(20, 200)) == "20 entries × 200"
    assert Case(20, 200).count == 4000


def test_every_thing_has_an_entity_and_a_datastream_of_its_own() -> None:
    """However many: Blynk's pins repeat, names do not."""
    streams = [datastream(number) for number in range(800)]
    assert len({stream.name for stream in streams}) == 800
    assert {stream.pin for stream in streams} == set(range(1, 256))
    assert len({thing(1, number).entity_id for number in range(800)}) == 800
