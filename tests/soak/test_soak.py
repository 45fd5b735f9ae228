"""A soak: whatever befalls the line and the house, nothing is lost, flooded or leaked."""

import asyncio
import logging

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge import PLATFORMS
from simulator import Simulator

from ..skipped_time import skipped_time
from .course import Plan, Soak
from .logbook import Logbook


async def test_soak(
    hass: HomeAssistant,
    simulator: Simulator,
    config_entry: MockConfigEntry,
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The morning after finds all in order."""
    for platform in PLATFORMS:
        assert await async_setup_component(hass, platform, {})
    config_entry.add_to_hass(hass)
    logbook = Logbook()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logbook])
    with skipped_time(asyncio.get_running_loop(), grace=0) as skipped:
        soak = Soak(hass, simulator, config_entry, skipped, plan, print)
        print(f"seed {plan.seed}")
        await soak.async_run()
    print(
        soak.took,
        soak.settled_after,
        soak.weather.seen,
        soak.owner.done,
        soak.app.tally,
        soak.books.messages,
        {
            k: [round(v.percentile(p), 2) for p in (0.5, 0.9, 0.99)]
            + [v.longest, len(v)]
            for k, v in soak.books.latencies.items()
        },
    )
    broken = "\n".join(soak.verdict.broken)
    assert not broken
