"""Fixtures of the actions' tests: a template with every type, and little to wait for."""

import pytest

from simulator import Simulator

from .calls import MORE


@pytest.fixture(autouse=True)
def _every_type(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the template have every type; wait for no redirect, and not before events."""
    simulator.cloud.define(MORE)
    ours = "custom_components.blynk_bridge"
    monkeypatch.setattr(f"{ours}.device.session.SETTLE_TIME", 0.0)
    monkeypatch.setattr(f"{ours}.events._SPACING", 0.0)
