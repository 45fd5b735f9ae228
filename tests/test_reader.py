"""What goes up of an exposure, and what stays at home."""

import asyncio
from unittest.mock import Mock

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_load_integrations
import pytest

from custom_components.blynk_bridge.device.values import DataType
from custom_components.blynk_bridge.traits.base import Description
from custom_components.blynk_bridge.traits.readings import SensorValue
from simulator import Simulator

from .conftest import SetUp, exposure, temperature
from .test_uplink import has, messages

HUMIDITY = exposure("number.humidity", "value", "Humidity", "double")


@pytest.fixture
def _private(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every sensor say where somebody is."""
    private = Description(data_type=DataType.DOUBLE, unit="km", private=True)
    monkeypatch.setattr(SensorValue, "describe", Mock(return_value=private))
    monkeypatch.setattr(SensorValue, "plain", False)


@pytest.mark.usefixtures("_private")
async def test_what_is_private_stays_at_home(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No value, no property, no erasure, whatever else was chosen."""
    monkeypatch.setattr("custom_components.blynk_bridge.overrides._PAUSE", 0.02)
    monkeypatch.setattr("custom_components.blynk_bridge.availability._GRACE", 0.1)
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(
        temperature(
            unavailable="erase", properties=["label", "suffix"], max_interval=0.2
        ),
        HUMIDITY,
    )
    for state in ("8", "unavailable", "9", "unavailable"):
        hass.states.async_set("sensor.temperature", state)
        await asyncio.sleep(0.3)
    entry.runtime_data.async_resync()
    hass.states.async_set("number.humidity", "40")
    await has(simulator, "Humidity", 40)
    await asyncio.sleep(0.2)
    assert {message.topic for message in messages(simulator)} == {"ds/Humidity"}


@pytest.mark.usefixtures("_private")
async def test_what_is_private_goes_up_by_the_users_word(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """Opted in, exposure by exposure; taken back, no more of it goes."""
    hass.states.async_set("sensor.temperature", "7")
    entry = await set_up(temperature(opted_in=True), HUMIDITY)
    await has(simulator, "Temperature", 7)
    subentry = next(iter(entry.subentries.values()))
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "opted_in": False}
    )
    await hass.async_block_till_done()
    hass.states.async_set("sensor.temperature", "8")
    hass.states.async_set("number.humidity", "40")
    await has(simulator, "Humidity", 40)
    assert simulator.device.datastreams["Temperature"].value == 7


@pytest.mark.parametrize("there", [True, False])
async def test_a_template_about_a_person_stays_at_home(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    there: bool,
) -> None:
    """Until the user agrees, whoever has written the data; gone or not."""
    monkeypatch.setattr("custom_components.blynk_bridge.overrides._PAUSE", 0.02)
    monkeypatch.setattr("custom_components.blynk_bridge.availability._GRACE", 0.1)
    if there:
        hass.states.async_set("person.anna", "home", {"friendly_name": "Anna"})
    hass.states.async_set("number.humidity", "40")
    await set_up(
        exposure(
            "person.anna",
            "template",
            "Message",
            "string",
            "publish",
            value_template="{{ state.state }}",
            unavailable="erase",
            properties=["label"],
        ),
        HUMIDITY,
    )
    await has(simulator, "Humidity", 40)
    await asyncio.sleep(0.5)
    assert {message.topic for message in messages(simulator)} == {"ds/Humidity"}


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Full moon"), ("de", "Vollmond")]
)
async def test_an_option_is_a_text_in_the_users_language(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp, language: str, text: str
) -> None:
    """Where the datastream is a String, Blynk shows what Home Assistant shows."""
    await hass.config.async_update(language=language)
    hass.config.components.add("moon")
    await async_load_integrations(hass, {"moon"})
    er.async_get(hass).async_get_or_create(
        *("sensor", "moon", "1"), suggested_object_id="moon", translation_key="phase"
    )
    options = {"device_class": "enum", "options": ["new_moon", "full_moon"]}
    hass.states.async_set("sensor.moon", "full_moon", options)
    await set_up(exposure("sensor.moon", "option", "Message", "string", "publish"))
    await has(simulator, "Message", text)


async def test_an_option_without_a_translation_is_its_own_text(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A user's own options need none; elsewhere an index goes up."""
    hass.states.async_set("select.mode", "Öko", {"options": ["Komfort", "Öko"]})
    await set_up(
        exposure("select.mode", "option", "Message", "string"),
        exposure("select.mode", "option", "Mode", "enum"),
    )
    await has(simulator, "Message", "Öko")
    await has(simulator, "Mode", 1)


async def test_a_text_that_is_no_option_is_not_translated(
    hass: HomeAssistant, simulator: Simulator, set_up: SetUp
) -> None:
    """A sensor's plain text has no options to look it up in."""
    hass.states.async_set("sensor.text", "opening")
    await set_up(exposure("sensor.text", "value", "Message", "string", "publish"))
    await has(simulator, "Message", "opening")
