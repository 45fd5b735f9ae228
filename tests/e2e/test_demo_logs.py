"""The demo's check of the log files finds what it is there to find."""

from pathlib import Path

import pytest

from demo import logs

CALM = """\
2026-11-22 13:02:14.164 DEBUG (MainThread) [custom_components.blynk_bridge.device.session] ready
2026-11-22 13:02:14.165 WARNING (MainThread) [homeassistant.loader] We found a custom integration blynk_bridge
2026-11-22 13:02:14.166 ERROR (MainThread) [homeassistant.components.camera] Error loading libturbojpeg
Traceback (most recent call last):
RuntimeError: Unable to locate turbojpeg library
2026-11-22 13:02:14.167 INFO (MainThread) [custom_components.blynk_bridge] connected
"""

TROUBLE = [
    "2026-11-22 13:02:15.000 ERROR (MainThread) [custom_components.blynk_bridge] oops",
    (
        "2026-11-22 13:02:15.000 ERROR (MainThread) [homeassistant] Error doing job\n"
        "Traceback (most recent call last):\n"
        '  File "/config/custom_components/blynk_bridge/uplink.py", line 1, in run\n'
        "ValueError: oops"
    ),
    (
        "2026-11-22 13:02:15.000 DEBUG (MainThread) [custom_components.blynk_bridge] lost\n"
        "Traceback (most recent call last):\n"
        "OSError: oops"
    ),
    (
        "2026-11-22 13:02:15.000 WARNING (MainThread) [homeassistant.util.loop] Detected "
        "blocking call to open inside the event loop by custom integration 'blynk_bridge'"
    ),
]


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """Return a log file without trouble."""
    path = tmp_path / "home-assistant.log"
    path.write_text(CALM, encoding="utf-8")
    return path


def test_other_integrations_troubles_are_not_ours(log_file: Path) -> None:
    assert logs.errors_of_the_integration(log_file) == []


@pytest.mark.parametrize("trouble", TROUBLE)
def test_trouble_of_the_integration_is_found(log_file: Path, trouble: str) -> None:
    log_file.write_text(f"{CALM}{trouble}\n", encoding="utf-8")

    assert logs.errors_of_the_integration(log_file) == [trouble]


def test_debug_records_are_those_of_the_integration(log_file: Path) -> None:
    assert logs.debug_records(log_file) == 1


def test_a_token_is_found_wherever_it_stands(log_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "simulator.log"
    other.write_text("password=abcDEF-_123, accepted\n", encoding="utf-8")

    assert logs.files_with(["abcDEF-_123"], [log_file, other]) == ["simulator.log"]
    assert logs.files_with(["unrelated"], [log_file, other]) == []
