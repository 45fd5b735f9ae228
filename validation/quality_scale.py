"""quality_scale.yaml: every rule of the scale, and why one would not apply."""

from collections.abc import Iterator, Mapping
from typing import Final

from .findings import Finding
from .project import INTEGRATION, Json, Project, part

QUALITY_SCALE: Final = f"{INTEGRATION}/quality_scale.yaml"
TIERS: Final[Mapping[str, tuple[str, ...]]] = {
    "bronze": (
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow",
        "config-flow-test-coverage",
        "dependency-transparency",
        "docs-actions",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "docs-triggers",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
    ),
    "silver": (
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
    ),
    "gold": (
        "devices",
        "diagnostics",
        "discovery",
        "discovery-update-info",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
    ),
    "platinum": ("async-dependency", "inject-websession", "strict-typing"),
}
RULES: Final = tuple(rule for rules in TIERS.values() for rule in rules)
EXEMPTIBLE: Final = frozenset(
    {
        "appropriate-polling",
        "discovery",
        "discovery-update-info",
        "docs-conditions",
        "docs-supported-devices",
        "docs-triggers",
        "test-before-setup",
    }
)
"""Rules that integrations of Home Assistant's own are exempt from for reasons of ours."""

_WORDS_MIN: Final = 8


def check_file(project: Project) -> Iterator[Finding]:
    """Find rules that are missing, unknown, open, or exempt without a good reason."""
    rules = part(project.yaml(QUALITY_SCALE), "rules")
    for rule in RULES:
        if rule not in rules:
            yield Finding(QUALITY_SCALE, f"{rule} is missing")
    for rule in rules:
        if rule not in RULES:
            yield Finding(QUALITY_SCALE, f"{rule} is no rule")
        elif (fault := _fault(rule, rules[rule])) is not None:
            yield Finding(QUALITY_SCALE, f"{rule} {fault}")
    if [rule for rule in rules if rule in RULES] != [
        rule for rule in RULES if rule in rules
    ]:
        yield Finding(QUALITY_SCALE, "the order is that of the scale")


def status_of(project: Project, rule: str) -> str:
    """Return a rule's status, none for one that has none."""
    value = part(project.yaml(QUALITY_SCALE), "rules").get(rule)
    if isinstance(value, dict):
        value = value.get("status")
    return value if isinstance(value, str) else ""


def _fault(rule: str, value: Json) -> str | None:
    """Return what is wrong with what is said of a rule."""
    detail = value if isinstance(value, dict) else {"status": value}
    if unknown := detail.keys() - {"status", "comment"}:
        return f"has {', '.join(sorted(unknown))}, which means nothing"
    status, comment = detail.get("status"), detail.get("comment")
    if status not in ("done", "exempt"):
        return "must be done or exempt"
    if status == "done":
        return None
    if rule not in EXEMPTIBLE:
        return "is a rule that nothing exempts this integration from"
    if not isinstance(comment, str) or len(comment.split()) < _WORDS_MIN:
        return "is exempt, and must say why in a sentence"
    return None
