"""The base of the flows that add and change what an entry holds."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)

from ..requirement import Requirement


class SubentryFlow(ConfigSubentryFlow):
    """Adds one subentry, or changes it."""

    def _others(self) -> list[ConfigSubentry]:
        """Return the entry's subentries but the one that is being changed."""
        changed = (
            self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None
        )
        return [
            subentry
            for subentry_id, subentry in self._get_entry().subentries.items()
            if subentry_id != changed
        ]

    def _keep(
        self, data: Mapping[str, Any], title: str, unique_id: str, end: Requirement
    ) -> SubentryFlowResult:
        """End the flow: with the subentry changed, or added and a text on the template."""
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                title=title,
                data=data,
                unique_id=unique_id,
            )
        return self.async_create_entry(
            title=title,
            data=data,
            description=end.key,
            description_placeholders=end.placeholders,
            unique_id=unique_id,
        )
