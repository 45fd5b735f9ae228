"""Values packed into messages, and the messages about metadata."""

import json

import pytest

from custom_components.blynk_bridge.device.messages import MESSAGE_SIZE_MAX, Publication
from custom_components.blynk_bridge.device.metadata import (
    get_metadata,
    metadata_questions,
    set_metadata,
)
from custom_components.blynk_bridge.device.updates import Update, packed, single
from custom_components.blynk_bridge.device.values import DataType


@pytest.mark.parametrize(
    ("update", "topic", "payload"),
    [
        (Update("Level", 21, DataType.INTEGER), "ds/Level", "21"),
        (Update("Level", 21.5, DataType.DOUBLE), "ds/Level", "21.5"),
        (Update("Level", 1, DataType.ENUM), "ds/Level", "1"),
        (Update("Text", "ä", DataType.STRING), "ds/Text", "ä"),
        (Update("Color", "1\x002", DataType.STRING), "ds/Color", "1\x002"),
        (Update("Flag", True, DataType.BOOLEAN), "batch_ds", '{"Flag":true}'),
        (
            Update("Place", [4.9, 52], DataType.LOCATION),
            "batch_ds",
            '{"Place":[4.9,52]}',
        ),
    ],
    ids=lambda item: item.name if isinstance(item, Update) else None,
)
def test_one_value_goes_in_a_documented_form(
    update: Update, topic: str, payload: str
) -> None:
    """As text, unless its type has no documented text form."""
    assert single(update.name, update.form) == Publication(topic, payload.encode())
    assert list(packed([update])) == [([update], single(update.name, update.form))]


def test_several_values_share_messages() -> None:
    """In order, none too large; what has parts goes alone, and holds up no other."""
    updates = [
        Update(
            f"Datastream {n}", f"text {n}\0x" if n == 7 else "x" * 80, DataType.STRING
        )
        for n in range(30)
    ]
    messages = list(packed(updates))
    assert sorted(item for part, _ in messages for item in part) == sorted(updates)
    assert [part for part, _ in messages if updates[7] in part] == [[updates[7]]]
    assert len(messages) == 5
    for part, publication in messages:
        assert publication.size <= MESSAGE_SIZE_MAX
        if len(part) > 1:
            values = json.loads(publication.payload)
            assert values == {item.name: item.form for item in part}


def test_a_value_that_is_too_large_is_a_message_of_its_own() -> None:
    """Nothing is cut: who sends it can tell."""
    large = Update("Text", "x" * 1100, DataType.STRING)
    small = Update("Level", 1, DataType.INTEGER)
    messages = list(packed([small, large, small._replace(name="Other")]))
    assert [len(part) for part, _ in messages] == [1, 1, 1]
    assert messages[1][1].size > MESSAGE_SIZE_MAX


def test_metadata_is_written_and_asked_for_by_name() -> None:
    """Raw UTF-8, a comma between the names that are asked for."""
    assert set_metadata("Größe", "1,75 m") == Publication("meta/Größe", b"1,75 m")
    assert get_metadata(["Time Zone", "Größe"]) == Publication(
        "get/meta", "Time Zone,Größe".encode()
    )


def test_many_metadata_fields_are_several_questions() -> None:
    """None too large, each field once."""
    names = [f"A field with a long name {n}" for n in range(50)]
    questions = list(metadata_questions(names))
    assert len(questions) == 2
    assert [name for asked, _ in questions for name in asked] == names
    for asked, question in questions:
        assert question.topic == "get/meta"
        assert question.size <= MESSAGE_SIZE_MAX
        assert question.payload.decode().split(",") == asked
