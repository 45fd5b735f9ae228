"""A Home Assistant in which things change that nobody exposes, to be counted in.

`python -m benchmarks.changing` is run within valgrind, see `instructions`.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from enum import StrEnum
import gc
import json
import os
from pathlib import Path
import sys
from typing import Final

from homeassistant.components.mqtt.const import (
    CONFIG_ENTRY_MINOR_VERSION,
    CONFIG_ENTRY_VERSION,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

import custom_components.blynk_bridge
from tests.mosquitto.broker import CLOUD_PASSWORD, CLOUD_USER, HOST

from .calls import Calls, causing, counted_calls
from .furniture import thing
from .indoors import Line, add_bridges, furnish, home_assistant, set_up

THINGS: Final = 200
"""That are exposed."""
CHANGING: Final = 100
"""Things that are not, and change in turn."""
_EXPOSED_ROOM: Final = 0
_OTHER_ROOM: Final = 1
_AT_ONCE: Final = 100
"""Changes in one turn of the loop."""


class Listeners(StrEnum):
    """Who listens to state changes, beside Home Assistant itself."""

    NOBODY = "nobody"
    BRIDGE_ALONE = "bridge alone"
    TRACKER = "tracker"
    """Somebody tracks one entity, as a group, an automation or a card does."""
    BRIDGE = "bridge"
    """The tracker, and a bridge."""
    LEAVING_OUT = "statestream that leaves them out"
    """The tracker, and mqtt_statestream, whose filter has these entities excluded."""
    STREAMING = "statestream"
    """The tracker, and mqtt_statestream, which publishes what changes."""


@asynccontextmanager
async def house(listeners: Listeners, line: Line) -> AsyncGenerator[HomeAssistant]:
    """Run a Home Assistant with these listeners, settled and connected."""
    async with home_assistant() as hass:
        furnish(hass, 2, max(THINGS, CHANGING))
        if listeners not in {Listeners.NOBODY, Listeners.BRIDGE_ALONE}:
            tracked = thing(_EXPOSED_ROOM, 0).entity_id
            async_track_state_change_event(hass, tracked, _ignore)
        if listeners in {Listeners.BRIDGE, Listeners.BRIDGE_ALONE}:
            await set_up(hass, add_bridges(hass, line, line.tokens, THINGS))
        elif listeners in {Listeners.LEAVING_OUT, Listeners.STREAMING}:
            await _stream(
                hass, line.port, leaves_out=listeners is Listeners.LEAVING_OUT
            )
        await hass.async_block_till_done()
        yield hass


@callback
def _ignore(_: Event[EventStateChangedData]) -> None:
    """Track an entity, whose changes lead to nothing."""


async def _stream(hass: HomeAssistant, port: int, *, leaves_out: bool) -> None:
    """Set up Home Assistant's own way of getting states out by MQTT."""
    # What its entry's form needs, and nobody here opens.
    hass.config.components |= {"http", "file_upload"}
    entry = MockConfigEntry(
        domain="mqtt",
        version=CONFIG_ENTRY_VERSION,
        minor_version=CONFIG_ENTRY_MINOR_VERSION,
        data={
            "broker": HOST,
            "port": port,
            "username": CLOUD_USER,
            "password": CLOUD_PASSWORD,
        },
        options={"discovery": False},
    )
    entry.add_to_hass(hass)
    configuration: dict[str, object] = {"base_topic": "stream"}
    if leaves_out:
        configuration["exclude"] = {"entity_globs": f"*.room_{_OTHER_ROOM}_*"}
    if not await async_setup_component(
        hass, "mqtt_statestream", {"mqtt_statestream": configuration}
    ):
        raise RuntimeError("mqtt_statestream was not set up")


async def change(hass: HomeAssistant, count: int) -> None:
    """Change things that nobody exposes, one after another; all listeners have run."""
    shown = [thing(_OTHER_ROOM, number) for number in range(CHANGING)]
    for number in range(count):
        state = shown[number % CHANGING]
        hass.states.async_set(state.entity_id, str(number), state.attributes)
        if number % _AT_ONCE == _AT_ONCE - 1:
            await asyncio.sleep(0)
    await hass.async_block_till_done()


def called(line: Line, changes: int) -> Calls:
    """Return the calls into our code; run it in a fresh process."""
    return asyncio.run(_called(line, changes))


async def _called(line: Line, changes: int) -> Calls:
    package = Path(custom_components.blynk_bridge.__file__).parent
    async with house(Listeners.BRIDGE, line) as hass:
        with counted_calls(package) as calls, causing():
            await change(hass, changes)
        exposed = thing(_EXPOSED_ROOM, 0)
        with counted_calls(package) as control, causing():
            hass.states.async_set(exposed.entity_id, "1", exposed.attributes)
            await hass.async_block_till_done()
    if not control.caused:
        raise RuntimeError("a change of what is exposed was not seen either")
    return calls


async def _run(listeners: Listeners, line: Line, counts: list[int]) -> None:
    """Change as often as asked each time, with a mark before each and at the end."""
    async with house(listeners, line) as hass:
        await change(hass, max(counts))
        # As Home Assistant does when it has started.
        gc.collect()
        gc.freeze()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        for count in counts:
            mark()
            await change(hass, count)
        mark()


def mark() -> None:
    """Call what valgrind is told to look out for, and nothing else here calls."""
    os.getppid()


def order(listeners: Listeners, line: Line, counts: list[int]) -> bytes:
    """Return what to tell the process on its standard input, first of all."""
    return json.dumps([listeners, asdict(line), counts]).encode() + b"\n"


def main() -> None:
    """Do as ordered."""
    listeners, line, counts = json.loads(sys.stdin.readline())
    asyncio.run(_run(Listeners(listeners), Line(**line), counts))


if __name__ == "__main__":
    main()
