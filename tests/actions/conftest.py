"""Fixtures of the actions' tests: a template with every type, and a short hand-shake."""

import pytest

from simulator import Simulator

from .calls import MORE


@pytest.fixture(autouse=True)
def _every_type(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the template have datastreams of every type; no redirect is waited for."""
    simulator.cloud.define(MORE)
    ours = "custom_components.blynk_bridge"
    monkeypatch.setattr(f"{ours}.device.session.SETTLE_TIME", 0.0)
