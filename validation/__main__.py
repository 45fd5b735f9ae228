"""`python -m validation`: what hassfest and the HACS action would object to."""

import sys

from .checks import CHECKS
from .findings import ask_all
from .project import Project


def main(project: Project) -> int:
    """Return the exit status."""
    findings = ask_all(CHECKS, project)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    if not findings:
        sys.stdout.write(f"validation: {len(CHECKS)} checks, nothing to object to\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Project()))
