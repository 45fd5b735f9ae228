"""The archive of a release: what HACS unpacks into the integration's folder."""

import json
from pathlib import Path
import zipfile

import pytest

from demo.home_assistant import INTEGRATION, ROOT
from demo.release import pack, require_version, version
from demo.waiting import DemoError


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    """To the byte, so that anybody can check a release."""
    first, second = pack(tmp_path / "first"), pack(tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()


def test_the_archive_holds_the_integration_and_nothing_else(tmp_path: Path) -> None:
    """From its folder on, with its texts and images, and without what Python has compiled."""
    archive = pack(tmp_path)
    assert archive.name == json.loads((ROOT / "hacs.json").read_text())["filename"]
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        for name in names:
            assert packed.read(name) == (INTEGRATION / name).read_bytes()
    assert {"__init__.py", "manifest.json", "translations/en.json"} <= set(names)
    assert {"brand/icon.png", "device/session.py", "traits/base.py"} <= set(names)
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize("tag", [None, version(), f"v{version()}"])
def test_a_tag_names_the_manifests_version(tag: str | None) -> None:
    """With a v or without."""
    require_version(tag)


def test_another_tag_is_refused() -> None:
    """A release that says one version and installs another confuses HACS."""
    with pytest.raises(DemoError, match="the manifest says"):
        require_version("v0.0.1")
