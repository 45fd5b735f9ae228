"""A template of the user's as a trait, with actions for what Blynk writes."""

from collections.abc import Callable, Mapping, Sequence
import logging
from typing import Any, Final, override

from homeassistant.const import ATTR_ENTITY_ID, CONF_STATE
from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.exceptions import TemplateError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.event import (
    TrackTemplate,
    TrackTemplateResult,
    async_track_template_result,
)
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.helpers.template import Template
from homeassistant.helpers.template.states import TemplateStateFromEntityId
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN
from .device.errors import InvalidValue
from .device.values import DataType, Location, Value, normalize
from .traits.anything import PRIVATE_DOMAINS
from .traits.base import NOT_READINGS, Description, Reading, Trait

_LOGGER: Final = logging.getLogger(__name__)

TEMPLATE_KEY: Final = "template"
_RATE_LIMIT: Final = 1.0
"""Seconds between two looks at a template that goes through many entities."""
# A template may as well say `on` where the datastream wants 1.
_NUMBERS: Final = frozenset({DataType.INTEGER, DataType.DOUBLE, DataType.ENUM})


class Templated(Trait):
    """What a template gives; a write runs the user's actions.

    The template knows the entity as `entity_id` and `state`, the actions also what
    was written, as `value`: data, which is never rendered itself.
    """

    key = TEMPLATE_KEY
    domains = frozenset()
    urgent = False

    def __init__(
        self,
        hass: HomeAssistant,
        entity_id: str,
        template: str,
        on_write: Sequence[ConfigType] = (),
    ) -> None:
        """Remember the template, and the actions as they were entered."""
        self._hass = hass
        self._entity_id = entity_id
        self._template = Template(template, hass)
        self._on_write = list(on_write)

    @override
    def __eq__(self, other: object) -> bool:
        """Return whether the other one does the same for the same entity."""
        return isinstance(other, Templated) and (
            self._entity_id == other._entity_id
            and self._template.template == other._template.template
            and self._on_write == other._on_write
        )

    @override
    def __hash__(self) -> int:
        """Return a hash of what can have one."""
        return hash((self._entity_id, self._template.template))

    @override
    def describe(self, state: State) -> Description:
        """Return the type that fits what the template gives now."""
        return Description(
            data_type=_fitting(self.read(state)),
            writable=bool(self._on_write),
            private=state.domain in PRIVATE_DOMAINS,
        )

    @override
    def read(self, state: State) -> Reading | None:
        """Return what the template gives, None for nothing and for an error."""
        try:
            result: object = self._template.async_render(
                self._variables, log_fn=_log_at_debug
            )
        except TemplateError as error:
            _LOGGER.debug("The template of %s failed: %s", self._entity_id, error)
            return None
        return _as_reading(result)

    @override
    def value(self, state: State, data_type: DataType) -> Value | None:
        """Return the reading as a value, whatever the entity's own state is."""
        if (reading := self.read(state)) is None:
            return None
        try:
            return normalize(reading, data_type)
        except InvalidValue:
            if data_type not in _NUMBERS:
                return None
        try:
            return normalize(normalize(reading, DataType.BOOLEAN), data_type)
        except InvalidValue:
            return None

    @callback
    def async_track(self, changed: Callable[[], None]) -> CALLBACK_TYPE:
        """Call back when anything that the template uses changes its result."""

        @callback
        def update(
            event: Event[EventStateChangedData] | None,
            updates: list[TrackTemplateResult],
        ) -> None:
            changed()

        return async_track_template_result(
            self._hass,
            [TrackTemplate(self._template, self._variables, _RATE_LIMIT)],
            update,
            log_fn=_log_at_debug,
        ).async_remove

    async def async_write(self, value: Value, context: Context) -> None:
        """Run the actions with what was written.

        Raises vol.Invalid for actions that are none any more, and what they raise.
        """
        script = Script(
            self._hass,
            await async_validated(self._hass, self._on_write),
            self._entity_id,
            DOMAIN,
            log_exceptions=False,
        )
        try:
            await script.async_run({**self._variables, "value": value}, context)
        finally:
            await script.async_unload()

    @property
    def _variables(self) -> Mapping[str, Any]:
        """Return what the template knows: the state as it is when it is looked at."""
        state = TemplateStateFromEntityId(self._hass, self._entity_id)
        return {ATTR_ENTITY_ID: self._entity_id, CONF_STATE: state}


async def async_validated(
    hass: HomeAssistant, actions: Sequence[ConfigType]
) -> list[ConfigType]:
    """Return actions as Home Assistant runs them; raises vol.Invalid if it can't."""
    return await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA(list(actions)))


def _as_reading(result: object) -> Reading | None:
    """Return what a template gave as a reading; a list of two is a place."""
    match result:
        case bool() | int() | float():
            return result
        case str() if result and result not in NOT_READINGS:
            return result
        case [int() | float() as longitude, int() | float() as latitude]:
            return Location(longitude, latitude)
        case _:
            return None


def _fitting(reading: Reading | None) -> DataType:
    """Return the data type that takes a reading, and others like it."""
    match reading:
        case bool():
            return DataType.INTEGER
        case int() | float():
            return DataType.DOUBLE
        case Location():
            return DataType.LOCATION
        case _:
            return DataType.STRING


def _log_at_debug(level: int, message: str) -> None:
    """Say what is wrong with a template to whoever looks for it."""
    _LOGGER.debug("%s", message)
