"""How hard to look: the same every time in CI, further and elsewhere where somebody waits."""

from typing import Final

from hypothesis import HealthCheck, settings

THOROUGH: Final = "thorough"
"""The profile of long runs: `pytest tests/fuzz --hypothesis-profile thorough`."""
_THOROUGH_FACTOR: Final = 25

settings.register_profile(
    THOROUGH,
    deadline=None,
    derandomize=False,
    print_blob=True,
)


def thorough() -> bool:
    """Return whether this is a long run."""
    return settings.get_current_profile_name() == THOROUGH


def effort(examples: int, *, factor: int = _THOROUGH_FACTOR) -> settings:
    """Return the settings for a test that needs so many examples in CI.

    Examples may share a fixture: what they look at, they make themselves.
    """
    return settings(
        max_examples=examples * (factor if thorough() else 1),
        deadline=None,
        derandomize=not thorough(),
        suppress_health_check=list(HealthCheck),
    )
