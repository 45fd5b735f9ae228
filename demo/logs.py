"""What the log files must not hold: the token, and errors of the integration."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
import re

INTEGRATION_LOGGER = "custom_components.blynk_bridge"
PACKAGE = "blynk_bridge"

RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}(?:[+-]\d\d:\d\d)? (?P<level>[A-Z]+) \([^)]*\) \[(?P<logger>[^]]*)\]"
)
# What Home Assistant itself holds against an integration, as a warning.
COMPLAINTS = ("Traceback", "Detected blocking call", "Detected that custom integration")


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record of Home Assistant's log, with the lines of its traceback."""

    level: str
    logger: str
    text: str


def records(log_file: Path) -> Iterator[LogRecord]:
    """Read a log file of Home Assistant's."""
    level, logger, lines = "", "", list[str]()
    for line in log_file.read_text(encoding="utf-8", errors="replace").splitlines():
        if found := RECORD.match(line):
            if lines:
                yield LogRecord(level, logger, "\n".join(lines))
            level, logger, lines = found["level"], found["logger"], [line]
        else:
            lines.append(line)
    if lines:
        yield LogRecord(level, logger, "\n".join(lines))


def errors_of_the_integration(log_file: Path) -> list[str]:
    """Return the records that are an error, a traceback or a complaint about the integration."""
    return [
        record.text
        for record in records(log_file)
        if PACKAGE in record.text
        and (
            record.level in {"ERROR", "CRITICAL"}
            or any(complaint in record.text for complaint in COMPLAINTS)
        )
    ]


def debug_records(log_file: Path) -> int:
    """Count what the integration has logged at debug level."""
    return sum(
        record.level == "DEBUG" and record.logger.startswith(INTEGRATION_LOGGER)
        for record in records(log_file)
    )


def files_with(secrets: Iterable[str], log_files: Iterable[Path]) -> list[str]:
    """Return the names of the files in which one of the secrets stands."""
    wanted = [secret.encode() for secret in secrets]
    return [
        path.name
        for path in log_files
        if any(secret in path.read_bytes() for secret in wanted)
    ]
