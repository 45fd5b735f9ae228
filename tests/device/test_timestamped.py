"""Points of other times, packed into messages."""

import json

from hypothesis import given, strategies as st
import pytest

from custom_components.blynk_bridge.device.messages import (
    MESSAGE_SIZE_MAX,
    Publication,
    TimedValue,
    timestamped_batch,
    timestamped_batches,
)

FORMS = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.floats(-1e15, 1e15, allow_nan=False).map(lambda number: round(number, 10)),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list),
)
ROWS = st.lists(st.tuples(st.integers(0, 2**42), FORMS), max_size=150)
NAMES = st.sampled_from(["T", "Wohnzimmer Größe", "x" * 128])


def test_points_travel_with_their_times() -> None:
    """In one message, as pairs."""
    message = timestamped_batch("Temp", [(1700000000123, 21.5), (1700000001000, 22)])
    assert message.topic == "ds/Temp/timestamped_batch"
    assert message.payload == b"[[1700000000123,21.5],[1700000001000,22]]"


@given(NAMES, ROWS)
def test_points_travel_in_as_few_messages_as_possible(
    name: str, rows: list[TimedValue]
) -> None:
    """In order, all of them, each message full or the last one."""
    sent: list[TimedValue] = []
    before: Publication | None = None
    for count, message in timestamped_batches(name, rows):
        assert message.size <= MESSAGE_SIZE_MAX
        packed = json.loads(message.payload)
        assert len(packed) == count > 0
        first = len(
            json.dumps(packed[0], ensure_ascii=False, separators=(",", ":")).encode()
        )
        assert before is None or before.size + 1 + first > MESSAGE_SIZE_MAX
        before = message
        sent += [(at, form) for at, form in packed]
    assert [at for at, _ in sent] == [at for at, _ in rows]
    for (_, form), (_, wanted) in zip(sent, rows, strict=True):
        if isinstance(wanted, str) and form != wanted:
            assert isinstance(form, str)
            assert wanted.startswith(form)
        else:
            assert form == wanted


@pytest.mark.parametrize("letter", ["x", "ü", "\n", "\x01", "\U0001f6cb"])
def test_a_text_that_no_message_holds_is_cut(letter: str) -> None:
    """To what it holds, whatever JSON makes of it."""
    rows: list[TimedValue] = [(1, 1), (2, letter * 2000), (3, 2)]
    counted = list(timestamped_batches("Text", rows))
    assert [count for count, _ in counted] == [1, 1, 1]
    _, message = counted[1]
    assert MESSAGE_SIZE_MAX - 8 < message.size <= MESSAGE_SIZE_MAX
