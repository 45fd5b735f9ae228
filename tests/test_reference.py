"""docs/traits.md says what the code does."""

from pathlib import Path

import pytest

from custom_components.blynk_bridge.traits import TRAITS
from demo import reference


def test_the_page_is_up_to_date() -> None:
    """Else: scripts/reference."""
    assert reference.REFERENCE.read_text(encoding="utf-8") == reference.reference()
    assert reference.main(["--check"]) == 0


def test_the_page_lists_every_trait_of_every_domain() -> None:
    _, *parts = reference.reference().split("\n## ")
    listed = {
        (part.splitlines()[0].partition("(`")[2].removesuffix("`)"), line.split("`")[1])
        for part in parts
        for line in part.splitlines()
        if line.startswith("| ") and "`" in line
    }
    domains = {(domain, trait.key) for trait in TRAITS for domain in trait.domains}
    assert listed == domains | {("", "attribute"), ("", "template")}


def test_a_stale_page_is_noticed_and_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "traits.md"
    monkeypatch.setattr(reference, "REFERENCE", page)
    assert reference.main(["--check"]) == 1
    page.write_text("# Something else\n")
    assert reference.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("trait", "cells"),
    [
        ("Value (`value`)", ["Double, 2 decimals", "own: L/min", "0 to 10, step 0.25"]),
        ("Locked or unlocked (`locked`)", ["Integer", "asks first, code"]),
        ("Location on the map (`location`)", ["Location", "private", "in time"]),
        ("Wind speed (`wind_speed`)", ["own: Kilometer per hour"]),
        ("Open, stop, close (`movement`)", ["Enumerable", "`open`, `stop`, `close`"]),
        ("Press (`press`)", ["button"]),
    ],
)
def test_a_line_says_what_a_template_author_wants_to_know(
    trait: str, cells: list[str]
) -> None:
    lines = [
        line
        for line in reference.reference().splitlines()
        if line.startswith(f"| {trait}")
    ]
    assert any(all(cell in line for cell in cells) for line in lines)
