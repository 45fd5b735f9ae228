"""What of the quality scale's rules about entities the code itself shows."""

import ast
from collections.abc import Iterator
import re
from typing import Final

from .code import (
    PLATFORM_BASES,
    assigned,
    called,
    calls,
    classes,
    descriptions,
    function,
    functions,
    heirs,
    keyword,
    last_name,
    module,
    platforms,
    text_of,
)
from .findings import Finding
from .icons import ICONS
from .project import INTEGRATION, Project, nodes, part
from .translations import ENGLISH

ENTITY: Final = f"{INTEGRATION}/entity.py"
_SUBSCRIBING: Final = re.compile(r"async_(?:add_listener|follow|listen|track_)\w*")
_MAIN: Final = ("app_command",)
"""Entities of the bridge's own device that are no diagnostics and no configuration."""
_AVAILABLE: Final = ("BlynkAppCommand", "BlynkResync", "ControlEntity")
"""Entities that are of no use without a connection, beside those that say so."""


def _entities(project: Project) -> Iterator[tuple[str, ast.ClassDef]]:
    """Yield every class of entities, with its file."""
    yield from heirs(project, PLATFORM_BASES).values()


def common_modules(project: Project) -> Iterator[Finding]:
    """Find a coordinator or a base of entities that is not where all look for it."""
    known = classes(project)
    for name, file in (("BlynkCoordinator", "coordinator.py"), *_bases()):
        if known.get(name, ("",))[0] != f"{INTEGRATION}/{file}":
            yield Finding(f"{INTEGRATION}/{file}", f"has no {name}")
    ours = {node.name for _, node in _entities(project)}
    for platform in platforms(project):
        file = f"{INTEGRATION}/{platform}.py"
        for node in nodes(project.tree(file)):
            if isinstance(node, ast.ClassDef) and node.name not in ours:
                is_entity = any(
                    last_name(base).endswith("Entity") for base in node.bases
                )
                if is_entity:
                    yield Finding(file, f"{node.name} has no base of ours")


def _bases() -> list[tuple[str, str]]:
    return [(name, "entity.py") for name in PLATFORM_BASES]


def entity_event_setup(project: Project) -> Iterator[Finding]:
    """Find entities that listen before they are added, or that do not stop."""
    for file, node in _entities(project):
        for method in functions(node):
            released = {
                id(inner)
                for call in calls(method)
                if last_name(call.func) == "async_on_remove"
                for inner in calls(call)
            }
            for call in calls(method):
                if not _SUBSCRIBING.fullmatch(last_name(call.func)):
                    continue
                where = f"{node.name}.{method.name} listens"
                if method.name != "async_added_to_hass":
                    yield Finding(file, f"{where} before the entity is added")
                elif id(call) not in released:
                    yield Finding(file, f"{where} for ever")


def entity_unique_id(project: Project) -> Iterator[Finding]:
    """Find bases that set no unique ID."""
    yield from _bases_set(project, "_attr_unique_id")


def has_entity_name(project: Project) -> Iterator[Finding]:
    """Find entities whose name is not told by their device."""
    for name in PLATFORM_BASES:
        node = classes(project)[name][1]
        value = assigned(node, "_attr_has_entity_name")
        if not (isinstance(value, ast.Constant) and value.value is True):
            yield Finding(ENTITY, f"{name} has no _attr_has_entity_name")
    yield from _no_attribute(project, "_attr_has_entity_name", PLATFORM_BASES)


def devices(project: Project) -> Iterator[Finding]:
    """Find devices that are poorly described, and entities without one."""
    yield from _bases_set(project, "_attr_device_info")
    wanted = {
        *("configuration_url", "entry_type", "identifiers"),
        *("manufacturer", "model", "name"),
    }
    infos = [
        call
        for call in calls(project.tree(ENTITY))
        if last_name(call.func) == "DeviceInfo"
    ]
    if not infos:
        yield Finding(ENTITY, "has no DeviceInfo")
    for call in infos:
        missing = wanted - {str(each.arg) for each in call.keywords}
        for field in sorted(missing):
            yield Finding(ENTITY, f"a device in line {call.lineno} has no {field}")


def entity_unavailable(project: Project) -> Iterator[Finding]:
    """Find entities that would show what nobody knows any more."""
    for name in _AVAILABLE:
        file, node = classes(project).get(name, ("", ast.ClassDef(name)))
        method = function(node, "available") if file else None
        reads = {
            each.attr
            for each in nodes(method or node)
            if isinstance(each, ast.Attribute)
        }
        if method is None or not reads & {"online", "_online"}:
            yield Finding(file or INTEGRATION, f"{name} is available when offline")


def parallel_updates(project: Project) -> Iterator[Finding]:
    """Find platforms that do not say how many of their actions may run at once."""
    named = platforms(project)
    if not named:
        yield Finding(f"{INTEGRATION}/__init__.py", "has no PLATFORMS")
    for platform in named:
        value = assigned(module(project, f"{platform}.py"), "PARALLEL_UPDATES")
        if not (isinstance(value, ast.Constant) and isinstance(value.value, int)):
            yield Finding(f"{INTEGRATION}/{platform}.py", "has no PARALLEL_UPDATES")


def dynamic_devices(project: Project) -> Iterator[Finding]:
    """Find platforms of controls and events that would not follow the subentries."""
    for platform in platforms(project):
        tree = module(project, f"{platform}.py")
        shows_subentries = any(
            last_name(base) in ("ControlEntity", "SubentryEntity", "ValueEntity")
            for node in nodes(tree)
            if isinstance(node, ast.ClassDef)
            for base in node.bases
        )
        used = called(function(tree, "async_setup_entry"))
        if shows_subentries and not used & {"SubentryEntities", "async_show_controls"}:
            yield Finding(f"{INTEGRATION}/{platform}.py", "does not follow subentries")


def stale_devices(project: Project) -> Iterator[Finding]:
    """Find entities that would outlive their subentry, and their devices with them."""
    name = "subentry_entities.py"
    adding = [
        call
        for call in calls(module(project, name))
        if last_name(call.func) == "async_add_entities"
    ]
    if not adding or any(
        keyword(call, "config_subentry_id") is None for call in adding
    ):
        yield Finding(f"{INTEGRATION}/{name}", "adds entities to no subentry")


def entity_category(project: Project) -> Iterator[Finding]:
    """Find entities about the bridge itself that would show among the home's."""
    for file, _, call in descriptions(project):
        key = text_of(keyword(call, "key"))
        if keyword(call, "entity_category") is None and key not in _MAIN:
            yield Finding(file, f"{key} has no entity_category")


def entity_device_class(project: Project) -> Iterator[Finding]:
    """Find measures of time, and entities named by a class, without the class."""
    texts = part(project.json(ENGLISH), "entity")
    for file, platform, call in descriptions(project):
        key = str(text_of(keyword(call, "key")))
        if keyword(call, "device_class") is not None:
            continue
        unit = keyword(call, "native_unit_of_measurement")
        if isinstance(unit, ast.Attribute) or "name" not in part(texts, platform, key):
            yield Finding(file, f"{key} has no device_class")


def entity_disabled_by_default(project: Project) -> Iterator[Finding]:
    """Find that what changes every few seconds is recorded in every home."""
    for file, _, call in descriptions(project):
        if text_of(keyword(call, "key")) == "waiting_values":
            enabled = keyword(call, "entity_registry_enabled_default")
            if isinstance(enabled, ast.Constant) and enabled.value is False:
                return
            yield Finding(file, "waiting_values is enabled by default")
            return
    yield Finding(f"{INTEGRATION}/sensor.py", "waiting_values is gone")


def entity_translations(project: Project) -> Iterator[Finding]:
    """Find names in the code, and entities without a key for their texts."""
    texts = part(project.json(ENGLISH), "entity")
    for file, platform, call in descriptions(project):
        key = text_of(keyword(call, "translation_key"))
        if key is None or key not in part(texts, platform):
            yield Finding(
                file, f"line {call.lineno} has no translation_key with a text"
            )
        if keyword(call, "name") is not None:
            yield Finding(file, f"{key} has a name in the code")
    # A device of its own has the user's name for it, and the entity none.
    yield from _no_attribute(project, "_attr_name", ("SubentryEntity",))


def icon_translations(project: Project) -> Iterator[Finding]:
    """Find icons in the code, and entities without one."""
    icons = part(project.json(ICONS), "entity")
    for file, platform, call in descriptions(project):
        key = text_of(keyword(call, "translation_key"))
        if key not in part(icons, platform):
            yield Finding(file, f"{key} has no icon in icons.json")
        if keyword(call, "icon") is not None:
            yield Finding(file, f"{key} has an icon in the code")
    yield from _no_attribute(project, "_attr_icon", ())


def _bases_set(project: Project, attribute: str) -> Iterator[Finding]:
    """Yield bases whose __init__ does not set an attribute."""
    for name in PLATFORM_BASES:
        start = function(classes(project)[name][1], "__init__")
        if attribute not in _set_in(start):
            yield Finding(ENTITY, f"{name} sets no {attribute}")


def _set_in(method: ast.AST | None) -> set[str]:
    """Return the attributes that a method sets."""
    return {
        node.attr
        for node in (nodes(method) if method is not None else ())
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }


def _no_attribute(
    project: Project, attribute: str, but: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield entities that set an attribute, but for those that have to."""
    for file, node in _entities(project):
        told = assigned(node, attribute) is not None or attribute in _set_in(node)
        if told and node.name not in but:
            yield Finding(file, f"{node.name} sets {attribute}")
