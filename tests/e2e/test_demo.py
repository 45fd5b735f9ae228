"""The demo's own check: a whole Home Assistant against the simulator, as a user has it."""

import os
from pathlib import Path
import signal
import subprocess
import sys

import pytest

from demo.release import pack

ROOT = Path(__file__).parents[2]
TIME_LIMIT = 240
CHECKS = 15


@pytest.mark.skipif(
    sys.platform != "linux", reason="the demo runs Home Assistant, which wants Linux"
)
def test_a_release_holds_what_the_demo_promises(tmp_path: Path) -> None:
    """Values, widgets, entities, events, a redirect, a wrong token, an outage, a stop, the logs.

    With what HACS would install, in an empty configuration folder.
    """
    archive = pack(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", "--check", "--archive", archive],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        output, _ = process.communicate(timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        # It takes its own processes down when it is asked to end.
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
        pytest.fail(f"not done within {TIME_LIMIT} s:\n{output}")
    assert process.returncode == 0, output
    lines = [line for line in output.splitlines() if line.startswith("ok ")]
    assert len(lines) == CHECKS, output
