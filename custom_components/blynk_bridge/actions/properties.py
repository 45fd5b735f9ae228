"""The actions about the properties of a datastream's widgets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
import re
from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.color import color_name_to_rgb
import voluptuous as vol

from ..coordinator import BlynkCoordinator
from ..device.errors import InvalidValue
from ..device.messages import erase_property, set_property
from ..device.values import DataType, to_text
from .calls import (
    ATTR_DATASTREAM,
    ATTR_VALUE,
    Action,
    as_list,
    checked_name,
    coordinator_of,
    refusal,
    shown,
)
from .forms import scalar_text

ATTR_PROPERTY: Final = "property"

_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,49}", re.ASCII)
_HEX: Final = re.compile(r"#?([0-9A-Fa-f]{6})", re.ASCII)
_WORDS: Final = {"true": "true", "on": "true", "1": "true", "yes": "true"} | {
    "false": "false",
    "off": "false",
    "0": "false",
    "no": "false",
}
_PARTS_MAX: Final = 100
"""Of a list. Source: Blynk docs, console/templates/data-converters/mqtt-data-converter."""

type Texts = list[str]


@dataclass(frozen=True, slots=True)
class Form:
    """What a property takes."""

    compose: Callable[[object], Texts]
    """Returns the parts as Blynk wants them; raises InvalidValue for what is none."""
    refuse: Callable[[str], ServiceValidationError]
    """Returns what is wrong with the value of a property of this name."""


def _color(given: object) -> Texts:
    """Return #RRGGBB of that, of a CSS name, or of a list of red, green and blue.

    Source: Blynk docs, firmware-api/widget-properties.
    """
    if isinstance(given, list | tuple):
        if len(given) != 3 or not all(type(part) is int for part in given):
            raise InvalidValue(DataType.STRING)
        if not all(0 <= part <= 255 for part in given):
            raise InvalidValue(DataType.STRING)
        return ["#{:02X}{:02X}{:02X}".format(*given)]
    text = scalar_text(given)
    if match := _HEX.fullmatch(text):
        return [f"#{match[1].upper()}"]
    try:
        return ["#{:02X}{:02X}{:02X}".format(*color_name_to_rgb(text))]
    except ValueError as error:
        raise InvalidValue(DataType.STRING) from error


def _flag(given: object) -> Texts:
    """Return true or false."""
    try:
        return [_WORDS[scalar_text(given).lower()]]
    except KeyError as error:
        raise InvalidValue(DataType.BOOLEAN) from error


def _number(given: object) -> Texts:
    """Return a number as plain decimal text."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise InvalidValue(DataType.DOUBLE)
    return [to_text(given, DataType.DOUBLE)]


def _text(given: object) -> Texts:
    """Return a single text."""
    text = scalar_text(given)
    if "\0" in text:
        raise InvalidValue(DataType.STRING)
    return [text]


def _list(given: object) -> Texts:
    """Return several texts; a single one is a list of one."""
    parts = as_list(given)
    if not 0 < len(parts) <= _PARTS_MAX:
        raise InvalidValue(DataType.STRING)
    return [_text(part)[0] for part in parts]


_COLOR: Final = Form(
    _color, lambda key: refusal(translation_key="property_no_color", property=key)
)
_FLAG: Final = Form(
    _flag, lambda key: refusal(translation_key="property_no_flag", property=key)
)
_LIST: Final = Form(
    _list,
    lambda key: refusal(
        translation_key="property_no_list", property=key, limit=str(_PARTS_MAX)
    ),
)
_NUMBER: Final = Form(
    _number, lambda key: refusal(translation_key="property_no_number", property=key)
)
_TEXT: Final = Form(
    _text, lambda key: refusal(translation_key="property_no_text", property=key)
)
# Source: Blynk docs, console/templates/data-converters/mqtt-data-converter.
PROPERTIES: Final[Mapping[str, Form]] = {
    "autoplay": _FLAG,
    "backColor": _COLOR,
    "color": _COLOR,
    "contentDesign": _TEXT,
    "icons": _LIST,
    "isDisabled": _FLAG,
    "isHidden": _FLAG,
    "isMuted": _FLAG,
    "isOnPlay": _FLAG,
    "label": _TEXT,
    "labels": _LIST,
    "loop": _FLAG,
    "max": _NUMBER,
    "maximumFractionDigits": _NUMBER,
    "min": _NUMBER,
    "offBackColor": _COLOR,
    "offColor": _COLOR,
    "offImageUrl": _TEXT,
    "offLabel": _TEXT,
    "onBackColor": _COLOR,
    "onColor": _COLOR,
    "onImageUrl": _TEXT,
    "onLabel": _TEXT,
    "opacity": _NUMBER,
    "page": _NUMBER,
    "rotation": _NUMBER,
    "scale": _NUMBER,
    "sortType": _TEXT,
    "sound": _TEXT,
    "step": _NUMBER,
    "suffix": _TEXT,
    "url": _TEXT,
    "urls": _LIST,
    "valueFormatting": _TEXT,
}
"""The documented properties, and what each takes."""
_BY_LETTERS: Final = {key.lower(): key for key in PROPERTIES}


async def _async_set_property(call: ServiceCall) -> None:
    """Override a property of a datastream's widgets, until it is erased."""
    coordinator = coordinator_of(call)
    name, key = _place(call, coordinator)
    texts = _texts(key, call.data[ATTR_VALUE])
    publication = set_property(name, key, texts)
    if publication.size > (limit := coordinator.uplink.size_max):
        raise refusal(translation_key="value_too_large", name=name, limit=str(limit))
    await coordinator.requests.async_send(lambda: publication, about=(name,))
    coordinator.overrides.async_release(name, key)


async def _async_erase_property(call: ServiceCall) -> None:
    """Take the override of a property back: the template's own shows again."""
    coordinator = coordinator_of(call)
    name, key = _place(call, coordinator)
    publication = erase_property(name, key)
    await coordinator.requests.async_send(lambda: publication, about=(name,))
    coordinator.overrides.async_release(name, key)


def _place(call: ServiceCall, coordinator: BlynkCoordinator) -> tuple[str, str]:
    """Return the datastream and the property that are meant, as Blynk spells it.

    Raises ServiceValidationError for names that are none, and for a property that
    follows an entity: the bridge would not let it be.
    """
    name = checked_name(call.data[ATTR_DATASTREAM])
    given = call.data[ATTR_PROPERTY]
    if not isinstance(given, str) or not _KEY.fullmatch(given):
        raise refusal(translation_key="invalid_property", name=shown(given))
    key = _BY_LETTERS.get(given.lower(), given)
    if coordinator.overrides.follows(name, key):
        raise refusal(translation_key="property_follows", name=name, property=key)
    return name, key


def _texts(key: str, given: object) -> Texts:
    """Return a property's value; raises ServiceValidationError for what is none."""
    if given is None:
        raise refusal(translation_key="no_value", name=key)
    several = isinstance(given, list | tuple)
    form = PROPERTIES.get(key, _LIST if several else _TEXT)
    try:
        return form.compose(given)
    except InvalidValue as error:
        raise form.refuse(key) from error


SET_PROPERTY: Final = Action(
    "set_property",
    _async_set_property,
    {
        vol.Required(ATTR_DATASTREAM): object,
        vol.Required(ATTR_PROPERTY): object,
        vol.Required(ATTR_VALUE): object,
    },
)
ERASE_PROPERTY: Final = Action(
    "erase_property",
    _async_erase_property,
    {vol.Required(ATTR_DATASTREAM): object, vol.Required(ATTR_PROPERTY): object},
)
