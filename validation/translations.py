"""translations/en.json: its shape, as Home Assistant knows it, and what a text may be."""

from collections.abc import Iterator, Mapping
import re
import string
from typing import Final

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .findings import Finding, misfits
from .project import INTEGRATION, Json, Project, part

type _Shape = dict[object, object]

FOLDER: Final = f"{INTEGRATION}/translations"
ENGLISH: Final = f"{FOLDER}/en.json"

_KEY: Final = re.compile(r"[a-z\d]+(?:[-_][a-z\d]+)*")
_TAG: Final = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
_ADDRESS: Final = re.compile(
    r"(?:\w+://|www\.)[a-z\d-]+(?:\.[a-z\d-]+)+", re.IGNORECASE
)
_QUOTED: Final = re.compile(r"'\{\w+\}'")


def placeholders(text: str) -> list[str]:
    """Return the names in braces; raises ValueError for a brace without its other."""
    return [
        name for _, name, _, _ in string.Formatter().parse(text) if name is not None
    ]


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with a text, in whatever language."""
    if not text.strip():
        yield "is empty"
    elif text != text.strip():
        yield "begins or ends with a space"
    if _TAG.search(text):
        yield "has HTML in it, which is shown as it is"
    if _ADDRESS.search(text):
        yield "has a URL in it: give it as a placeholder"
    if _QUOTED.search(text):
        yield "has a placeholder in single quotes, which hide it"
    if "[%key:" in text or "%]" in text:
        yield "has a reference in it, which only Home Assistant's own texts may"
    try:
        wrong = [name for name in placeholders(text) if not name.isidentifier()]
    except ValueError as error:
        yield f"has a brace without its other: {error}"
    else:
        if wrong:
            yield f"has placeholders that are no names: {', '.join(wrong)}"


def _text(value: Json) -> str:
    """Refuse what is no sound text."""
    if not isinstance(value, str):
        raise vol.Invalid("must be a text")
    for fault in faults(value):
        raise vol.Invalid(fault)
    return value


def _plain(value: Json) -> str:
    """Refuse a text with placeholders, where nothing would fill them."""
    if placeholders(text := _text(value)):
        raise vol.Invalid("has placeholders, which nothing fills here")
    return text


def text_key(value: object) -> str:
    """Refuse what is no key of a text."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise vol.Invalid("is no key: small letters, digits and _ between them")
    return value


_TEXTS: Final[_Shape] = {str: _text}
_FIELDS: Final[_Shape] = {
    vol.Optional("data"): _TEXTS,
    vol.Optional("data_description"): _TEXTS,
    vol.Optional("description"): _text,
}
_STEP: Final[_Shape] = {
    **_FIELDS,
    vol.Optional("menu_option_descriptions"): _TEXTS,
    vol.Optional("menu_options"): _TEXTS,
    vol.Optional("sections"): {str: {**_FIELDS, vol.Optional("name"): _text}},
    vol.Optional("submit"): _text,
    vol.Optional("title"): _text,
}
_ENDS: Final[_Shape] = {
    vol.Optional("abort"): _TEXTS,
    vol.Optional("create_entry"): _TEXTS,
    vol.Optional("error"): _TEXTS,
    vol.Optional("progress"): _TEXTS,
    vol.Required("step"): {str: _STEP},
}
_BEGINNING: Final[_Shape] = {vol.Required("user"): _text}
_CONFIG: Final[_Shape] = {
    **_ENDS,
    vol.Optional("flow_title"): _text,
    vol.Optional("initiate_flow"): _BEGINNING,
}
_SUBENTRY: Final[_Shape] = {
    **_ENDS,
    vol.Required("entry_type"): _text,
    vol.Required("initiate_flow"): {**_BEGINNING, str: _text},
}
_ISSUE: Final = vol.Any(
    {vol.Required("title"): _text, vol.Required("description"): _text},
    {vol.Required("title"): _text, vol.Required("fix_flow"): _ENDS},
)
_STATES: Final[_Shape] = {
    vol.Optional("name"): _text,
    vol.Optional("state"): {text_key: _plain},
}
_ENTITY: Final[_Shape] = {
    **_STATES,
    vol.Optional("state_attributes"): {
        text_key: {
            vol.Optional("name"): _plain,
            vol.Optional("state"): {text_key: _plain},
        }
    },
    vol.Optional("unit_of_measurement"): _plain,
}
_DESCRIBED: Final[_Shape] = {
    vol.Required("name"): _text,
    vol.Required("description"): _text,
}
_SERVICE: Final[_Shape] = {
    **_DESCRIBED,
    vol.Optional("fields"): {text_key: {**_DESCRIBED, vol.Optional("example"): _text}},
    vol.Optional("sections"): {
        text_key: {vol.Required("name"): _text, vol.Optional("description"): _text}
    },
}
_SELECTOR: Final[_Shape] = {
    vol.Optional("choices"): {text_key: _text},
    vol.Optional("fields"): {text_key: vol.Any(_text, _DESCRIBED)},
    vol.Optional("options"): {text_key: _text},
    vol.Optional("unit_of_measurement"): {text_key: _text},
}
_PARTS: Final[Mapping[str, object]] = {
    "common": {cv.slug: _text},
    "config": _CONFIG,
    "config_subentries": {cv.slug: _SUBENTRY},
    "device": {text_key: {vol.Optional("name"): _text}},
    "entity": {cv.slug: {text_key: _ENTITY}},
    "exceptions": {cv.slug: {vol.Required("message"): _text}},
    "issues": {str: _ISSUE},
    "options": _ENDS,
    "selector": {cv.slug: _SELECTOR},
    "preview_features": {
        text_key: {
            "name": _text,
            "description": _text,
            "enable_confirmation": _text,
            "disable_confirmation": _text,
        }
    },
    "services": {text_key: _SERVICE},
    "system_health": {"info": {text_key: _text}},
    "title": _text,
}
TRANSLATIONS_SHAPE: Final = vol.Schema(
    {vol.Optional(key): shape for key, shape in _PARTS.items()}
)


def check_shape(project: Project) -> Iterator[Finding]:
    """Find what stands where Home Assistant does not look, and texts that are none."""
    yield from misfits(ENGLISH, TRANSLATIONS_SHAPE, project.json(ENGLISH))


def check_help(project: Project) -> Iterator[Finding]:
    """Find fields of forms without help, help without a field, forms without a title."""
    for where, step in steps(project.json(ENGLISH)):
        if not {"title", "description"} <= step.keys():
            yield Finding(ENGLISH, f"{where} has no title or no description")
        boxes = {where: step}
        boxes |= {
            f"{where}.sections.{name}": part(step, "sections", name)
            for name in part(step, "sections")
        }
        for box, content in boxes.items():
            fields, helps = part(content, "data"), part(content, "data_description")
            for name in sorted(fields.keys() ^ helps.keys()):
                what = "data_description" if name in fields else "data"
                yield Finding(ENGLISH, f"{box}.{what}.{name} is missing")


def steps(strings: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield every step of every flow, with the place where it is."""
    for where, flow in flows(strings):
        for name in part(flow, "step"):
            yield f"{where}.step.{name}", part(flow, "step", name)


def flows(strings: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield every flow that has texts, with the place where they are."""
    for key in ("config", "options"):
        if key in strings:
            yield key, part(strings, key)
    for name in part(strings, "config_subentries"):
        yield f"config_subentries.{name}", part(strings, "config_subentries", name)
    for name in part(strings, "issues"):
        if flow := part(strings, "issues", name, "fix_flow"):
            yield f"issues.{name}.fix_flow", flow
