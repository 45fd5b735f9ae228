"""What the documentation must have in it, by the quality scale."""

from collections.abc import Iterator, Mapping
import re
from typing import Final

from .findings import Finding
from .home import README
from .project import Json, Project, part
from .services import SERVICES
from .translations import ENGLISH

ACTIONS: Final = "docs/actions.md"
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "docs-actions": ("Actions",),
    "docs-configuration-parameters": ("Options",),
    "docs-data-update": ("How your data moves",),
    "docs-examples": ("Automations to copy", "Blueprints"),
    "docs-installation-instructions": ("Install", "Set up in five steps"),
    "docs-installation-parameters": ("What the form asks for",),
    "docs-known-limitations": ("Known limits",),
    "docs-removal-instructions": ("Removal",),
    "docs-supported-functions": ("What can be exposed", "What Blynk owns"),
    "docs-troubleshooting": ("Troubleshooting",),
    "docs-use-cases": ("Automations to copy",),
}
"""The README's sections that answer a rule."""

_WORDS_MIN: Final = 30
_HEADING: Final = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_CODE: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def sections(text: str) -> dict[str, str]:
    """Return what a page says under each heading, with the headings below it."""
    # A comment in code looks like a heading.
    plain = _CODE.sub(
        lambda block: re.sub(r"^#", " #", block[0], flags=re.MULTILINE), text
    )
    headings = list(_HEADING.finditer(plain))
    found: dict[str, str] = {}
    for heading in headings:
        ends = (
            each.start()
            for each in headings
            if each.start() > heading.start() and len(each[1]) <= len(heading[1])
        )
        found[heading[2]] = plain[heading.end() : next(ends, len(plain))]
    return found


def check_sections(project: Project, rule: str) -> Iterator[Finding]:
    """Find sections that a rule asks for, and that are missing or say next to nothing."""
    told = sections(project.text(README))
    for title in SECTIONS[rule]:
        if title not in told:
            yield Finding(README, f"has no section “{title}”")
        elif len(told[title].split()) < _WORDS_MIN:
            yield Finding(README, f"says next to nothing under “{title}”")


def docs_high_level_description(project: Project) -> Iterator[Finding]:
    """Find that the page does not begin with what this is, and where its service is."""
    beginning = project.text(README).partition("\n## ")[0]
    for link in ("https://blynk.io", "https://www.home-assistant.io"):
        if link not in beginning:
            yield Finding(README, f"does not begin with a link to {link}")
    if len(beginning.split()) < _WORDS_MIN:
        yield Finding(README, "does not begin with what this is")


def docs_actions(project: Project) -> Iterator[Finding]:
    """Find actions and fields that are not documented."""
    yield from check_sections(project, "docs-actions")
    told = sections(project.text(ACTIONS))
    for name, service in project.yaml(SERVICES).items():
        if name not in told:
            yield Finding(ACTIONS, f"has no section “{name}”")
            continue
        for field in part(service, "fields").keys() - {"config_entry_id"}:
            if not re.search(rf"\b{field}\b", told[name]):
                yield Finding(ACTIONS, f"does not tell of {name}'s {field}")


def docs_installation_parameters(project: Project) -> Iterator[Finding]:
    """Find fields of the first form that are not explained."""
    yield from check_sections(project, "docs-installation-parameters")
    form = part(project.json(ENGLISH), "config", "step", "user")
    yield from _untold(project, "What the form asks for", form)


def docs_configuration_parameters(project: Project) -> Iterator[Finding]:
    """Find options that are not explained."""
    yield from check_sections(project, "docs-configuration-parameters")
    form = part(project.json(ENGLISH), "options", "step", "init")
    yield from _untold(project, "Options", form)


def docs_supported_functions(project: Project) -> Iterator[Finding]:
    """Find that the README does not lead to all that can be shown and operated."""
    yield from check_sections(project, "docs-supported-functions")
    if "(docs/traits.md)" not in project.text(README):
        yield Finding(README, "does not lead to docs/traits.md")


def docs_examples(project: Project) -> Iterator[Finding]:
    """Find that there is nothing to copy: no automation, no blueprint."""
    yield from check_sections(project, "docs-examples")
    copied = sections(project.text(README)).get("Automations to copy", "")
    if "```yaml" not in copied or "actions:" not in copied:
        yield Finding(README, "has no automation to copy")
    blueprints = project.files("blueprints", ".yaml")
    if not blueprints:
        yield Finding("blueprints", "are missing")
    for blueprint in blueprints:
        if blueprint.rpartition("/")[2] not in copied:
            yield Finding(README, f"does not lead to {blueprint}")


def no_triggers(project: Project) -> Iterator[Finding]:
    """Find triggers of the integration's own, which would have to be documented."""
    yield from _none_of(project, "trigger")


def no_conditions(project: Project) -> Iterator[Finding]:
    """Find conditions of the integration's own, which would have to be documented."""
    yield from _none_of(project, "condition")


def _none_of(project: Project, what: str) -> Iterator[Finding]:
    folder = SERVICES.rpartition("/")[0]
    for name in (f"{what}.py", f"{what}s.yaml", f"device_{what}.py"):
        if project.has(f"{folder}/{name}"):
            yield Finding(f"{folder}/{name}", f"provides {what}s")


def _untold(project: Project, title: str, form: dict[str, Json]) -> Iterator[Finding]:
    """Yield fields whose names are not under a title."""
    told = sections(project.text(README)).get(title, "").lower()
    boxes = [form, *(part(form, "sections", name) for name in part(form, "sections"))]
    for box in boxes:
        for field, name in part(box, "data").items():
            if str(name).lower() not in told:
                yield Finding(
                    README, f"does not tell under “{title}” of {field}: {name}"
                )
