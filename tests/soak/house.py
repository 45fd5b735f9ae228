"""The house: its things change by themselves, and do what they are told."""

import asyncio
from collections.abc import Callable
import heapq
import random
from typing import Any, Final, Never

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .exposures import GUARDED
from .things import RENAMED, THINGS, Thing

_EVENING: Final = range(17, 23)
_SLOWNESS: Final = 1.2
"""Seconds that a thing may take to do what it is told."""
_STUBBORN: Final = 0.02
"""How often a thing fails to do what it is told."""

_ACTIONS: Final = (
    *(("light", action) for action in ("turn_on", "turn_off")),
    *(("switch", action) for action in ("turn_on", "turn_off")),
    *(
        ("cover", action)
        for action in ("set_cover_position", "open_cover", "close_cover", "stop_cover")
    ),
    *(("lock", action) for action in ("lock", "unlock", "open")),
    ("climate", "set_temperature"),
    ("climate", "set_hvac_mode"),
    ("media_player", "volume_set"),
    ("input_number", "set_value"),
    ("input_select", "select_option"),
    ("button", "press"),
)


class House:
    """Everything in it, as Home Assistant sees it."""

    def __init__(self, hass: HomeAssistant, dice: random.Random) -> None:
        """Furnish the house; the dice decide what happens in it."""
        self._hass = hass
        self._dice = dice
        self._things = {thing.key: thing for thing in THINGS}
        self._entity_ids = {key: key for key in self._things}
        self._keys = dict(self._entity_ids)
        self._absent: set[str] = set()
        self.registry_ids: dict[str, str] = {}
        self.on_change: Callable[[str], None] = lambda _: None
        """Told the thing of each change."""
        self.changes = 0
        """State changes so far."""
        self.failures = 0
        """Actions that a thing has refused."""
        self.broken_into: list[str] = []
        """Actions on what is guarded."""

    def async_furnish(self) -> None:
        """Have all things there, and actions that operate them."""
        entry = MockConfigEntry(domain="soak")
        entry.add_to_hass(self._hass)
        registry = er.async_get(self._hass)
        for key in RENAMED:
            domain, _, name = key.partition(".")
            registered = registry.async_get_or_create(
                domain, "soak", name, suggested_object_id=name, config_entry=entry
            )
            self.registry_ids[key] = registered.id
        for thing in THINGS:
            self._hass.states.async_set(thing.key, thing.state, thing.attributes)
        for domain, action in _ACTIONS:
            self._hass.services.async_register(domain, action, self._async_act)

    # --- What it is ------------------------------------------------------------

    def entity_id(self, key: str) -> str:
        """Return a thing's entity id of now."""
        return self._entity_ids[key]

    def state(self, key: str) -> State:
        """Return a thing's state."""
        state = self._hass.states.get(self._entity_ids[key])
        assert state is not None, key
        return state

    def is_absent(self, key: str) -> bool:
        """Return whether a thing is unavailable."""
        return key in self._absent

    # --- What happens in it ----------------------------------------------------

    async def async_live(self) -> Never:
        """Let the things change, each in its own time, until cancelled."""
        loop = self._hass.loop
        calendar = [
            (loop.time() + self._dice.uniform(0, thing.every), thing.key)
            for thing in THINGS
            if thing.every
        ]
        heapq.heapify(calendar)
        while True:
            due, key = calendar[0]
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            thing = self._things[key]
            heapq.heapreplace(calendar, (due + self._pause(thing), key))
            if key not in self._absent:
                self._change(thing)

    def _pause(self, thing: Thing) -> float:
        """Return the seconds until a thing changes again."""
        if thing.steady:
            return thing.every
        busy = thing.evening if dt_util.utcnow().hour in _EVENING else 1.0
        return self._dice.expovariate(busy / thing.every)

    def _change(self, thing: Thing) -> None:
        """Let a thing be something else."""
        self._set(thing.key, *thing.draw(self._dice, self.state(thing.key)))

    def _set(self, key: str, state: str, attributes: Any) -> None:
        """Write a state."""
        self.changes += 1
        entity_id = self._entity_ids[key]
        self._hass.states.async_set(entity_id, state, attributes)
        self.on_change(key)

    def async_vanish(self, key: str) -> None:
        """Have a thing unavailable, with the attributes it keeps then."""
        self._absent.add(key)
        state = self.state(key)
        self._set(key, STATE_UNAVAILABLE, state.attributes)

    def async_return(self, key: str) -> None:
        """Have a thing back as it was at first."""
        self._absent.discard(key)
        thing = self._things[key]
        self._set(key, thing.state, thing.attributes)

    def async_come_home(self) -> None:
        """Have every thing there."""
        for key in sorted(self._absent):
            self.async_return(key)

    def async_rename(self, key: str, entity_id: str) -> None:
        """Give a thing another entity id."""
        old, state = self._entity_ids[key], self.state(key)
        self._hass.states.async_remove(old)
        er.async_get(self._hass).async_update_entity(old, new_entity_id=entity_id)
        del self._keys[old]
        self._entity_ids[key], self._keys[entity_id] = entity_id, key
        self._set(key, state.state, state.attributes)

    # --- What it is told -------------------------------------------------------

    async def _async_act(self, call: ServiceCall) -> None:
        """Do what an action asks, in a while, or fail."""
        entity_id = call.data["entity_id"]
        key = self._keys[entity_id]
        if key in GUARDED:
            self.broken_into.append(f"{call.domain}.{call.service} {entity_id}")
        await asyncio.sleep(self._dice.uniform(0, _SLOWNESS))
        if self._dice.random() < _STUBBORN:
            self.failures += 1
            raise HomeAssistantError("it is stuck")
        if key in self._absent:
            return
        state = self.state(key)
        self._set(key, *_outcome(call, state))


def _outcome(call: ServiceCall, state: State) -> tuple[str, dict[str, Any]]:
    """Return what an action makes of a thing."""
    attributes = dict(state.attributes)
    match call.domain, call.service:
        case ("light", "turn_on"):
            return "on", attributes | _lit(call, attributes)
        case ("light", "turn_off"):
            return "off", attributes | {"brightness": None, "rgb_color": None}
        case ("switch", service):
            return service.removeprefix("turn_"), attributes
        case (domain, _) if told := call.data.get(_STATE_OF.get(domain, "")):
            return str(told), attributes
    given = {
        attribute: call.data[name]
        for name, attribute in _ATTRIBUTE_OF.items()
        if name in call.data
    }
    return state.state, attributes | given


_STATE_OF: Final = {
    "input_select": "option",
    "climate": "hvac_mode",
    "input_number": "value",
}
_ATTRIBUTE_OF: Final = {
    "position": "current_position",
    "temperature": "temperature",
    "volume_level": "volume_level",
}


def _lit(call: ServiceCall, attributes: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes of a light that is turned on."""
    level = call.data.get("brightness") or attributes.get("brightness") or 128
    if "brightness_pct" in call.data:
        level = round(call.data["brightness_pct"] * 2.55)
    if "rgb" not in attributes["supported_color_modes"]:
        return {"brightness": level}
    colour = call.data.get("rgb_color") or attributes.get("rgb_color")
    return {"brightness": level, "rgb_color": tuple(colour or (255, 255, 255))}
