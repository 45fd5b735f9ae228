"""The integration's code, as far as its form tells what it does."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from .project import INTEGRATION, Project, nodes

type Function = ast.FunctionDef | ast.AsyncFunctionDef

PLATFORM_BASES: Final = ("BlynkEntity", "SubentryEntity")
"""What every entity of ours is, in entity.py."""


def module(project: Project, name: str) -> ast.Module:
    """Return the syntax tree of one of the integration's files."""
    return project.tree(f"{INTEGRATION}/{name}")


def functions(tree: ast.AST) -> Iterator[Function]:
    """Yield every function, wherever it stands."""
    for node in nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def function(tree: ast.AST, name: str) -> Function | None:
    """Return the function of a name, None if there is none."""
    return next((each for each in functions(tree) if each.name == name), None)


def calls(tree: ast.AST | None) -> Iterator[ast.Call]:
    """Yield every call, of nothing none."""
    for node in () if tree is None else nodes(tree):
        if isinstance(node, ast.Call):
            yield node


def called(tree: ast.AST | None) -> set[str]:
    """Return the last names of what is called."""
    return {last_name(call.func) for call in calls(tree)}


def last_name(node: ast.expr) -> str:
    """Return the name that something ends with: c of a.b.c; none of anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return last_name(value)
    return ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return a call's argument of a name."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def text_of(node: ast.expr | None) -> str | None:
    """Return what a text constant says."""
    match node:
        case ast.Constant(value=str(value)):
            return value
    return None


def assigned(tree: ast.AST, name: str) -> ast.expr | None:
    """Return what a module or a class gives to a name, on its own level."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value):
                pass
            case _:
                continue
        if target == name:
            return value
    return None


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the names of modules that are imported, as far as they are absolute."""
    for node in nodes(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(name), level=0):
                yield name


def classes(project: Project) -> dict[str, tuple[str, ast.ClassDef]]:
    """Return every class of the integration, and the file it is in."""
    return {
        node.name: (name, node)
        for name, tree in project.modules()
        for node in nodes(tree)
        if isinstance(node, ast.ClassDef)
    }


def heirs(
    project: Project, bases: Iterable[str]
) -> dict[str, tuple[str, ast.ClassDef]]:
    """Return the classes that descend from others, with these."""
    everything = classes(project)
    found = {name for name in bases if name in everything}
    while more := {
        name
        for name, (_, node) in everything.items()
        if name not in found and any(last_name(base) in found for base in node.bases)
    }:
        found |= more
    return {name: everything[name] for name in sorted(found)}


def descriptions(project: Project) -> Iterator[tuple[str, str, ast.Call]]:
    """Yield every entity description: its file, its platform, and the call."""
    for name, tree in project.modules():
        for call in calls(tree):
            if last_name(call.func).endswith(
                ("EntityDescription", "SensorDescription")
            ):
                yield name, name.rpartition("/")[2].removesuffix(".py"), call


def platforms(project: Project) -> list[str]:
    """Return the platforms that the integration has, as its __init__.py names them."""
    listed = assigned(module(project, "__init__.py"), "PLATFORMS")
    if not isinstance(listed, ast.List):
        return []
    return [last_name(each).lower() for each in listed.elts]
