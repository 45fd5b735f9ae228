"""What users paste: three lines, one line, parts of it, in any order and quotes."""

from hypothesis import example, given, strategies as st

from custom_components.blynk_bridge.flows.credentials import Credentials

from .effort import effort
from .made_up import TEXTS

TOKENS = st.from_regex(r"[A-Za-z0-9_-]{32}", fullmatch=True)
TEMPLATE_IDS = st.from_regex(r"TMPL[A-Za-z0-9_-]{4,12}", fullmatch=True)
TEMPLATE_NAMES = st.text(
    st.characters(categories=["L", "N", "Zs", "P"], exclude_characters='"“”'),
    min_size=1,
    max_size=64,
)
QUOTES = st.sampled_from(['"{}"', "“{}”", ' "{}" ', '\t"{}"'])
ENDS = st.sampled_from(["\n", "\r\n", " ", "", "\n\n"])
GLUE = st.sampled_from([" ", "   ", "\t", " = ", ": "])


@given(
    TOKENS, TEMPLATE_IDS, TEMPLATE_NAMES, QUOTES, GLUE, ENDS, st.permutations(range(3))
)
@effort(500)
def test_pasted_lines_are_understood_however_they_come(
    token: str,
    template_id: str,
    name: str,
    quote: str,
    glue: str,
    end: str,
    order: list[int],
) -> None:
    """In whichever of the two fields."""
    lines = [
        f"#define BLYNK_TEMPLATE_ID{glue}{quote.format(template_id)}",
        f"#define BLYNK_TEMPLATE_NAME{glue}{quote.format(name)}",
        f"#define BLYNK_AUTH_TOKEN{glue}{quote.format(token)}",
    ]
    pasted = end.join(lines[index] for index in order)
    expected = Credentials(token, template_id, name.strip() or None)
    assert Credentials.parse(pasted) == expected
    assert Credentials.parse("", pasted) == expected
    assert Credentials.parse(pasted, "TMPLtyped1234") == expected
    assert expected.has_valid_token
    assert expected.has_valid_template_id


@given(TOKENS, TEMPLATE_IDS)
@effort(300)
def test_what_is_typed_is_taken_as_it_is(token: str, template_id: str) -> None:
    """But for spaces around it; and parsing what was parsed changes nothing."""
    credentials = Credentials.parse(f" {token}\t", f"\n{template_id} ")
    assert credentials == Credentials(token, template_id)
    assert Credentials.parse(token, template_id) == credentials
    assert token not in repr(credentials)
    assert len(credentials.fingerprint) == 64


@given(
    st.one_of(
        TEXTS,
        st.lists(
            st.sampled_from(
                [
                    "BLYNK_AUTH_TOKEN",
                    "BLYNK_TEMPLATE_ID",
                    "BLYNK_",
                    '"',
                    " ",
                    "\n",
                    "é",
                    "TMPL1234",
                    "x" * 32,
                    "#define",
                    "“",
                    "BLYNK_TEMPLATE_NAME",
                    "=",
                    ":",
                ]
            ),
            max_size=30,
        ).map("".join),
    ),
    TEXTS,
)
@example("BLYNK_AUTH_TOKEN" + " " * 100_000, "")
@example("BLYNK_TEMPLATE_NAME" * 5_000, '"' * 10_000)
@effort(500)
def test_anything_may_be_pasted(token: str, template_id: str) -> None:
    """What comes of it is a valid token, or says that it is none."""
    credentials = Credentials.parse(token, template_id)
    if credentials.has_valid_token:
        assert credentials.token in token + template_id
        assert len(credentials.token) == 32
        assert credentials.token.isascii()
        assert credentials.token not in repr(credentials)
        assert credentials.fingerprint
    if credentials.has_valid_template_id:
        assert credentials.template_id in token + template_id
