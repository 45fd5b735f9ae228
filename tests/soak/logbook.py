"""The logbook: what the logs say during a soak, counted, without holding what they speak of."""

from collections import Counter, deque
import logging
from typing import Final, override

_KEPT: Final = 200


class Logbook(logging.Handler):
    """Counts log lines by their form; an error in a record would keep its frames alive."""

    def __init__(self) -> None:
        """Start with empty pages."""
        super().__init__(logging.INFO)
        self.lines: Counter[tuple[str, str]] = Counter()
        """By level, and by logger and form."""
        self.last: deque[str] = deque(maxlen=_KEPT)
        """The newest warnings and errors."""

    def complaints(self) -> list[str]:
        """Return the errors in the log: nothing that happens here is a reason for one."""
        return [
            f"{count} × in the log: {line}"
            for (level, line), count in self.lines.items()
            if level in {"ERROR", "CRITICAL"}
        ]

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Count a line."""
        self.lines[record.levelname, f"{record.name}: {record.msg}"] += 1
        if record.levelno >= logging.WARNING:
            self.last.append(f"{record.levelname} {record.name}: {self.format(record)}")
            record.exc_text = None
