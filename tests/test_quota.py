"""What a home of sixty exposures costs of a free account's messages, over time."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
import itertools

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.device.endpoint import Endpoint
from custom_components.blynk_bridge.device.month import FREE_PLAN
from custom_components.blynk_bridge.device.pacing import Lane
from custom_components.blynk_bridge.device.session import SessionState, SessionStatus
from custom_components.blynk_bridge.flapping import Announcing
from simulator import Simulator
from simulator.datastreams import Datastream
from simulator.journal import Kind

from . import sixty
from .conftest import SetUp, as_subentry, exposure
from .moved_time import MovedTime
from .test_uplink import messages

COLORS = len(sixty.LIGHTS)
"""Each travels alone, since no batch can hold it."""
ERASED = 3
DISABLED = 8
UNKNOWN = [item["data"]["datastream"] for item in sixty.EXPOSURES[7:12]]
NEW = exposure("sensor.new", "value", "New", "double", "publish", properties=["label"])

type Connect = Callable[[], Awaitable[MockConfigEntry]]


@pytest.fixture
def time(
    hass: HomeAssistant, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> MovedTime:
    """Return the time, to be moved."""
    sixty.define(simulator)
    return MovedTime(hass, simulator, monkeypatch)


@pytest.fixture
async def home(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: MovedTime
) -> Connect:
    """Return a function that connects the home for the first time."""

    async def connect() -> MockConfigEntry:
        sixty.move_in(hass)
        entry = await set_up(*sixty.ALL, wait=False)
        await online(entry, time)
        await time.pass_by(120)
        return entry

    return connect


async def online(entry: MockConfigEntry, time: MovedTime) -> None:
    """Wait for the next connection, with no more than chance to wait for."""
    session = entry.runtime_data._session
    session._back_off._jitter = lambda low, high: 0.0
    await time.until(lambda: session.ready, 30)


async def reconnect(
    simulator: Simulator, entry: MockConfigEntry, time: MovedTime
) -> None:
    """Lose the connection, and wait for the next one."""
    await simulator.drop()
    await time.until(lambda: not entry.runtime_data._session.ready, 5)
    await online(entry, time)


def kind(topic: str) -> str:
    """Return what a message is, whatever datastream it is about."""
    if "/prop/" in topic:
        return "property"
    if topic.startswith("ds/"):
        return "erase" if topic.endswith("/erase") else "value"
    return "value" if topic == "batch_ds" else topic


def spent(simulator: Simulator) -> Counter[str]:
    """Return how many messages of each kind were sent, and forget them."""
    counter = Counter(
        kind(entry.topic)
        for entry in simulator.journal.find(Kind.PUBLISH, direction="in")
    )
    simulator.journal.clear()
    return counter


# --- Connecting ------------------------------------------------------------------------


async def test_at_first_questions_then_values_then_properties(
    simulator: Simulator, home: Connect
) -> None:
    """What is shown comes before how it is shown, and the check comes last."""
    await home()
    topics = [
        entry.topic for entry in simulator.journal.find(Kind.PUBLISH, direction="in")
    ]
    order = [key for key, _ in itertools.groupby(kind(topic) for topic in topics)]
    assert order == ["info/mcu", "get/ds", "value", "property", "get/ds"]
    assert topics.count("batch_ds") == 2
    cost = spent(simulator)
    assert cost["value"] == 2 + COLORS
    assert cost.total() == 32


async def test_a_reconnect_costs_a_handful(
    simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """Two questions, and a batch of what a widget may have moved."""
    entry = await home()
    spent(simulator)
    await reconnect(simulator, entry, time)
    await time.pass_by(120)
    assert spent(simulator) == {"info/mcu": 1, "get/ds": 2, "value": 1}


async def test_a_colour_is_compared_instead_of_sent(
    simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """Each would be a message; one that a widget has changed meanwhile is sent again."""
    entry = await home()
    spent(simulator)
    ours = simulator.device.datastreams["Light 1 Color"].value
    await simulator.stop_listening()
    await time.until(lambda: not entry.runtime_data._session.ready, 5)
    await simulator.press("Light 1 Color", "1\x002\x003")
    await simulator.start_listening()
    await online(entry, time)
    await time.pass_by(30)
    assert simulator.device.datastreams["Light 1 Color"].value == ours
    assert spent(simulator) == {"info/mcu": 1, "get/ds": 2, "value": 2}


async def test_a_reload_or_another_server_repeats_no_property(
    hass: HomeAssistant, simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """The values are told anew, and the device has kept its widgets' properties."""
    entry = await home()
    spent(simulator)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await online(entry, time)
    await time.pass_by(120)
    assert spent(simulator) == {"info/mcu": 1, "get/ds": 3, "value": 2 + COLORS}
    other = list(simulator.regions)[1]
    await simulator.redirect(other)
    await time.until(
        lambda: simulator.journal.find(Kind.PUBLISH, topic="info/mcu", region=other), 30
    )
    await time.pass_by(120)
    assert spent(simulator) == {"info/mcu": 1, "get/ds": 2, "value": 2 + COLORS}


async def test_another_name_of_the_server_repeats_no_property(
    simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """Which of Blynk's servers it is may change with each outage."""
    entry = await home()
    coordinator = entry.runtime_data
    spent(simulator)
    elsewhere = replace(coordinator._session.status.endpoint, host="fra1.blynk.cloud")
    coordinator._async_session_changed(SessionStatus(SessionState.READY, elsewhere))
    await time.pass_by(30)
    assert spent(simulator)["property"] == 0


async def test_a_restart_costs_what_a_reload_does(
    hass: HomeAssistant, simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """Entities come one after another, after the bridge."""
    entry = await home()
    assert await hass.config_entries.async_unload(entry.entry_id)
    for entity_id in sixty.STATES:
        hass.states.async_remove(entity_id)
    spent(simulator)
    hass.set_state(CoreState.starting)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await online(entry, time)
    await time.pass_by(5)
    sixty.move_in(hass)
    await time.pass_by(2)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await time.pass_by(120)
    cost = spent(simulator)
    assert cost["property"] == cost["erase"] == 0
    assert cost.total() <= 20


async def test_a_line_that_flaps_is_asked_little(
    hass: HomeAssistant, simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """Twenty connections are a few of the usual cost, the last for all before."""
    entry = await home()
    await time.pass_by(900)
    spent(simulator)
    for _ in range(20):
        await reconnect(simulator, entry, time)
        await time.pass_by(3)
    cost = spent(simulator)
    assert cost["info/mcu"] <= 3
    assert cost["get/ds"] == 3 * 2
    assert cost["value"] <= 3
    assert cost["property"] == 0
    await simulator.press("Away", 1)
    await simulator.drop()
    await simulator.press("Away", 0)
    await simulator.press("Switch 5 Power", 1)
    await simulator.press("Switch 0 Power", 1)
    await online(entry, time)
    await time.pass_by(300)
    cost = spent(simulator)
    assert cost["get/ds"] == 2
    stored = simulator.device.datastreams
    assert hass.states.is_state("switch.away", "off")
    assert stored["Switch 5 Power"].value == 0
    assert hass.states.is_state("switch.switch_0", "on")
    assert stored["Switch 0 Power"].value == 1


async def test_a_line_that_flaps_for_a_month_is_within_the_quota(
    simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """Every minute, all the time: the worst that no back-off slows down."""
    entry = await home()
    await time.pass_by(900)
    spent(simulator)
    for _ in range(60):
        await reconnect(simulator, entry, time)
        await time.pass_by(60)
    hours = 31 * 24
    cost = spent(simulator)
    assert 10 <= cost["info/mcu"] <= 15
    assert cost.total() * hours < FREE_PLAN


def test_a_thousand_reconnects_a_minute_apart_are_announced_now_and_then() -> None:
    """Three at once, then one in five minutes; a new server is always told."""
    now, announced = 0.0, 0

    def count() -> None:
        nonlocal announced
        announced += 1

    announcing = Announcing(lambda: now, count)
    one = Endpoint.parse("mqtts://fra1.blynk.cloud:8883")
    other = Endpoint.parse("mqtts://ny3.blynk.cloud:8883")
    granted = 0
    for _ in range(1000):
        granted += announcing.announces(one)
        now += 60
    assert granted == announced == pytest.approx(1000 / 5, abs=5)
    now -= 60
    assert not announcing.announces(one)
    assert announcing.announces(other)
    assert not announcing.announces(other)


# --- In between --------------------------------------------------------------------------


async def test_an_idle_day_costs_one_question(
    simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """Nothing happens, nothing is sent: but for whether Blynk still knows them all."""
    await home()
    spent(simulator)
    await time.pass_by(3600)
    assert not spent(simulator)
    await time.pass_by(86400, 60)
    assert spent(simulator) == {"get/ds": 1}


async def test_what_is_unknown_is_asked_for_ever_more_rarely(
    simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """However often the line is lost, and whatever is added meanwhile."""
    for name in UNKNOWN:
        del simulator.device.datastreams[name], simulator.cloud.template[name]
    entry = await home()
    await time.pass_by(900)
    assert entry.runtime_data.upkeep.check.unknown == set(UNKNOWN)
    spent(simulator)
    for _ in range(3):
        await reconnect(simulator, entry, time)
        await time.pass_by(60)
    assert spent(simulator)["get/ds"] == 3 * 2
    for hours in (1, 2, 4, 8, 8):
        await time.pass_by(hours * 3600 + 300, 150)
        cost = spent(simulator)
        # Once a day those that are known, too.
        assert (cost["value"], cost["get/ds"] in {1, 2}) == (1, True)


@pytest.mark.parametrize(
    ("seconds", "going", "coming"),
    [
        (2, {}, {}),
        (
            60,
            {"erase": ERASED, "property": DISABLED},
            {"value": 1, "property": DISABLED},
        ),
    ],
)
async def test_who_is_away_for_a_moment_costs_nothing(
    hass: HomeAssistant,
    simulator: Simulator,
    home: Connect,
    time: MovedTime,
    seconds: float,
    going: dict[str, int],
    coming: dict[str, int],
) -> None:
    """All at once, as when their hub restarts; longer, it is what was chosen for each."""
    await home()
    spent(simulator)
    sixty.move_out(hass)
    await time.pass_by(seconds, 1)
    assert spent(simulator) == going
    sixty.move_in(hass)
    await time.pass_by(60)
    assert spent(simulator) == coming


async def test_a_change_costs_what_has_changed(
    hass: HomeAssistant, simulator: Simulator, home: Connect, time: MovedTime
) -> None:
    """A new exposure, other options of one, another id of its entity."""
    registry = er.async_get(hass)
    registered = registry.async_get_or_create(
        "sensor", "test", "1", suggested_object_id="new"
    )
    entry = await home()
    simulator.cloud.define([Datastream(name="New", pin=90)])
    hass.states.async_set("sensor.new", "1", {"friendly_name": "New"})
    spent(simulator)
    data = {**NEW["data"], "entity_registry_id": registered.id}
    subentry = as_subentry({**NEW, "data": data})
    hass.config_entries.async_add_subentry(entry, subentry)
    await time.pass_by(60)
    assert spent(simulator) == {"value": 1, "property": 1, "get/ds": 1}
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**data, "min_interval": 1}
    )
    await time.pass_by(60)
    assert spent(simulator) == {"value": 1}
    registry.async_update_entity("sensor.new", new_entity_id="sensor.newer")
    hass.states.async_set("sensor.newer", "1", {"friendly_name": "New"})
    hass.states.async_remove("sensor.new")
    await time.pass_by(60)
    assert spent(simulator) == {"value": 1}


async def test_in_a_busy_house_properties_have_their_turn(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, time: MovedTime
) -> None:
    """There is always a value that waits, and no more than a message every 27 seconds."""
    hass.states.async_set("sensor.temperature", "0")
    entry = await set_up(
        exposure("sensor.temperature", "value", "Temperature", "double", "publish"),
        wait=False,
    )
    await online(entry, time)
    coordinator = entry.runtime_data
    pacer = coordinator._pacer
    while pacer.delay(Lane.ROUTINE) < 20:
        pacer.spend(Lane.ROUTINE)
    simulator.cloud.define([Datastream(name="New", pin=90)])
    hass.states.async_set("sensor.new", "1")
    hass.config_entries.async_add_subentry(entry, as_subentry(NEW))
    for number in range(40):
        hass.states.async_set("sensor.temperature", str(number))
        await time.pass_by(5)
    assert simulator.device.datastreams["New"].properties == {"label": "new"}
    values = [m for m in messages(simulator) if kind(m.topic) == "value"]
    assert len(values) >= 4
