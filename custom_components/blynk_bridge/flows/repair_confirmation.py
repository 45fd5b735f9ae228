"""The flow of an issue that asks only whether the user has done something."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
import voluptuous as vol

from ..complaints import ISSUE_COMPLAINTS
from ..coordinator import BlynkConfigEntry, BlynkCoordinator
from ..upkeep import ISSUE_PLAN_OUTDATED, ISSUE_UNKNOWN_DATASTREAMS

_NOTHING: Final = vol.Schema({})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What such an issue shows."""

    placeholders: Callable[[BlynkCoordinator], Mapping[str, str]]
    done: Callable[[BlynkCoordinator], None]
    """Takes note of it."""


CONFIRMATIONS: Final[Mapping[str, Confirmation]] = {
    ISSUE_PLAN_OUTDATED: Confirmation(
        lambda bridge: {"changes": "\n".join(bridge.upkeep.changes.changes)},
        lambda bridge: bridge.upkeep.async_accept_plan(),
    ),
    # What Blynk does not know then is an issue again.
    ISSUE_UNKNOWN_DATASTREAMS: Confirmation(
        lambda bridge: {"plan": bridge.upkeep.unknown_table},
        lambda bridge: bridge.upkeep.check.async_check_again(),
    ),
    ISSUE_COMPLAINTS: Confirmation(
        lambda bridge: {"texts": bridge.server_messages.complaints.texts},
        lambda bridge: bridge.server_messages.complaints.async_accept(),
    ),
}


class ConfirmationFlow(RepairsFlow):
    """Shows what is to be done in Blynk, until the user says that it is."""

    def __init__(self, entry: BlynkConfigEntry, confirmation: Confirmation) -> None:
        """Remember the entry, and what is asked."""
        self._entry = entry
        self._confirmation = confirmation

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin with the only step."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show what is to be done, and take note when it is."""
        if self._entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        bridge = self._entry.runtime_data
        if user_input is not None:
            self._confirmation.done(bridge)
            return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=_NOTHING,
            description_placeholders={
                "title": self._entry.title,
                **self._confirmation.placeholders(bridge),
            },
        )
