"""What the person at the terminal reads."""

import sys


def show(text: str = "") -> None:
    """Write lines as they are, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Tell what happens."""
    show(f"demo: {text}")
