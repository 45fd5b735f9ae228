"""A soak: whatever befalls the line and the house, nothing is lost, flooded or leaked."""

import asyncio
import logging
import sys

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.blynk_bridge import PLATFORMS
from simulator import Simulator

from ..faults.proxy import Proxy
from ..skipped_time import skipped_time
from .course import Soak
from .diligence import Diligence
from .logbook import Logbook
from .plan import Plan
from .report import report


def say(line: str) -> None:
    """Tell who waits for a long soak how far it is."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def test_soak(
    hass: HomeAssistant,
    recorder: Recorder,
    simulator: Simulator,
    line: Proxy,
    config_entry: MockConfigEntry,
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The morning after finds all in order; `scripts/soak` makes it a month of mornings."""
    for platform in PLATFORMS:
        assert await async_setup_component(hass, platform, {})
    config_entry.add_to_hass(hass)
    # pytest's own handlers keep records, and so the frames of the errors in them.
    logbook = Logbook()
    monkeypatch.setattr(logging.getLogger(), "handlers", [logbook])
    # All its sockets are in one event loop: what was sent is there.
    with skipped_time(asyncio.get_running_loop(), grace=0) as skipped:
        diligence = Diligence(recorder)
        skipped.busy = diligence.busy
        soak = Soak(
            *(hass, simulator, config_entry, line, diligence, skipped, plan),
            *(logbook, say),
        )
        say(f"{plan.days:g} days, seed {plan.seed}")
        await soak.async_run()
    text = report(soak)
    say(text)
    if plan.report is not None:
        plan.report.write_text(text, encoding="utf-8")
    broken = "\n".join(soak.verdict.broken)
    assert not broken, f"seed {plan.seed}:\n{broken}"
