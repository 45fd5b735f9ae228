"""What an entity is to reach: a temperature, a humidity."""

from fractions import Fraction
import math
from typing import ClassVar, Final

from homeassistant.components.climate.const import (
    ClimateEntityCapabilityAttribute as Capability,
)
from homeassistant.const import ATTR_TEMPERATURE, PERCENTAGE
from homeassistant.core import State

from ..device.values import DataType
from .base import (
    HOME_TEMPERATURE,
    Action,
    Description,
    Limits,
    NotWritable,
    Reading,
    Trait,
    entity_action,
    number,
    supports,
    written_number,
)

_PERCENT: Final = Limits(0, 100, 1)
# What Home Assistant shows of a temperature, where no step tells.
_DECIMALS: Final = 1


class TargetTemperature(Trait):
    """The temperature to reach: a Double, for in another unit no step is whole.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "target_temperature"
    feature: ClassVar[int]
    attribute: ClassVar[str] = ATTR_TEMPERATURE
    """Tells it; the action's parameter is called the same."""
    service: ClassVar[str]

    def describe(self, state: State) -> Description | None:
        """Offer it where it can be set."""
        if not supports(state, self.feature):
            return None
        limits = self.limits(state)
        decimals = limits.decimals if limits else None
        return Description(
            data_type=DataType.DOUBLE,
            unit=HOME_TEMPERATURE,
            limits=limits,
            decimals=_DECIMALS if decimals is None else decimals,
            writable=True,
        )

    def read(self, state: State) -> Reading | None:
        """Return the temperature, None while the entity has none to reach."""
        return number(state.attributes.get(self.attribute))

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the temperature."""
        if not supports(state, self.feature):
            raise NotWritable("temperature can't be set")
        wanted = written_number(reading)
        return entity_action(state, self.service, **{self.attribute: wanted})

    def limits(self, state: State) -> Limits | None:
        """Return the entity's range, None if it is not known or empty.

        Steps count from 0, as in Home Assistant's own dials: a range that begins at
        44.6 °F, which is 7 °C, still has 70 °F.
        """
        minimum, maximum, step = (
            number(state.attributes.get(attribute))
            for attribute in (
                Capability.MIN_TEMP,
                Capability.MAX_TEMP,
                Capability.TARGET_TEMP_STEP,
            )
        )
        if minimum is None or maximum is None or minimum > maximum:
            return None
        if step is None or step <= 0:
            return Limits(minimum, maximum)
        size = Fraction(str(step))
        lowest = math.ceil(Fraction(str(minimum)) / size) * size
        if lowest > maximum:
            return Limits(minimum, maximum)
        return Limits(float(lowest), maximum, step)


class TargetHumidity(Trait):
    """The relative humidity to reach, in whole percent, as its action takes it.

    Urgent although it is a number: it moves when somebody moves it, who waits for it.
    """

    key = "target_humidity"
    attribute: ClassVar[str]
    """Tells it; the action's parameter is called the same."""
    service: ClassVar[str]
    feature: ClassVar[int | None] = None
    """None where every entity of the domain can do it."""

    def describe(self, state: State) -> Description | None:
        """Offer it where it can be set."""
        if not self._settable(state):
            return None
        return Description(
            data_type=DataType.INTEGER,
            unit=PERCENTAGE,
            limits=self.limits(state),
            writable=True,
        )

    def read(self, state: State) -> Reading | None:
        """Return the humidity."""
        percent = number(state.attributes.get(self.attribute))
        return None if percent is None else round(_PERCENT.clamp(percent))

    def write(self, state: State, reading: Reading) -> Action | None:
        """Set the humidity; 67 is what there is while there is 67.4."""
        if not self._settable(state):
            raise NotWritable("humidity can't be set")
        percent = round(written_number(reading))
        now = number(state.attributes.get(self.attribute))
        if percent == self.read(state) != now:
            return None
        return entity_action(state, self.service, **{self.attribute: percent})

    def limits(self, state: State) -> Limits | None:
        """Return the whole percents of the entity's range, all where it is not known."""
        minimum, maximum, step = (
            number(state.attributes.get(attribute))
            for attribute in (
                Capability.MIN_HUMIDITY,
                Capability.MAX_HUMIDITY,
                Capability.TARGET_HUMIDITY_STEP,
            )
        )
        if minimum is None or maximum is None:
            return _PERCENT
        lowest = math.ceil(_PERCENT.clamp(minimum))
        highest = math.floor(_PERCENT.clamp(maximum))
        if lowest > highest:
            return _PERCENT
        whole = step is not None and step >= 1 and step.is_integer()
        return Limits(lowest, highest, step if whole else 1)

    def _settable(self, state: State) -> bool:
        """Return whether the entity takes a humidity."""
        return self.feature is None or supports(state, self.feature)
