"""What a check has to say, and how it is asked."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import voluptuous as vol

from .project import Json, Project, UnreadableError


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a file."""

    file: str
    message: str

    def __str__(self) -> str:
        """Return the line to print."""
        return f"{self.file}: {self.message}"


type Check = Callable[[Project], Iterable[Finding]]


def ask(check: Check, project: Project) -> list[Finding]:
    """Return what a check finds; a file that it can't read is a finding, too."""
    try:
        return list(check(project))
    except UnreadableError as error:
        return [Finding(error.file, error.reason)]


def ask_all(checks: Mapping[str, Check], project: Project) -> list[Finding]:
    """Return what any of the checks finds, once."""
    found = [finding for check in checks.values() for finding in ask(check, project)]
    return list(dict.fromkeys(found))


def misfits(file: str, shape: vol.Schema, value: Json) -> Iterable[Finding]:
    """Yield where a value does not have its shape."""
    try:
        shape(value)
    except vol.MultipleInvalid as error:
        for each in error.errors:
            yield Finding(file, _described(each))
    except vol.Invalid as error:
        yield Finding(file, _described(error))


def _described(error: vol.Invalid) -> str:
    """Return where something is wrong, and what."""
    where = ".".join(str(step) for step in error.path)
    return f"{where}: {error.error_message}" if where else str(error.error_message)
