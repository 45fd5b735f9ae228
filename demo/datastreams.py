"""A datastream of the demo's template, and the trait of an entity that is bound to it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

CONFIRM_TIMEOUT = 2.0  # s, after which an unconfirmed widget falls back


class Direction(StrEnum):
    """Which way an exposure's values go."""

    PUBLISH = "publish"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Datastream:
    """One datastream of the demo's template, as its author would define it in Blynk's console."""

    name: str
    pin: int
    type: str
    unit: str | None = None
    min: float | None = None
    max: float | None = None
    step: float | None = None
    decimals: int | None = None
    default: int | None = None
    labels: tuple[str, ...] | None = None
    control: bool = False
    widget: str | None = None
    confirm_timeout: float | None = None

    def definition(self) -> dict[str, Any]:
        """Return the JSON form the simulator takes."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoExposure:
    """One trait of one entity of config/, bound to one datastream."""

    entity_id: str
    trait: str
    datastream: Datastream
    reports: bool = True
    """Whether it has a value from the start."""
    opted_in: bool = False
    """Whether what is guarded or private about it is agreed to."""
    code: str | None = None
    unavailable: str = "keep"
    properties: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction:
        """Return both ways for what Blynk has a control for."""
        return Direction.BOTH if self.datastream.control else Direction.PUBLISH

    def answers(self) -> dict[str, Any]:
        """Return what to answer to the fields of the datastream subentry flow."""
        return {
            "entity_id": self.entity_id,
            "trait": self.trait,
            "direction": self.direction.value,
            "datastream": self.datastream.name,
            "pin": self.datastream.pin,
            "data_type": self.datastream.type,
            "unavailable": self.unavailable,
            "properties": [*self.properties],
            "opted_in": self.opted_in,
            **({} if self.code is None else {"code": self.code}),
        }


def on_off(pin: int, name: str, **template: Any) -> Datastream:
    """Return a datastream that is 1 or 0."""
    return Datastream(name=name, pin=pin, type="integer", min=0, max=1, **template)


def switch(pin: int, name: str) -> Datastream:
    """Return an on/off datastream that Blynk switches and waits for."""
    return on_off(pin, name, control=True, confirm_timeout=CONFIRM_TIMEOUT)


def button(pin: int, name: str) -> Datastream:
    """Return an on/off datastream that a push button writes to."""
    return on_off(pin, name, control=True, widget="button")


def percent(pin: int, name: str, **template: Any) -> Datastream:
    """Return a whole percentage."""
    return Datastream(
        name=name, pin=pin, type="integer", unit="%", min=0, max=100, **template
    )


def choice(pin: int, name: str, labels: Sequence[str], **template: Any) -> Datastream:
    """Return an enumeration, whose values are the places of its labels."""
    return Datastream(name=name, pin=pin, type="enum", labels=tuple(labels), **template)


def number(pin: int, name: str, unit: str | None, **template: Any) -> Datastream:
    """Return a number with decimals."""
    return Datastream(name=name, pin=pin, type="double", unit=unit, **template)


def text(pin: int, name: str, **template: Any) -> Datastream:
    """Return a text."""
    return Datastream(name=name, pin=pin, type="string", **template)
