"""Writes docs/faults.md from the fault table; with --check, only says whether it is stale."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
import sys
from typing import Final

from .line import LINE
from .row import Row
from .server import SERVER

PAGE: Final = Path(__file__).parents[2] / "docs" / "faults.md"

_ISSUES: Final = {
    "redirect_refused": "the server wants to send the token to a stranger",
    "token_in_use": "another client seems to use the token",
    "unknown_datastreams": "Blynk does not seem to know the datastreams",
}
_INTRODUCTION: Final = """\
# What can go wrong, and what follows

Each line is a test: a real Home Assistant behind a proxy that does this to its connection, and the simulator or mosquitto behind
that. While it lasts, a reading, a lamp and a control change in the house, and widgets are used in the app. Afterwards
every datastream holds Home Assistant's last value, those with *Blynk wins on reconnect* and the controls what was set in Blynk; never was
more than one connection open; and after unloading no task, timer, listener or socket is left.
This page is written from tests/faults by `scripts/reference`.

- **Seen**: when the connectivity sensor goes off, at the latest. The log says so once, and once that it is back; "n times" where one
  fault is many outages. Then what else the user is told.
- **Back**: how long after the fault's end everything is right again, at the latest. After a long outage that is the longest pause
  between two attempts, five minutes.
- **Messages**: what it may cost of the month's messages, with what changes meanwhile.
- **What a widget writes while the house is offline** is not queued by Blynk. For an exposure with *Blynk wins on reconnect*, and
  for a control, it is carried out later; for other exposures Home Assistant's own value wins.
"""


def page() -> str:
    """Return the page."""
    return (
        f"{_INTRODUCTION}\n"
        "## The line\n\n"
        f"{_table(LINE)}\n"
        "## The cloud\n\n"
        f"{_table(SERVER)}"
    )


def _table(rows: Iterable[Row]) -> str:
    """Return rows as a table."""
    lines = ["| What happens | Seen | Back | Messages | |\n", "|---|---|---|---|---|\n"]
    for row in rows:
        back = _duration(row.within)
        cells = (row.fault, _seen(row), back, str(row.spends), row.remark)
        lines.append(f"| {' | '.join(cells)} |\n")
    return "".join(lines)


def _seen(row: Row) -> str:
    """Return what the user sees."""
    return "; ".join(_sights(row)) or "nothing"


def _sights(row: Row) -> Iterator[str]:
    """Give what the user sees."""
    if row.offline is not None:
        at_once = row.offline < 5
        yield "offline at once" if at_once else f"offline in {_duration(row.offline)}"
        least, most = row.outages
        if most > 1:
            yield f"{least} to {most} times"
    if row.warnings:
        yield "the log says it once"
    if row.asks_for_token:
        yield "asks for another token"
    if row.issue is not None:
        yield f"repair: {_ISSUES[row.issue]}"
    if row.perhaps is not None:
        yield f"perhaps a repair: {_ISSUES[row.perhaps]}"


def _duration(seconds: float) -> str:
    """Return a time in words."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def main(arguments: Sequence[str]) -> int:
    """Write the page, or compare it; return the exit code."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PAGE} is stale: run scripts/reference\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
