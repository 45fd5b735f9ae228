"""The home that the journey goes to: a flat whose rooms have something to expose."""

from collections.abc import Mapping
from pathlib import Path
import shutil
from typing import Final, Self

from demo.home_assistant import HomeAssistant
from demo.processes import free_port

_HERE: Final = Path(__file__).parent
LIVING_ROOM: Final = "Living Room"
HALL: Final = "Hall"
KITCHEN: Final = "Kitchen"
_ROOMS: Final[Mapping[str, tuple[str, ...]]] = {
    LIVING_ROOM: ("light.floor_lamp", "cover.blind", "sensor.room_temperature"),
    HALL: ("lock.front_door", "sensor.hall_humidity"),
    KITCHEN: ("switch.coffee_machine",),
}


class Flat(HomeAssistant):
    """A Home Assistant process that has the integration, but no entry of it."""

    def __init__(self, folder: Path, ca_file: Path) -> None:
        """Prepare a home in a folder; the authority's certificates are trusted."""
        folder.mkdir()
        super().__init__(folder, free_port(), ca_file)

    async def __aenter__(self) -> Self:
        """Start, and put everything into its room."""
        await super().__aenter__()
        try:
            await self._furnish()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _furnish(self) -> None:
        areas = await self.client.command("config/area_registry/list")
        known = {area["name"]: area["area_id"] for area in areas}
        for room, entities in _ROOMS.items():
            if room not in known:
                area = await self.client.command(
                    "config/area_registry/create", name=room, icon="mdi:coat-rack"
                )
                known[room] = area["area_id"]
            for entity_id in entities:
                await self.client.command(
                    "config/entity_registry/update",
                    entity_id=entity_id,
                    area_id=known[room],
                )

    def _write_configuration(self) -> None:
        super()._write_configuration()
        shutil.copy(_HERE / "flat.yaml", self.folder / "configuration.yaml")
        shutil.copy(_HERE / "rooms.yaml", self.folder)
