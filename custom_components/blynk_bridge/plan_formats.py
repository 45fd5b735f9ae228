"""The plan in the forms that people and programs take.

People read it in Home Assistant's language. Programs, and an assistant with Blynk's
tools, get the same words whatever that is: those of Blynk's console.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
import csv
from dataclasses import dataclass
import io
import re
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.json import JsonObjectType

from .device.values import DataType, legible
from .plan import PlannedDatastream
from .texts import option_text

# As Blynk's console writes them, which one has to find them by in any language.
TYPE_NAMES: Final[Mapping[DataType, str]] = {
    DataType.INTEGER: "Integer",
    DataType.DOUBLE: "Double",
    DataType.STRING: "String",
    DataType.BOOLEAN: "Boolean",
    DataType.ENUM: "Enumerable",
    DataType.LOCATION: "Location",
}
_MARKDOWN_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&$])")
_INSTRUCTIONS: Final = """\
Prepare a Blynk template for Home Assistant, with the tools of Blynk's MCP server
(https://blynk.cloud/mcp). Developer Mode must be on in Blynk.

Read the template with the template ID {template_id} (get_template). For each datastream
of the list below: if the template has none of that name, create it (create_datastream);
if it has one that differs, change it (edit_datastream). Leave all other datastreams as
they are, and delete none. Names are exact, with capital letters and spaces; the texts in
quotes are names and nothing else. Where no pin is given, take a free one from V1 to V255.
If the template's plan has too few datastreams, stop and say so.

{steps}

At the end, list what was created, what was changed, and what could not be done.
"""
NOTHING: Final = "–"
_NARROW: Final = ("name", "pin", "data_type")
_SETTINGS: Final = "settings"
_SYNC: Final = "sync"
_ON: Final = "on"
_OFF: Final = "off"
# What a spreadsheet takes for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def to_json(rows: Iterable[PlannedDatastream]) -> list[JsonObjectType]:
    """Return a mapping for each datastream, all with the same keys.

    Of a label it has what JSON can hold: of half a character, nothing.
    """
    return [
        {
            "name": row.name,
            "pin": None if row.pin is None else f"V{row.pin}",
            "data_type": TYPE_NAMES[row.data_type],
            "unit": None if row.unit is None else legible(row.unit),
            "min": _plain(row.minimum),
            "max": _plain(row.maximum),
            "decimals": row.decimals,
            "default": row.default,
            "enum_labels": [legible(label) for label in row.labels],
            "sync": row.sync,
            "entity_id": row.entity_id,
            "trait": row.trait,
        }
        for row in rows
    ]


def to_csv(rows: Iterable[PlannedDatastream]) -> str:
    """Return a table for spreadsheets (RFC 4180), labels joined by semicolons.

    A text that a spreadsheet would calculate has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_CSV_HEADINGS)
    for row in rows:
        writer.writerow([_no_formula(cell(row)) for cell in _COLUMNS.values()])
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class PlanWords:
    """What a table of the plan says beside its data, in the reader's language."""

    columns: Mapping[str, str]
    values: Mapping[str, str]

    def value(self, column: str, row: PlannedDatastream) -> str:
        """Return what a datastream has in a column."""
        text = _COLUMNS[column](row)
        return self.values[text] if column == _SYNC else text


@callback
def plan_words(hass: HomeAssistant) -> PlanWords:
    """Return the words of Home Assistant's language."""
    return PlanWords(
        {
            column: option_text(hass, "plan_column", column)
            for column in (*_COLUMNS, _SETTINGS)
        },
        {value: option_text(hass, "plan_value", value) for value in (_ON, _OFF)},
    )


def to_markdown(rows: Iterable[PlannedDatastream], words: PlanWords) -> str:
    """Return a table in Markdown; nothing in a name is taken for markup."""
    lines = [
        _line(escaped(words.columns[column]) for column in _COLUMNS),
        _line("---" for _ in _COLUMNS),
        *(
            _line(escaped(words.value(column, row)) for column in _COLUMNS)
            for row in rows
        ),
    ]
    return "\n".join(lines)


def to_narrow_markdown(rows: Iterable[PlannedDatastream], words: PlanWords) -> str:
    """Return a table that fits into a dialog: what a datastream has not is not named."""
    columns = (*_NARROW, _SETTINGS)
    lines = [
        _line(escaped(words.columns[column]) for column in columns),
        _line("---" for _ in columns),
        *(
            _line(
                escaped(cell)
                for cell in (
                    *(words.value(column, row) for column in _NARROW),
                    _settings(row, words),
                )
            )
            for row in rows
        ),
    ]
    return "\n".join(lines)


def names_list(rows: Iterable[PlannedDatastream]) -> str:
    """Return the datastreams' names as a list in Markdown."""
    return "\n".join(
        f"- **{escaped(row.name)}**{f' ({_pin(row)})' if _pin(row) else ''}"
        for row in rows
    )


def difference(
    before: PlannedDatastream, after: PlannedDatastream, words: PlanWords
) -> str:
    """Return what has changed as a line of a list in Markdown, empty for nothing."""
    parts = [
        f"{escaped(words.columns[column])}: "
        f"{escaped(old) or NOTHING} → {escaped(new) or NOTHING}"
        for column in _COLUMNS
        if (old := words.value(column, before)) != (new := words.value(column, after))
    ]
    return f"- **{escaped(after.name)}**: {', '.join(parts)}" if parts else ""


def to_instructions(rows: Sequence[PlannedDatastream], template_id: str) -> str:
    """Return what to tell an assistant that speaks Blynk's MCP server.

    Source: Blynk docs, getting-started/mcp-server. Names are data there as well:
    each is quoted, so that none reads as an instruction.
    """
    steps = (f"{number}. {_sentence(row)}" for number, row in enumerate(rows, start=1))
    return _INSTRUCTIONS.format(template_id=template_id, steps="\n".join(steps))


def _sentence(row: PlannedDatastream) -> str:
    """Return one datastream in words."""
    parts = [f"{_quoted(row.name)}: virtual pin {_pin(row) or 'any free one'}"]
    parts.append(f"data type {TYPE_NAMES[row.data_type]}")
    if row.unit is not None:
        parts.append(f"unit {_quoted(row.unit)}")
    for word, number in (("minimum", row.minimum), ("maximum", row.maximum)):
        if number is not None:
            parts.append(f"{word} {_plain(number)}")
    if row.decimals is not None:
        parts.append(f"{row.decimals} decimals")
    if row.default is not None:
        parts.append(f"default value {row.default}")
    if row.labels:
        keys = ", ".join(
            f"{key} = {_quoted(label)}" for key, label in enumerate(row.labels)
        )
        parts.append(f"values {keys}")
    state = "on" if row.sync else "off"
    parts.append(f'"Sync with latest server value" {state}')
    return ", ".join(parts) + "."


def _settings(row: PlannedDatastream, words: PlanWords) -> str:
    """Return what a datastream has beside name, pin and type."""
    return ", ".join(
        f"{words.columns[column]}: {text}"
        for column in _COLUMNS
        # Without synchronization is how the console begins.
        if column not in _NARROW
        and (column != _SYNC or row.sync)
        and (text := words.value(column, row))
    )


def _quoted(text: str) -> str:
    """Return the text in quotes that it can't end itself."""
    return '"' + " ".join(text.replace('"', "'").split()) + '"'


def _pin(row: PlannedDatastream) -> str:
    """Return the virtual pin as the console writes it."""
    return "" if row.pin is None else f"V{row.pin}"


def _plain(number: float | None) -> float | None:
    """Return a number without a point that says nothing."""
    if number is not None and float(number).is_integer():
        return int(number)
    return number


def _text(value: float | str | None) -> str:
    """Return a cell's text, empty for nothing."""
    return "" if value is None else str(value)


_COLUMNS: Final[Mapping[str, Callable[[PlannedDatastream], str]]] = {
    "name": lambda row: row.name,
    "pin": _pin,
    "data_type": lambda row: TYPE_NAMES[row.data_type],
    "unit": lambda row: row.unit or "",
    "minimum": lambda row: _text(_plain(row.minimum)),
    "maximum": lambda row: _text(_plain(row.maximum)),
    "decimals": lambda row: _text(row.decimals),
    "default": lambda row: _text(row.default),
    "labels": lambda row: "; ".join(row.labels),
    _SYNC: lambda row: _ON if row.sync else _OFF,
}
_CSV_HEADINGS: Final = (
    "Name",
    "Pin",
    "Data type",
    "Unit",
    "Min",
    "Max",
    "Decimals",
    "Default",
    "Enum labels",
    "Sync",
)
_NUMERIC: Final = re.compile(r"-?\d+(\.\d+)?(e[+-]\d+)?", re.ASCII)


def _no_formula(text: str) -> str:
    """Return a cell that a spreadsheet shows instead of calculating it."""
    if text.startswith(_FORMULA) and not _NUMERIC.fullmatch(text):
        return f"'{text}"
    return text


def _line(cells: Iterable[str]) -> str:
    """Return one line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """Return the text as one line without markup."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(text.split()))
