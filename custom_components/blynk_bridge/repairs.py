"""Which flow mends which repair issue."""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant

from .coordinator import BlynkConfigEntry
from .flows.repair_confirmation import CONFIRMATIONS, ConfirmationFlow
from .flows.repair_connection import SecureFlow, TokenInUseFlow, TrustFlow
from .flows.repair_exposures import EntityGoneFlow
from .flows.repair_quota import QuotaFlow
from .following import ISSUE_SELECTION_CHANGED
from .quota import ISSUE_NEARLY_USED
from .session_issues import (
    ISSUE_PLAIN,
    ISSUE_REDIRECT_REFUSED,
    ISSUE_TOKEN_IN_USE,
    ISSUE_UNVERIFIED,
)
from .upkeep import ISSUE_ENTITY_GONE

type _About = Mapping[str, str | int | float | None]

_FLOWS: Final[Mapping[str, Callable[[BlynkConfigEntry, _About], RepairsFlow]]] = {
    ISSUE_ENTITY_GONE: lambda entry, about: EntityGoneFlow(
        entry, str(about["subentry_id"])
    ),
    ISSUE_NEARLY_USED: lambda entry, about: QuotaFlow(entry),
    ISSUE_PLAIN: lambda entry, about: SecureFlow(entry),
    ISSUE_REDIRECT_REFUSED: lambda entry, about: TrustFlow(entry, str(about["host"])),
    ISSUE_TOKEN_IN_USE: lambda entry, about: TokenInUseFlow(entry),
    ISSUE_UNVERIFIED: lambda entry, about: SecureFlow(entry),
}


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow for an issue of ours."""
    if issue_id.startswith(ISSUE_SELECTION_CHANGED):
        # It says all there is, and goes when it is confirmed.
        return ConfirmRepairFlow()
    about = data or {}
    entry: BlynkConfigEntry = hass.config_entries.async_get_known_entry(
        str(about["entry_id"])
    )
    for key, confirmation in CONFIRMATIONS.items():
        if issue_id.startswith(key):
            return ConfirmationFlow(entry, confirmation)
    return next(
        make(entry, about) for key, make in _FLOWS.items() if issue_id.startswith(key)
    )
