"""The integration's Python files."""

import ast
from collections.abc import Iterator
from typing import Final

from .code import assigned
from .findings import Finding
from .project import INTEGRATION, Project, UnreadableError, nodes

_TALKERS: Final = ("breakpoint", "print")


def check_sources(project: Project) -> Iterator[Finding]:
    """Find files that do not compile, and calls that talk to nobody."""
    for name in project.files(INTEGRATION, ".py"):
        try:
            compile(project.content(name), name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            yield Finding(name, f"does not compile: {error}")
            continue
        for node in nodes(project.tree(name)):
            match node:
                case ast.Call(func=ast.Name(id=called)) if called in _TALKERS:
                    yield Finding(name, f"line {node.lineno} calls {called}")


def check_packages(project: Project) -> Iterator[Finding]:
    """Find folders with Python files in them that are no packages."""
    names = project.files(INTEGRATION, ".py")
    if not names:
        raise UnreadableError(INTEGRATION, "has no Python files")
    for folder in sorted({name.rpartition("/")[0] for name in names}):
        if not project.has(f"{folder}/__init__.py"):
            yield Finding(f"{folder}/__init__.py", "is missing")


def check_schema(project: Project) -> Iterator[Finding]:
    """Find that YAML of ours would be taken without a word, and do nothing."""
    start = f"{INTEGRATION}/__init__.py"
    if assigned(project.tree(start), "CONFIG_SCHEMA") is None:
        yield Finding(start, "has async_setup and no CONFIG_SCHEMA")
