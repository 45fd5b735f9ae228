"""manifest.json, as hassfest and HACS want it of a custom integration."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
import re
from typing import Final

from awesomeversion import (
    AwesomeVersion,
    AwesomeVersionException,
    AwesomeVersionStrategy,
)
from homeassistant import components
from yarl import URL

from .findings import Finding
from .project import DOMAIN, INTEGRATION, Json, Project, strings

MANIFEST: Final = f"{INTEGRATION}/manifest.json"
CORE: Final = Path(components.__path__[0])
TIERS: Final = ("bronze", "silver", "gold", "platinum")

_TYPES: Final = ("device", "entity", "hardware", "helper", "hub", "service", "system")
_IOT_CLASSES: Final = (
    "assumed_state",
    "calculated",
    "cloud_polling",
    "cloud_push",
    "local_polling",
    "local_push",
)
_VERSIONS: Final = [
    AwesomeVersionStrategy.CALVER,
    AwesomeVersionStrategy.SEMVER,
    AwesomeVersionStrategy.SIMPLEVER,
    AwesomeVersionStrategy.BUILDVER,
    AwesomeVersionStrategy.PEP440,
]
# An account of GitHub's, or a team of an organization.
_CODE_OWNER: Final = re.compile(
    r"@[a-z\d](?:-?[a-z\d]){0,38}(?:/[a-z\d](?:[-_.]?[a-z\d])*)?", re.IGNORECASE
)
_PINNED: Final = re.compile(r"[A-Za-z\d](?:[-_.\w]*)(?:\[[-\w,]+\])?==\d[\w.!+]*")


def _is_name(value: Json) -> str | None:
    return None if isinstance(value, str) and value.strip() else "must be a text"


def _is_flag(value: Json) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _is_address(value: Json) -> str | None:
    """Take a page that nobody on the way to it can change."""
    if isinstance(value, str):
        url = URL(value)
        if url.scheme == "https" and url.host and "." in url.host:
            return None
    return "must be an https URL"


def _is_version(value: Json) -> str | None:
    try:
        AwesomeVersion(str(value), ensure_strategy=_VERSIONS)
    except AwesomeVersionException as error:
        return f"is no version: {error}"
    return None


def _is_domain(value: Json) -> str | None:
    if value != DOMAIN:
        return f"must be the name of the folder, {DOMAIN}"
    return "is taken by Home Assistant itself" if (CORE / str(value)).is_dir() else None


def _is_one_of(*choices: str) -> Callable[[Json], str | None]:
    def judge(value: Json) -> str | None:
        return None if value in choices else f"must be one of {', '.join(choices)}"

    return judge


def _are(
    what: str, judge: Callable[[str], object], *, some: bool = False
) -> Callable[[Json], str | None]:
    """Return a judge of a list."""

    def judge_all(value: Json) -> str | None:
        if not isinstance(value, list) or len(strings(value)) < len(value):
            return "must be a list of texts"
        if some and not value:
            return "must not be empty"
        wrong = [each for each in strings(value) if not judge(each)]
        return f"{', '.join(wrong)}: must be {what}" if wrong else None

    return judge_all


def _is_core(domain: str) -> bool:
    """Return whether Home Assistant has an integration."""
    return (CORE / domain / "manifest.json").is_file()


_REQUIRED: Final[Mapping[str, Callable[[Json], str | None]]] = {
    "codeowners": _are("an account on GitHub", _CODE_OWNER.fullmatch, some=True),
    "config_flow": _is_flag,
    "documentation": _is_address,
    "domain": _is_domain,
    "integration_type": _is_one_of(*_TYPES),
    "iot_class": _is_one_of(*_IOT_CLASSES),
    "issue_tracker": _is_address,
    "name": _is_name,
    "requirements": _are("pinned with ==", _PINNED.fullmatch),
    "version": _is_version,
}
_OPTIONAL: Final[Mapping[str, Callable[[Json], str | None]]] = {
    "after_dependencies": _are("an integration of Home Assistant's", _is_core),
    "dependencies": _are("an integration of Home Assistant's", _is_core),
    "import_executor": _is_flag,
    "loggers": _are("a logger's name", re.compile(r"[\w.]+").fullmatch),
    "quality_scale": _is_one_of(*TIERS),
    "single_config_entry": _is_flag,
}
"""Without those of discovery: a cloud is not found in a network."""


def check_keys(project: Project) -> Iterator[Finding]:
    """Find keys that are missing, of no meaning, or not in their order."""
    keys = list(project.json(MANIFEST))
    for key in sorted(_REQUIRED.keys() - set(keys)):
        yield Finding(MANIFEST, f"{key} is missing")
    for key in sorted(set(keys) - _REQUIRED.keys() - _OPTIONAL.keys()):
        yield Finding(MANIFEST, f"{key} means nothing")
    first = [key for key in ("domain", "name") if key in keys]
    if keys != first + sorted(set(keys) - set(first)):
        yield Finding(MANIFEST, "the order is domain, name, then the alphabet's")


def check_values(project: Project) -> Iterator[Finding]:
    """Find values that Home Assistant or HACS would not take."""
    judges = {**_REQUIRED, **_OPTIONAL}
    for key, value in project.json(MANIFEST).items():
        if key in judges and (wrong := judges[key](value)) is not None:
            yield Finding(MANIFEST, f"{key} {wrong}")


def check_tier(project: Project) -> Iterator[Finding]:
    """Find what the manifest's place on the quality scale takes, and is not there."""
    tier = project.json(MANIFEST).get("quality_scale")
    if tier in TIERS and not project.has(f"{INTEGRATION}/quality_scale.yaml"):
        yield Finding(MANIFEST, f"{tier} takes a quality_scale.yaml")
    if tier in TIERS[2:] and not project.has(f"{INTEGRATION}/diagnostics.py"):
        yield Finding(MANIFEST, f"{tier} takes diagnostics")
