"""The repository's files, as the checks read them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
import json
from pathlib import Path
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.yaml import parse_yaml

ROOT: Final = Path(__file__).parents[1]
DOMAIN: Final = "blynk_bridge"
INTEGRATION: Final = f"custom_components/{DOMAIN}"

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


class UnreadableError(Exception):
    """A file is missing, or is not what its name says."""

    def __init__(self, file: str, reason: str) -> None:
        """Say which file, and what is wrong with it."""
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a repository in it, with files replaced where a test wants that.

    Names of files are relative to the folder. Every reading raises UnreadableError for
    a file that is missing or not well-formed.
    """

    root: Path = ROOT
    replaced: Mapping[str, bytes | None] = field(default_factory=dict)
    """None takes a file away."""

    def with_files(self, files: Mapping[str, bytes | None]) -> Project:
        """Return the repository with other contents in some files."""
        return Project(self.root, {**self.replaced, **files})

    def has(self, name: str) -> bool:
        """Return whether there is such a file."""
        if name in self.replaced:
            return self.replaced[name] is not None
        return (self.root / name).is_file()

    def content(self, name: str) -> bytes:
        """Return what is in a file."""
        content = self.replaced.get(name)
        if not self.has(name):
            raise UnreadableError(name, "is missing")
        return _read(self.root / name) if content is None else content

    def text(self, name: str) -> str:
        """Return a text file's text."""
        try:
            return self.content(name).decode()
        except UnicodeDecodeError as error:
            raise UnreadableError(name, f"is not UTF-8: {error}") from error

    def json(self, name: str) -> dict[str, Json]:
        """Return the object in a JSON file; a key that is there twice is an error."""
        try:
            value: Json = json.loads(self.text(name), object_pairs_hook=_without_twins)
        except ValueError as error:
            raise UnreadableError(name, f"is not sound JSON: {error}") from error
        if not isinstance(value, dict):
            raise UnreadableError(name, "is no JSON object")
        return value

    def yaml(self, name: str) -> dict[str, Json]:
        """Return the mapping in a YAML file."""
        try:
            value: Json = parse_yaml(self.text(name))
        except HomeAssistantError as error:
            raise UnreadableError(name, f"is not sound YAML: {error}") from error
        if not isinstance(value, dict):
            raise UnreadableError(name, "is no YAML mapping")
        return value

    def tree(self, name: str) -> ast.Module:
        """Return a Python file's syntax tree."""
        try:
            return _parsed(name, self.text(name))
        except SyntaxError as error:
            raise UnreadableError(name, f"is no Python: {error}") from error

    def files(self, folder: str, suffix: str) -> list[str]:
        """Return the names of a folder's files, and of those in folders of it."""
        found = {*_listed(self.root, folder), *self.replaced}
        return sorted(
            name
            for name in found
            if name.startswith(f"{folder}/")
            and name.endswith(suffix)
            and self.has(name)
        )

    def modules(self) -> Iterator[tuple[str, ast.Module]]:
        """Yield every Python file of the integration, with its syntax tree."""
        for name in self.files(INTEGRATION, ".py"):
            yield name, self.tree(name)


@lru_cache(maxsize=1024)
def _read(path: Path) -> bytes:
    """Return what is in a file, which stays as it is while checks look at it."""
    return path.read_bytes()


@lru_cache(maxsize=64)
def _listed(root: Path, folder: str) -> tuple[str, ...]:
    """Return the names of all files in a folder, but for what Python makes of them."""
    return tuple(
        path.relative_to(root).as_posix()
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


@lru_cache(maxsize=512)
def _parsed(name: str, text: str) -> ast.Module:
    """Return a file's syntax tree, which many checks look at and none changes."""
    return ast.parse(text, name)


@lru_cache(maxsize=8192)
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Return all that a syntax tree consists of; looked up once, since all ask for it."""
    return tuple(ast.walk(tree))


def _without_twins(pairs: Sequence[tuple[str, Json]]) -> dict[str, Json]:
    """Return an object's members; raises ValueError for a key that is there twice."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"there twice: {', '.join(twice)}")
    return members


def part(value: Json, *keys: str) -> dict[str, Json]:
    """Return an object deep in another one, an empty one if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def strings(value: Json) -> list[str]:
    """Return a list's strings; nothing of anything else."""
    return (
        [each for each in value if isinstance(each, str)]
        if isinstance(value, list)
        else []
    )
