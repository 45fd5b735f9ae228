"""docs/quality.md: a walk through the quality scale on which everything can be looked up."""

from collections.abc import Iterator
from dataclasses import dataclass
import posixpath
import re
from typing import Final

from .code import functions
from .findings import Finding
from .project import Project
from .quality_scale import TIERS, status_of

WALK: Final = "docs/quality.md"

_ROW: Final = re.compile(r"^\| ([a-z-]+) \| (\w*) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_LINK: Final = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """What the walk says of a rule."""

    tier: str
    rule: str
    status: str
    where: str
    tests: str


def check_walk(project: Project) -> Iterator[Finding]:
    """Find rules that are left out, and files and tests that do not exist."""
    rows = list(_rows(project.text(WALK)))
    for tier, rules in TIERS.items():
        told = [row.rule for row in rows if row.tier == tier]
        for rule in rules:
            if told.count(rule) != 1:
                yield Finding(WALK, f"{rule} is {told.count(rule)} times under {tier}")
        for rule in told:
            if rule not in rules:
                yield Finding(WALK, f"{rule} is no rule of {tier}")
    for row in rows:
        if (status := status_of(project, row.rule)) != row.status:
            yield Finding(WALK, f"{row.rule} is {row.status} here, and {status} there")
        yield from _files(project, row)
        yield from _tests(project, row)


def _rows(text: str) -> Iterator[Row]:
    """Yield the rows of each tier's table."""
    for tier in TIERS:
        _, _, below = text.partition(f"\n## {tier.capitalize()}\n")
        for rule, status, where, tests in _ROW.findall(below.partition("\n## ")[0]):
            yield Row(tier, rule, status, where, tests)


def _files(project: Project, row: Row) -> Iterator[Finding]:
    """Yield files that the rule is met in, and that are not there."""
    links = _LINK.findall(row.where)
    if not links:
        yield Finding(WALK, f"{row.rule} names no file")
    for link in links:
        if not project.has(posixpath.normpath(posixpath.join("docs", link))):
            yield Finding(WALK, f"{row.rule} names {link}, which is not there")


def _tests(project: Project, row: Row) -> Iterator[Finding]:
    """Yield tests that are not there."""
    named = _TEST.findall(row.tests)
    if not named:
        yield Finding(WALK, f"{row.rule} names no test")
    for file, test in named:
        there = project.has(file) and test in {
            each.name for each in functions(project.tree(file))
        }
        if not there:
            yield Finding(WALK, f"{row.rule} names {file}::{test}, which is not there")
