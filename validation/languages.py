"""The other languages: each must say all that the English texts say, and only that."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
import re
from typing import Final

from homeassistant.generated.languages import LANGUAGES

from .findings import Finding
from .project import Json, Project
from .translations import ENGLISH, FOLDER, faults, placeholders

REQUIRED: Final = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "tr", "uk")
"""Those that the README promises."""

_LONG: Final = 5
"""Words; a text of so many is the same in no two languages."""
_LINK: Final = re.compile(r"\[[^\]]+\]\(([^)]+)\)")
_CODE: Final = re.compile(r"`([^`]+)`")

_MARKS: Final[Mapping[str, Callable[[str], object]]] = {
    "placeholders": lambda text: set(placeholders(text)),
    "links": lambda text: Counter(_LINK.findall(text)),
    "marks of bold": lambda text: text.count("**"),
    "pieces of code": lambda text: Counter(_CODE.findall(text)),
    "items of lists": lambda text: len(
        re.findall(r"^(?:[-*]|\d+\.) ", text, re.MULTILINE)
    ),
}
"""What must be the same in all languages."""


def check_files(project: Project) -> Iterator[Finding]:
    """Find languages that are missing, or that Home Assistant does not know."""
    there = {PurePosixPath(name).stem for name in project.files(FOLDER, ".json")}
    for language in REQUIRED:
        if language not in there:
            yield Finding(f"{FOLDER}/{language}.json", "is missing")
    for language in sorted(there - LANGUAGES):
        yield Finding(f"{FOLDER}/{language}.json", "is no language of Home Assistant's")


def check_languages(project: Project) -> Iterator[Finding]:
    """Compare each language that is there with English, text by text."""
    english = dict(texts(project.json(ENGLISH)))
    for file in project.files(FOLDER, ".json"):
        if file != ENGLISH:
            translated = dict(texts(project.json(file)))
            for where, message in _differences(english, translated):
                yield Finding(file, f"{where} {message}")


def _differences(
    english: Mapping[str, str], translated: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield where a translation does not say what the English texts say."""
    for where in sorted(english.keys() - translated.keys()):
        yield where, "is missing"
    for where in sorted(translated.keys() - english.keys()):
        yield where, "is in no English text"
    for where in sorted(translated.keys() & english.keys()):
        ours, theirs = english[where], translated[where]
        found = [*faults(theirs)]
        for fault in found:
            yield where, fault
        if not found:
            for what, marks in _MARKS.items():
                if marks(ours) != marks(theirs):
                    yield where, f"has other {what} than the English text"
        if ours == theirs and len(re.findall(r"\w{2,}", ours)) >= _LONG:
            yield where, "is not translated"


def texts(value: Json, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a tree, with its place; what is no text as none."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from texts(below, f"{where}.{key}" if where else key)
    else:
        yield where, value if isinstance(value, str) else ""
