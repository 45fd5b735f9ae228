"""The entities of one platform that follow the entry's subentries."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
import logging
from typing import Final

from homeassistant.core import callback
from homeassistant.helpers import entity_platform, entity_registry as er

from .control import Control, ControlKind
from .control_entity import ControlEntity
from .coordinator import BlynkConfigEntry, BlynkCoordinator
from .entity import SubentryEntity
from .event_code import EventCode

_LOGGER: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shown[Item: Control | EventCode]:
    """A subentry as it was when its entity was made."""

    item: Item
    entity: SubentryEntity


class SubentryEntities[Item: Control | EventCode]:
    """Adds an entity for each subentry of a sort, and replaces it when that changes.

    All of it live: the session goes on.
    """

    def __init__(
        self,
        entry: BlynkConfigEntry,
        configured: Callable[[], Iterable[Item]],
        make: Callable[[BlynkCoordinator, Item], SubentryEntity],
    ) -> None:
        """Prepare for the platform that is being set up."""
        self._entry = entry
        self._platform = entity_platform.async_get_current_platform()
        self._configured = configured
        self._make = make
        self._shown: dict[str, _Shown[Item]] = {}
        self._applying = asyncio.Lock()

    async def async_start(self) -> None:
        """Add what is configured, and follow it from now on."""
        self._entry.async_on_unload(
            self._entry.runtime_data.async_listen_subentries(self._async_changed)
        )
        await self._async_apply()

    @callback
    def _async_changed(self) -> None:
        """Apply a change, if it is one of ours."""
        if {shown.item for shown in self._shown.values()} != set(self._configured()):
            self._entry.async_create_task(
                self._platform.hass,
                self._async_apply(),
                f"blynk_bridge {self._platform.domain} entities",
            )

    async def _async_apply(self) -> None:
        """Bring the entities in line with the subentries."""
        async with self._applying:
            wanted = {item.subentry_id: item for item in self._configured()}
            for subentry_id, shown in list(self._shown.items()):
                if wanted.get(subentry_id) != shown.item:
                    del self._shown[subentry_id]
                    await self._async_remove(shown.entity)
            for subentry_id, item in wanted.items():
                if subentry_id in self._entry.subentries.keys() - self._shown.keys():
                    self._async_forget_other_kinds(subentry_id)
                    try:
                        entity = self._make(self._entry.runtime_data, item)
                    except ValueError as error:
                        _LOGGER.warning("%r is not valid: %r", item, error)
                        continue
                    self._shown[subentry_id] = _Shown(item, entity)
                    await self._platform.async_add_entities(
                        [entity], config_subentry_id=subentry_id
                    )

    async def _async_remove(self, entity: SubentryEntity) -> None:
        """Remove an entity, unless Home Assistant has: disabled, or with its subentry."""
        if self._platform.entities.get(entity.entity_id) is entity:
            await entity.async_remove()

    @callback
    def _async_forget_other_kinds(self, subentry_id: str) -> None:
        """Forget the entity of what the subentry was before: a number, now a switch."""
        registry = er.async_get(self._platform.hass)
        for registered in er.async_entries_for_config_entry(
            registry, self._entry.entry_id
        ):
            if (
                registered.config_subentry_id == subentry_id
                and registered.domain != self._platform.domain
            ):
                registry.async_remove(registered.entity_id)


async def async_show_controls(
    entry: BlynkConfigEntry,
    kind: ControlKind,
    make: Callable[[BlynkCoordinator, Control], ControlEntity],
) -> None:
    """Show every control of a kind as an entity of the platform being set up."""
    coordinator = entry.runtime_data
    await SubentryEntities(
        entry,
        lambda: [item for item in coordinator.controls.configured if item.kind is kind],
        make,
    ).async_start()
