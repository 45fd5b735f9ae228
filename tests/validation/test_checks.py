"""Every check finds what it is for, and nothing in the repository as it is."""

from typing import Final

from homeassistant.components.brands.const import ALLOWED_IMAGES
import pytest

from validation.__main__ import main
from validation.brand import IMAGES
from validation.checks import CHECKS as ALL_CHECKS
from validation.findings import ask
from validation.project import Project

from .broken import HACS, gone, sound
from .broken_files import BROKEN as FILES
from .broken_manifests import BROKEN as MANIFESTS
from .broken_texts import BROKEN as TEXTS

CHECKS: Final = {
    name: check for name, check in ALL_CHECKS.items() if "quality scale" not in name
}
"""The quality scale's rules have a test of their own."""
BROKEN: Final = {**MANIFESTS, **TEXTS, **FILES}


@pytest.fixture(scope="module")
def project() -> Project:
    """Return the repository with all languages, whatever has been translated by now."""
    return sound()


@pytest.mark.parametrize("check", CHECKS)
def test_the_repository_has_nothing_to_object_to(check: str) -> None:
    """As it is, with its own translations."""
    assert ask(CHECKS[check], Project()) == []


@pytest.mark.parametrize("check", CHECKS)
def test_the_ground_of_the_broken_ones_is_sound(check: str, project: Project) -> None:
    assert ask(CHECKS[check], project) == []


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_found(case: str, project: Project) -> None:
    broken = BROKEN[case]
    found = [
        str(finding) for finding in ask(CHECKS[broken.check], broken.broken(project))
    ]
    assert any(broken.says in finding for finding in found), found


def test_every_check_can_fail() -> None:
    """There is a broken repository for each."""
    assert {broken.check for broken in BROKEN.values()} == CHECKS.keys()


def test_the_command_says_what_it_finds(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(project) == 0
    assert "nothing to object to" in capsys.readouterr().out
    assert main(gone(HACS)(project)) == 1
    assert capsys.readouterr().out.splitlines() == ["hacs.json: is missing"]


def test_the_images_are_those_that_home_assistant_serves() -> None:
    assert IMAGES == ALLOWED_IMAGES
