"""services.yaml, its texts and its icons."""

from collections.abc import Iterator
from typing import Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import TargetSelector, validate_selector
import voluptuous as vol

from .findings import Finding, misfits
from .project import INTEGRATION, Json, Project, part, strings
from .translations import ENGLISH

SERVICES: Final = f"{INTEGRATION}/services.yaml"
ICONS: Final = f"{INTEGRATION}/icons.json"


def _something(value: Json) -> Json:
    """Refuse an example or a default that was left empty."""
    if value is None:
        raise vol.Invalid("is empty")
    return value


_FIELD: Final = {
    vol.Optional("advanced"): bool,
    vol.Optional("default"): _something,
    vol.Optional("example"): _something,
    vol.Optional("required"): bool,
    vol.Required("selector"): validate_selector,
}
_SECTION: Final = {
    vol.Optional("collapsed"): bool,
    vol.Required("fields"): {cv.slug: _FIELD},
}
SERVICES_SHAPE: Final = vol.Schema(
    {
        cv.slug: vol.Any(
            None,
            {
                vol.Optional("target"): vol.Any(None, TargetSelector.CONFIG_SCHEMA),
                vol.Optional("fields"): {cv.slug: vol.Any(_FIELD, _SECTION)},
            },
        )
    }
)


def check_services(project: Project) -> Iterator[Finding]:
    """Find actions and fields that are not formed as Home Assistant wants them."""
    yield from misfits(SERVICES, SERVICES_SHAPE, project.yaml(SERVICES))


def check_texts(project: Project) -> Iterator[Finding]:
    """Find actions, fields and sections without a text, and texts without them."""
    services = project.yaml(SERVICES)
    texts = part(project.json(ENGLISH), "services")
    yield from _differences("", services, texts)
    for name in services:
        fields = part(services, name, "fields")
        sections = {key for key, value in fields.items() if part(value, "fields")}
        flat = {key: value for key, value in fields.items() if key not in sections}
        for section in sections:
            flat |= part(fields, section, "fields")
        yield from _differences(f"{name}.fields.", flat, part(texts, name, "fields"))
        yield from _differences(
            f"{name}.sections.", dict.fromkeys(sections), part(texts, name, "sections")
        )
        yield from _selectors(project, name, flat)


def check_icons(project: Project) -> Iterator[Finding]:
    """Find actions without an icon, and icons without an action."""
    services, icons = project.yaml(SERVICES), part(project.json(ICONS), "services")
    for name in sorted(services.keys() - icons.keys()):
        yield Finding(ICONS, f"services.{name} is missing")
    for name in sorted(icons.keys() - services.keys()):
        yield Finding(ICONS, f"services.{name} is no action")


def _differences(
    where: str, there: dict[str, Json], texts: dict[str, Json]
) -> Iterator[Finding]:
    """Yield what has no text, or only half of one, and texts of nothing."""
    for name in sorted(there.keys() - texts.keys()):
        yield Finding(ENGLISH, f"services.{where}{name} is missing")
    for name in sorted(texts.keys() - there.keys()):
        yield Finding(ENGLISH, f"services.{where}{name} is in no services.yaml")
    for name in sorted(there.keys() & texts.keys()):
        for key in ("name", "description"):
            if key not in part(texts, name):
                yield Finding(ENGLISH, f"services.{where}{name}.{key} is missing")


def _selectors(
    project: Project, service: str, fields: dict[str, Json]
) -> Iterator[Finding]:
    """Yield options without a text."""
    for name, field in fields.items():
        select = part(field, "selector", "select")
        if not isinstance(key := select.get("translation_key"), str):
            continue
        texts = part(project.json(ENGLISH), "selector", key, "options")
        for option in strings(select.get("options")):
            if option not in texts:
                where = f"selector.{key}.options.{option}"
                yield Finding(ENGLISH, f"{where} of {service}.{name} is missing")
