"""`python -m tests.soak`: a soak of any length, with a report."""

import argparse
from pathlib import Path
import sys

import pytest

from .plan import Plan


def main() -> int:
    """Run the soak under pytest, which provides its Home Assistant."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--days", type=float, default=7, help="simulated days (7)")
    parser.add_argument("--seed", type=int, default=1, help="of all dice (1)")
    parser.add_argument(
        "--report", type=Path, metavar="FILE.md", help="where to write the report"
    )
    arguments = parser.parse_args()
    plan = Plan(arguments.days, arguments.seed, arguments.report)

    class Planned:
        """Hands the plan to the test."""

        soak_plan = plan

    return pytest.main(
        ["-q", "-s", "--no-header", str(Path(__file__).with_name("test_soak.py"))],
        plugins=[Planned()],
    )


if __name__ == "__main__":
    sys.exit(main())
