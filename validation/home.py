"""Where the repository lives and which version it is: in one place, and the same in all."""

from collections.abc import Iterator
import re
from typing import Final

from yarl import URL

from .findings import Finding
from .hacs import HACS
from .manifest import MANIFEST
from .project import Project, strings

README: Final = "README.md"
_TEXTS: Final = (".md", ".yml", ".yaml")
_FOLDERS: Final = ("docs", ".github", "blueprints")
_LINK: Final = re.compile(
    r"https://(?:raw\.)?github(?:usercontent)?\.com/([\w.-]+)/([\w-]+)"
)
_MY_LINK: Final = re.compile(r"hacs_repository/\?[^)\s\"]*")
_HEADING: Final = re.compile(r"^## \[?v?(\d[\w.]*)", re.MULTILINE)


def check_addresses(project: Project) -> Iterator[Finding]:
    """Find addresses that are not the repository's, which the manifest names."""
    manifest = project.json(MANIFEST)
    home = URL(str(manifest.get("documentation", "")))
    if home.host != "github.com" or len(home.parts) != 3:
        yield Finding(MANIFEST, "documentation must be the repository on GitHub")
        return
    _, owner, name = home.parts
    if manifest.get("issue_tracker") != f"{home}/issues":
        yield Finding(MANIFEST, f"issue_tracker must be {home}/issues")
    for file in _documents(project):
        text = project.text(file)
        for found in _LINK.finditer(text):
            # Others' repositories share neither the owner nor the name.
            if (found[1] == owner) != (found[2].removesuffix("git") == name):
                yield Finding(file, f"{found[0]} is not {home}")
        for link in _MY_LINK.findall(text):
            query = URL(f"https://my.home-assistant.io/{link}").query
            if (query.get("owner"), query.get("repository")) != (owner, name):
                yield Finding(file, f"{link} does not lead to {home}")


def check_versions(project: Project) -> Iterator[Finding]:
    """Find versions that differ from the manifest's, or from hacs.json's."""
    manifest = project.json(MANIFEST)
    version = manifest.get("version")
    newest = _HEADING.search(project.text("CHANGELOG.md"))
    if newest is None or newest[1] != version:
        yield Finding("CHANGELOG.md", f"must begin with version {version}")
    told = re.search(
        r"^version = \"(.*)\"", project.text("pyproject.toml"), re.MULTILINE
    )
    if told is not None and told[1] != version:
        yield Finding(
            "pyproject.toml", f"says version {told[1]}, the manifest {version}"
        )
    tested = project.text("requirements_test.txt").splitlines()
    for requirement in strings(manifest.get("requirements")):
        if requirement not in tested:
            yield Finding("requirements_test.txt", f"must have {requirement}")
    oldest = str(project.json(HACS).get("homeassistant", ""))
    year, _, month = oldest.partition(".")
    release = f"{year}.{month.partition('.')[0]}"
    if not re.search(rf"{re.escape(release)}(?:\.0)? or newer", project.text(README)):
        yield Finding(
            README, f"must say that it takes Home Assistant {release} or newer"
        )


def _documents(project: Project) -> Iterator[str]:
    """Yield what people read."""
    for name in (README, "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"):
        if project.has(name):
            yield name
    for folder in _FOLDERS:
        for suffix in _TEXTS:
            yield from project.files(folder, suffix)
