"""What of the quality scale's rules about the project as a whole its files show."""

import ast
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
import re
import tomllib
from typing import Final

from .code import called, calls, imported, last_name
from .findings import Finding
from .manifest import MANIFEST
from .project import INTEGRATION, Json, Project, nodes, part, strings
from .rules_entry import typed_entries

_COVERED: Final = 95
_BLOCKING: Final = frozenset(
    {"http.client", "queue", "requests", "socketserver", "threading"}
)
_EXECUTORS: Final = ("async_add_executor_job", "run_in_executor", "to_thread")
_RECORDER: Final = f"{INTEGRATION}/history/recorded.py"
"""Reads the recorder's database, which only the recorder's own threads may."""


def integration_owner(project: Project) -> Iterator[Finding]:
    """Find that nobody answers for the code."""
    if not strings(project.json(MANIFEST).get("codeowners")):
        yield Finding(MANIFEST, "has no code owner")


def dependency_transparency(project: Project) -> Iterator[Finding]:
    """Find libraries without an open licence, or without a place for their source."""
    for name in _libraries(project):
        try:
            told = distribution(name).metadata
        except PackageNotFoundError:
            yield Finding(MANIFEST, f"{name} is not installed")
            continue
        classifiers = told.get_all("Classifier") or []
        is_open = any(
            each.startswith("License :: OSI Approved") for each in classifiers
        )
        if not is_open and "License-Expression" not in told:
            yield Finding(MANIFEST, f"{name} has no licence that the OSI has approved")
        links = told.get_all("Project-URL") or []
        if not any("https://git" in link for link in links):
            yield Finding(MANIFEST, f"{name} does not say where its source is")


def async_dependency(project: Project) -> Iterator[Finding]:
    """Find what would leave the event loop, or hold it up."""
    for name, tree in project.modules():
        for each in sorted(_BLOCKING & set(imported(tree))):
            yield Finding(name, f"imports {each}")
        for used in sorted(called(tree) & set(_EXECUTORS)):
            if name != _RECORDER:
                yield Finding(name, f"calls {used}")
        for call in calls(tree):
            match call.func:
                case ast.Attribute(value=ast.Name(id="time"), attr="sleep"):
                    yield Finding(name, f"line {call.lineno} sleeps in the event loop")


def strict_typing(project: Project) -> Iterator[Finding]:
    """Find what mypy would not look at strictly, or not at all."""
    settings: Json = tomllib.loads(project.text("pyproject.toml"))
    if part(settings, "tool", "mypy").get("strict") is not True:
        yield Finding("pyproject.toml", "mypy is not strict")
    if not re.search(r"mypy .*\bcustom_components\b", project.text("scripts/lint")):
        yield Finding("scripts/lint", "shows mypy nothing of the integration")
    for name in _libraries(project):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            files = []
        if not any(file.name == "py.typed" for file in files):
            yield Finding(MANIFEST, f"{name} has no types")
    yield from typed_entries(project)


def test_coverage(project: Project) -> Iterator[Finding]:
    """Find that tests need not reach the integration's code."""
    least = re.search(r"--cov-fail-under=(\d+)", project.text("scripts/test"))
    if least is None or int(least[1]) < _COVERED:
        yield Finding("scripts/test", f"takes a coverage below {_COVERED} %")
    settings: Json = tomllib.loads(project.text("pyproject.toml"))
    if part(settings, "tool", "coverage", "run").get("source") != ["custom_components"]:
        yield Finding("pyproject.toml", "coverage is not that of the integration")


def log_when_unavailable(project: Project) -> Iterator[Finding]:
    """Find that the log would repeat itself, or not say that all is well again."""
    file = f"{INTEGRATION}/status.py"
    guarded = [
        last_name(call.func)
        for node in nodes(project.tree(file))
        if isinstance(node, ast.If) and "_announced" in ast.unparse(node.test)
        for call in calls(node)
        if "_LOGGER" in ast.unparse(call.func)
    ]
    if len(guarded) < 2:
        yield Finding(file, "must log once in each direction")


def _libraries(project: Project) -> list[str]:
    """Return the names of what the integration requires."""
    requirements = strings(project.json(MANIFEST).get("requirements"))
    return [re.split(r"[\[=]", each)[0] for each in requirements]
