"""At three in the morning: whatever happens to the line, the morning finds all in order."""

import asyncio
from collections.abc import Awaitable, Callable
import random

from homeassistant.components.switch.const import DOMAIN as SWITCH
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, STATE_UNAVAILABLE
from homeassistant.core import CoreState, HomeAssistant, ServiceCall, State
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.coordinator import BlynkCoordinator
from custom_components.blynk_bridge.device.outbox import Erased
from custom_components.blynk_bridge.device.values import to_json
from custom_components.blynk_bridge.traits.switches import Power
from simulator import Simulator
from simulator.values import to_json as stored_json

from . import sixty
from .conftest import SetUp, as_subentry, exposure
from .moved_time import MovedTime
from .test_uplink import messages

UNKNOWN = "unknown_datastreams_01TESTENTRY"
LAMP = exposure("switch.lamp", "power", "Lamp")
SYNCED = exposure("switch.lamp", "power", "Lamp", sync_from_blynk=True)
OTHER = exposure("switch.other", "power", "Door", sync_from_blynk=True)

type Connect = Callable[..., Awaitable[MockConfigEntry]]


@pytest.fixture
def time(
    hass: HomeAssistant, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> MovedTime:
    """Return the time, to be moved."""
    sixty.define(simulator)
    return MovedTime(hass, simulator, monkeypatch)


@pytest.fixture
def connect(set_up: SetUp, time: MovedTime) -> Connect:
    """Return a function that sets an entry up, and waits for its connection."""

    async def connect(
        *exposures: ConfigSubentryData, **changes: str
    ) -> MockConfigEntry:
        entry = await set_up(*exposures, wait=False, **changes)
        await time.until(lambda: entry.runtime_data.data.online, 60)
        return entry

    return connect


def slow_switches(hass: HomeAssistant, seconds: float) -> None:
    """Have switches that take their time."""

    async def switch(call: ServiceCall) -> None:
        entity_id = call.data["entity_id"]
        await asyncio.sleep(seconds)
        hass.states.async_set(entity_id, call.service.removeprefix("turn_"))

    for service in ("turn_on", "turn_off"):
        hass.services.async_register(SWITCH, service, switch)


def assert_in_order(coordinator: BlynkCoordinator, simulator: Simulator) -> None:
    """Find that Blynk has what Home Assistant has, and that nothing is stuck."""
    uplink = coordinator.uplink
    assert not uplink._held
    assert not uplink._deferred
    assert not len(uplink._outbox)
    assert uplink._departures._errands.lane is None
    assert not coordinator._downlink._turns.waiting
    assert not coordinator._downlink._settling
    assert not coordinator._state_sync._awaited
    assert not coordinator._overrides._waiting
    stored = simulator.device.datastreams
    for name, item in coordinator.exposures.items():
        told = uplink._reader.read(item) if item.publishes else None
        if told is None:
            continue
        value = stored[name].value
        expected = None if isinstance(told, Erased) else to_json(told, item.data_type)
        assert (None if value is None else stored_json(value)) == expected, name
    for name in coordinator.learned.overridden:
        known = {
            key: texts[0] if len(texts) == 1 else texts
            for key, texts in coordinator.learned.overrides(name).items()
        }
        assert stored[name].properties == known


# --- What is under way when the line goes ----------------------------------------------


async def test_a_command_outlives_the_router(
    hass: HomeAssistant, simulator: Simulator, connect: Connect, time: MovedTime
) -> None:
    """It is carried out while nobody hears of it, and confirmed afterwards."""
    hass.states.async_set("switch.lamp", "off")
    slow_switches(hass, 3)
    entry = await connect(LAMP)
    await time.pass_by(60)
    await simulator.press("Lamp", 1)
    await time.until(lambda: entry.runtime_data.uplink._held, 5)
    await simulator.stop_listening()
    await time.pass_by(30)
    assert hass.states.is_state("switch.lamp", "on")
    await simulator.press("Lamp", 0)
    await simulator.start_listening()
    await time.pass_by(400)
    assert hass.states.is_state("switch.lamp", "on")
    assert simulator.device.datastreams["Lamp"].value == 1
    assert_in_order(entry.runtime_data, simulator)


async def test_a_command_is_under_way_when_blynk_is_asked_again(
    hass: HomeAssistant, simulator: Simulator, connect: Connect, time: MovedTime
) -> None:
    """What is stored is the command: it is given once more at most, and confirmed."""
    hass.states.async_set("switch.lamp", "off")
    slow_switches(hass, 3)
    entry = await connect(SYNCED)
    await time.pass_by(60)
    await simulator.press("Lamp", 1)
    await time.pass_by(1, 0.1)
    await simulator.drop()
    await time.pass_by(400, 1)
    assert hass.states.is_state("switch.lamp", "on")
    assert simulator.device.datastreams["Lamp"].value == 1
    assert_in_order(entry.runtime_data, simulator)


async def test_properties_wait_for_the_router(
    hass: HomeAssistant, simulator: Simulator, connect: Connect, time: MovedTime
) -> None:
    """What had arrived is not sent again; what has changed meanwhile is sent as it is."""
    sixty.move_in(hass)
    entry = await connect(*sixty.EXPOSURES)
    await time.until(
        lambda: [m for m in messages(simulator) if "/prop/" in m.topic][5:], 60
    )
    await simulator.stop_listening()
    state, attributes = sixty.STATES["sensor.sensor_3"]
    hass.states.async_set(
        "sensor.sensor_3", state, attributes | {"friendly_name": "Attic"}
    )
    await time.pass_by(30)
    await simulator.start_listening()
    await time.pass_by(400)
    sent = [m.topic for m in messages(simulator) if "/prop/" in m.topic]
    assert len(sent) <= len(set(sent)) + 2
    label = simulator.device.datastreams["Sensor 3 Value"].properties["label"]
    assert label == "Attic"
    assert_in_order(entry.runtime_data, simulator)


async def test_a_line_that_dies_under_a_question_makes_nothing_unknown(
    hass: HomeAssistant,
    simulator: Simulator,
    connect: Connect,
    time: MovedTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The question is acknowledged, and then there is only silence."""
    sixty.move_in(hass)
    entry = await connect(*sixty.EXPOSURES)
    await time.pass_by(20)
    issues: list[str] = []
    hass.bus.async_listen(
        ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED,
        lambda event: issues.append(event.data["issue_id"]),
    )

    def asked() -> int:
        return len([m for m in messages(simulator) if m.topic == "get/ds"])

    before = asked()
    with monkeypatch.context() as dying:
        dying.setattr(simulator.cloud, "deliver_value", lambda *_: False)
        await time.until(lambda: asked() > before, 60)
        # The answers are lost, and so is all that comes after them.
        simulator.behaviour.withhold_puback = True
        await time.pass_by(20, 1)
    simulator.behaviour.withhold_puback = False
    await time.pass_by(400)
    assert UNKNOWN not in issues
    assert not entry.runtime_data.upkeep.check.unknown
    assert_in_order(entry.runtime_data, simulator)


async def test_the_router_restarts_while_fifty_are_exposed(
    hass: HomeAssistant, simulator: Simulator, connect: Connect, time: MovedTime
) -> None:
    """Half before, half while it is away."""
    sixty.move_in(hass)
    entry = await connect()
    await time.pass_by(60)
    for number, data in enumerate(sixty.EXPOSURES[:50]):
        if number == 25:
            await time.quiet()
            await simulator.stop_listening()
            await time.pass_by(5)
        hass.config_entries.async_add_subentry(entry, as_subentry(data))
    await time.pass_by(60)
    await simulator.start_listening()
    await time.pass_by(600)
    assert len(entry.runtime_data.exposures) == 50
    assert_in_order(entry.runtime_data, simulator)


async def test_home_assistant_restarts_while_the_cloud_is_away(
    hass: HomeAssistant, simulator: Simulator, connect: Connect, time: MovedTime
) -> None:
    """Everything is set up; what happens meanwhile is there in the morning."""
    sixty.move_in(hass)
    entry = await connect(*sixty.ALL)
    await time.pass_by(120)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await simulator.stop_listening()
    await simulator.press("Switch 0 Power", 1)
    await simulator.press("Switch 4 Power", 1)
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await time.pass_by(30)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await time.pass_by(3600, 20)
    hass.states.async_set("sensor.sensor_9", "3")
    await hass.services.async_call(
        SWITCH, "turn_on", {"entity_id": "switch.switch_3"}, blocking=True
    )
    await simulator.start_listening()
    await time.pass_by(900)
    stored = simulator.device.datastreams
    assert stored["Sensor 9 Value"].value == 3
    assert stored["Switch 3 Power"].value == 1
    # Blynk's wins where that was chosen, and Home Assistant's everywhere else.
    assert hass.states.is_state("switch.switch_0", "on")
    assert stored["Switch 0 Power"].value == 1
    assert hass.states.is_state("switch.switch_4", "off")
    assert stored["Switch 4 Power"].value == 0
    assert_in_order(entry.runtime_data, simulator)


# --- What nobody answers for -----------------------------------------------------------


async def test_a_refused_question_holds_nothing_back(
    hass: HomeAssistant, simulator: Simulator, connect: Connect, time: MovedTime
) -> None:
    """The link lives on, so no next one would ask again."""
    hass.states.async_set("switch.lamp", "on")
    simulator.behaviour.puback_code = 0x97
    entry = await connect(SYNCED, protocol="5")
    await time.pass_by(30)
    simulator.behaviour.puback_code = 0
    hass.states.async_set("switch.lamp", "off")
    await time.pass_by(7200, 20)
    assert simulator.device.datastreams["Lamp"].value == 0
    assert [m.payload for m in messages(simulator) if m.topic == "get/ds"][1:]
    assert_in_order(entry.runtime_data, simulator)


async def test_a_trait_that_fails_holds_no_other_back(
    hass: HomeAssistant,
    simulator: Simulator,
    connect: Connect,
    time: MovedTime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What can't be described is not asked for, and the others are."""
    hass.states.async_set("switch.lamp", "on")
    hass.states.async_set("switch.other", "on")
    describe = Power.describe

    def fail(trait: Power, state: State) -> object:
        if state.entity_id == "switch.lamp":
            raise RuntimeError("a bug")
        return describe(trait, state)

    monkeypatch.setattr(Power, "describe", fail)
    entry = await connect(SYNCED, OTHER)
    await time.pass_by(60)
    assert simulator.device.datastreams["Door"].value == 1
    assert_in_order(entry.runtime_data, simulator)


# --- Whole nights ------------------------------------------------------------------------


class Night:
    """What may happen to a home and its line, at random."""

    def __init__(
        self,
        hass: HomeAssistant,
        simulator: Simulator,
        entry: MockConfigEntry,
        time: MovedTime,
        dice: random.Random,
    ) -> None:
        """Prepare for a night that the dice decide."""
        self.hass = hass
        self.simulator = simulator
        self.entry = entry
        self.time = time
        self.dice = dice

    async def drop(self) -> None:
        """Lose the connection."""
        await self.simulator.drop(abort=self.dice.random() < 0.5)

    async def redirect(self) -> None:
        """Move the device to some server."""
        await self.simulator.redirect(self.dice.choice(list(self.simulator.regions)))

    async def fall_silent(self) -> None:
        """Acknowledge nothing any more, or everything again."""
        behaviour = self.simulator.behaviour
        behaviour.withhold_puback = not behaviour.withhold_puback

    async def go_away(self) -> None:
        """Restart the servers."""
        await self.simulator.stop_listening()
        await self.time.pass_by(self.dice.choice([1, 20]))
        await self.simulator.start_listening()

    async def press(self) -> None:
        """Operate something in the app."""
        names = [
            item["data"]["datastream"]
            for item in sixty.EXPOSURES
            if item["data"]["entity_id"].startswith("switch.")
        ]
        await self.simulator.press(self.dice.choice(names), self.dice.randint(0, 1))

    async def change(self) -> None:
        """Read something new."""
        entity_id = self.dice.choice(sixty.SENSORS)
        self.hass.states.async_set(entity_id, str(self.dice.randint(0, 40)))

    async def vanish(self) -> None:
        """Lose an entity."""
        entity_id = self.dice.choice(list(sixty.STATES))
        self.hass.states.async_set(entity_id, STATE_UNAVAILABLE)

    async def come_back(self) -> None:
        """Have all entities there again."""
        sixty.come_home(self.hass)

    async def pause(self) -> None:
        """Let an exposure rest, or have it back."""
        exposures = [s for s in self.entry.subentries.values() if "trait" in s.data]
        data = self.dice.choice(exposures)
        self.hass.config_entries.async_update_subentry(
            self.entry, data, data={**data.data, "paused": self.dice.random() < 0.3}
        )

    async def resync(self) -> None:
        """Send everything again."""
        self.entry.runtime_data.async_resync()

    async def morning(self) -> None:
        """Have all as it should be, and the time that the month's pace takes."""
        self.simulator.behaviour.withhold_puback = False
        sixty.come_home(self.hass)
        for subentry in list(self.entry.subentries.values()):
            if subentry.data.get("paused"):
                self.hass.config_entries.async_update_subentry(
                    self.entry, subentry, data={**subentry.data, "paused": False}
                )
        await self.time.pass_by(3 * 3600, 20)


HAPPENINGS = (
    *(Night.drop, Night.drop, Night.redirect, Night.fall_silent, Night.go_away),
    *(Night.press, Night.press, Night.press, Night.change, Night.change),
    *(Night.vanish, Night.come_back, Night.pause, Night.resync),
)


@pytest.mark.parametrize("seed", range(4))
async def test_any_night_has_a_morning(
    hass: HomeAssistant,
    simulator: Simulator,
    connect: Connect,
    time: MovedTime,
    seed: int,
) -> None:
    """Whatever has happened, Blynk has Home Assistant's values, and nothing is stuck."""
    sixty.move_in(hass)
    slow_switches(hass, 2)
    entry = await connect(*sixty.ALL)
    dice = random.Random(seed)
    night = Night(hass, simulator, entry, time, dice)
    for _ in range(120):
        await dice.choice(HAPPENINGS)(night)
        await time.pass_by(dice.choice([0.0, 0.2, 1, 8, 40]), 1)
    await night.morning()
    assert_in_order(entry.runtime_data, simulator)
