"""Exposing many at once while a Blynk device is being set up."""

from collections.abc import Iterable, Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
)
import voluptuous as vol

from ..const import CONF_PLAN_SIZE
from ..draft import EMPTY, Wish, draft
from ..plan_formats import escaped
from ..proposal import exposure_subentry
from ..selection import new_key, selection_subentry, settlement
from ..texts import async_load_texts
from .expose_steps import (
    CONF_FOLLOWING,
    PICK,
    left_out,
    pick_errors,
    plan_placeholders,
    preview_placeholders,
)


class FirstExposures(ConfigFlow):
    """The last steps of a first set-up: what is exposed from the beginning."""

    def __init__(self) -> None:
        """Start without anything to create."""
        self._title = ""
        self._data: dict[str, Any] = {}
        self._picked: Mapping[str, Any] = {}
        self._selection: str | None = None
        self._sketch = EMPTY

    async def async_step_expose(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be exposed at once; nothing will do."""
        await async_load_texts(self.hass)
        errors: dict[str, str] = {}
        sketch = EMPTY
        if user_input is not None:
            wish, following = Wish.from_fields(user_input), user_input[CONF_FOLLOWING]
            if wish.choice.empty and not following:
                return self._create_entry()
            self._picked = user_input
            self._selection = new_key() if following else None
            self._sketch = sketch = draft(self.hass, wish, (), self._selection)
            errors = pick_errors(wish, sketch, following=following)
            if not errors:
                return await self.async_step_preview()
        return self.async_show_form(
            step_id="expose",
            data_schema=self.add_suggested_values_to_schema(PICK, user_input),
            errors=errors,
            description_placeholders={"left_out": left_out(self.hass, sketch)},
            last_step=False,
        )

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what will be exposed."""
        if user_input is not None:
            return await self.async_step_plan()
        return self.async_show_form(
            step_id="preview",
            data_schema=vol.Schema({}),
            description_placeholders=preview_placeholders(self.hass, self._sketch),
            last_step=False,
        )

    async def async_step_plan(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what to create in the Blynk template, then create the entry."""
        exposures = self._sketch.data
        if user_input is not None or not exposures:
            subentries = [exposure_subentry(data) for data in exposures]
            if self._selection is not None:
                settled = {item for data in exposures if (item := settlement(data))}
                subentries.append(
                    selection_subentry(
                        self.hass, self._selection, self._picked, settled
                    )
                )
            options = {CONF_PLAN_SIZE: self._picked[CONF_PLAN_SIZE]}
            return self._create_entry(options, subentries)
        return self.async_show_form(
            step_id="plan",
            data_schema=vol.Schema({}),
            description_placeholders=plan_placeholders(self.hass, exposures),
            last_step=True,
        )

    def _create_entry(
        self,
        options: Mapping[str, Any] | None = None,
        subentries: Iterable[ConfigSubentryData] = (),
    ) -> ConfigFlowResult:
        """Create the entry, unless the device was set up meanwhile.

        Who has left everything empty is told where it goes on.
        """
        self._abort_if_unique_id_configured()
        subentries = list(subentries)
        return self.async_create_entry(
            title=self._title,
            data=self._data,
            description=None if subentries else "nothing_exposed",
            description_placeholders={"title": escaped(self._title)},
            options=options,
            subentries=subentries,
        )
