"""Names of datastreams: readable, legal, and like no other, whatever entities are called."""

from collections.abc import Sequence

from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import area_registry as ar, entity_registry as er
from hypothesis import example, given, settings, strategies as st
import pytest

from custom_components.blynk_bridge import traits
from custom_components.blynk_bridge.choosing import Choice
from custom_components.blynk_bridge.device.messages import valid_name
from custom_components.blynk_bridge.draft import PlanSize, Scope, Wish, draft
from custom_components.blynk_bridge.naming import Names, base_name, legal, wordings
from custom_components.blynk_bridge.texts import async_load_texts

HOSTILE = [
    "Küche 🍳/Licht",
    "Küche 🍳,Licht",
    "/,+#",
    "   ",
    "lamp",
    "LAMP",
    "Lamp",
    "x" * 200,
    "x" * 201,
    "X" * 200,
    "😀" * 200,
    "\u202eRTL\u202c",
    "שלום עולם",
    "a\x00b\x07c\nd",
    "\ud800lone\udfff",
    " lead and trail ",
    "é",
    "e\u0301",
    "👨‍👩‍👧",
    "Straße",
    "STRASSE",
    "0",
]
TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=210),
        st.sampled_from(HOSTILE),
    ),
    max_size=30,
)


def key(name: str) -> str:
    """Return what people compare."""
    return name.casefold()


@given(TEXTS)
@example(HOSTILE)
@example(["Same"] * 30)
@settings(max_examples=200, deadline=None)
def test_every_name_is_legal_and_its_own(names: Sequence[str]) -> None:
    """Two that differ in capitals only would be taken for one."""
    claimed = Names(["Taken", "lamp"])
    given_names = []
    for number, name in enumerate(names):
        state = State(f"switch.s_{number}", "on", {"friendly_name": name})
        given_names.append(claimed.claim([base_name(state)]))
    assert all(valid_name(name) == name for name in given_names)
    assert len({key(name) for name in given_names} | {"taken", "lamp"}) == (
        len(names) + 2
    )


@given(st.text(st.characters(), max_size=300), st.integers(1, 128))
def test_legal_text_is_legal_or_nothing(text: str, size: int) -> None:
    """And never longer than asked for, in bytes."""
    result = legal(text, size)
    assert len(result.encode()) <= size
    assert result == "" or valid_name(result) == result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kitchen Temperature", "Kitchen Temperature"),
        ("  Kitchen / Temperature, #1 ", "Kitchen Temperature 1"),
        ("Ku\u0308che", "Küche"),
        ("Küche 🍳", "Küche 🍳"),
        ("+/#,", ""),
        ("a\ud800b", "a b"),
    ],
)
def test_what_is_left_of_a_text(text: str, expected: str) -> None:
    """As much as possible, and composed as a keyboard writes it."""
    assert legal(text, 96) == expected


LAMP = State(
    "light.kitchen",
    "on",
    {"friendly_name": "Kitchen Lamp", "supported_color_modes": ["brightness"]},
)


async def test_a_trait_is_named_behind_the_entity(hass: HomeAssistant) -> None:
    """In the words of our own translations; the main trait needs none."""
    await async_load_texts(hass)
    power, brightness = (traits.find("light", key) for key in ("power", "brightness"))
    assert power
    assert brightness
    assert wordings(hass, LAMP, power, main=True, ambiguous=False) == ("Kitchen Lamp",)
    assert wordings(hass, LAMP, brightness, main=False, ambiguous=False) == (
        "Kitchen Lamp Brightness",
    )


async def test_a_name_is_numbered_at_last(hass: HomeAssistant) -> None:
    """The lowest number that is free."""
    names = Names(["lamp", "Lamp 2"])
    assert names.claim(["Lamp"]) == "Lamp 3"
    assert names.claim(["Lamp", "Kitchen Lamp"]) == "Kitchen Lamp"
    assert names.claim(["Lamp", "Kitchen Lamp"]) == "Kitchen Lamp 2"


@pytest.mark.parametrize("length", [95, 96, 97, 128, 200, 255])
async def test_a_long_name_leaves_room(hass: HomeAssistant, length: int) -> None:
    """For the trait and the number, which tell it from the others."""
    await async_load_texts(hass)
    state = State(
        "light.kitchen", "on", {**LAMP.attributes, "friendly_name": "ö" * length}
    )
    brightness = traits.find("light", "brightness")
    assert brightness
    names = Names()
    for expected in ("Brightness", "Brightness 2", "Brightness 3"):
        name = names.claim(
            wordings(hass, state, brightness, main=False, ambiguous=False)
        )
        assert valid_name(name).endswith(f" {expected}")


async def test_namesakes_are_told_apart_by_their_areas(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    area_registry: ar.AreaRegistry,
) -> None:
    """Both of them, when both come at once; a third without an area is numbered."""
    for number, area in enumerate(("Bedroom", "Kitchen", None, None)):
        registered = entity_registry.async_get_or_create("sensor", "test", str(number))
        if area:
            entity_registry.async_update_entity(
                registered.entity_id, area_id=area_registry.async_create(area).id
            )
        hass.states.async_set(
            registered.entity_id,
            "20",
            {"friendly_name": "Temperature", "unit_of_measurement": "°C"},
        )
    everything = Choice(entities=tuple(sorted(hass.states.async_entity_ids())))
    sketch = draft(hass, Wish(everything, Scope.MAIN, PlanSize.FREE), ())
    assert {data["datastream"] for data in sketch.data} == {
        "Bedroom Temperature",
        "Kitchen Temperature",
        "Temperature",
        "Temperature 2",
    }


async def test_hostile_entities_get_legal_names(hass: HomeAssistant) -> None:
    """All at once, as the flow does it."""
    await async_load_texts(hass)
    for number, name in enumerate(HOSTILE):
        hass.states.async_set(
            f"light.hostile_{number}",
            "on",
            {"friendly_name": name, "supported_color_modes": ["brightness"]},
        )
    everything = Choice(entities=tuple(hass.states.async_entity_ids()))
    sketch = draft(hass, Wish(everything, Scope.ALL, PlanSize.PRO), ())
    found = [data["datastream"] for data in sketch.data]
    assert len(found) == 2 * len(HOSTILE)
    assert all(valid_name(name) == name for name in found)
    assert len({key(name) for name in found}) == len(found)
    assert [data["pin"] for data in sketch.data] == list(range(1, len(found) + 1))
