"""Whatever the cloud writes is a typed action, or none."""

from typing import Final

from homeassistant.core import State
import pytest

from custom_components.blynk_bridge.device.errors import InvalidValue
from custom_components.blynk_bridge.device.values import DataType, from_text, legible
from custom_components.blynk_bridge.traits import TRAITS, tolerant
from custom_components.blynk_bridge.traits.base import NotWritable
from custom_components.blynk_bridge.traits.inputs import TextValue
from custom_components.blynk_bridge.traits.lights import Colour
from custom_components.blynk_bridge.traits.times import DateTimeValue

from . import an
from .samples_comfort import SAMPLES as COMFORT
from .samples_home import SAMPLES as HOME

HOSTILE: Final = (
    "",
    " ",
    "\0",
    "\0\0\0\0",
    "1\x002\x003\x004",
    "1e400",
    "-1e400",
    "1e-400",
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "0x10",
    "0b1",
    "1_000",
    "１２",
    "١٢",
    "²",
    "-0.0",
    "-0",
    "+1",
    "1" * 1000,
    "9" * 20 + ":00",
    "9" * 20 + "\0",
    "99999\0",
    "25:61:61",
    "-1:00",
    "0000-00-00",
    "9999-12-31 23:59:59",
    "0001-01-01T00:00:00+23:59",
    "10000-01-01",
    "#12345g",
    "#GGGGGG",
    "256,256,256",
    "1_0,1e9,１２",
    "true",
    "on\n",
    "{{ states('lock.front') }}",
    "{% raw %}",
    "\x1b[2J\x1b]0;x\x07",
    "\u202eon",
    "\u200f\u2066x\u2069",
    "a\r\nb",
    "[" * 500,
    '{"a":' * 150,
    "\ufeff1",
    "\U0001f468\u200d\U0001f469",
)
STATES: Final = (
    *COMFORT,
    *HOME,
    an("time.wake", "07:00:00"),
    an("date.day", "2026-01-01"),
    an("datetime.moment", "2026-01-01T00:00:00+00:00"),
    an("input_datetime.both", "2026-01-01 00:00:00", has_date=True, has_time=True),
    an("input_text.note", "x", min=0, max=255),
    an("text.pattern", "x", min=0, max=255, pattern="(a+)+$"),
)
PAIRS: Final = [
    (trait, state)
    for state in STATES
    for trait in TRAITS
    if state.domain in trait.domains
]


def texts(data: object) -> list[str]:
    """Return every text in an action's data."""
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        return [text for value in data.values() for text in texts(value)]
    if isinstance(data, list | tuple):
        return [text for value in data for text in texts(value)]
    return []


@pytest.mark.parametrize("data_type", list(DataType))
def test_no_write_breaks_a_trait(data_type: DataType) -> None:
    """It is an action of the entity's with legible data, or it is refused."""
    tolerant._told.clear()
    actions = 0
    for text in HOSTILE:
        try:
            value = from_text(text, data_type)
        except InvalidValue:
            continue
        for trait, state in PAIRS:
            try:
                action = tolerant.action(trait, state, value)
            except NotWritable:
                continue
            if action is None:
                continue
            actions += 1
            assert all(legible(item) == item for item in texts(dict(action.data)))
    assert not tolerant._told
    assert actions or data_type is DataType.LOCATION


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        ("1_0,2_0,3_0", an("light.a", "on", supported_color_modes=["hs"])),
        ("１２,１２,１２", an("light.a", "on", supported_color_modes=["hs"])),
        ("1e400,1,1", an("light.a", "on", supported_color_modes=["hs"])),
        ("9" * 20 + ":00", an("time.a", "07:00:00")),
    ],
)
def test_numbers_of_the_cloud_are_plain(raw: str, state: State) -> None:
    """What Python would take for a number besides is none."""
    trait = Colour() if state.domain == "light" else DateTimeValue()
    with pytest.raises(NotWritable):
        trait.action(state, raw)


@pytest.mark.parametrize(
    ("written", "held"),
    [("a\0b", "a, b"), ("\x1b[2Jx\x07", "[2Jx"), ("a\nb", "a\nb"), ("é\x85", "é")],
)
def test_a_text_is_one_that_a_state_can_hold(written: str, held: str) -> None:
    """A database may refuse NUL, and a terminal obeys escape sequences."""
    state = an("input_text.note", "x", min=0, max=255)
    action = TextValue().action(state, written)
    assert action is not None
    assert action.data["value"] == held
