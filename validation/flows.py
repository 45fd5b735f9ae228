"""What the code of flows and actions says by a key, and the texts of those keys."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .findings import Finding
from .project import INTEGRATION, Project, nodes, part
from .translations import ENGLISH, flows

_FLOWS: Final = ("config_flow.py", "repairs.py", "flows/")
_OF_CORE: Final = frozenset(
    {
        "already_configured",
        "already_in_progress",
        "reauth_successful",
        "reconfigure_successful",
    }
)
"""Ends that Home Assistant's own flows have, without a word in our code."""


@dataclass(frozen=True, slots=True)
class Words:
    """The keys that the code names."""

    steps: frozenset[str]
    shown: frozenset[str]
    """Steps that some line shows by their name."""
    reasons: frozenset[str]
    errors: frozenset[str]
    """Keys of exceptions."""
    constants: frozenset[str]
    """Every text at all: a key may come by way of a table."""


def check_steps(project: Project) -> Iterator[Finding]:
    """Find steps and ends without texts, and texts of steps, ends, errors no longer."""
    words = words_of(project)
    texts = [flow for _, flow in flows(project.json(ENGLISH))]
    told = {step for flow in texts for step in part(flow, "step")}
    for step in sorted(words.shown - told):
        yield Finding(ENGLISH, f"the step {step} has no text")
    ends = {reason for flow in texts for reason in part(flow, "abort")} | _OF_CORE
    for reason in sorted(words.reasons - ends):
        yield Finding(ENGLISH, f"the end {reason} has no text")
    for where, flow in flows(project.json(ENGLISH)):
        for step in sorted(part(flow, "step").keys() - words.steps - words.constants):
            yield Finding(ENGLISH, f"{where}.step.{step} is no step")
        for kind in ("error", "abort"):
            unsaid = part(flow, kind).keys() - words.constants - _OF_CORE
            for key in sorted(unsaid):
                yield Finding(ENGLISH, f"{where}.{kind}.{key} is said by no code")


def check_exceptions(project: Project) -> Iterator[Finding]:
    """Find errors without a text, and texts that no code raises any more."""
    words = words_of(project)
    texts = part(project.json(ENGLISH), "exceptions")
    for key in sorted(words.errors - texts.keys()):
        yield Finding(ENGLISH, f"exceptions.{key} is missing")
    for key in sorted(texts.keys() - words.constants):
        yield Finding(ENGLISH, f"exceptions.{key} is raised by no code")


def words_of(project: Project) -> Words:
    """Return what the code names."""
    steps: set[str] = set()
    shown: set[str] = set()
    reasons: set[str] = set()
    errors: set[str] = set()
    constants: set[str] = set()
    for name, tree in project.modules():
        is_flow = name.removeprefix(f"{INTEGRATION}/").startswith(_FLOWS)
        for node in nodes(tree):
            match node:
                case ast.Constant(value=str(value)):
                    constants.add(value)
                case ast.AsyncFunctionDef(name=method) | ast.Name(id=method) if (
                    method.startswith("async_step_")
                ):
                    steps.add(method.removeprefix("async_step_"))
                case ast.Raise(exc=ast.Call() as call):
                    errors |= _keywords(call, "translation_key")
                case ast.Call() if is_flow:
                    shown |= _keywords(node, "step_id")
                    reasons |= _keywords(node, "reason")
    return Words(
        frozenset(steps),
        frozenset(shown),
        frozenset(reasons),
        frozenset(errors),
        frozenset(constants),
    )


def _keywords(call: ast.Call, name: str) -> set[str]:
    """Return the text that a call has for an argument, if it has one in so many letters."""
    return {
        keyword.value.value
        for keyword in call.keywords
        if keyword.arg == name
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    }
