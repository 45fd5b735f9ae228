"""A Home Assistant with a house of things, and somebody who listens to their changes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Final

from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event

from .furniture import thing
from .indoors import Line, add_bridges, furnish, home_assistant, set_up
from .streaming import stream

EXPOSED_ROOM: Final = 0
"""All that is in it is exposed, where there is a bridge."""
OTHER_ROOM: Final = 1


class Listeners(StrEnum):
    """Who listens to state changes, beside Home Assistant itself."""

    NOBODY = "nobody"
    BRIDGE_ALONE = "bridge alone"
    TRACKER = "tracker"
    """Somebody tracks one entity, as a group, an automation or a card does."""
    BRIDGE = "bridge"
    """The tracker, and a bridge."""
    LEAVING_OUT = "statestream that leaves them out"
    """The tracker, and mqtt_statestream, whose filter has the other room excluded."""
    STREAMING = "statestream"
    """The tracker, and mqtt_statestream, which publishes what changes."""

    @property
    def streams(self) -> bool:
        """Return whether mqtt_statestream is there, which needs a broker."""
        return self in {Listeners.LEAVING_OUT, Listeners.STREAMING}


@asynccontextmanager
async def house(
    listeners: Listeners, line: Line, rooms: int, things: int
) -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant with these listeners, settled and connected."""
    async with home_assistant() as hass:
        furnish(hass, rooms, things)
        if listeners not in {Listeners.NOBODY, Listeners.BRIDGE_ALONE}:
            tracked = thing(EXPOSED_ROOM, 0).entity_id
            async_track_state_change_event(hass, tracked, _ignore)
        if listeners in {Listeners.BRIDGE, Listeners.BRIDGE_ALONE}:
            await set_up(hass, add_bridges(hass, line, line.tokens, things))
        elif listeners.streams:
            leaves_out = listeners is Listeners.LEAVING_OUT
            left_out = f"*.room_{OTHER_ROOM}_*" if leaves_out else None
            await stream(hass, line.port, left_out)
        await hass.async_block_till_done()
        yield hass


@callback
def _ignore(_: Event[EventStateChangedData]) -> None:
    """Track an entity, whose changes lead to nothing."""
