"""The page with the system's health knows how Blynk is doing."""

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from custom_components.blynk_bridge.const import DOMAIN

from .conftest import SetUp, exposure


async def test_a_device_that_is_online(
    hass: HomeAssistant, set_up: SetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whether its server can be reached at all: the token is not told for that."""
    asked: list[str] = []

    async def reached(hass: HomeAssistant, url: str) -> str:
        asked.append(url)
        return "ok"

    monkeypatch.setattr(system_health, "async_check_can_reach_url", reached)
    assert await async_setup_component(hass, "system_health", {})
    entry = await set_up(exposure("switch.gone", "power", "Lamp"))
    info = await get_system_health_info(hass, DOMAIN)
    assert await info.pop("can_reach_server") == "ok"
    assert asked == ["https://127.0.0.1"]
    assert info == {
        "devices": 1,
        "devices_online": 1,
        "exposures": 1,
        "messages_this_month": entry.runtime_data.data.quota.messages,
        "values_waiting": entry.runtime_data.data.waiting,
    }


async def test_nothing_is_set_up(hass: HomeAssistant) -> None:
    """There is no server to be reached."""
    assert await async_setup_component(hass, "system_health", {})
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info == {
        "devices": 0,
        "devices_online": 0,
        "exposures": 0,
        "messages_this_month": 0,
        "values_waiting": 0,
    }
