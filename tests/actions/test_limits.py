"""How long an action waits, how many may, and what ends it."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge.const import DOMAIN
from custom_components.blynk_bridge.device.pacing import Lane
from custom_components.blynk_bridge.requests import URGENT_MAX, WAITING_MAX
from custom_components.blynk_bridge.services import ACTIONS
from simulator import Simulator

from ..conftest import SetUp, exposure, temperature
from ..device.conftest import eventually
from ..skipped_time import skipped_time
from .calls import ask, call, failed, key_of, published, unanswered, value_of

SENDING: dict[str, dict[str, Any]] = {
    "send_event": {"code": "bell"},
    "set_value": {"datastream": "Message", "value": "hi"},
    "erase_value": {"datastream": "Message"},
    "set_property": {"datastream": "Message", "property": "label", "value": "x"},
    "erase_property": {"datastream": "Message", "property": "label"},
    "set_metadata": {"field": "Hotspot Name", "value": "x"},
}
ASKING: dict[str, dict[str, Any]] = {
    "get_values": {"datastreams": ["Message"]},
    "get_metadata": {"fields": ["Time Zone"]},
}
EVERY = SENDING | ASKING
OF_EACH_KIND = ("send_event", "set_value", "set_property", "get_values")
"""Those that differ in how they send, and what they do afterwards."""


async def wrong(hass: HomeAssistant, action: str) -> str:
    """Return the key of what went wrong with an action that is called as it should be."""
    expect = unanswered if action in ASKING else failed
    return await expect(hass, action, **EVERY[action])


async def offline(simulator: Simulator, entry: MockConfigEntry) -> None:
    """Let the servers go away, and the bridge notice."""
    await simulator.stop_listening()
    await eventually(lambda: not entry.runtime_data.data.online)


async def test_without_a_connection(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Each is an error at once, and nothing is sent later."""
    entry = await set_up()
    entry.runtime_data._session._back_off._jitter = lambda low, high: 0.1
    await offline(simulator, entry)
    assert {await wrong(hass, action) for action in EVERY} == {"not_connected"}
    await simulator.start_listening()
    await eventually(lambda: entry.runtime_data.data.online)
    assert not published(simulator)


@pytest.mark.parametrize("action", OF_EACH_KIND)
async def test_a_refusal(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, action: str
) -> None:
    """Is told, with the reason; the next call is another try."""
    await set_up(protocol="5")
    simulator.behaviour.puback_code = 0x83
    with pytest.raises(HomeAssistantError) as error:
        await ask(hass, action, **EVERY[action]) if action in ASKING else await call(
            hass, action, **EVERY[action]
        )
    assert key_of(error.value) == "refused"
    assert "implementation specific error (0x83)" in str(error.value)
    simulator.behaviour.puback_code = 0
    if action == "set_value":
        await call(hass, action, **EVERY[action])
        assert value_of(simulator, "Message") == "hi"


@pytest.mark.parametrize("action", ["set_value", "get_values", "send_event"])
async def test_a_server_that_takes_no_more(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, action: str
) -> None:
    """The first call learns of it; the next ones cost nothing, and say how long it is."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up(protocol="5")
        simulator.behaviour.puback_code = 0x97
        assert await wrong(hass, action) == "exhausted"
        sent = len(published(simulator))
        for other in EVERY:
            assert await wrong(hass, other) == "exhausted"
        assert len(published(simulator)) == sent
        with pytest.raises(HomeAssistantError, match="in about 15 minutes"):
            await call(hass, "set_value", **SENDING["set_value"])
        simulator.behaviour.puback_code = 0
        await asyncio.sleep(905)
        await call(hass, "set_value", **SENDING["set_value"])
    assert value_of(simulator, "Message") == "hi"


@pytest.mark.parametrize("action", OF_EACH_KIND)
async def test_no_acknowledgement(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, action: str
) -> None:
    """Nobody knows whether it has arrived; the call ends within seconds."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        await set_up()
        simulator.behaviour.withhold_puback = True
        began = hass.loop.time()
        key = "event_not_confirmed" if action == "send_event" else "not_confirmed"
        assert await wrong(hass, action) == key
        assert hass.loop.time() - began < 31


async def test_a_used_up_plan(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Each is an error at once, which says when there is a turn; nothing waits."""
    entry = await set_up()
    pacer = entry.runtime_data.pacer
    while pacer.delay(Lane.URGENT) < 60:
        pacer.spend(Lane.URGENT)
    assert {await wrong(hass, action) for action in EVERY} == {"no_turn"}
    assert not published(simulator)
    with pytest.raises(HomeAssistantError, match=r"in about \d+ minutes"):
        await call(hass, "set_value", **SENDING["set_value"])


async def test_a_loop_of_calls_leaves_the_month_to_the_house(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """An hour of it uses what readings may use; a door and a finger still go at once."""
    hass.states.async_set("binary_sensor.door", "off")
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up(
            exposure("binary_sensor.door", "state", "Door", direction="publish")
        )
        pacer = entry.runtime_data.pacer
        bucket, interval = pacer.tokens, pacer.interval
        assert bucket is not None
        assert interval is not None
        errors: list[str] = []
        began = hass.loop.time()
        while hass.loop.time() - began < 3600:
            try:
                await call(hass, "set_value", datastream="Count", value=len(errors))
            except HomeAssistantError as error:
                errors.append(key_of(error))
            await asyncio.sleep(2)
        assert set(errors) <= {"no_turn"}
        sent = sum(topic == "ds/Count" for topic, _ in published(simulator))
        # What readings may use of the bucket, and what comes into it in the meantime.
        assert sent < 0.8 * bucket + 3600 / interval + URGENT_MAX
        assert pacer.delay(Lane.URGENT) == 0
        changed = hass.loop.time()
        hass.states.async_set("binary_sensor.door", "on")
        await simulator.wait_for(lambda: value_of(simulator, "Door") == 1)
        assert hass.loop.time() - changed < 5


async def test_the_first_of_an_hour_go_before_readings(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """In a house that is never quiet, where readings have used all that they may."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up()
        pacer = entry.runtime_data.pacer
        while pacer.delay(Lane.ROUTINE) < 60:
            pacer.spend(Lane.ROUTINE)
        for number in range(URGENT_MAX):
            await call(hass, "set_value", datastream="Count", value=number)
        while pacer.delay(Lane.ROUTINE) < 60:
            pacer.spend(Lane.ROUTINE)
        assert await wrong(hass, "set_value") == "no_turn"
        await asyncio.sleep(3600)
        await call(hass, "set_value", **SENDING["set_value"])
    assert value_of(simulator, "Message") == "hi"


async def test_what_calls_at_once_piles_up_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """So many may wait, and the others are told at once; nothing is left behind."""
    with skipped_time(hass.loop) as skipped:
        simulator.cloud.clock = skipped.wall
        entry = await set_up()
        outcomes = await asyncio.gather(
            *(
                call(hass, "set_value", datastream="Count", value=number)
                for number in range(100)
            ),
            return_exceptions=True,
        )
        failures = [item for item in outcomes if isinstance(item, HomeAssistantError)]
        assert {key_of(item) for item in failures} == {"too_many_waiting"}
        assert len(failures) == 100 - WAITING_MAX
        assert value_of(simulator, "Count") == WAITING_MAX - 1
        assert not entry.runtime_data.uplink.waiting
        await call(hass, "set_value", datastream="Count", value=500)


@pytest.mark.parametrize("action", OF_EACH_KIND)
async def test_an_unload_ends_it(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, action: str
) -> None:
    """While the message waits for its turn, at once and with an error."""
    entry = await set_up()
    pacer = entry.runtime_data.pacer
    pacer.rest(25)
    calling = hass.async_create_task(wrong(hass, action))
    await eventually(lambda: entry.runtime_data.uplink.waiting)
    assert await hass.config_entries.async_unload(entry.entry_id)
    async with asyncio.timeout(2):
        assert await calling == "unloaded"
    assert not published(simulator)


@pytest.mark.parametrize("action", OF_EACH_KIND)
async def test_an_unload_on_the_way(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, action: str
) -> None:
    """It may have arrived: the error says so, at once."""
    entry = await set_up()
    simulator.behaviour.withhold_puback = True
    calling = hass.async_create_task(wrong(hass, action))
    await simulator.wait_for(lambda: published(simulator))
    assert await hass.config_entries.async_unload(entry.entry_id)
    async with asyncio.timeout(2):
        key = "event_not_confirmed" if action == "send_event" else "not_confirmed"
        assert await calling == key


async def test_a_call_that_is_given_up_leaves_nothing(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A script that is stopped sends nothing later."""
    entry = await set_up()
    entry.runtime_data.pacer.rest(0.3)
    calling = asyncio.ensure_future(call(hass, "set_value", **SENDING["set_value"]))
    await eventually(lambda: entry.runtime_data.uplink.waiting)
    calling.cancel()
    await asyncio.wait((calling,))
    assert not entry.runtime_data.uplink.waiting
    await call(hass, "set_value", datastream="Count", value=1)
    assert [topic for topic, _ in published(simulator)] == ["ds/Count"]


async def test_every_message_is_counted(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """As the simulator counts them."""
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(temperature())
    await simulator.wait_for(lambda: value_of(simulator, "Temperature") == 7)
    for action, data in SENDING.items():
        await call(hass, action, **data)
    await ask(hass, "get_values", datastreams=["Temperature"])
    await ask(hass, "get_metadata", fields=["Time Zone"])
    used = simulator.cloud.quota.used(simulator.cloud.clock())
    assert entry.runtime_data.quota.status.messages == used
    assert len(published(simulator)) == len(EVERY) + 1


# --- Whose device --------------------------------------------------------------------


@pytest.mark.parametrize("action", [action.name for action in ACTIONS])
async def test_an_action_is_about_one_of_our_devices(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, action: str
) -> None:
    """One that is set up."""
    entry = await set_up()
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(hass)
    data = EVERY.get(action, {})
    answer = action in {*ASKING, "export_plan"}

    async def about(entry_id: str) -> str | None:
        with pytest.raises(ServiceValidationError) as error:
            await hass.services.async_call(
                DOMAIN,
                action,
                {"config_entry_id": entry_id, **data},
                blocking=True,
                return_response=answer,
            )
        return error.value.translation_key

    assert await about("nobody") == "service_config_entry_not_found"
    assert await about(other.entry_id) == "service_config_entry_wrong_domain"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await about(entry.entry_id) == "service_config_entry_not_loaded"
    assert not published(simulator)
