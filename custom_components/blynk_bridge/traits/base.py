"""What a trait is: one aspect of an entity that fits in one datastream."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
import math
from typing import ClassVar, Final

from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import State

from ..device.errors import InvalidValue
from ..device.values import (
    INTEGER_MAX,
    INTEGER_MIN,
    DataType,
    Location,
    Value,
    normalize,
)

type Reading = bool | int | float | str | Location

HOME_TEMPERATURE: Final = "°C/°F"
"""Unit of a temperature whose entity does not say which: the one of the home."""

NOT_READINGS: Final = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})
# Where an option travels as its index, counted from 0 as Blynk's Menu and Segmented
# Switch do (Blynk docs, list-of-datastreams-types-supported-by-widgets).
_INDEXED: Final = frozenset({DataType.ENUM, DataType.INTEGER, DataType.DOUBLE})
# A Double has no more of them on the wire.
_DECIMALS_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """The range of a numeric trait, in the trait's unit; steps count from the minimum."""

    minimum: float
    maximum: float
    step: float | None = None

    @property
    def whole(self) -> bool:
        """Whether every number of the range is one an Integer datastream can hold."""
        return (
            self.step is not None
            and float(self.step).is_integer()
            and float(self.minimum).is_integer()
            and self.minimum >= INTEGER_MIN
            and self.maximum <= INTEGER_MAX
        )

    @property
    def decimals(self) -> int | None:
        """Decimals of the numbers on its steps, None where it has no steps."""
        if not self.step:
            return None
        parts = (Decimal(str(part)).normalize() for part in (self.minimum, self.step))
        decimals = max(-int(part.as_tuple().exponent) for part in parts)
        return min(max(decimals, 0), _DECIMALS_MAX)

    def clamp(self, number: float) -> float:
        """Return the number, moved to the nearest end if it is out of range."""
        return min(max(number, self.minimum), self.maximum)

    def nearest(self, number: float) -> float:
        """Return the number of the range that is nearest, on a step if it has steps.

        In fractions, so that 0.1 + 2 * 0.1 is 0.3 and no range is too wide.
        """
        number = self.clamp(number)
        if not self.step:
            return number
        low, high, step, wanted = (
            Fraction(str(part))
            for part in (self.minimum, self.maximum, self.step, number)
        )
        steps = min(
            math.floor((wanted - low) / step + Fraction(1, 2)),
            math.floor((high - low) / step),
        )
        return float(low + steps * step)


ON_OFF: Final = Limits(0, 1, 1)


@dataclass(frozen=True, slots=True)
class Wording:
    """Where an enumeration's options have their names in the user's language."""

    attribute: str | None = None
    """Home Assistant's translations of this attribute's values; None: of the state's."""
    own: bool = False
    """Our own: the selector `option` in the translations."""


STATE_WORDING: Final = Wording()
OWN_WORDING: Final = Wording(own=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """How a trait of one entity presents itself to a template author."""

    data_type: DataType
    unit: str | None = None
    """As Home Assistant writes it."""
    limits: Limits | None = None
    decimals: int | None = None
    """Decimals worth showing, None where nothing tells."""
    options: tuple[str, ...] = ()
    """An enumeration's options, as Home Assistant's own tokens."""
    wording: Wording = STATE_WORDING
    """Where the options' names in the user's language are."""
    worded: bool = False
    """A text that has a name in Home Assistant's translations, or stands for itself."""
    writable: bool = False
    guarded: bool = False
    """Read-only until the user says otherwise: doors, gates, locks, valves."""
    private: bool = False
    """Not shown until the user says so: where people are, and passwords."""
    takes_code: bool = False
    """Its actions may be given a code: locks, alarm panels."""


@dataclass(frozen=True, slots=True)
class Action:
    """A Home Assistant action that a write asks for."""

    domain: str
    service: str
    data: Mapping[str, object] = field(default_factory=dict)


class NotWritable(Exception):
    """The write asks for something this entity can't do now."""


class Trait(ABC):
    """One readable, perhaps writable, aspect of an entity.

    Subclasses speak in natural readings: True and False for on and off, an
    option's own text for an enumeration, numbers in the entity's unit. `value`
    and `action` translate between those and the datastream's type.
    """

    key: ClassVar[str]
    domains: ClassVar[frozenset[str]]
    urgent: ClassVar[bool] = True
    """Discrete: a change is worth a message of its own."""
    plain: ClassVar[bool] = False
    """No reading of it is private or an option: it is told without a description."""
    momentary: ClassVar[bool] = False
    """Has no state: a write of 1 acts, and the datastream falls back to 0."""

    @abstractmethod
    def describe(self, state: State) -> Description | None:
        """Return how this entity offers the trait, None if it does not."""

    @abstractmethod
    def read(self, state: State) -> Reading | None:
        """Return the trait's reading, None while there is none to tell."""

    def write(self, state: State, reading: Reading) -> Action | None:
        """Return the action that brings the entity to this reading.

        None means that nothing is to be done: the release of a push button.
        Raises NotWritable where the entity can't take it.
        """
        raise NotWritable(self.key)

    def options(self, state: State) -> tuple[str, ...]:
        """Return the enumeration's options in the order of their indices."""
        return ()

    def limits(self, state: State) -> Limits | None:
        """Return the range that a written number is brought into."""
        return None

    def value(self, state: State, data_type: DataType) -> Value | None:
        """Return the reading as a value of the datastream's type.

        None while the entity is unavailable, its state unknown, or the reading
        has no form in that type: such a value is never sent.
        """
        if state.state in NOT_READINGS and not self.momentary:
            return None
        if (reading := self.read(state)) is None:
            return None
        options = self.options(state)
        try:
            if options and data_type in _INDEXED:
                if reading in options:
                    return normalize(options.index(str(reading)), data_type)
                return None
            return normalize(reading, data_type)
        except InvalidValue:
            return None

    def action(self, state: State, value: Value) -> Action | None:
        """Return the action that a value written to the datastream asks for.

        Numbers are brought to the nearest one within the limits. Raises
        NotWritable for an index outside the options, for what is no number where
        one is wanted, and for an entity that is unavailable or can't be written.
        """
        if state.state == STATE_UNAVAILABLE:
            raise NotWritable("unavailable")
        return self.write(state, self.reading_of(state, value))

    def reading_of(self, state: State, value: Value) -> Reading:
        """Return the reading that a value written to the datastream stands for.

        What the datastream shows already, the entity may keep: 22 for its 21.5 °C
        on an Integer datastream, and what is between two steps.
        """
        if options := self.options(state):
            return _option(options, value)
        if (present := self._shown_as(state, value)) is not None:
            return present
        if limits := self.limits(state):
            return limits.nearest(written_number(value))
        return value

    def _shown_as(self, state: State, value: Value) -> float | None:
        """Return the present number, if its datastream shows it as this value."""
        present = self.read(state)
        if isinstance(present, bool) or not isinstance(present, int | float):
            return None
        if isinstance(value, bool):
            return None
        if (limits := self.limits(state)) and limits.clamp(present) != present:
            return None
        data_type = DataType.INTEGER if isinstance(value, int) else DataType.DOUBLE
        try:
            shown = normalize(present, data_type)
            return present if shown == normalize(value, data_type) else None
        except InvalidValue:
            return None


class OnOffTrait(Trait):
    """A trait that is on or off: 1 and 0 on an Integer datastream.

    Blynk's Switch and Button widgets bind Integer and Double, not Boolean
    (Blynk docs, list-of-datastreams-types-supported-by-widgets).
    """

    def read(self, state: State) -> Reading | None:
        """Return whether the entity is on."""
        return {STATE_ON: True, STATE_OFF: False}.get(state.state)

    def reading_of(self, state: State, value: Value) -> Reading:
        """Accept what means on or off, and nothing else."""
        try:
            return normalize(value, DataType.BOOLEAN)
        except InvalidValue as error:
            raise NotWritable("neither on nor off") from error


def on_off(
    *,
    writable: bool = False,
    guarded: bool = False,
    private: bool = False,
    takes_code: bool = False,
) -> Description:
    """Return the description of a trait that is on or off."""
    return Description(
        data_type=DataType.INTEGER,
        limits=ON_OFF,
        writable=writable,
        guarded=guarded,
        private=private,
        takes_code=takes_code,
    )


def _option(options: tuple[str, ...], value: Value) -> str:
    """Return the option that an index or an option's own text names."""
    if isinstance(value, str):
        if value in options:
            return value
    elif (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and value in range(len(options))
    ):
        return options[int(value)]
    raise NotWritable("no such option")


def written_number(value: Value) -> float:
    """Return a written number, which on a String datastream comes as text.

    Raises NotWritable for anything else: on and off are no numbers here.
    """
    try:
        number = None if isinstance(value, bool) else normalize(value, DataType.DOUBLE)
    except InvalidValue as error:
        raise NotWritable("not a number") from error
    if not isinstance(number, float):
        raise NotWritable("not a number")
    return number


def number(raw: object) -> float | None:
    """Return a state's or attribute's number, None if it holds none."""
    if raw is None or isinstance(raw, bool):
        return None
    try:
        parsed = float(str(raw))
    except ValueError:
        return None
    return parsed if math.isfinite(parsed) else None


def text(state: State, attribute: str) -> str | None:
    """Return an attribute that is text, None if it is missing or anything else."""
    raw: object = state.attributes.get(attribute)
    return str(raw) if isinstance(raw, str) else None


def texts(state: State, attribute: str) -> tuple[str, ...]:
    """Return an attribute that is a list of texts, empty if it is anything else."""
    raw: object = state.attributes.get(attribute)
    return tuple(str(item) for item in raw) if isinstance(raw, list | tuple) else ()


def supports(state: State, features: int) -> bool:
    """Return whether the entity has all these features."""
    raw: object = state.attributes.get(ATTR_SUPPORTED_FEATURES)
    return isinstance(raw, int) and raw & features == features


def assumed(state: State) -> bool:
    """Return whether the entity's state is a guess: it may be told again."""
    return state.attributes.get(ATTR_ASSUMED_STATE) is True


def entity_action(state: State, service: str, **data: object) -> Action:
    """Return an action of the entity's own domain, aimed at the entity."""
    return Action(state.domain, service, {ATTR_ENTITY_ID: state.entity_id, **data})
