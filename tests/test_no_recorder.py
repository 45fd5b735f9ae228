"""A home without a recorder has no history to send."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator

from .backfilled import WARMTH, chunks, come_back, filled, go_offline, has, warm
from .conftest import SetUp


async def test_there_is_no_recorder(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The action says so, and the log, once; everything else works."""
    warm(hass, 20)
    entry = await set_up(WARMTH)
    for value in (21, 22):
        await go_offline(simulator, entry)
        warm(hass, value)
        await come_back(simulator, entry)
        await has(simulator, value)
    await filled(entry)
    assert not chunks(simulator)
    assert caplog.text.count("Home Assistant has no recorder") == 1
    with pytest.raises(ServiceValidationError) as refusal:
        await hass.services.async_call(
            DOMAIN, "backfill", {"config_entry_id": entry.entry_id}, blocking=True
        )
    assert refusal.value.translation_key == "no_recorder"
    told = entry.runtime_data.backfill.diagnostics()["datastreams"]["Temperature"]
    assert told["left_out"] == ["no_recorder"]
