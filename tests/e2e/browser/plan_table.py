"""The table of datastreams that a flow shows, typed into a Blynk template."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from demo.datastreams import Datastream

from .texts import english

_SETTINGS: Final[Mapping[str, str]] = {
    english("selector", "plan_column", "options", column): field
    for column, field in {
        "unit": "unit",
        "minimum": "min",
        "maximum": "max",
        "decimals": "decimals",
        "default": "default",
    }.items()
}
_TEXTS: Final = {"unit"}
_WHOLE: Final = {"decimals", "default"}
_TYPES: Final[Mapping[str, str]] = {"Enumerable": "enum"}


def typed_in(row: Sequence[str], operated: Collection[str]) -> Datastream:
    """Return the datastream that a person makes of a row: name, pin, type and settings.

    What is operated gets a widget that operates it: that is nothing of the template's.
    Raises KeyError at a setting that this person has never heard of.
    """
    name, pin, data_type, settings = row
    return Datastream(
        name=name,
        pin=int(pin.removeprefix("V")),
        type=_TYPES.get(data_type, data_type.lower()),
        control=name in operated,
        **_settings(settings),
    )


def _settings(text: str) -> dict[str, Any]:
    """Return the settings of a row such as "Unit: Percent, Min: 0, Max: 100"."""
    settings: dict[str, Any] = {}
    for setting in filter(None, text.split(", ")):
        word, _, value = setting.partition(": ")
        field = _SETTINGS[word]
        if field in _TEXTS:
            settings[field] = value
        else:
            settings[field] = int(value) if field in _WHOLE else float(value)
    return settings
