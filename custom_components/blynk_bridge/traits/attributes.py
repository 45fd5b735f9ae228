"""What many domains keep in an attribute: a choice, a flag, a measurement."""

from typing import ClassVar

from homeassistant.components.climate.const import (
    ATTR_CURRENT_HUMIDITY,
    ATTR_CURRENT_TEMPERATURE,
)
from homeassistant.const import PERCENTAGE, STATE_OFF, STATE_ON
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    HOME_TEMPERATURE,
    Action,
    Description,
    Limits,
    NotWritable,
    OnOffTrait,
    Reading,
    Trait,
    Wording,
    entity_action,
    number,
    on_off,
    supports,
    text,
    texts,
)


class Choice(Trait):
    """Which of the options is in force that the entity has for something."""

    feature: ClassVar[int]
    attribute: ClassVar[str]
    """Has the option in force."""
    listed: ClassVar[str]
    """The attribute that has them all."""
    service: ClassVar[str]
    parameter: ClassVar[str | None] = None
    """The action's; None where it is called like the attribute."""

    def describe(self, state: State) -> Description | None:
        """Offer it where the entity has the feature, and names its options."""
        if not supports(state, self.feature) or not (options := self.options(state)):
            return None
        return Description(
            data_type=DataType.ENUM,
            options=options,
            wording=Wording(self.attribute),
            writable=True,
        )

    def read(self, state: State) -> Reading | None:
        """Return the option, None if it is not one of the entity's."""
        option = text(state, self.attribute)
        return option if option in self.options(state) else None

    def write(self, state: State, reading: Reading) -> Action | None:
        """Choose the option."""
        if not supports(state, self.feature) or reading not in self.options(state):
            raise NotWritable("no such option")
        parameter = self.parameter or self.attribute
        return entity_action(state, self.service, **{parameter: reading})

    def options(self, state: State) -> tuple[str, ...]:
        """Return the options in the entity's order."""
        return texts(state, self.listed)


class Flag(OnOffTrait):
    """Whether something beside the entity's power is on."""

    feature: ClassVar[int]
    attribute: ClassVar[str]
    """Tells it; the action's parameter is called the same."""
    service: ClassVar[str]

    def describe(self, state: State) -> Description | None:
        """Offer it where the entity has the feature."""
        return on_off(writable=True) if supports(state, self.feature) else None

    def read(self, state: State) -> Reading | None:
        """Return whether it is on, None while the entity does not tell."""
        raw: object = state.attributes.get(self.attribute)
        if isinstance(raw, bool):
            return raw
        return {STATE_ON: True, STATE_OFF: False}.get(text(state, self.attribute) or "")

    def write(self, state: State, reading: Reading) -> Action | None:
        """Turn it on or off."""
        if not supports(state, self.feature):
            raise NotWritable(self.key)
        return entity_action(state, self.service, **{self.attribute: bool(reading)})


class Measurement(Trait):
    """A number that the entity measures."""

    urgent = False
    attribute: ClassVar[str]
    data_type: ClassVar[DataType] = DataType.DOUBLE
    unit: ClassVar[str | None] = None
    unit_attribute: ClassVar[str | None] = None
    """Has the unit, where it is not always the same."""
    range: ClassVar[Limits | None] = None
    decimals: ClassVar[int | None] = None

    def describe(self, state: State) -> Description | None:
        """Offer it where there is a number: no feature tells who measures."""
        if self.read(state) is None:
            return None
        unit = self.unit
        if self.unit_attribute is not None:
            unit = text(state, self.unit_attribute) or None
        return Description(
            data_type=self.data_type,
            unit=unit,
            limits=self.range,
            decimals=self.decimals,
        )

    def read(self, state: State) -> Reading | None:
        """Return the number."""
        return number(state.attributes.get(self.attribute))


class CurrentTemperature(Measurement):
    """The temperature that the entity measures, to be compared with its target."""

    key = "current_temperature"
    attribute = ATTR_CURRENT_TEMPERATURE
    unit = HOME_TEMPERATURE
    decimals = 1


class CurrentHumidity(Measurement):
    """The relative humidity that the entity measures."""

    key = "current_humidity"
    attribute = ATTR_CURRENT_HUMIDITY
    unit = PERCENTAGE


class Activity(Trait):
    """What the entity is doing right now, whatever it was told to do."""

    attribute: ClassVar[str]
    activities: ClassVar[tuple[str, ...]]

    def describe(self, state: State) -> Description | None:
        """Offer it where the entity tells."""
        if text(state, self.attribute) is None:
            return None
        return Description(
            data_type=DataType.ENUM,
            options=self.activities,
            wording=Wording(self.attribute),
        )

    def read(self, state: State) -> Reading | None:
        """Return the activity, None for one that Home Assistant does not know."""
        activity = text(state, self.attribute)
        return activity if activity in self.activities else None

    def options(self, state: State) -> tuple[str, ...]:
        """Return all activities there are: an entity does not say which it knows."""
        return self.activities
