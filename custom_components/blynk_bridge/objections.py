"""Objections: what the server says against a message that is on its way."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import re
from typing import Final

from homeassistant.core import callback

from .device.values import legible

_NEVER: Final = r"(?!)"
_SHOWN_MAX: Final = 255
"""Characters of what the server says."""


@dataclass(slots=True, eq=False)
class Objection:
    """What was said so far against what names one of these words; nothing at first."""

    _about: re.Pattern[str]
    text: str = ""

    @callback
    def async_takes(self, text: str) -> bool:
        """Return whether a complaint is about this."""
        if self._about.search(text) is None:
            return False
        self.text = legible(text)[:_SHOWN_MAX]
        return True


class Objections:
    """Takes a complaint for one about what is under way, if it names that.

    The texts are not documented. One that comes when nobody waits any more is too late.
    """

    def __init__(self) -> None:
        """Expect none."""
        self._expected: list[Objection] = []

    @contextmanager
    def about(self, words: Iterable[str]) -> Iterator[Objection]:
        """Listen to what is said about any of these words for a while."""
        names = "|".join(re.escape(word) for word in words)
        objection = Objection(
            re.compile(rf"(?<!\w)(?:{names})(?!\w)" if names else _NEVER)
        )
        self._expected.append(objection)
        try:
            yield objection
        finally:
            self._expected.remove(objection)

    @callback
    def async_heard(self, text: str) -> bool:
        """Take a complaint; return whether it is about something that is under way."""
        takers = [item for item in self._expected if item.async_takes(text)]
        return bool(takers)
