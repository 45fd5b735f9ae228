"""Names and lists as Home Assistant's dialogs show them."""

from collections.abc import Iterable

from .plan_formats import NOTHING, escaped


def table_row(texts: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(escaped(text) for text in texts)} |"


def listed(names: Iterable[str]) -> str:
    """Return names as a list, a dash for none."""
    return "\n".join(f"- {escaped(name)}" for name in names) or NOTHING
