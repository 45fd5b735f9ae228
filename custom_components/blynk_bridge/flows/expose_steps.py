"""The forms for exposing many at once, which several flows show."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    AreaSelector,
    AreaSelectorConfig,
    BooleanSelector,
    DeviceSelector,
    DeviceSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
    FloorSelector,
    FloorSelectorConfig,
    LabelSelector,
    LabelSelectorConfig,
)
import voluptuous as vol

from .. import traits
from ..const import (
    CONF_DATA_TYPE,
    CONF_DATASTREAM,
    CONF_DIRECTION,
    CONF_PIN,
    CONF_PLAN_SIZE,
    CONF_TRAIT,
)
from ..draft import CONF_INCLUDE_PRIVATE, CONF_SCOPE, Draft, PlanSize, Scope, Wish
from ..exposure import Direction
from ..exposure_checks import AUTOMATIC
from ..markdown import part, table
from ..naming import entity_name
from ..plan import planned
from ..plan_formats import NOTHING, escaped, plan_words, to_narrow_markdown
from ..texts import option_text
from .exposure_form import select

CONF_ENTITIES: Final = "entities"
CONF_FOLLOWING: Final = "following"
_NAMES_SHOWN: Final = 5
_COLUMNS: Final = ("entity", "trait", "datastream", "pin", "data_type")

_ENTITIES: Final[Mapping[vol.Marker, Any]] = {
    vol.Optional(CONF_ENTITIES): EntitySelector(
        EntitySelectorConfig(filter={"domain": sorted(traits.DOMAINS)}, multiple=True)
    )
}
_GROUPS: Final[Mapping[vol.Marker, Any]] = {
    vol.Optional("areas"): AreaSelector(AreaSelectorConfig(multiple=True)),
    vol.Optional("floors"): FloorSelector(FloorSelectorConfig(multiple=True)),
    vol.Optional("labels"): LabelSelector(LabelSelectorConfig(multiple=True)),
    vol.Optional("devices"): DeviceSelector(DeviceSelectorConfig(multiple=True)),
}


_HOW: Final[Mapping[vol.Marker, Any]] = {
    vol.Required(CONF_SCOPE, default=Scope.MAIN.value): select(Scope, "scope"),
    vol.Required(CONF_DIRECTION, default=AUTOMATIC): select(
        [AUTOMATIC, Direction.PUBLISH], "direction"
    ),
    vol.Required(CONF_PLAN_SIZE, default=PlanSize.FREE.value): select(
        PlanSize, "plan_size"
    ),
    vol.Required(CONF_INCLUDE_PRIVATE, default=False): BooleanSelector(),
}
PICK: Final = vol.Schema(
    {
        **_ENTITIES,
        **_GROUPS,
        **_HOW,
        vol.Required(CONF_FOLLOWING, default=False): BooleanSelector(),
    }
)
"""What to expose at once."""
PICK_FOLLOWED: Final = vol.Schema({**_GROUPS, **_HOW})
"""What a selection follows."""


def pick_errors(wish: Wish, sketch: Draft, *, following: bool) -> dict[str, str]:
    """Return what keeps a wish from being granted, by field."""
    if wish.choice.empty:
        return {"base": "nothing_chosen"}
    if following and not wish.choice.groups:
        return {CONF_FOLLOWING: "nothing_to_follow"}
    if not following and not sketch.planned:
        return {"base": "nothing_to_expose" if sketch.omitted else "nothing_there"}
    return {}


def suggestions(entry: ConfigEntry | None = None) -> dict[str, Any]:
    """Return what to suggest: the plan that was chosen the last time."""
    if entry is not None and (size := entry.options.get(CONF_PLAN_SIZE)):
        return {CONF_PLAN_SIZE: size}
    return {}


@callback
def preview_placeholders(hass: HomeAssistant, sketch: Draft) -> dict[str, str]:
    """Return what the preview shows of a draft, as Markdown without empty parts."""
    rows = [_row(hass, item.data, entity_name(item.state)) for item in sketch.planned]
    omitted = [(item.omission, item.name) for item in sketch.omitted]
    notes = [
        (note, item.data[CONF_DATASTREAM])
        for item in sketch.planned
        for note, applies in (
            ("guarded", item.description.guarded),
            ("private", item.description.private),
        )
        if applies
    ]
    return {
        "count": str(len(sketch.planned)),
        "rows": f"{table(hass, _COLUMNS, rows)}\n\n" if rows else "",
        "total": str(sketch.used + len(sketch.planned)),
        "limit": str(sketch.limit),
        "notes": part(hass, "notes", grouped(hass, "preview_note", notes)),
        "left_out": part(hass, "left_out", grouped(hass, "omission", omitted)),
    }


@callback
def left_out(hass: HomeAssistant, sketch: Draft) -> str:
    """Return what is left out, by reason, in a line: errors know no Markdown."""
    groups = _groups((item.omission, item.name) for item in sketch.omitted)
    lines = sorted(
        f"{option_text(hass, 'omission', option)}: {_named(names)}"
        for option, names in groups.items()
    )
    return "; ".join(lines)


@callback
def plan_placeholders(
    hass: HomeAssistant, exposures: Iterable[Mapping[str, Any]]
) -> dict[str, str]:
    """Return the table of the datastreams to create, as Markdown."""
    rows = [planned(hass, data) for data in exposures]
    return {"count": str(len(rows)), "plan": to_narrow_markdown(rows, plan_words(hass))}


@callback
def _row(hass: HomeAssistant, data: Mapping[str, Any], entity: str) -> list[str]:
    """Return an exposure to come as a row of the preview's table."""
    return [
        entity,
        option_text(hass, "trait", data[CONF_TRAIT]),
        data[CONF_DATASTREAM],
        f"V{data[CONF_PIN]}" if CONF_PIN in data else NOTHING,
        option_text(hass, "data_type", data[CONF_DATA_TYPE]),
    ]


@callback
def grouped(
    hass: HomeAssistant, selector: str, pairs: Iterable[tuple[str, str]]
) -> str:
    """Return names by what is to be said of them, as a list in Markdown."""
    lines = sorted(
        f"- {option_text(hass, selector, option)}: {_named([escaped(name) for name in names])}"
        for option, names in _groups(pairs).items()
    )
    return "\n".join(lines)


def _groups(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Return names by what is to be said of them."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for option, name in pairs:
        groups[option].append(name)
    return groups


def _named(names: list[str]) -> str:
    """Return how many there are, and what the first ones are called."""
    shown = ", ".join(names[:_NAMES_SHOWN])
    return f"{len(names)} ({shown}{', …' if len(names) > _NAMES_SHOWN else ''})"
