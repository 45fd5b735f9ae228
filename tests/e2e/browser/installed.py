"""Whether there is a browser to test with."""

import os
from pathlib import Path

import pytest

from demo.browser import CHROMIUM


def require_chromium(path: Path = CHROMIUM) -> None:
    """Skip the test where the system has no Chromium.

    Continuous integration has it, or fails: a test that is skipped there would
    never run at all.
    """
    if path.exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"{path} is missing, and CI must not go without it")
    pytest.skip(f"{path} is not there; Debian's package is called chromium")
