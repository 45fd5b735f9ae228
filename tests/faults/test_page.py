"""docs/faults.md says what the table says."""

from pathlib import Path

import pytest

from . import page
from .table import TABLE


def test_the_page_is_up_to_date() -> None:
    """Else: scripts/reference."""
    assert page.main(["--check"]) == 0


def test_every_row_is_on_the_page_once() -> None:
    """So no two rows have the same name, either."""
    text = page.page()
    assert all(text.count(f"| {row.fault} |") == 1 for row in TABLE)


def test_a_stale_page_is_noticed_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "faults.md")
    assert page.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert page.main([]) == 0
    assert page.main(["--check"]) == 0
