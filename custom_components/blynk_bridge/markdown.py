"""Names, lists and tables as Home Assistant's dialogs show them."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant, callback

from .plan_formats import escaped
from .texts import option_text


def table_row(texts: Iterable[str]) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(escaped(text) for text in texts)} |"


@callback
def table(
    hass: HomeAssistant, columns: Iterable[str], rows: Iterable[Iterable[str]]
) -> str:
    """Return a table with translated headings."""
    headings = [option_text(hass, "column", column) for column in columns]
    lines = [table_row(headings), f"|{'---|' * len(headings)}"]
    return "\n".join([*lines, *(table_row(row) for row in rows)])


def listed(names: Iterable[str]) -> str:
    """Return names as a list, empty for none."""
    return "\n".join(f"- {escaped(name)}" for name in names)


@callback
def part(hass: HomeAssistant, heading: str, text: str) -> str:
    """Return a part of a dialog under its translated heading; empty without a text.

    It ends with the blank line that the next part begins behind.
    """
    if not text:
        return ""
    return f"**{option_text(hass, 'heading', heading)}**\n\n{text}\n\n"
