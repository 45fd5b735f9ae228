"""icons.json, and what of it belongs to an entity."""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
import json
import re
from typing import Final

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .findings import Finding, misfits
from .project import INTEGRATION, Json, Project, part
from .translations import ENGLISH, text_key

ICONS: Final = f"{INTEGRATION}/icons.json"


def _icon(value: Json) -> str:
    """Refuse what is no name of a Material Design Icon."""
    if not isinstance(value, str) or not re.fullmatch(
        r"mdi:[a-z\d]+(-[a-z\d]+)*", value
    ):
        raise vol.Invalid("is no icon's name, such as mdi:bridge")
    return value


_STATES: Final = {text_key: _icon}
_RANGES: Final = {vol.Coerce(float): _icon}
_LOOK: Final = {
    vol.Optional("default"): _icon,
    vol.Optional("range"): _RANGES,
    vol.Optional("state"): _STATES,
}
_STEPS: Final = {"step": {str: {"sections": {str: _icon}}}}
_SERVICE: Final = {
    vol.Required("service"): _icon,
    vol.Optional("sections"): {str: _icon},
}
ICONS_SHAPE: Final = vol.Schema(
    {
        vol.Optional("config"): _STEPS,
        vol.Optional("entity"): {
            cv.slug: {
                text_key: {**_LOOK, vol.Optional("state_attributes"): {text_key: _LOOK}}
            }
        },
        vol.Optional("issues"): {str: {"fix_flow": _STEPS}},
        vol.Optional("options"): _STEPS,
        vol.Optional("services"): {text_key: vol.Any(_SERVICE, _icon)},
    }
)


def check_icons(project: Project) -> Iterator[Finding]:
    """Find what is no icon, stands at no place for one, or says nothing new."""
    icons = project.json(ICONS)
    yield from misfits(ICONS, ICONS_SHAPE, icons)
    for where, look in _looks(icons):
        states = part(look, "state")
        for state, icon in states.items():
            if icon == look.get("default"):
                yield Finding(ICONS, f"{where}.state.{state} is that of the default")


def check_names(project: Project) -> Iterator[Finding]:
    """Find icons that the frontend has no drawing of."""
    drawn = _drawn()
    for name in sorted(set(_names(project.json(ICONS))) - drawn):
        yield Finding(ICONS, f"mdi:{name} does not exist")


def check_entities(project: Project) -> Iterator[Finding]:
    """Find icons of entities, attributes and states that have no text, so are none."""
    texts = part(project.json(ENGLISH), "entity")
    for platform, entities in part(project.json(ICONS), "entity").items():
        for key in part(entities):
            if key not in part(texts, platform):
                yield Finding(
                    ICONS, f"entity.{platform}.{key} is no entity with a text"
                )
            attributes = part(entities, key, "state_attributes")
            for attribute in attributes:
                known = part(
                    texts, platform, key, "state_attributes", attribute, "state"
                )
                for state in part(attributes, attribute, "state").keys() - known.keys():
                    yield Finding(
                        ICONS,
                        f"entity.{platform}.{key}.state_attributes.{attribute}.{state}"
                        " has no text",
                    )


@lru_cache(maxsize=1)
def _drawn() -> frozenset[str]:
    """Return the names of all icons, which the frontend's package has."""
    listed = files("hass_frontend") / "static" / "mdi" / "iconList.json"
    return frozenset(
        icon["name"] for icon in json.loads(listed.read_text(encoding="utf-8"))
    )


def _names(value: Json) -> Iterator[str]:
    """Yield the name of every icon in a tree."""
    if isinstance(value, dict):
        for below in value.values():
            yield from _names(below)
    elif isinstance(value, str) and value.startswith("mdi:"):
        yield value.removeprefix("mdi:")


def _looks(icons: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Yield every entity's look, and those of its attributes."""
    for platform, entities in part(icons, "entity").items():
        for key in part(entities):
            look = part(entities, key)
            yield f"entity.{platform}.{key}", look
            for attribute in part(look, "state_attributes"):
                yield (
                    f"entity.{platform}.{key}.state_attributes.{attribute}",
                    part(look, "state_attributes", attribute),
                )
