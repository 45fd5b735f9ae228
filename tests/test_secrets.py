"""The token is a house key, a lock's code another: where they are, and where they are not."""

from collections.abc import Iterator
import gc
import json
import logging
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from homeassistant.const import EVENT_CALL_SERVICE, MATCH_ALL
from homeassistant.core import Event, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.blynk_bridge.connection import session_settings, tls_context
from custom_components.blynk_bridge.device.errors import BlynkError
from custom_components.blynk_bridge.device.session import verify
from custom_components.blynk_bridge.flows.credentials import Credentials
from simulator import Simulator
from simulator.behaviour import RefuseCode

from .conftest import TOKEN, SetUp, control, event, exposure, temperature
from .device.conftest import eventually

CODE = "47114711"
OURS = ("custom_components.blynk_bridge", "aiomqtt", "paho")
NOT_OURS_TO_TELL = (
    # Home Assistant's own debug lines: every event on its bus, with an action's data.
    "homeassistant.core",
    # The tests' stand-in for .storage writes down in the log what it stores.
    "pytest_homeassistant_custom_component",
    # The other end of the wire.
    "simulator",
)


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Log everything there is."""
    caplog.set_level(logging.DEBUG)
    return caplog


def lines(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    """Yield what was logged, with tracebacks, but for what is not ours to tell."""
    form = logging.Formatter("%(name)s %(message)s")
    for record in caplog.records:
        if not record.name.startswith(NOT_OURS_TO_TELL):
            yield form.format(record)


async def a_day(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> MockConfigEntry:
    """Live through everything that may tell a secret."""
    hass.states.async_set("sensor.temperature", "21.5")
    hass.states.async_set("switch.lamp", "off")
    hass.states.async_set("lock.front", "locked", {"code_format": "^\\d+$"})
    calls: list[ServiceCall] = []

    async def refuse(call: ServiceCall) -> None:
        calls.append(call)
        raise HomeAssistantError(f"the code {call.data['code']} is wrong")

    hass.services.async_register("lock", "unlock", refuse)
    entry = await set_up(
        temperature(properties=["label"]),
        exposure("switch.lamp", "power", "Lamp"),
        exposure("lock.front", "locked", "Door", opted_in=True, code=CODE),
        control("Mode", "sensor", "integer"),
        control("Message", "text", "string"),
        event("alarm"),
    )
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Door"].value is not None
    )
    await simulator.press("Lamp", 1)
    await simulator.press("Door", 0)
    await eventually(lambda: calls)
    assert calls[0].data["code"] == CODE
    await simulator.send("downlink/diag", f"who is {TOKEN.upper()}".encode())
    await simulator.send(f"downlink/ds/{TOKEN}", TOKEN.encode())
    await simulator.send(f"downlink/meta/{TOKEN}", TOKEN.encode())
    await simulator.send(f"downlink/{TOKEN}", TOKEN.encode())
    await simulator.send("downlink/ota/json", f'["{TOKEN}"]'.encode())
    await simulator.redirect(uri=f"mqtt://{TOKEN}.example", then="stay")
    await simulator.redirect(uri=f"mqtt://{TOKEN}@attacker.example", then="stay")
    await simulator.ping()
    await simulator.redirect(uri="mqtt://attacker.example", then="stay")
    await eventually(lambda: ir.async_get(hass).issues)
    await eventually(lambda: not entry.runtime_data.data.online)
    await eventually(lambda: entry.runtime_data.data.online, 30)
    await simulator.send_raw(b"\x30\xff\xff\xff\xff\xff")
    await eventually(lambda: not entry.runtime_data.data.online)
    await eventually(lambda: entry.runtime_data.data.online, 30)
    return entry


def tells(secret: str, texts: Iterator[str]) -> list[str]:
    """Return the texts that tell a secret, in whatever case."""
    return [text for text in texts if secret.lower() in text.lower()]


async def test_nowhere(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    records: pytest.LogCaptureFixture,
) -> None:
    """Log, states, events, registries, issues and stores, after a day of everything."""
    events: list[Event[Any]] = async_capture_events(hass, MATCH_ALL)
    entry = await a_day(hass, simulator, set_up)
    simulator.cloud.deny(simulator.device, "y" * 32)
    await eventually(hass.config_entries.flow.async_progress, 30)
    states = hass.states.async_all()
    issues = list(ir.async_get(hass).issues.values())
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    evidence = {
        "log": list(lines(records)),
        "states": [str(state.as_dict()) for state in states],
        "issues": [str(issue) for issue in issues],
        "events": [str(e.as_dict()) for e in events if not calls_service(e)],
        "entities": [str(item) for item in er.async_get(hass).entities.values()],
        "devices": [str(item) for item in dr.async_get(hass).devices],
        "stores": [
            json.dumps(item, default=str)
            for key, item in hass_storage.items()
            if key != "core.config_entries"
        ],
        "titles": [entry.title, str(entry.unique_id), repr(entry)],
    }
    assert all(evidence.values())
    assert len(evidence["log"]) > 100
    for place, texts in evidence.items():
        for secret in (TOKEN, CODE):
            assert not tells(secret, iter(texts)), (place, secret)


def calls_service(event: Event[Any]) -> bool:
    """Return whether an event is Home Assistant's own about an action, with its data.

    A code is in there whoever calls the action, an automation, too.
    """
    return event.event_type == EVENT_CALL_SERVICE


async def test_a_code_is_in_the_action_and_nowhere_else(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """As with every automation that unlocks a door; with a default code, not even there."""
    hass.states.async_set("lock.front", "locked", {"code_format": "^\\d+$"})
    hass.services.async_register("lock", "unlock", lambda call: None)
    events: list[Event[Any]] = async_capture_events(hass, MATCH_ALL)
    await set_up(exposure("lock.front", "locked", "Door", opted_in=True, code=CODE))
    await simulator.press("Door", 0)
    await eventually(lambda: [e for e in events if calls_service(e)])
    telling = [e.event_type for e in events if CODE in str(e.as_dict())]
    assert telling == [EVENT_CALL_SERVICE]


def reachable(root: object) -> Iterator[object]:
    """Yield every object that belongs to the bridge, however deep inside."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(
            item,
            ModuleType | type | HomeAssistant | BuiltinFunctionType | logging.Logger,
        ):
            continue
        seen.add(id(item))
        yield item
        if isinstance(item, FunctionType):
            waiting.extend(cell.cell_contents for cell in item.__closure__ or ())
        else:
            waiting.extend(gc.get_referents(item))


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
async def test_no_object_tells(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, protocol: str
) -> None:
    """A debugger, a slow callback's log line and an error report print objects."""
    hass.states.async_set("lock.front", "locked", {"code_format": "^\\d+$"})
    entry = await set_up(
        exposure("lock.front", "locked", "Door", opted_in=True, code=CODE),
        temperature(),
        control("Mode", "sensor", "integer"),
        protocol=protocol,
    )
    found = 0
    kinds = set()
    for item in reachable(entry.runtime_data):
        module = type(item).__module__
        if not module.startswith(OURS):
            continue
        found += 1
        kinds.add(type(item).__name__)
        for text in (repr(item), str(item)):
            assert TOKEN not in text, type(item)
            assert CODE not in text, type(item)
    assert {"Link", "SessionSettings", "Exposure", "DeviceSession", "Client"} <= kinds
    assert found > 50


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and all that it came from."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        if (item := waiting.pop()) is None or item in seen:
            continue
        seen.append(item)
        yield item
        waiting += [item.__cause__, item.__context__]


FAULTS: dict[str, dict[str, Any]] = {
    "refused": {},
    "refused as not authorized": {"refuse_code": RefuseCode.NOT_AUTHORISED},
    "closed": {"close_before_connack": True},
    "a foreign server": {"redirect_always": "mqtt://attacker.example"},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_no_error_tells(
    simulator: Simulator,
    entry_data: dict[str, Any],
    records: pytest.LogCaptureFixture,
    fault: str,
    transport: str,
) -> None:
    """Nor what it came from."""
    for name, value in FAULTS[fault].items():
        setattr(simulator.behaviour, name, value)
    if fault.startswith("refused"):
        simulator.cloud.deny(simulator.device, "y" * 32)
    entry_data["transport"] = transport
    with pytest.raises(BlynkError) as caught:
        await verify(session_settings(entry_data, "1"), tls_context(entry_data))
    for item in chain(caught.value):
        assert TOKEN not in f"{item} {item!r} {item.args} {vars(item)}"
    assert not tells(TOKEN, lines(records))


def test_credentials_do_not_tell() -> None:
    """They are passed around in flows."""
    assert TOKEN not in repr(Credentials.parse(TOKEN, "TMPLabcd1234"))
