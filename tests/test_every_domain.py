"""Every trait of every domain, with the entities of Home Assistant's own demo."""

from collections.abc import Generator, Iterable
import re
from unittest.mock import patch

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
from syrupy.assertion import SnapshotAssertion

from custom_components.blynk_bridge import traits
from custom_components.blynk_bridge.downlink import EVENT_COMMAND
from custom_components.blynk_bridge.plan import planned
from simulator import Simulator
from simulator.datastreams import Datastream, DataType, Value
from simulator.journal import Kind

from .conftest import SetUp
from .every_domain import DOMAINS, async_set_up_domain, exposed, name_of
from .every_write import WRITES, Write

# What the time of the day decides.
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?")
OF_THE_MOMENT = {"sun.sun elevation", "sun.sun azimuth", "sun.sun above_horizon"}

# Some of Home Assistant's own demo platforms leave timers behind.
pytestmark = pytest.mark.parametrize("expected_lingering_timers", [True])


@pytest.fixture(autouse=True)
def _hurry() -> Generator[None]:
    """Let the demo's doors and updates take no time."""
    with (
        patch("homeassistant.components.demo.lock.LOCK_UNLOCK_DELAY", 0),
        patch("homeassistant.components.demo.valve.OPEN_CLOSE_DELAY", 0),
        patch("homeassistant.components.demo.update.FAKE_INSTALL_SLEEP_TIME", 0),
    ):
        yield


def as_template(
    hass: HomeAssistant, exposures: Iterable[ConfigSubentryData]
) -> tuple[Datastream, ...]:
    """Return the template that the plan asks the user to make."""
    rows = [planned(hass, item["data"]) for item in exposures]
    return tuple(
        Datastream(
            name=row.name,
            pin=pin,
            type=DataType(row.data_type.value),
            unit=row.unit,
            min=row.minimum,
            max=row.maximum,
            decimals=row.decimals,
            labels=row.labels or None,
        )
        for pin, row in enumerate(rows, 1)
    )


def of_any_time(name: str, value: Value | None) -> Value | None:
    """Return the value, the same whenever the test runs."""
    if name in OF_THE_MOMENT:
        return None if value is None else "of the moment"
    return MOMENT.sub("moment", value) if isinstance(value, str) else value


@pytest.mark.parametrize("domain", DOMAINS)
async def test_every_value_goes_up(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
    domain: str,
) -> None:
    """Into the template that the plan asks for, which refuses none of them."""
    await async_set_up_domain(hass, domain)
    offered = [
        (state, trait)
        for state in sorted(
            hass.states.async_all(domain), key=lambda state: state.entity_id
        )
        for trait in traits.traits_of(state)
    ]
    assert offered, "nothing of this domain can be exposed"
    exposures = [exposed(state, trait) for state, trait in offered]
    simulator.cloud.define(as_template(hass, exposures), replace=True)
    await set_up(*exposures)
    speaking = {
        item["data"]["datastream"]
        for item, (state, trait) in zip(exposures, offered, strict=True)
        if trait.value(state, item["data"]["data_type"]) is not None
    }
    await simulator.wait_for(
        lambda: (
            speaking
            == {
                name
                for name, stored in simulator.device.datastreams.items()
                if stored.writes_by_device
            }
        )
    )
    assert not simulator.device.diagnostics
    assert {
        name: of_any_time(name, stored.value)
        for name, stored in simulator.device.datastreams.items()
    } == snapshot
    writable = {
        (domain, trait.key)
        for state, trait in offered
        if (description := trait.describe(state)) and description.writable
    }
    written = {
        (write.domain, write.trait) for write in WRITES if write.domain == domain
    }
    assert written == writable, "each trait that can be written has its rows"


@pytest.mark.parametrize("write", WRITES, ids=str)
async def test_every_write_acts_and_is_confirmed(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, write: Write
) -> None:
    """The right action is called once, and what came of it goes up once."""
    await async_set_up_domain(hass, write.domain)
    for action, data in write.before:
        domain, _, service = action.partition(".")
        await hass.services.async_call(
            domain, service, {"entity_id": write.entity_id, **data}, blocking=True
        )
    state = hass.states.get(write.entity_id)
    trait = traits.find(write.domain, write.trait)
    assert state is not None
    assert trait is not None
    item = exposed(state, trait)
    item["data"] = {**item["data"], **write.options}
    name = name_of(state, trait)
    (datastream,) = as_template(hass, [item])
    simulator.cloud.define([datastream], replace=True)
    await set_up(item)
    if trait.value(state, item["data"]["data_type"]) is not None:
        await simulator.wait_for(
            lambda: simulator.device.datastreams[name].writes_by_device
        )
    simulator.journal.clear()
    calls = async_capture_events(hass, EVENT_CALL_SERVICE)
    commands = async_capture_events(hass, EVENT_COMMAND)

    await simulator.press(name, write.written)
    await simulator.wait_for(
        lambda: simulator.journal.find(Kind.PUBLISH, direction="in")
    )

    (command,) = commands
    asked = [call for call in calls if call.context is command.context]
    assert [
        (f"{call.data['domain']}.{call.data['service']}", call.data["service_data"])
        for call in asked[:1]
    ] == [(write.action, {"entity_id": write.entity_id, **write.data})]
    assert simulator.device.datastreams[name].value == write.confirmed
    assert len(simulator.journal.find(Kind.PUBLISH, direction="in")) == 1
    assert not simulator.device.diagnostics
