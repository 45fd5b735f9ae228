"""A home without a recorder has no history to send."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.blynk_bridge.const import DOMAIN
from simulator import Simulator

from .backfilled import (
    KEY,
    WARMTH,
    chunks,
    come_back,
    crash,
    filled,
    go_offline,
    has,
    restart,
    warm,
)
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


async def test_there_is_no_recorder_any_more(
    hass: HomeAssistant,
    simulator: Simulator,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was owed can't be had, and is owed no more."""
    warm(hass, 20)
    entry = await set_up(WARMTH)
    await crash(hass, entry, hass_storage)
    (due,) = hass_storage[KEY]["data"]["history"]["exposures"].values()
    due["gaps"] = [[due["until"] - 60, due["until"] - 30]]
    caplog.clear()
    await restart(hass, entry)
    await filled(entry)
    assert not chunks(simulator)
    assert caplog.text.count("Home Assistant has no recorder") == 1
    assert "Unexpected error" not in caplog.text
