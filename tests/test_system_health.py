"""The page with the system's health knows how Blynk is doing."""

from collections.abc import Callable

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker

from custom_components.blynk_bridge.const import DOMAIN

from .conftest import TOKEN, SetUp, exposure


@pytest.mark.parametrize("reached", [True, False])
async def test_a_device_that_is_online(
    hass: HomeAssistant,
    set_up: SetUp,
    aioclient_mock: AiohttpClientMocker,
    reached: bool,
) -> None:
    """And whether its server can be reached at all."""
    mock_get: Callable[..., None] = aioclient_mock.get
    mock_get("https://127.0.0.1", exc=None if reached else TimeoutError())
    assert await async_setup_component(hass, "system_health", {})
    entry = await set_up(exposure("switch.gone", "power", "Lamp"))
    info = await get_system_health_info(hass, DOMAIN)
    answer = await info.pop("can_reach_server")
    assert answer == ("ok" if reached else {"type": "failed", "error": "timeout"})
    assert info == {
        "devices": 1,
        "devices_online": 1,
        "messages_this_month": entry.runtime_data.data.quota.messages,
        "values_waiting": entry.runtime_data.data.waiting,
    }
    assert TOKEN not in str(aioclient_mock.mock_calls)


async def test_nothing_is_set_up(hass: HomeAssistant) -> None:
    """There is no server to be reached."""
    assert await async_setup_component(hass, "system_health", {})
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info == {
        "devices": 0,
        "devices_online": 0,
        "messages_this_month": 0,
        "values_waiting": 0,
    }
