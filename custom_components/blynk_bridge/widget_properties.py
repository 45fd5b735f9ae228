"""What the properties of Blynk's widgets are to be, so that they follow an entity."""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, State, callback

from . import traits
from .device.messages import MESSAGE_SIZE_MAX, set_property
from .device.values import DataType, to_text
from .exposure import Exposure, WidgetProperty
from .labels import option_labels
from .learned import Texts
from .naming import entity_name
from .precision import display_decimals
from .texts import option_text
from .traits.anything import Attribute
from .traits.base import Description
from .units import home_unit

IS_DISABLED: Final = "isDisabled"
"""A widget that shows its value and can't be operated."""

# Source: Blynk docs, console/templates/data-converters/mqtt-data-converter.
# Its 1,000 letters are more than a message holds.
_TEXTS_MAX: Final = 100

BLYNK_KEYS: Final[Mapping[WidgetProperty, tuple[str, ...]]] = {
    WidgetProperty.LABEL: ("label",),
    WidgetProperty.LIMITS: ("min", "max", "step"),
    WidgetProperty.LABELS: ("labels",),
    WidgetProperty.SUFFIX: ("suffix",),
    WidgetProperty.DECIMALS: ("maximumFractionDigits",),
}
"""What Blynk calls each of them. Source: as above, and firmware-api/widget-properties."""


@callback
def widget_properties(
    hass: HomeAssistant, exposure: Exposure
) -> Mapping[str, Texts] | None:
    """Return the properties that the exposure's entity asks for, by Blynk's name.

    None while the entity is not there, or does not offer the trait: it asks for
    nothing then, not even for what it had to be taken back.
    """
    state = hass.states.get(exposure.entity_id)
    if state is None or state.state == STATE_UNAVAILABLE:
        return None
    if (description := exposure.trait.describe(state)) is None:
        return None
    wanted: dict[str, Texts] = {}
    for kind in exposure.properties:
        parts = _FIND[kind](hass, exposure, state, description)
        for key, texts in zip(BLYNK_KEYS[kind], parts, strict=True):
            if fitting := _fitting(exposure.datastream, key, texts):
                wanted[key] = fitting
    return wanted


type _Find = Callable[
    [HomeAssistant, Exposure, State, Description], tuple[tuple[str, ...], ...]
]


def _label(
    hass: HomeAssistant, exposure: Exposure, state: State, description: Description
) -> tuple[tuple[str, ...], ...]:
    """Return the entity's name, for all but its main trait with the trait's."""
    trait = exposure.trait
    if exposure.template is not None or trait is next(
        iter(traits.traits_of(state)), None
    ):
        return ((entity_name(state),),)
    aspect = (
        trait.name
        if isinstance(trait, Attribute)
        else option_text(hass, "trait", trait.key)
    )
    return ((f"{entity_name(state)}: {aspect}",),)


def _limits(
    hass: HomeAssistant, exposure: Exposure, state: State, description: Description
) -> tuple[tuple[str, ...], ...]:
    """Return the ends of the range, and its step."""
    if (limits := description.limits) is None:
        return ((), (), ())
    return tuple(
        () if number is None else (to_text(number, DataType.DOUBLE),)
        for number in (limits.minimum, limits.maximum, limits.step)
    )


def _labels(
    hass: HomeAssistant, exposure: Exposure, state: State, description: Description
) -> tuple[tuple[str, ...], ...]:
    """Return the names of an enumeration's options."""
    return (option_labels(hass, state, description),)


def _suffix(
    hass: HomeAssistant, exposure: Exposure, state: State, description: Description
) -> tuple[tuple[str, ...], ...]:
    """Return the unit."""
    return ((home_unit(hass, description) or "",),)


def _decimals(
    hass: HomeAssistant, exposure: Exposure, state: State, description: Description
) -> tuple[tuple[str, ...], ...]:
    """Return the decimals that Home Assistant shows, else those that make sense."""
    decimals = display_decimals(hass, state.entity_id, description)
    return (() if decimals is None else (str(decimals),),)


_FIND: Final[Mapping[WidgetProperty, _Find]] = {
    WidgetProperty.LABEL: _label,
    WidgetProperty.LIMITS: _limits,
    WidgetProperty.LABELS: _labels,
    WidgetProperty.SUFFIX: _suffix,
    WidgetProperty.DECIMALS: _decimals,
}


def _fitting(name: str, key: str, texts: tuple[str, ...]) -> Texts:
    """Return as many of the texts as Blynk takes, empty where there is nothing to say.

    A list that is too long loses its end, so that the others keep their places.
    """
    room = MESSAGE_SIZE_MAX - set_property(name, key, ()).size
    fitting: list[str] = []
    for text in texts[:_TEXTS_MAX]:
        # A lone surrogate has no form in UTF-8, and NUL is what parts are joined by.
        form = text.replace("\0", "").encode(errors="ignore")
        if len(form) > room:
            if not fitting:
                fitting.append(form[:room].decode(errors="ignore"))
            break
        fitting.append(form.decode())
        room -= len(form) + len("\0")
    return tuple(fitting) if any(fitting) else ()
