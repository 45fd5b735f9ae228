"""Outbox: the newest value of each datastream wins, in as few messages as possible."""

import json
import reprlib

import pytest

from custom_components.blynk_bridge.device.messages import (
    DATASTREAM_NAME_MAX,
    MESSAGE_SIZE_MAX,
    Publication,
)
from custom_components.blynk_bridge.device.outbox import Erased, Outbox, Parcel, Source
from custom_components.blynk_bridge.device.pacing import Lane
from custom_components.blynk_bridge.device.values import (
    DataType,
    JsonValue,
    Location,
    Value,
)


def telling(value: Value | Erased | None) -> Source:
    """Return a source that always tells the same value."""
    return lambda: value


def put(
    outbox: Outbox,
    name: str,
    value: Value | Erased | None,
    data_type: DataType = DataType.INTEGER,
    *,
    lane: Lane = Lane.ROUTINE,
    forced: bool = False,
) -> bool:
    """Let a value wait."""
    return outbox.put(name, data_type, telling(value), lane, forced=forced)


def take(outbox: Outbox) -> Parcel:
    """Return the next parcel of an outbox that must have one."""
    parcel = outbox.take()
    assert parcel is not None
    assert parcel.publication.size <= MESSAGE_SIZE_MAX
    return parcel


def told(parcel: Parcel) -> dict[str, JsonValue]:
    """Return the values in a batch as they stand on the wire, in order."""
    assert parcel.publication.topic == "batch_ds"
    values: dict[str, JsonValue] = json.loads(parcel.publication.payload)
    return values


def drained(outbox: Outbox) -> list[Parcel]:
    """Take and acknowledge until nothing is due."""
    parcels = []
    while (parcel := outbox.take()) is not None:
        assert parcel.publication.size <= MESSAGE_SIZE_MAX
        outbox.acknowledged(parcel)
        parcels.append(parcel)
    return parcels


# --- What goes, and how ----------------------------------------------------------


def test_an_empty_outbox_has_nothing_to_send() -> None:
    outbox = Outbox()
    assert len(outbox) == 0
    assert outbox.lane is None
    assert outbox.take() is None


@pytest.mark.parametrize(
    ("value", "data_type", "publication"),
    [
        (21.0, DataType.INTEGER, Publication("ds/Name", b"21")),
        (21.5, DataType.DOUBLE, Publication("ds/Name", b"21.5")),
        (2, DataType.ENUM, Publication("ds/Name", b"2")),
        ("Küche", DataType.STRING, Publication("ds/Name", "Küche".encode())),
        ("", DataType.STRING, Publication("ds/Name", b"")),
        # Blynk documents the text form of neither.
        (True, DataType.BOOLEAN, Publication("batch_ds", b'{"Name":true}')),
        (
            Location(13.4, 52.5),
            DataType.LOCATION,
            Publication("batch_ds", b'{"Name":[13.4,52.5]}'),
        ),
    ],
    ids=reprlib.repr,
)
def test_one_value_goes_alone(
    value: Value, data_type: DataType, publication: Publication
) -> None:
    outbox = Outbox()
    put(outbox, "Name", value, data_type)
    assert take(outbox).publication == publication
    assert len(outbox) == 0


def test_several_values_go_together() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    put(outbox, "B", True, DataType.BOOLEAN)
    put(outbox, "C", 'say "Hü"', DataType.STRING)
    assert len(outbox) == 3
    assert told(take(outbox)) == {"A": 1, "B": True, "C": 'say "Hü"'}
    assert outbox.take() is None


def test_a_text_of_several_parts_goes_alone_and_the_others_together() -> None:
    """Blynk documents no form of it in a batch."""
    outbox = Outbox()
    put(outbox, "A", 1)
    put(outbox, "Colour", "255\x00128\x000", DataType.STRING)
    put(outbox, "B", 2)
    put(outbox, "Other colour", "1\x002\x003", DataType.STRING)
    assert told(take(outbox)) == {"A": 1, "B": 2}
    assert take(outbox).publication == Publication("ds/Colour", b"255\x00128\x000")
    assert take(outbox).publication == Publication("ds/Other colour", b"1\x002\x003")
    assert outbox.take() is None


def test_a_text_of_several_parts_that_is_most_urgent_goes_first() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    put(outbox, "B", 2)
    put(outbox, "Colour", "1\x002\x003", DataType.STRING, lane=Lane.CONFIRMATION)
    parcel = take(outbox)
    assert parcel.publication == Publication("ds/Colour", b"1\x002\x003")
    assert len(outbox) == 2
    outbox.returned(parcel)
    assert outbox.lane is Lane.CONFIRMATION
    topics = [parcel.publication.topic for parcel in drained(outbox)]
    assert topics == ["ds/Colour", "batch_ds"]


def test_a_text_of_several_parts_that_blynk_has_is_not_sent_again() -> None:
    outbox = Outbox()
    put(outbox, "Colour", "1\x002\x003", DataType.STRING)
    outbox.acknowledged(take(outbox))
    put(outbox, "Colour", "1\x002\x003", DataType.STRING)
    put(outbox, "A", 1)
    assert take(outbox).publication == Publication("ds/A", b"1")
    assert len(outbox) == 0


def test_the_value_is_read_when_it_is_packed() -> None:
    """A storm of changes costs one message, with the last of them."""
    outbox = Outbox()
    values = [0]
    for number in range(1000):
        values[0] = number
        outbox.put("A", DataType.INTEGER, lambda: values[0], Lane.ROUTINE)
    assert len(outbox) == 1
    assert take(outbox).publication == Publication("ds/A", b"999")


def test_the_newest_source_wins() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    put(outbox, "A", 2.5, DataType.DOUBLE)
    assert take(outbox).publication == Publication("ds/A", b"2.5")


def test_the_newest_type_wins() -> None:
    outbox = Outbox()
    source = telling(2.5)
    outbox.put("A", DataType.INTEGER, source, Lane.ROUTINE)
    outbox.put("A", DataType.DOUBLE, source, Lane.ROUTINE)
    assert take(outbox).publication == Publication("ds/A", b"2.5")


# --- Nothing to show -------------------------------------------------------------


def test_an_erasure_is_a_message_of_its_own() -> None:
    """Blynk has no batch for it; values go on before and after."""
    outbox = Outbox()
    put(outbox, "A", 1)
    put(outbox, "B", Erased())
    put(outbox, "C", 3)
    put(outbox, "D", Erased())
    assert [parcel.publication for parcel in drained(outbox)] == [
        Publication("batch_ds", b'{"A":1,"C":3}'),
        Publication("ds/B/erase"),
        Publication("ds/D/erase"),
    ]


def test_an_erasure_is_sent_once_and_the_value_after_it_again() -> None:
    outbox = Outbox()
    for value in (1, Erased(), Erased(), 1, 1):
        put(outbox, "A", value)
        for parcel in drained(outbox):
            last = parcel.publication
            assert last.topic == ("ds/A/erase" if value == Erased() else "ds/A")
        put(outbox, "A", value)
        assert outbox.take() is None
    assert last == Publication("ds/A", b"1")


def test_an_erasure_that_waits_is_no_obstacle_to_what_comes_back() -> None:
    """The newest wish wins, and costs nothing where Blynk has it."""
    outbox = Outbox()
    put(outbox, "A", 1)
    drained(outbox)
    put(outbox, "A", Erased())
    put(outbox, "A", 1)
    assert outbox.take() is None


def test_an_erasure_that_was_lost_is_sent_again() -> None:
    outbox = Outbox()
    put(outbox, "A", Erased())
    outbox.returned(take(outbox))
    assert take(outbox).publication == Publication("ds/A/erase")


# --- Lanes -----------------------------------------------------------------------


def test_the_most_urgent_go_first() -> None:
    """Within a lane in the order of waiting; the rest rides along."""
    outbox = Outbox()
    put(outbox, "A", 1, lane=Lane.ROUTINE)
    put(outbox, "B", 2, lane=Lane.URGENT)
    put(outbox, "C", 3, lane=Lane.CONFIRMATION)
    put(outbox, "D", 4, lane=Lane.URGENT)
    assert outbox.lane is Lane.CONFIRMATION
    assert list(told(take(outbox))) == ["C", "B", "D", "A"]
    assert outbox.lane is None


def test_a_place_is_only_ever_improved() -> None:
    outbox = Outbox()
    lanes = []
    for value, lane in enumerate((Lane.URGENT, Lane.ROUTINE, Lane.CONFIRMATION)):
        put(outbox, "A", value, lane=lane)
        lanes.append(outbox.lane)
    assert lanes == [Lane.URGENT, Lane.URGENT, Lane.CONFIRMATION]
    assert take(outbox).publication.payload == b"2"


def test_what_waits_already_is_nothing_new() -> None:
    """A storm of changes wakes nobody."""
    outbox = Outbox()
    source = telling(1)

    def news(lane: Lane, *, forced: bool = False) -> bool:
        return outbox.put("A", DataType.INTEGER, source, lane, forced=forced)

    assert news(Lane.ROUTINE)
    assert not news(Lane.ROUTINE)
    assert news(Lane.URGENT)
    assert not news(Lane.ROUTINE)
    assert news(Lane.URGENT, forced=True)
    assert not news(Lane.URGENT)
    outbox.acknowledged(take(outbox))
    assert news(Lane.ROUTINE)


def test_urgent_values_are_in_the_first_of_several_messages() -> None:
    outbox = Outbox()
    for number in range(100):
        put(outbox, f"Routine datastream {number}", number)
    put(outbox, "Urgent", 1, lane=Lane.URGENT)
    assert next(iter(told(take(outbox)))) == "Urgent"
    assert outbox.lane is Lane.ROUTINE


# --- Sizes -----------------------------------------------------------------------


def test_a_batch_is_filled_to_the_limit_and_no_further() -> None:
    outbox = Outbox()
    for number in range(300):
        put(outbox, f"Datastream {number:03}", number)
    parcels = drained(outbox)
    together = {
        name: value for parcel in parcels for name, value in told(parcel).items()
    }
    assert together == {f"Datastream {number:03}": number for number in range(300)}
    for parcel in parcels[:-1]:
        assert parcel.publication.size > MESSAGE_SIZE_MAX - len('"Datastream 000":000,')


def test_names_count_in_bytes_as_json_writes_them() -> None:
    outbox = Outbox()
    for letter in range(40):
        put(outbox, "ü" * 60 + chr(ord("a") + letter % 26) + '"\\' * (letter // 26), 1)
    parcels = drained(outbox)
    assert sum(len(parcel.values) for parcel in parcels) == 40


@pytest.mark.parametrize(
    "unit",
    [
        "x",
        "ü",
        "温",
        "🔑",
        "👩\u200d🚀",
        '"',
        "\\",
        "\n",
        "\x01",
        "\0",
        "\u2028",
        "a🔑\0",
    ],
    ids=reprlib.repr,
)
@pytest.mark.parametrize(
    "name", ["A", "ü" * (DATASTREAM_NAME_MAX // 2)], ids=reprlib.repr
)
def test_a_long_text_is_cut_to_what_a_message_holds(unit: str, name: str) -> None:
    """At a character's boundary, and by no more than a character too much."""
    outbox = Outbox()
    text = unit * (20_000 // len(unit))
    put(outbox, name, text, DataType.STRING)
    publication = take(outbox).publication
    assert publication.topic == f"ds/{name}"
    cut = publication.payload.decode()
    assert text.startswith(cut)
    assert publication.size > MESSAGE_SIZE_MAX - 4
    assert outbox.take() is None


@pytest.mark.parametrize("unit", ["x", "🔑", "\0", "\x1f", '"'], ids=reprlib.repr)
def test_a_text_of_any_length_fits(unit: str) -> None:
    """Around the limit alone and in company, nothing grows over it or is cut early."""
    for length in range(1, 1050):
        text = unit * length
        outbox = Outbox()
        put(outbox, "Text", text, DataType.STRING)
        put(outbox, "Number", 1)
        for parcel in drained(outbox):
            if parcel.publication.topic == "batch_ds":
                assert told(parcel)["Text"] == text
            elif parcel.publication.topic == "ds/Text":
                whole = Publication("ds/Text", text.encode())
                if whole.size <= MESSAGE_SIZE_MAX:
                    assert parcel.publication == whole
        assert len(outbox) == 0


def test_a_long_text_in_the_middle_keeps_its_turn() -> None:
    outbox = Outbox()
    put(outbox, "A", 1, lane=Lane.CONFIRMATION)
    put(outbox, "B", "x" * 5000, DataType.STRING, lane=Lane.URGENT)
    put(outbox, "C", 3)
    topics = [parcel.publication.topic for parcel in drained(outbox)]
    assert topics == ["ds/A", "ds/B", "ds/C"]


def test_an_unchanged_long_text_is_not_sent_again() -> None:
    """What Blynk has is compared before the cut."""
    outbox = Outbox()
    put(outbox, "A", "x" * 5000, DataType.STRING)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", "x" * 5000, DataType.STRING)
    assert outbox.take() is None


# --- What need not go ------------------------------------------------------------


def test_what_blynk_has_already_is_skipped() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", 1)
    put(outbox, "B", 2)
    assert take(outbox).publication == Publication("ds/B", b"2")
    assert len(outbox) == 0


def test_what_was_not_acknowledged_is_not_known() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    take(outbox)
    put(outbox, "A", 1)
    assert take(outbox).publication == Publication("ds/A", b"1")


def test_a_forced_value_goes_although_it_is_unchanged() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", 1, forced=True)
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", 1)
    assert outbox.take() is None


def test_a_value_of_another_type_is_another_value() -> None:
    """True and 1 are equal in Python; to Blynk they are not."""
    outbox = Outbox()
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", True, DataType.BOOLEAN)
    assert told(take(outbox)) == {"A": True}


def test_a_datastream_without_a_value_is_dropped() -> None:
    outbox = Outbox()
    put(outbox, "A", None, forced=True)
    put(outbox, "B", 2)
    assert take(outbox).publication == Publication("ds/B", b"2")
    assert len(outbox) == 0
    put(outbox, "C", None)
    assert outbox.take() is None
    assert len(outbox) == 0


@pytest.mark.parametrize(
    ("value", "data_type"),
    [
        (float("nan"), DataType.DOUBLE),
        (2**31, DataType.INTEGER),
        ("on", DataType.ENUM),
        ("\ud800", DataType.STRING),
        (Location(200, 0), DataType.LOCATION),
    ],
    ids=reprlib.repr,
)
def test_a_value_without_a_form_is_dropped_alone(
    value: Value, data_type: DataType
) -> None:
    """It must not hold up the others for ever."""
    outbox = Outbox()
    put(outbox, "A", 1)
    put(outbox, "B", value, data_type, lane=Lane.URGENT)
    put(outbox, "C", 3)
    assert told(take(outbox)) == {"A": 1, "C": 3}
    assert len(outbox) == 0


def test_a_source_that_fails_costs_no_other_value() -> None:
    """The error is the caller's to see; what was read before it still waits."""
    outbox = Outbox()
    put(outbox, "A", 1)
    states: dict[str, Value] = {}
    outbox.put("B", DataType.INTEGER, lambda: states["B"], Lane.ROUTINE)
    with pytest.raises(KeyError):
        outbox.take()
    outbox.discard("B")
    assert take(outbox).publication == Publication("ds/A", b"1")


# --- What comes back, and what is gone -------------------------------------------


def test_what_is_returned_waits_again_in_its_lane() -> None:
    outbox = Outbox()
    put(outbox, "A", 1, lane=Lane.URGENT)
    put(outbox, "B", 2)
    parcel = take(outbox)
    assert len(outbox) == 0
    outbox.returned(parcel)
    assert outbox.lane is Lane.URGENT
    assert told(take(outbox)) == {"A": 1, "B": 2}


def test_what_is_returned_goes_even_if_blynk_had_it_before() -> None:
    """The message may have arrived although its acknowledgement did not."""
    outbox = Outbox()
    value = [1]
    outbox.put("A", DataType.INTEGER, lambda: value[0], Lane.ROUTINE)
    outbox.acknowledged(take(outbox))
    value[0] = 2
    outbox.put("A", DataType.INTEGER, lambda: value[0], Lane.ROUTINE)
    outbox.returned(take(outbox))
    value[0] = 1
    assert take(outbox).publication == Publication("ds/A", b"1")


def test_a_forced_value_that_is_returned_is_still_forced() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", 1, lane=Lane.CONFIRMATION, forced=True)
    outbox.returned(take(outbox))
    assert outbox.lane is Lane.CONFIRMATION
    assert take(outbox).publication == Publication("ds/A", b"1")


def test_a_newer_value_wins_over_a_returned_one() -> None:
    outbox = Outbox()
    put(outbox, "A", 1, lane=Lane.URGENT, forced=True)
    parcel = take(outbox)
    put(outbox, "A", 2.5, DataType.DOUBLE)
    outbox.returned(parcel)
    assert outbox.lane is Lane.URGENT
    assert take(outbox).publication == Publication("ds/A", b"2.5")


@pytest.mark.parametrize("acknowledged_first", [True, False])
def test_a_forced_value_that_is_missing_is_not_taken_for_known(
    acknowledged_first: bool,
) -> None:
    """A widget wrote while there was no state; the old state comes back and must go."""
    outbox = Outbox()
    put(outbox, "A", 1)
    parcel = take(outbox)
    if acknowledged_first:
        outbox.acknowledged(parcel)
    put(outbox, "A", None, lane=Lane.CONFIRMATION, forced=True)
    assert outbox.take() is None
    if not acknowledged_first:
        outbox.acknowledged(parcel)
    put(outbox, "A", 1)
    assert take(outbox).publication == Publication("ds/A", b"1")


def test_a_missing_value_does_not_change_what_blynk_has() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", None)
    assert outbox.take() is None
    put(outbox, "A", 1)
    assert outbox.take() is None


def test_a_discarded_datastream_is_forgotten() -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", 2)
    outbox.discard("A")
    outbox.discard("never seen")
    assert outbox.take() is None
    put(outbox, "A", 1)
    assert take(outbox).publication == Publication("ds/A", b"1")


def test_a_discarded_datastream_does_not_come_back() -> None:
    """Its message was under way, and is returned."""
    outbox = Outbox()
    put(outbox, "A", 1)
    put(outbox, "B", 2)
    parcel = take(outbox)
    outbox.discard("A")
    outbox.returned(parcel)
    assert take(outbox).publication == Publication("ds/B", b"2")
    assert len(outbox) == 0


def test_a_late_acknowledgement_says_nothing_of_a_new_datastream() -> None:
    """Discarded and added again while its message was under way."""
    outbox = Outbox()
    put(outbox, "A", 1)
    parcel = take(outbox)
    outbox.discard("A")
    put(outbox, "A", 1)
    outbox.acknowledged(parcel)
    assert take(outbox).publication == Publication("ds/A", b"1")


def test_a_change_back_while_under_way_is_not_taken_for_known() -> None:
    """Blynk had 1, gets 2 now, and 1 must follow."""
    outbox = Outbox()
    put(outbox, "A", 1)
    outbox.acknowledged(take(outbox))
    put(outbox, "A", 2)
    parcel = take(outbox)
    put(outbox, "A", 1)
    assert take(outbox).publication == Publication("ds/A", b"1")
    outbox.acknowledged(parcel)


@pytest.mark.parametrize("first", ["acknowledged", "returned"])
def test_of_two_messages_under_way_the_newer_counts(first: str) -> None:
    outbox = Outbox()
    put(outbox, "A", 1)
    older = take(outbox)
    put(outbox, "A", 2)
    newer = take(outbox)
    outbox.acknowledged(newer)
    getattr(outbox, first)(older)
    assert outbox.take() is None
    put(outbox, "A", 2)
    assert outbox.take() is None
    put(outbox, "A", 1)
    assert take(outbox).publication == Publication("ds/A", b"1")


# --- What the server does not take ---------------------------------------------------


def test_a_refused_message_is_tried_value_by_value() -> None:
    """One that the server does not take spoils no others; it is tried once."""
    outbox = Outbox()
    for name in ("A", "Bad", "C"):
        put(outbox, name, 1)
    assert outbox.refused(take(outbox)) == []
    tried: list[str] = []
    while (parcel := outbox.take()) is not None:
        (name,) = parcel.values
        tried.append(name)
        if name == "Bad":
            assert outbox.refused(parcel) == ["Bad"]
        else:
            outbox.acknowledged(parcel)
    assert tried == ["A", "Bad", "C"]
    assert outbox.has_value("A")
    assert not outbox.has_value("Bad")


def test_what_was_refused_goes_alone_until_it_is_taken() -> None:
    """Its next value is another try, and still spoils no others."""
    outbox = Outbox()
    put(outbox, "Bad", 1)
    assert outbox.refused(take(outbox)) == ["Bad"]
    for name in ("A", "Bad", "C"):
        put(outbox, name, 2)
    assert [list(parcel.values) for parcel in drained(outbox)] == [["A", "C"], ["Bad"]]
    for name in ("A", "Bad", "C"):
        put(outbox, name, 3)
    assert [list(parcel.values) for parcel in drained(outbox)] == [["A", "Bad", "C"]]


def test_of_what_was_refused_one_tries_again_for_all() -> None:
    """A server that takes nothing costs a message each time, whatever there is."""
    outbox = Outbox()
    for name in ("A", "B", "C"):
        put(outbox, name, 1)
        assert outbox.refused(take(outbox)) == [name]
    assert outbox.take() is None
    for name in ("A", "B"):
        assert outbox.retry()
        assert outbox.refused(only := take(outbox)) == [*only.values] == [name]
        assert outbox.take() is None
    put(outbox, "A", 2)
    assert outbox.retry()
    tried = [[*parcel.values] for parcel in drained(outbox)]
    assert sorted(tried) == [["A"], ["B"], ["C"]]
    assert all(outbox.has_value(name) for name in "ABC")
    assert not outbox.retry()


def test_a_datastream_that_is_no_longer_ours_is_no_suspect() -> None:
    outbox = Outbox()
    put(outbox, "Bad", 1)
    outbox.refused(take(outbox))
    outbox.discard("Bad")
    for name in ("A", "Bad"):
        put(outbox, name, 2)
    assert told(take(outbox)) == {"A": 2, "Bad": 2}
