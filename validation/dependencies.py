"""Which integrations of Home Assistant's the code uses, and whether the manifest says so."""

import ast
from collections.abc import Iterator
from typing import Final

from homeassistant.const import Platform

from .findings import Finding
from .manifest import MANIFEST
from .project import DOMAIN, INTEGRATION, Project, nodes, strings

_COMPONENTS: Final = "homeassistant.components"
_ALWAYS_THERE: Final = frozenset(
    {
        *(platform.value for platform in Platform),
        *("automation", "conversation", "device_automation", "frontend", "group"),
        *("homeassistant", "input_boolean", "input_button", "input_datetime"),
        *("input_number", "input_select", "input_text", "media_source"),
        *("persistent_notification", "person", "script", "sun", "system_health"),
        *("system_log", "timer", "webhook", "websocket_api", "zone"),
    }
)
"""What an integration may import without a word in its manifest."""


def check_dependencies(project: Project) -> Iterator[Finding]:
    """Find integrations that are used and not named, or named twice."""
    manifest = project.json(MANIFEST)
    needed = strings(manifest.get("dependencies"))
    wanted = strings(manifest.get("after_dependencies"))
    for name in sorted({*needed} & {*wanted}):
        yield Finding(MANIFEST, f"{name} is in dependencies and after_dependencies")
    told = {DOMAIN, *needed, *wanted, *_ALWAYS_THERE}
    for file, tree in project.modules():
        for name in sorted(_used(tree) - told):
            # A file of its name is for it: diagnostics.py is loaded by diagnostics.
            if not project.has(f"{INTEGRATION}/{name}.py"):
                yield Finding(file, f"uses {name}, which the manifest does not name")


def _used(tree: ast.Module) -> set[str]:
    """Return the integrations that a file imports from."""
    used: set[str] = set()
    for node in nodes(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found = (
                    [f"{module}.{alias.name}" for alias in names]
                    if module == _COMPONENTS
                    else [module]
                )
            case ast.Import(names=names):
                found = [alias.name for alias in names]
            case _:
                continue
        used |= {
            name.split(".")[2] for name in found if name.startswith(f"{_COMPONENTS}.")
        }
    return used
