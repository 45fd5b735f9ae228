"""What the HACS action wants of the repository, as far as files tell."""

from collections.abc import Iterator, Mapping
import re
from typing import Final

from awesomeversion import AwesomeVersion, AwesomeVersionException

from .findings import Finding
from .manifest import MANIFEST
from .project import INTEGRATION, Json, Project

HACS: Final = "hacs.json"
LICENSE: Final = "LICENSE"

_TEXT: Final = "a text"
_KINDS: Final[Mapping[str, tuple[type, str]]] = {
    "content_in_root": (bool, "true or false"),
    "country": (list, "a list of countries"),
    "filename": (str, _TEXT),
    "hacs": (str, _TEXT),
    "hide_default_branch": (bool, "true or false"),
    "homeassistant": (str, _TEXT),
    "name": (str, _TEXT),
    "persistent_directory": (str, _TEXT),
    "render_readme": (bool, "true or false"),
    "zip_release": (bool, "true or false"),
}
_REQUIRED: Final = ("homeassistant", "name")
_LICENSES: Final = ("MIT License", "Apache License", "BSD 3-Clause License")
"""How a licence begins that GitHub knows by its text, and the OSI has approved."""


def check_manifest(project: Project) -> Iterator[Finding]:
    """Find keys of hacs.json that HACS does not know, and values that it can't use."""
    manifest = project.json(HACS)
    for key, value in manifest.items():
        if key not in _KINDS:
            yield Finding(HACS, f"{key} means nothing")
        elif not isinstance(value, _KINDS[key][0]):
            yield Finding(HACS, f"{key} must be {_KINDS[key][1]}")
    for key in _REQUIRED:
        if not manifest.get(key):
            yield Finding(HACS, f"{key} is missing")
    for key in ("homeassistant", "hacs"):
        if key in manifest and (wrong := _version_fault(manifest[key])) is not None:
            yield Finding(HACS, f"{key} {wrong}")
    if manifest.get("name") != project.json(MANIFEST).get("name"):
        yield Finding(HACS, "name must be the manifest's")


def check_archive(project: Project) -> Iterator[Finding]:
    """Find what keeps HACS from installing a release's archive."""
    manifest = project.json(HACS)
    filename = str(manifest.get("filename", ""))
    if not manifest.get("zip_release"):
        yield Finding(HACS, "zip_release must be true: a release is an archive")
    if not re.fullmatch(r"[\w-]+\.zip", filename):
        yield Finding(HACS, "filename must be that of the release's archive, with .zip")
    # Without it HACS offers the branch as a version, and finds no archive there.
    if not manifest.get("hide_default_branch"):
        yield Finding(HACS, "hide_default_branch must be true: a branch has no archive")


def check_repository(project: Project) -> Iterator[Finding]:
    """Find files that HACS wants to see, and are not there."""
    folders = {
        name.split("/")[1] for name in project.files("custom_components", ".json")
    }
    if folders != {INTEGRATION.rpartition("/")[2]}:
        yield Finding("custom_components", "must have one integration in it")
    if not project.has("README.md"):
        yield Finding("README.md", "is missing")
    if not project.has(f"{INTEGRATION}/brand/icon.png"):
        yield Finding(f"{INTEGRATION}/brand/icon.png", "is missing")
    if not project.text(LICENSE).lstrip().startswith(_LICENSES):
        yield Finding(LICENSE, "is none that GitHub knows by its first line")


def _version_fault(value: Json) -> str | None:
    try:
        AwesomeVersion(str(value)).section(0)
    except AwesomeVersionException as error:
        return f"is no version: {error}"
    return None if re.match(r"\d", str(value)) else "is no version"
