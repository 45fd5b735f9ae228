"""What datastreams are called: readable, legal, and like no other of the entry."""

from collections.abc import Iterable
from typing import Final
import unicodedata

from homeassistant.core import HomeAssistant, State, callback, split_entity_id
from homeassistant.helpers import area_registry as ar, entity_registry as er

from .device.errors import InvalidName
from .device.messages import DATASTREAM_NAME_MAX, valid_name
from .texts import option_text
from .traits.base import Trait

# Bytes: an entity's name leaves room for a trait and a number behind it, and what
# stands behind or before it leaves room for that name.
_STEM_MAX: Final = DATASTREAM_NAME_MAX - 32
_TAIL_MAX: Final = 48


class Names:
    """The names that an entry's datastreams have, and new ones beside them.

    Blynk tells capitals apart, people do not: two names that differ in nothing
    else count as one.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """Start with the names there are."""
        self._taken = {_key(name) for name in taken}

    def claim(self, wordings: Iterable[str]) -> str:
        """Return the first wording that is free, else the last one with a number.

        It is taken from now on.
        """
        wanted = list(wordings)
        name = next((name for name in wanted if _key(name) not in self._taken), None)
        number = 1
        while name is None or _key(name) in self._taken:
            number += 1
            name = _joined(wanted[-1], str(number))
        self._taken.add(_key(name))
        return name


@callback
def wordings(
    hass: HomeAssistant, state: State, trait: Trait, *, main: bool, ambiguous: bool
) -> tuple[str, ...]:
    """Return what the datastream of an entity's trait may be called, best first.

    The main trait has the entity's name, any other its own behind it. The area's
    name stands before it where the entity's says too little.
    """
    stem = base_name(state)
    area = _area_name(hass, state.entity_id)
    stems: tuple[str, ...] = (stem,)
    if area and not _key(stem).startswith(_key(area)):
        placed = _joined(area, stem)
        stems = (placed,) if ambiguous else (stem, placed)
    if main:
        return stems
    label = legal(option_text(hass, "trait", trait.key), _TAIL_MAX) or trait.key
    return tuple(_joined(each, label) for each in stems)


def entity_name(state: State) -> str:
    """Return what the entity is called: a number where a customization says so."""
    return str(state.name)


def base_name(state: State) -> str:
    """Return an entity's name as far as a datastream can have it."""
    return legal(entity_name(state), _STEM_MAX) or split_entity_id(state.entity_id)[1]


def legal(text: str, size: int) -> str:
    """Return the text without what a datastream's name can't have, and not too long.

    Composed, so that the name is the same, byte for byte, when somebody types it.
    """
    letters = unicodedata.normalize("NFC", text)
    kept = "".join(letter if _allowed(letter) else " " for letter in letters)
    return _cut(" ".join(kept.split()), size)


def _joined(stem: str, tail: str) -> str:
    """Return two names as one, of which the first gives way if it is too long."""
    tail = f" {_cut(tail, DATASTREAM_NAME_MAX - _TAIL_MAX)}"
    return _cut(stem, DATASTREAM_NAME_MAX - len(tail.encode())) + tail


def _cut(text: str, size: int) -> str:
    """Return as much of the text as fits into so many bytes."""
    return text.encode()[:size].decode(errors="ignore").strip()


def _allowed(letter: str) -> bool:
    """Return whether a name may have this character."""
    try:
        valid_name(letter)
    except InvalidName, UnicodeEncodeError:
        return False
    return True


def _key(name: str) -> str:
    """Return what two names have in common that people take for one."""
    return unicodedata.normalize("NFC", name).casefold()


@callback
def _area_name(hass: HomeAssistant, entity_id: str) -> str:
    """Return the legal name of the area that an entity is in, "" for none."""
    entry = er.async_get(hass).async_get(entity_id)
    area_id = er.async_get_effective_area_id(hass, entry) if entry else None
    area = ar.async_get(hass).async_get_area(area_id) if area_id else None
    return legal(area.name, _TAIL_MAX) if area else ""
