"""Fixtures for the soak: the plan of it, and a house without exposures."""

import pytest

from .course import Plan


@pytest.fixture
def plan(request: pytest.FixtureRequest) -> Plan:
    """Return the plan of scripts/soak, or the short one."""
    found = request.config.pluginmanager.get_plugin("soak-plan")
    return found if isinstance(found, Plan) else Plan()
