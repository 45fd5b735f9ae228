"""What a user hands to who helps: all that is of use, and nothing that is secret."""

import json
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator

from .conftest import TOKEN, SetUp, control, event, exposure, temperature
from .device.conftest import eventually

CODE = "47114711"
SECRETS = (TOKEN, CODE, "open sesame", "52.5200")
CHANGING = props(
    *("began", "at", "ready", "lasted", "server", "port", "host"),
    *("tokens", "seconds_between_readings", "seconds_to_wait"),
    *("quota", "waiting", "points_left_today"),
)


@pytest.fixture(autouse=True)
async def _diagnostics(hass: HomeAssistant) -> None:
    """Set up the component that asks us."""
    assert await async_setup_component(hass, "diagnostics", {})


def home(hass: HomeAssistant) -> None:
    """Show a home with things that are nobody's business."""
    hass.states.async_set("sensor.temperature", "21.5")
    hass.states.async_set("lock.front", "locked", {"code_format": "^\\d+$"})
    hass.states.async_set("text.safe", "open sesame", {"mode": "password"})
    where = {"latitude": "52.5200", "longitude": "13.4050"}
    hass.states.async_set("person.anna", "home", where)


EXPOSED = (
    temperature(),
    exposure("lock.front", "locked", "Door", opted_in=True, code=CODE),
    exposure("text.safe", "value", "Message", "string", opted_in=True),
    exposure(
        "person.anna",
        "template",
        "Where",
        "string",
        "publish",
        value_template="{{ state.attributes.latitude }}",
    ),
    exposure("switch.gone", "power", "Lamp"),
    control("Mode", "sensor", "integer"),
    event("alarm"),
)


async def of_entry(
    hass: HomeAssistant, hass_client: ClientSessionGenerator, entry: Any
) -> Any:
    """Return an entry's diagnostics, which hold nothing secret, as a file would."""
    found = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    text = json.dumps(found)
    assert not [secret for secret in SECRETS if secret in text]
    return found


async def test_an_entry(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
    snapshot: SnapshotAssertion,
) -> None:
    """All of it, once connected."""
    home(hass)
    entry = await set_up(*EXPOSED)
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Message"].value is not None
    )
    await simulator.send("downlink/diag", f"what is {TOKEN}?".encode())
    await simulator.ping()
    await eventually(lambda: not entry.runtime_data.uplink.waiting)
    found = await of_entry(hass, hass_client, entry)
    assert found == snapshot(exclude=CHANGING)
    assert found["waiting"]["messages"] == 0
    assert found["pace"]["seconds_to_wait"].keys() == {
        *("confirmation", "urgent", "routine", "history")
    }
    assert [text["text"] for text in found["server_texts"]] == ["what is [token]?"]


async def test_an_outage(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    """When each connection began, how long it lasted, and what has ended it."""
    entry = await set_up()
    await simulator.redirect("ny3")
    timeline = entry.runtime_data.timeline
    await eventually(lambda: len(timeline.connections) == 2)
    await eventually(lambda: timeline.connections[1].ready is not None)
    await simulator.stop_listening()
    await eventually(lambda: timeline.errors.total() >= 3, 30)
    found = await of_entry(hass, hass_client, entry)
    first, second, third, *_ = found["connections"]
    assert first["ended_by"] == "redirected"
    assert second["ended_by"].startswith("ConnectionLost: ")
    assert second["server"] != first["server"]
    assert first["ready"] > 0
    assert second["lasted"] > 0
    assert third["ready"] is None
    assert third["ended_by"].startswith("LinkError")
    assert found["errors"]["ConnectionLost"] == 1
    assert found["status"]["online"] is False
    assert re.match("[A-Z][a-z]+[A-Za-z]*: ", found["session"]["error"])


async def test_a_refused_token(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
) -> None:
    """Is in the timeline, and not its text."""
    entry = await set_up(token="x" * 32, wait=False)
    await eventually(hass.config_entries.flow.async_progress)
    found = await of_entry(hass, hass_client, entry)
    assert found["errors"] == {"InvalidToken": 1}
    assert "x" * 32 not in json.dumps(found)


async def test_an_outage_of_days_is_a_line(hass: HomeAssistant, set_up: SetUp) -> None:
    """What fails again and again in the same way is counted."""
    entry = await set_up(port=1, wait=False)
    timeline = entry.runtime_data.timeline
    await eventually(
        lambda: timeline.connections and timeline.connections[0].attempts >= 2, 30
    )
    assert len(timeline.connections) <= 2


@pytest.mark.parametrize("title", [None, "Mode", "alarm"])
async def test_a_device(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
    snapshot: SnapshotAssertion,
    title: str | None,
) -> None:
    """The entry's own tells all, one of a control or an event tells of that."""
    home(hass)
    entry = await set_up(*EXPOSED)
    await simulator.wait_for(
        lambda: simulator.device.datastreams["Message"].value is not None
    )
    await eventually(lambda: not entry.runtime_data.uplink.waiting)
    identifier = entry.entry_id
    if title is not None:
        (subentry,) = [s for s in entry.subentries.values() if s.title == title]
        identifier = f"{entry.entry_id}_{subentry.subentry_id}"
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, identifier), entry.entry_id
    )
    assert device is not None
    found: Any = await get_diagnostics_for_device(hass, hass_client, entry, device)
    text = json.dumps(found)
    assert not [secret for secret in SECRETS if secret in text]
    assert ("exposures" in found) is (title is None)
    if title is not None:
        assert found == snapshot(exclude=CHANGING)
    assert found["status"]["online"] is True
