"""A user's way through Home Assistant's pages, in a real browser, against the simulator."""

import os
from pathlib import Path
import subprocess
import sys

import pytest

from demo.browser import CHROMIUM

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 240
PICTURES = 18


@pytest.mark.skipif(
    not CHROMIUM.exists() and "CI" not in os.environ, reason="chromium is not installed"
)
def test_a_user_gets_from_nothing_to_a_lamp_and_back(tmp_path: Path) -> None:
    """Login, set-up, a wrong token, an area, the plan, a widget, an outage, a repair, a new token."""
    ended = subprocess.run(
        [sys.executable, "-m", "demo.journey", tmp_path],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stdout}\npictures are in {tmp_path}"
    taken = sorted(tmp_path.glob("*.png"))
    assert len(taken) == PICTURES, taken
    assert all(image.stat().st_size > 5_000 for image in taken)
