"""Adding a control, and changing one."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import SOURCE_RECONFIGURE, SubentryFlowResult
from homeassistant.const import CONF_DEVICE_CLASS
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from ..const import CONF_DATA_TYPE, CONF_DATASTREAM, CONF_KIND, CONF_PIN
from ..control import DATA_TYPES, Control, ControlKind
from ..exposure_checks import name_error, pin_error
from ..exposure_data import pins
from ..plan import planned_control
from ..proposal import exposure_title, exposure_unique_id
from ..requirement import requirement
from .control_details import DEVICE_CLASSES, FIELDS, detail_errors, tidied
from .exposure_form import select
from .subentry_base import SubentryFlow

_PIN: Final = NumberSelector(NumberSelectorConfig(mode=NumberSelectorMode.BOX, step=1))

_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_DATASTREAM): TextSelector(),
        vol.Optional(CONF_PIN): _PIN,
        vol.Required(CONF_KIND): select(ControlKind, "control_kind"),
    }
)


class ControlSubentryFlow(SubentryFlow):
    """Adds a control, or changes one: its datastream first, then what its kind needs."""

    _basics: Mapping[str, Any]
    """The datastream, its pin and the kind, as they were entered."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the datastream, and what it is to be here."""
        return await self._async_basics("user", user_input, {})

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for another datastream or kind."""
        return await self._async_basics(
            "reconfigure", user_input, self._get_reconfigure_subentry().data
        )

    async def async_step_switch(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what a switch needs."""
        return await self._async_details(ControlKind.SWITCH, user_input)

    async def async_step_number(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what a number needs."""
        return await self._async_details(ControlKind.NUMBER, user_input)

    async def async_step_select(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what a select needs."""
        return await self._async_details(ControlKind.SELECT, user_input)

    async def async_step_text(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what a text needs."""
        return await self._async_details(ControlKind.TEXT, user_input)

    async def async_step_time(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what a time needs."""
        return await self._async_details(ControlKind.TIME, user_input)

    async def async_step_sensor(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what a sensor needs."""
        return await self._async_details(ControlKind.SENSOR, user_input)

    async def async_step_binary_sensor(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for what a binary sensor needs."""
        return await self._async_details(ControlKind.BINARY_SENSOR, user_input)

    async def _async_basics(
        self,
        step: str,
        user_input: dict[str, Any] | None,
        current: Mapping[str, Any],
    ) -> SubentryFlowResult:
        """Ask for the datastream and the kind, and go on to what the kind needs."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._errors(user_input)
            if not errors:
                self._basics = user_input
                return await self._async_details(
                    ControlKind(user_input[CONF_KIND]), None
                )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, current if user_input is None else user_input
            ),
            errors=errors,
            last_step=False,
        )

    async def _async_details(
        self, kind: ControlKind, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        """Ask for what a kind needs, and end; a kind that needs nothing is not asked."""
        fields = dict(FIELDS[kind])
        if not fields:
            return self._end(kind, {})
        errors: dict[str, str] = {}
        if user_input is None:
            user_input = self._current(kind)
        else:
            user_input = tidied(user_input)
            errors = detail_errors(kind, user_input)
            if not errors:
                return self._end(kind, user_input)
        if kind in DEVICE_CLASSES:
            fields[vol.Optional(CONF_DEVICE_CLASS)] = await self._async_classes(kind)
        return self.async_show_form(
            step_id=kind.value,
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(fields), user_input
            ),
            errors=errors,
            description_placeholders={"datastream": self._basics[CONF_DATASTREAM]},
        )

    async def _async_classes(self, kind: ControlKind) -> SelectSelector:
        """Return a selector of a kind's device classes, as Home Assistant names them."""
        names = await async_get_translations(
            self.hass, self.hass.config.language, "entity_component", [kind.value]
        )
        prefix = f"component.{kind}.entity_component"
        return SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(
                        value=each, label=names.get(f"{prefix}.{each}.name", each)
                    )
                    for each in DEVICE_CLASSES[kind]
                ],
                mode=SelectSelectorMode.DROPDOWN,
                sort=True,
            )
        )

    def _current(self, kind: ControlKind) -> dict[str, Any]:
        """Return what the control is now; of another kind nothing can be kept."""
        if self.source != SOURCE_RECONFIGURE:
            return {}
        data = self._get_reconfigure_subentry().data
        return dict(data) if data.get(CONF_KIND) == kind else {}

    def _errors(self, entered: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with the datastream, by field."""
        others = self._others()
        found = {
            CONF_DATASTREAM: name_error(
                entered[CONF_DATASTREAM], {other.unique_id for other in others}
            ),
            CONF_PIN: pin_error(entered.get(CONF_PIN), pins(others)),
        }
        return {field: error for field, error in found.items() if error is not None}

    def _end(self, kind: ControlKind, details: Mapping[str, Any]) -> SubentryFlowResult:
        """End the flow with the control added or changed."""
        data = {
            CONF_DATASTREAM: self._basics[CONF_DATASTREAM],
            CONF_KIND: kind.value,
            CONF_DATA_TYPE: DATA_TYPES[kind][0].value,
            **details,
        }
        if (pin := self._basics.get(CONF_PIN)) is not None:
            data[CONF_PIN] = int(pin)
        row = planned_control(Control.from_data("", data), data.get(CONF_PIN))
        return self._keep(
            data,
            exposure_title(data),
            exposure_unique_id(data[CONF_DATASTREAM]),
            requirement(row),
        )
