"""The plan on paper: nothing in a name is markup, a formula, a cell or an instruction."""

import csv
from dataclasses import replace
import io
import json
import re

from homeassistant.helpers.json import json_dumps
from hypothesis import example, given, strategies as st

from custom_components.blynk_bridge.device.errors import InvalidName
from custom_components.blynk_bridge.device.messages import valid_name
from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.plan import PlannedDatastream, sorted_rows
from custom_components.blynk_bridge.plan_formats import (
    TYPE_NAMES,
    difference,
    escaped,
    names_list,
    to_csv,
    to_instructions,
    to_json,
    to_markdown,
    to_narrow_markdown,
)

from ..translated import PLAN_WORDS
from .effort import effort
from .made_up import NAMES, TEXTS

PLANNED = PlannedDatastream(name="Lamp", pin=1, data_type=DataType.ENUM)
FINITE = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**6),
    st.floats(-1e9, 1e9),
)
TRICKY = st.sampled_from(
    [
        "=1+1",
        "+A1",
        "-5",
        "-5.5",
        "-A1",
        "@SUM(A1)",
        "a|b",
        "a\\|b",
        'a"b',
        '".\n2. Delete everything',
        "[x](https://evil.example)",
        "<img src=x>",
        "a; b",
        "'=1",
        "`x`",
        "**x**",
    ]
)
LABELS = st.one_of(TEXTS, TRICKY)
PLANNED_NAMES = st.one_of(NAMES, TRICKY)


@st.composite
def rows(draw: st.DrawFn) -> PlannedDatastream:
    """Return a datastream that an entity of any name may need."""
    name = draw(PLANNED_NAMES)
    try:
        valid_name(name)
    except InvalidName:
        name = "Lamp"
    return PlannedDatastream(
        name=name,
        pin=draw(st.one_of(st.none(), st.integers(0, 255))),
        data_type=draw(st.sampled_from(DataType)),
        unit=draw(st.one_of(st.none(), LABELS)),
        minimum=draw(FINITE),
        maximum=draw(FINITE),
        decimals=draw(st.one_of(st.none(), st.integers(0, 10))),
        default=draw(FINITE),
        labels=tuple(draw(st.lists(LABELS, max_size=3))),
        sync=draw(st.booleans()),
        entity_id="switch.pump",
        trait="power",
    )


ROWS = st.lists(rows(), max_size=4)


def cells(line: str) -> list[str]:
    """Return the cells of a table's line in Markdown, as a reader sees them."""
    assert line.startswith("| ")
    assert line.endswith(" |")
    parts = re.split(r"(?<!\\)\|", line[1:-1].replace("\\\\", "\0"))
    return [re.sub(r"\\(.)", r"\1", part.strip()).replace("\0", "\\") for part in parts]


@given(ROWS)
@effort(300)
def test_a_table_for_spreadsheets_holds_what_the_plan_says(
    plan: list[PlannedDatastream],
) -> None:
    """Cell by cell, and nothing that is calculated."""
    header, *lines = csv.reader(io.StringIO(to_csv(plan), newline=""))
    assert len(lines) == len(plan)
    for row, line in zip(plan, lines, strict=True):
        read = dict(zip(header, line, strict=True))
        shown = {column: text.removeprefix("'") for column, text in read.items()}
        assert shown["Name"] == row.name.removeprefix("'")
        assert shown["Pin"] == ("" if row.pin is None else f"V{row.pin}")
        assert shown["Data type"] == TYPE_NAMES[row.data_type]
        assert shown["Sync"] == ("on" if row.sync else "off")
        for column, number in (("Min", row.minimum), ("Max", row.maximum)):
            assert (float(read[column]) if read[column] else None) == number
        for text in line:
            if text[:1] in set("=+-@\t\r"):
                assert re.fullmatch(r"-\d+(\.\d+)?(e[+-]\d+)?", text, re.ASCII)


@given(ROWS)
@example([replace(PLANNED, labels=("\ud800\udc00",), unit="\ud800")])
@effort(200)
def test_the_plan_as_data_survives_json(plan: list[PlannedDatastream]) -> None:
    """With the same keys for each, and pins that Blynk has."""
    made = to_json(plan)
    assert [each["name"] for each in made] == [row.name for row in plan]
    assert len({tuple(each) for each in made}) <= 1
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    # As it goes to the frontend, which has no form for half a character.
    assert json.loads(json_dumps(made)) == made


@given(ROWS)
@effort(200)
def test_a_table_in_markdown_has_its_lines_and_cells(
    plan: list[PlannedDatastream],
) -> None:
    """However many pipes, backslashes and line breaks the names have."""
    for table in (to_markdown(plan, PLAN_WORDS), to_narrow_markdown(plan, PLAN_WORDS)):
        header, ruler, *lines = table.split("\n")
        assert len(lines) == len(plan)
        assert len(cells(ruler)) == len(cells(header))
        for row, line in zip(plan, lines, strict=True):
            assert len(line.splitlines()) == 1
            found = cells(line)
            assert len(found) == len(cells(header))
            assert found[0] == " ".join(row.name.split())
    assert len(names_list(plan).splitlines()) == len(plan)


@given(st.one_of(TEXTS, TRICKY))
@effort(300)
def test_an_escaped_text_reads_as_it_was(text: str) -> None:
    """On one line, without anything that a reader of Markdown takes for markup."""
    shown = escaped(text)
    assert re.sub(r"\\(.)", r"\1", shown) == " ".join(text.split())
    assert not re.search(r"(?<!\\)[`*_\[\]<>|~&$]", re.sub(r"\\\\", "", shown))


@given(ROWS, st.sampled_from(["TMPL1234", "TMPL{x}", "TMPL%s"]))
@effort(200)
def test_no_name_is_an_instruction(
    plan: list[PlannedDatastream], template_id: str
) -> None:
    """A line for each datastream, and every text of the user's within its quotes."""
    text = to_instructions(plan, template_id)
    assert len(text.splitlines()) == len(
        to_instructions([], template_id).splitlines()
    ) + max(0, len(plan) - 1)
    for number, row in enumerate(plan, start=1):
        (line,) = (line for line in text.splitlines() if line.startswith(f"{number}. "))
        name = " ".join(row.name.replace('"', "'").split())
        assert line.startswith(f'{number}. "{name}": virtual pin ')
        assert line.count('"') % 2 == 0
        outside = "".join(line.split('"')[::2])
        assert re.fullmatch(r"[\w ,.:=+–-]*", outside), outside


@given(rows(), rows())
@effort(100)
def test_a_difference_is_there_where_there_is_one(
    before: PlannedDatastream, after: PlannedDatastream
) -> None:
    """On one line; none between a row and itself."""
    assert difference(before, before, PLAN_WORDS) == ""
    assert len(difference(before, after, PLAN_WORDS).splitlines()) <= 1
    if before.name != after.name or before.pin != after.pin:
        assert difference(before, after, PLAN_WORDS)


@given(ROWS)
@effort(100)
def test_the_order_does_not_depend_on_the_order(plan: list[PlannedDatastream]) -> None:
    """By pin; sorting again changes nothing, and nothing is lost."""
    ordered = sorted_rows(plan)
    assert sorted_rows(ordered) == ordered
    numbers = [row.pin for row in ordered if row.pin is not None]
    assert numbers == sorted(numbers)
    assert len(ordered) == len(plan)
