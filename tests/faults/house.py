"""A house whose bridge reaches its cloud through the proxy, and all that its user sees."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import logging
from typing import Any

from homeassistant.components.input_boolean import DOMAIN as INPUT_BOOLEAN
from homeassistant.components.text.const import DOMAIN as TEXT
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util.event_type import EventType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.session import DeviceSession
from simulator import Simulator
from tests.conftest import control, exposure, temperature
from tests.skipped_time import SkippedTime

from .clouds import Blynk, SimulatedBlynk, Value
from .proxy import Connection, Proxy, Way

CONNECTIVITY = "binary_sensor.home_connectivity"
_LOGGERS = "custom_components.blynk_bridge"
_SETTLED = 150.0
"""Seconds after which everything was sent and nothing is asked any more."""
_DOWN, _UP = "Not connected to Blynk", "Connected to"

SUBENTRIES = (
    temperature(),
    exposure("input_boolean.lamp", "power", "Lamp"),
    exposure("input_boolean.fan", "power", "Fan"),
    exposure("input_number.level", "value", "Level", sync_from_blynk=True),
    control("Target", "number", "integer", minimum=0, maximum=100, step=1),
    control("Note", "text", "string", max_length=50),
)


@dataclass
class House:
    """Home Assistant with the bridge, the line, and the cloud."""

    hass: HomeAssistant
    entry: MockConfigEntry
    proxy: Proxy
    blynk: Blynk
    time: SkippedTime
    caplog: pytest.LogCaptureFixture
    offsets: tuple[int, ...] = ()
    """Bytes that come down before CONNACK, SUBACK, and the PUBACK of info/mcu."""
    changes: int = 0
    online: list[tuple[float, bool]] = field(default_factory=list)
    """When the connectivity sensor changed, and to what."""
    issues: set[str] = field(default_factory=set)
    """The repair issues that were raised."""
    wanted: dict[str, Value] = field(default_factory=dict)
    """What each datastream is to hold in the end."""
    forgotten: frozenset[str] = frozenset()
    """Datastreams that need not hold what is wanted."""
    spent_before: int = 0
    fault: asyncio.Task[None] | None = None
    """What goes on happening to the line, until it is healed."""
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)
    _listeners: Mapping[EventType[Any] | str, int] = field(default_factory=dict)
    _standing: set[str] = field(default_factory=set)
    """Issues of how the house is set up: nobody verifies a test's certificate."""
    _stop: CALLBACK_TYPE = lambda: None

    # --- Life ------------------------------------------------------------------

    async def move_in(self) -> None:
        """Set the entry up, and wait until everything is said."""
        # Home Assistant's own, which stay.
        for verify_ssl in (True, False):
            async_get_clientsession(self.hass, verify_ssl)
        self._tasks = asyncio.all_tasks()
        self._listeners = self.hass.bus.async_listeners()
        self.entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        coordinator = self.entry.runtime_data
        self._stop = coordinator.async_add_listener(self._note_offsets)
        await self.until(lambda: self.is_online and not self.lost(), 30)
        await asyncio.sleep(_SETTLED)
        assert self.is_online
        assert not self.lost()
        self._standing = self.open_issues
        self.async_follow()

    @callback
    def _note_offsets(self) -> None:
        """Note where in the stream the hand-shake's answers come, when it is over."""
        if self.entry.runtime_data.data.online and not self.offsets:
            sizes = [size for way, size in self.connection.chunks if way is Way.DOWN]
            self.offsets = tuple(sum(sizes[:count]) for count in (-3, -2, -1))
            self._stop()

    async def move_out(self) -> None:
        """Unload the entry; nothing of it is left."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.async_block_till_done()
        assert self.entry.state is ConfigEntryState.NOT_LOADED
        await asyncio.sleep(1)
        proxied = {task for each in self.proxy.connections for task in each.pumps}
        left = {
            task
            for task in asyncio.all_tasks()
            if task not in self._tasks | proxied | {asyncio.current_task()}
            # aiomqtt's, of the client that plays Blynk; the bridge has no queue.
            and getattr(task.get_coro(), "__qualname__", "") != "Queue.get"
        }
        assert not left
        listeners = self.hass.bus.async_listeners()
        more = {e: n for e, n in listeners.items() if n > self._listeners.get(e, 0)}
        assert not more
        assert not any(connection.open for connection in self.proxy.connections)

    # --- What the user sees ------------------------------------------------------

    @callback
    def watch(self) -> None:
        """Begin to note what the user sees."""
        self.caplog.clear()
        self.online.clear()
        self.issues.clear()
        self.spent_before = self.session.messages_sent

    @callback
    def async_follow(self) -> None:
        """Note what changes from now on, for as long as there is the entry."""

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            if (state := event.data["new_state"]) is not None:
                self.online.append((self.time.time(), state.state == "on"))

        @callback
        def raised(event: Event[ir.EventIssueRegistryUpdatedData]) -> None:
            ours = event.data["domain"] == DOMAIN
            if ours and event.data["action"] == "create":
                self.issues.add(event.data["issue_id"].removesuffix("_01TESTENTRY"))

        self.entry.async_on_unload(
            async_track_state_change_event(self.hass, [CONNECTIVITY], changed)
        )
        self.entry.async_on_unload(
            self.hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, raised)
        )

    @property
    def is_online(self) -> bool:
        """Return what the connectivity sensor shows."""
        return self.hass.states.is_state(CONNECTIVITY, "on")

    @property
    def open_issues(self) -> set[str]:
        """Return the repair issues there are at present, and were not before."""
        issues = {
            issue_id.removesuffix("_01TESTENTRY")
            for domain, issue_id in ir.async_get(self.hass).issues
            if domain == DOMAIN
        }
        return issues - self._standing

    @property
    def asks_for_token(self) -> bool:
        """Return whether the user is asked for another token."""
        flows = self.entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})
        return any(flows)

    def logged(self) -> list[str]:
        """Return what the bridge has logged for the user, in order."""
        return [
            record.getMessage()
            for record in self.caplog.records
            if record.name.startswith(_LOGGERS) and record.levelno >= logging.INFO
        ]

    @property
    def downs(self) -> int:
        """Return how often the log says that the connection is gone."""
        return sum(line.startswith(_DOWN) for line in self.logged())

    @property
    def ups(self) -> int:
        """Return how often the log says that the connection is back."""
        return sum(line.startswith(_UP) for line in self.logged())

    # --- What happens in the house and in the app --------------------------------

    async def change(self) -> None:
        """Change what Home Assistant decides upon."""
        self.changes += 1
        self.wanted["Temperature"] = float(self.changes)
        self.hass.states.async_set("sensor.temperature", str(self.changes))
        lamp = self.changes % 2
        self.wanted["Lamp"] = float(lamp)
        await self.hass.services.async_call(
            INPUT_BOOLEAN,
            "turn_on" if lamp else "turn_off",
            {"entity_id": "input_boolean.lamp"},
            blocking=True,
        )
        self.wanted["Note"] = f"note {self.changes}"
        await self.hass.services.async_call(
            TEXT,
            "set_value",
            {"entity_id": "text.note", "value": f"note {self.changes}"},
            blocking=True,
        )

    async def press(self) -> None:
        """Operate widgets: a control's, one whose value counts later, one of a lamp's kind."""
        self.changes += 1
        value = float(self.changes % 100)
        self.wanted["Target"] = self.wanted["Level"] = value
        await self.blynk.press("Level", value)
        await self.blynk.press("Target", value)
        await self.press_fan()

    async def set_level(self) -> None:
        """Change in Home Assistant what Blynk decides upon after a connection."""
        self.changes += 1
        self.wanted.pop("Level", None)
        await self.hass.services.async_call(
            "input_number",
            "set_value",
            {"entity_id": "input_number.level", "value": self.changes % 100},
            blocking=True,
        )

    async def press_fan(self) -> None:
        """Operate the widget of what Home Assistant decides upon in the end."""
        await self.blynk.press("Fan", 1.0 - self.at_home_fan)

    async def fan_agrees(self) -> None:
        """Wait until the widget shows the fan as it is, which takes a moment at most."""
        await self.until(lambda: self.blynk.value("Fan") == self.at_home_fan, 10)

    @property
    def at_home_fan(self) -> float:
        """Return whether the fan is on."""
        return float(self.hass.states.is_state("input_boolean.fan", "on"))

    def at_home(self) -> dict[str, Value | None]:
        """Return what Home Assistant has of each datastream."""
        states = self.hass.states

        def text(entity_id: str) -> str | None:
            state = states.get(entity_id)
            return None if state is None else state.state

        def number(entity_id: str) -> float | None:
            try:
                return float(text(entity_id) or "nan")
            except ValueError:
                return None

        return {
            "Temperature": number("sensor.temperature"),
            "Lamp": float(states.is_state("input_boolean.lamp", "on")),
            "Fan": self.at_home_fan,
            "Level": number("input_number.level"),
            "Target": number("number.target"),
            "Note": text("text.note"),
        }

    def lost(self) -> dict[str, tuple[Value | None, Value | None, Value | None]]:
        """Return where house and cloud differ, or are not as wanted."""
        home = self.at_home()
        return {
            name: (value, self.blynk.value(name), self.wanted.get(name))
            for name, value in home.items()
            if name not in self.forgotten
            and {self.blynk.value(name), self.wanted.get(name, value)} != {value}
        }

    def is_well(self) -> bool:
        """Return whether everything is as it should be."""
        return self.is_online and not self.lost() and not self.open_issues

    # --- Time ----------------------------------------------------------------------

    async def until(self, condition: Callable[[], object], limit: float) -> float:
        """Wait for a condition; return the seconds it took. Raises TimeoutError."""
        began = self.time.time()
        async with asyncio.timeout(limit):
            while not condition():
                await asyncio.sleep(max(0.05, limit / 2000))
        return self.time.time() - began

    # --- The line --------------------------------------------------------------------

    @property
    def connection(self) -> Connection:
        """Return the newest connection."""
        return self.proxy.connections[-1]

    @property
    def session(self) -> DeviceSession:
        """Return the bridge's session."""
        session: DeviceSession = self.entry.runtime_data._session
        return session

    @property
    def cloud(self) -> SimulatedBlynk:
        """Return the cloud, where it is the simulator."""
        assert isinstance(self.blynk, SimulatedBlynk)
        return self.blynk

    @property
    def simulator(self) -> Simulator:
        """Return the simulator, where it is the cloud."""
        return self.cloud.simulator

    @property
    def spent(self) -> int:
        """Return the messages that were published since `watch`."""
        return self.session.messages_sent - self.spent_before
