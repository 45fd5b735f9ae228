"""Names and lists as Home Assistant's dialogs show them."""

from collections.abc import Iterable
from typing import Final

NOTHING: Final = "–"
# What a dialog would take for mark-up in a name.
_MARKUP: Final = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|~#&$"})


def plain(text: str) -> str:
    """Return a name that Markdown shows as it is."""
    return " ".join(text.translate(_MARKUP).split())


def table_row(texts: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(plain(text) for text in texts)} |"


def listed(names: Iterable[str]) -> str:
    """Return names as a list, a dash for none."""
    return "\n".join(f"- {plain(name)}" for name in names) or NOTHING
