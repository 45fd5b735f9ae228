"""The integration's own words, as its translation has them."""

import json
from pathlib import Path
from typing import Any, Final

_ENGLISH: Final = (
    Path(__file__).parents[3]
    / "custom_components"
    / "blynk_bridge"
    / "translations"
    / "en.json"
)


def english(*path: str) -> str:
    """Return the English text that is found along a path of keys."""
    found: Any = json.loads(_ENGLISH.read_text(encoding="utf-8"))
    for key in path:
        found = found[key]
    return str(found)
