"""The command, with benchmarks that measure nothing."""

from collections.abc import Sequence
from pathlib import Path
import signal
import subprocess
import sys
import time

import pytest

from benchmarks import run as running
from benchmarks.catalogue import CATALOGUE, Benchmark
from benchmarks.command import main
from benchmarks.run import Failure, run
from benchmarks.size import Size

ROOT = Path(__file__).parents[2]
SAMPLES = "tests.benchmarks.samples"
WORKING = Benchmark("B1", "latency", f"{SAMPLES}.working", timed=True)
COUNTING = Benchmark("B3", "unexposed", f"{SAMPLES}.working")
FAILING = Benchmark("B2", "storm", f"{SAMPLES}.failing", timed=True)
STUCK = Benchmark("B5", "month", f"{SAMPLES}.stuck", quick_limit=3)
DYING = Benchmark("B8", "backfill", f"{SAMPLES}.dying")


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not obey is not waited for long."""
    monkeypatch.setattr(running, "_GRACE", 0.5)
    monkeypatch.setattr(running, "_LINGER", 0.0)


@pytest.fixture
def stuck_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file in which those that are stuck write what there is to end."""
    file = tmp_path / "processes"
    monkeypatch.setenv("STUCK_PROCESSES", str(file))
    return file


def runs(pid: str) -> bool:
    """Return whether a process is there that has not ended."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False


def test_nothing_stays_behind() -> None:
    """Neither the processes that a benchmark has started, nor its files."""
    outcome = run(WORKING, Size.QUICK)
    assert not isinstance(outcome, Failure)
    folder, pid, size = outcome.notes
    assert size == "quick"
    assert "benchmark-B1-" in folder
    assert not Path(folder).exists()
    assert not runs(pid)


def test_a_stuck_one_is_ended_with_its_children(stuck_processes: Path) -> None:
    """Also those in sessions of their own, and though it does not listen."""
    outcome = run(STUCK, Size.QUICK)
    assert outcome == Failure("B5", "took more than 3 s, and was ended")
    pids = stuck_processes.read_text(encoding="utf-8").split()
    assert len(pids) == 2
    assert not [pid for pid in pids if runs(pid)]


def test_a_dying_one_has_failed() -> None:
    """Its end is noticed, and nobody waits for the limit."""
    assert run(DYING, Size.QUICK) == Failure("B8", "ended with exit status 3")


def test_a_failing_one_fails_the_command_and_leaves_the_docs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are measured all the same."""
    status = main([], [FAILING, WORKING, COUNTING], tmp_path)
    output = capsys.readouterr().out
    assert status == 1
    assert "B2 storm failed after" in output
    assert "ValueError: there is no broker" in output
    assert "B1 latency: 1 of 2 goals met" in output
    assert "B3 unexposed: 1 of 2 goals met" in output
    assert "Did not work: B2; nothing is written." in output
    assert not [*tmp_path.iterdir()]


def test_a_missed_goal_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full run of all writes the page."""
    assert main([], [WORKING, COUNTING], tmp_path) == 0
    output = capsys.readouterr().out
    assert "MISSED" in output
    assert "2 of 4 goals are met." in output
    text = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "partial" not in text


@pytest.mark.parametrize("arguments", [["--quick"], ["--only", "b1"]])
def test_a_look_in_between_writes_where_it_is_told(
    tmp_path: Path, arguments: Sequence[str]
) -> None:
    """And nowhere else."""
    docs, elsewhere = tmp_path / "docs", tmp_path / "elsewhere"
    assert main(arguments, [WORKING, COUNTING], docs) == 0
    assert not docs.exists()
    assert main([*arguments, "--docs", str(elsewhere)], [WORKING, COUNTING], docs) == 0
    assert not docs.exists()
    assert "partial" in (elsewhere / "benchmarks.md").read_text(encoding="utf-8")


def test_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With those that there are."""
    with pytest.raises(SystemExit) as refused:
        main(["--only", "B10"])
    assert refused.value.code == 2
    said = capsys.readouterr().err
    assert "B10" in said
    assert "B9" in said


def test_whoever_ends_it_ends_all_of_it(stuck_processes: Path) -> None:
    """SIGTERM reaches the command alone; two benchmarks run at the time."""
    program = (
        "import signal\n"
        "from benchmarks import run\n"
        "from benchmarks.command import main\n"
        "from tests.benchmarks.test_command import STUCK\n"
        "run._GRACE = 0.5\n"
        "signal.signal(signal.SIGTERM, signal.default_int_handler)\n"
        "main([], [STUCK, STUCK])\n"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 30
    pids: list[str] = []
    while len(pids) < 4 and time.monotonic() < deadline:
        # Another process writes the file, and nobody tells when.
        time.sleep(0.05)
        if stuck_processes.exists():
            pids = stuck_processes.read_text(encoding="utf-8").split()
    command.send_signal(signal.SIGTERM)
    try:
        _, said = command.communicate(timeout=30)
    finally:
        command.kill()
    assert "KeyboardInterrupt" in said
    assert len(pids) == 4
    assert not [pid for pid in pids if runs(pid)]


def test_the_catalogue_is_the_issues() -> None:
    """Nine of them, of which five only count."""
    assert [each.key for each in CATALOGUE] == [f"B{number}" for number in range(1, 10)]
    counting = {each.key for each in CATALOGUE if not each.timed}
    assert counting == {"B3", "B5", "B6", "B8", "B9"}
