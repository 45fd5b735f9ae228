"""Metadata of the device: what arrives, what comes back, and what is refused."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from custom_components.blynk_bridge import inquiries
from simulator import Simulator

from ..conftest import SetUp
from .calls import ask, call, failed, published, refused, unanswered


@pytest.fixture(autouse=True)
def _fields(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the device fields of its own; wait for answers a moment only."""
    monkeypatch.setattr(inquiries, "_PATIENCE", 0.2)
    simulator.device.metadata |= {"Serial": "0042", "Floor": "2", "Größe": "1.75"}


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("Hotspot Name", "Zu Hause", "Zu Hause"),
        ("Time Zone", "Europe/Berlin", "Europe/Berlin"),
        ("Floor", 3, "3"),
        ("Floor", 2.5, "2.5"),
        ("Größe", "", ""),
        ("Serial", True, "true"),
    ],
)
async def test_a_field_arrives(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    field: str,
    value: object,
    text: str,
) -> None:
    """As a text, in one message."""
    await set_up()
    await call(hass, "set_metadata", field=field, value=value)
    assert simulator.device.metadata[field] == text
    assert published(simulator) == [(f"meta/{field}", text.encode())]


NO_METADATA: list[tuple[object, object, str]] = [
    ("Device Name", "x", "metadata_read_only"),
    ("Location", "x", "metadata_read_only"),
    ("Time Zone", "Berlin", "unknown_time_zone"),
    ("Time Zone", "", "unknown_time_zone"),
    ("Time Zone", "../passwd", "unknown_time_zone"),
    ("Time Zone", "x" * 300, "unknown_time_zone"),
    ("a/b", "x", "invalid_metadata_field"),
    ("a,b", "x", "invalid_metadata_field"),
    ("\ud83d", "x", "invalid_metadata_field"),
    ("x" * 300, "x", "invalid_metadata_field"),
    ("", "x", "no_metadata_field"),
    (None, "x", "no_metadata_field"),
    ("Floor", None, "no_value"),
    ("Floor", [1], "value_without_form"),
    ("Floor", float("inf"), "value_without_form"),
    ("Floor", "\ud83d", "value_without_form"),
    ("Floor", "x" * 1000, "text_too_large"),
]


async def test_what_is_no_metadata(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Is refused, and nothing is sent."""
    await set_up()
    keys = [
        await refused(hass, "set_metadata", field=field, value=value)
        for field, value, _ in NO_METADATA
    ]
    assert keys == [key for _, _, key in NO_METADATA]
    assert not published(simulator)


async def test_fields_come_back(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Numbers as numbers; what the device does not have is missing."""
    await set_up()
    names = ["Serial", "Floor", "Größe", "Nothing", "Floor"]
    answer = await ask(hass, "get_metadata", fields=names)
    assert answer == {
        "values": {"Serial": "0042", "Floor": 2, "Größe": 1.75},
        "missing": ["Nothing"],
    }
    assert published(simulator) == [("get/meta", "Serial,Floor,Größe,Nothing".encode())]


async def test_without_names(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """What every device has."""
    await set_up()
    answer = await ask(hass, "get_metadata")
    assert answer["values"] == {
        "Device Name": "Simulated device",
        "Device Owner": "owner@example.com",
        "Hotspot Name": "",
        "Location": "52.37,4.9",
        "Time Zone": "Europe/Amsterdam",
    }
    assert not answer["missing"]


async def test_calls_at_the_same_time(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Each is answered."""
    await set_up()
    answers = await asyncio.gather(
        ask(hass, "get_metadata", fields=["Floor"]),
        ask(hass, "get_metadata", fields=["Serial", "Floor"]),
        ask(hass, "get_metadata"),
    )
    assert [len(answer["values"]) for answer in answers] == [1, 2, 5]


async def test_names_that_are_none(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Nothing is asked."""
    await set_up()
    for names, key in (
        (["a,b"], "invalid_metadata_field"),
        (["Floor", None], "no_metadata_field"),
        ([5], "no_metadata_field"),
    ):
        assert await unanswered(hass, "get_metadata", fields=names) == key
    assert not published(simulator)


async def test_what_blynk_objects_to_is_an_error(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """With its own words: the template defines no such field."""
    await set_up()
    data = {"field": "Nothing", "value": "x"}
    assert await failed(hass, "set_metadata", **data) == "objected"
