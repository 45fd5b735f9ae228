"""A Home Assistant in which things change that nobody exposes, to be counted in.

`python -m benchmarks.changing` is run within valgrind, see `instructions`.
"""

import asyncio
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant

import custom_components.blynk_bridge

from .calls import Calls, causing, counted_calls
from .furniture import thing
from .indoors import Line
from .listening import EXPOSED_ROOM, OTHER_ROOM, Listeners, house
from .marks import counting, mark, ordered

THINGS: Final = 200
"""In each room."""
CHANGING: Final = 100
"""Things of the room that is not exposed, which change in turn."""
_ROOMS: Final = 2
_AT_ONCE: Final = 100
"""Changes in one turn of the loop."""


async def change(hass: HomeAssistant, count: int) -> None:
    """Change things that nobody exposes, one after another; all listeners have run."""
    shown = [thing(OTHER_ROOM, number) for number in range(CHANGING)]
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
    async with house(Listeners.BRIDGE, line, _ROOMS, THINGS) as hass:
        with counted_calls(package) as calls, causing():
            await change(hass, changes)
        exposed = thing(EXPOSED_ROOM, 0)
        with counted_calls(package) as control, causing():
            hass.states.async_set(exposed.entity_id, "1", exposed.attributes)
            await hass.async_block_till_done()
    if not control.caused:
        raise RuntimeError("a change of what is exposed was not seen either")
    return calls


async def _run(listeners: Listeners, line: Line, counts: list[int]) -> None:
    """Change as often as asked each time, with a mark before each and at the end."""
    async with house(listeners, line, _ROOMS, THINGS) as hass:
        await change(hass, max(counts))
        await counting()
        for count in counts:
            mark()
            await change(hass, count)
        mark()


def main() -> None:
    """Do as ordered."""
    listeners, line, counts = ordered()
    asyncio.run(_run(Listeners(listeners), Line(**line), counts))


if __name__ == "__main__":
    main()
