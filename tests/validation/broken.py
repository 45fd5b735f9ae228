"""Repositories with something wrong in them."""

from collections.abc import Callable
from dataclasses import dataclass
import json
from typing import Final

from validation.languages import REQUIRED
from validation.project import INTEGRATION, Json, Project, part
from validation.translations import ENGLISH, FOLDER

MANIFEST: Final = f"{INTEGRATION}/manifest.json"
HACS: Final = "hacs.json"
SERVICES: Final = f"{INTEGRATION}/services.yaml"
ICONS: Final = f"{INTEGRATION}/icons.json"
BRAND: Final = f"{INTEGRATION}/brand"
GERMAN: Final = f"{FOLDER}/de.json"

type Strings = dict[str, Json]
type Break = Callable[[Project], Project]


@dataclass(frozen=True, slots=True)
class Broken:
    """A way to break the repository, and what the check has to say then."""

    check: str
    broken: Break
    says: str


def sound() -> Project:
    """Return the repository, with a translation of ours for each language."""
    project = Project()
    english = project.json(ENGLISH)
    translated = json.dumps(foreign(english)).encode()
    names = {f"{FOLDER}/{language}.json" for language in REQUIRED} - {ENGLISH}
    others = set(project.files(FOLDER, ".json")) - {ENGLISH}
    gone: dict[str, bytes | None] = dict.fromkeys(others)
    return project.with_files(gone | dict.fromkeys(names, translated))


def foreign(value: Json) -> Json:
    """Return texts in a language that nobody speaks."""
    if isinstance(value, dict):
        return {key: foreign(below) for key, below in value.items()}
    return f"{value} !" if isinstance(value, str) else value


def gone(name: str) -> Break:
    """Take a file away."""
    return lambda project: project.with_files({name: None})


def written(name: str, content: str | bytes) -> Break:
    """Write a whole file."""
    data = content.encode() if isinstance(content, str) else content
    return lambda project: project.with_files({name: data})


def replaced(name: str, old: str, new: str, count: int = 1) -> Break:
    """Replace some text, which must be there: the first time, or -1 for every time."""

    def replace(project: Project) -> Project:
        text = project.text(name)
        assert old in text, f"{old!r} is not in {name}"
        return project.with_files({name: text.replace(old, new, count).encode()})

    return replace


def changed(name: str, change: Callable[[Strings], object]) -> Break:
    """Change the object in a JSON file."""

    def apply(project: Project) -> Project:
        value = project.json(name)
        change(value)
        return project.with_files({name: json.dumps(value, indent=2).encode()})

    return apply


def put(name: str, value: Json, *keys: str) -> Break:
    """Set what is deep in a JSON file; a fresh object on the way is made."""

    def change(content: Strings) -> None:
        for key in keys[:-1]:
            below = content.setdefault(key, {})
            assert isinstance(below, dict)
            content = below
        content[keys[-1]] = value

    return changed(name, change)


def without(name: str, *keys: str) -> Break:
    """Take away what is deep in a JSON file, where it must be."""

    def change(content: Strings) -> None:
        *way, last = keys
        del part(content, *way)[last]

    return changed(name, change)
