"""What strangers send: texts, JSON and names that mean something somewhere."""

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

SECRET: Final = "zq7secret7qz"
"""Stands in what was sent for what no error may repeat."""

ODD_LETTERS: Final = (
    "\0\t\n\r\x1f\x7f\x85 /\\,+#:;|`\"'=@%?&<>[]{}()*_~$!-.\u00a0\u00fc\u0130\u0131\u017f\u212a\u2024"
    "\u2028\u3002\uff0e\uff0f\uff41\ufeff\u202e\u0301\ud800\udfff\U0001f511"
)
TEXTS: Final = st.one_of(
    st.text(max_size=20),
    st.text(st.characters(), max_size=20),
    st.text(st.sampled_from(ODD_LETTERS + "aA0"), max_size=12),
)
"""Any text, lone surrogates among it."""
NAMES: Final = st.one_of(
    TEXTS,
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=140),
)
NUMBERS: Final = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, -0.0, 1, 0.5, 1e15, 1e16, 2**31, -(2**31) - 1, 10**400]),
)
_LEAVES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
)
JSON: Final[st.SearchStrategy[Any]] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=8), inner, max_size=3),
    ),
    max_leaves=6,
)
"""What a JSON file may hold."""


def complaint[**P](
    kind: type[Exception], call: Callable[P, object], *args: P.args, **more: P.kwargs
) -> str:
    """Return what an error of this kind says, nothing where there is none."""
    try:
        call(*args, **more)
    except kind as error:
        return str(error)
    return ""


def nearly(fields: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return mappings like this one, with fields missing, changed and too many."""

    def mapping(changes: dict[str, Any], gone: set[str]) -> dict[str, Any]:
        changed = {**fields, **changes}
        return {key: value for key, value in changed.items() if key not in gone}

    keys = st.sampled_from(sorted(fields))
    changes = st.dictionaries(
        st.one_of(keys, keys, st.text(max_size=5)), JSON, max_size=3
    )
    return st.builds(
        mapping, changes, st.one_of(st.just(set()), st.sets(keys, max_size=2))
    )
