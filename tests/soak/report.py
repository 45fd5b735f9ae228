"""The report of a soak, for people to read."""

from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant import const as ha

from .course import DAY, SETTLED, Soak
from .judge import MONTH, MONTH_DAYS

_POINTS: Final = 12
"""Lines of the memory curve."""
_SHARES: Final = (0.5, 0.9, 0.99)


def report(soak: Soak) -> str:
    """Return the report as Markdown."""
    sections = (
        ("The soak", _summary(soak)),
        ("Messages", _messages(soak)),
        ("How long a change takes", _latencies(soak)),
        ("Commands", _counter(soak.app.tally.counts, "Presses of widgets")),
        ("History", _history(soak)),
        ("What went wrong on purpose", _faults(soak)),
        ("What is held", _holdings(soak)),
        ("Memory", _memory(soak)),
        ("What the log says", _log(soak)),
    )
    lines = ["# Report of a soak", "", *_INTRODUCTION, ""]
    for title, body in sections:
        lines += [f"## {title}", "", *body, ""]
    lines += ["## Verdict", ""]
    broken = soak.verdict.broken
    if broken:
        lines += [f"{len(broken)} invariants were broken:", "", *_items(broken)]
    else:
        lines.append("Every invariant holds.")
    return "\n".join(lines) + "\n"


_INTRODUCTION: Final = (
    "A house of things that change, an app that operates them, an owner who changes what is",
    "exposed, and a line on which everything goes wrong that can; in one process, with real",
    "sockets, Home Assistant's own recorder and the simulator as the cloud. Idle time is",
    "skipped. Seconds are those of the house, unless they are called real.",
    "`scripts/soak` has made this page.",
)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    """Return a table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(_cell(item) for item in row)} |" for row in rows)]


def _cell(item: object) -> str:
    """Return what a cell shows."""
    if isinstance(item, float):
        return f"{item:,.1f}"
    return f"{item:,}" if isinstance(item, int) else str(item).replace("|", "\\|")


def _items(texts: Iterable[str]) -> list[str]:
    """Return a list."""
    return [f"- {text}" for text in texts]


def _counter(counts: Mapping[str, int], head: str) -> list[str]:
    """Return a table of counts."""
    return _table((head, "Number"), counts.items())


def _summary(soak: Soak) -> list[str]:
    """Return what was run, and how fast."""
    days = soak.samples[-1][0]
    return _table(
        ("", ""),
        (
            ("Home Assistant", ha.__version__),
            ("Seed", str(soak.plan.seed)),
            ("Simulated days", days),
            ("Real seconds", soak.took),
            ("Times as fast as life", round(days * DAY / soak.took)),
            ("Exposures, controls and events", len(soak.entry.subentries)),
            ("State changes", soak.house.changes),
            ("Faults of line and cloud", soak.weather.seen.total()),
            ("Changes by the owner", soak.owner.done.total()),
            ("Connections", soak.books.connects),
            ("Hours without a session", soak.weather.offline / 3600),
            (
                "Seconds after the calm hour at the end until all was settled",
                round(soak.settled_after),
            ),
        ),
    )


def _messages(soak: Soak) -> list[str]:
    """Return the messages by kind, and against the quota."""
    books = soak.books
    days = soak.samples[-1][0]
    return [
        *_counter(dict(books.messages.most_common()), "Messages"),
        "",
        *_table(
            ("Messages against the quota", ""),
            (
                ("All", books.total),
                (
                    f"What a free plan has in {days:.1f} days",
                    round(MONTH / MONTH_DAYS * days),
                ),
                *((f"In {month}", count) for month, count in books.months.items()),
                ("Most in an hour", books.busiest_hour),
                ("Most in a second", books.busiest_second),
                ("Pings", books.pings),
            ),
        ),
    ]


def _latencies(soak: Soak) -> list[str]:
    """Return percentiles of the seconds from a change to its arrival."""
    return _table(
        ("Seconds until Blynk has it", "Changes", "Half", "90 %", "99 %", "Longest"),
        (
            (
                f"{lane}, {'calm line' if calm else 'trouble meanwhile'}",
                len(times),
                *(times.percentile(share) for share in _SHARES),
                times.longest,
            )
            for (lane, calm), times in soak.books.latencies.items()
        ),
    )


def _history(soak: Soak) -> list[str]:
    """Return what was owed of the history, and what of it is there."""
    counts = soak.chronicle.counts
    return _table(
        ("Points of the history", "Number"),
        (
            ("Changes without a connection, which are owed", counts["owed"]),
            ("Of these in Blynk's history", counts["found, and owed"]),
            ("Others that came with them", counts["found"] - counts["found, and owed"]),
            (
                "Sent again, with the same time",
                counts["sent again, with the same time"],
            ),
            (
                "Points that never were, or have another value",
                len(soak.chronicle.broken),
            ),
        ),
    )


def _faults(soak: Soak) -> list[str]:
    """Return what went wrong, by kind."""
    return [
        *_counter(dict(soak.weather.seen.most_common()), "Fault of line or cloud"),
        "",
        *_counter(dict(soak.owner.done.most_common()), "Change by the owner"),
    ]


def _holdings(soak: Soak) -> list[str]:
    """Return what was held at first and in the end, the entry being unloaded."""
    kinds = ("tasks", "timers", "listeners", "descriptors", "threads", "objects")
    return _table(
        ("Held once the entry is unloaded", "At first", "In the end"),
        (
            (
                "objects of the integration" if kind == "objects" else kind,
                getattr(soak.before, kind).total(),
                getattr(soak.after, kind).total(),
            )
            for kind in kinds
        ),
    )


def _memory(soak: Soak) -> list[str]:
    """Return the curve of what was held while it ran."""
    step = max(1, len(soak.samples) // _POINTS)
    return [
        *_table(
            ("Day", "MiB resident", "Python's blocks", "objects", "of the integration"),
            (
                (
                    day,
                    held.resident,
                    held.blocks,
                    held.all_objects,
                    held.objects.total(),
                )
                for day, held in soak.samples[step - 1 :: step]
            ),
        ),
        "",
        *_growth(soak),
    ]


def _growth(soak: Soak) -> tuple[str, ...]:
    """Return in words by how much memory has grown."""
    if soak.samples[-1][0] <= SETTLED + 1:
        return ("Too short a soak to tell whether memory grows.",)
    return (
        f"From day {SETTLED} on Python's memory grows by {soak.growth:.2%} a day. Resident",
        "memory beyond that is no object of Python's; most of it is likely SQLite's, whose",
        "connections the recorder grants 16 MiB of pages each.",
    )


def _log(soak: Soak) -> list[str]:
    """Return the lines of the log, by their form."""
    return _table(
        ("Level", "Line", "Number"),
        (
            (level, line, count)
            for (level, line), count in soak.logbook.lines.most_common()
            if "blynk_bridge" in line or level in {"WARNING", "ERROR", "CRITICAL"}
        ),
    )
