"""What a user pastes, and what is found in it."""

import pytest

from custom_components.blynk_bridge.flows.credentials import Credentials

TOKEN = "abcdefghijklmnopqrstuvwxyz012345"
OTHER_TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-6789"
TEMPLATE_ID = "TMPLabcd1234"
LINES = (
    f'#define BLYNK_TEMPLATE_ID "{TEMPLATE_ID}"',
    '#define BLYNK_TEMPLATE_NAME "My House"',
    f'#define BLYNK_AUTH_TOKEN "{TOKEN}"',
)
OLD = (
    '#define BLYNK_TEMPLATE_ID "TMPLold99"',
    f'#define BLYNK_AUTH_TOKEN "{OTHER_TOKEN}"',
)
SKETCH = f"""\
/* Fill in information from Blynk Device Info here */
{LINES[0]}  // of the house
{LINES[1]}
{LINES[2]}
// Comment this out to disable prints
#define BLYNK_PRINT Serial
char auth[] = BLYNK_AUTH_TOKEN;
void setup() {{ Blynk.begin(BLYNK_AUTH_TOKEN, ssid, pass, "blynk.cloud", 80); }}
"""


def curly(text: str) -> str:
    """Return a text as a chat application makes it look nicer."""
    return text.replace(' "', " “").replace('"', "”").replace(" ", "\u00a0")


@pytest.mark.parametrize("field", ["token", "template_id"])
@pytest.mark.parametrize(
    "pasted",
    {
        "three lines": "\n".join(LINES),
        "of Windows": "\r\n".join(LINES),
        "without line ends": "".join(LINES),
        "without quotes": " ".join(LINES[::2]).replace('"', ""),
        "in single quotes": "\n".join(LINES).replace('"', "'"),
        "from a chat": curly("\n".join(LINES)),
        "from a German letter": "\n".join(LINES).replace(' "', " „").replace('"', "“"),
        "with what has no width": "\ufeff" + "\u200b\n".join(LINES),
        "of a sketch": SKETCH,
        "of a sketch without line ends": SKETCH.replace("\n", ""),
        "with the old ones as comments": "\n".join(
            [*(f"//{line}" for line in OLD), *LINES, *(f"// {line}" for line in OLD)]
        ),
        "with such comments, without line ends": "".join(
            [*(f"//{line}" for line in OLD), *LINES, *(f"// {line}" for line in OLD)]
        ),
        "with the old ones as one comment": f"/*{OLD[0]}\n{OLD[1]}*/\n"
        + "\n".join(LINES),
        "with a place to fill in": '#define BLYNK_AUTH_TOKEN "YourAuthToken"\n'
        + "\n".join(LINES),
        "of MicroPython": f"BLYNK_TEMPLATE_ID = '{TEMPLATE_ID}'\n"
        f"BLYNK_AUTH_TOKEN = '{TOKEN}'",
        "as a list": f"BLYNK_TEMPLATE_ID: {TEMPLATE_ID}, BLYNK_AUTH_TOKEN: {TOKEN}",
    }.items(),
    ids=lambda case: case[0] if isinstance(case, tuple) else case,
)
def test_lines(pasted: tuple[str, str], field: str) -> None:
    """In either field, in place of what was there or beside it."""
    entered = {"token": "x", "template_id": "TMPLtyped"} | {field: pasted[1]}
    found = Credentials.parse(**entered)
    assert (found.token, found.template_id) == (TOKEN, TEMPLATE_ID)
    if "NAME" in pasted[1]:
        assert found.template_name is not None
        assert found.template_name.split() == ["My", "House"]


@pytest.mark.parametrize(
    ("token", "template_id"),
    [
        (f" {TOKEN} ", f"{TEMPLATE_ID}\n"),
        (f'"{TOKEN}"', f"“{TEMPLATE_ID}”"),
        (f"\u00a0{TOKEN}\u200b", TEMPLATE_ID),
        (LINES[2], TEMPLATE_ID),
        (TOKEN, LINES[0]),
        (LINES[0], LINES[2]),
        (TEMPLATE_ID, TOKEN),
    ],
    ids=[
        "spaces",
        "quotes",
        "nothing to be seen",
        "a line and an ID",
        "a token and a line",
        "each line in the other's field",
        "each in the other's field",
    ],
)
def test_one_by_one(token: str, template_id: str) -> None:
    """As somebody copies them who does not see what else is copied."""
    found = Credentials.parse(token, template_id)
    assert (found.token, found.template_id) == (TOKEN, TEMPLATE_ID)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("", ""),
        (LINES[0], ""),
        ('#define BLYNK_AUTH_TOKEN ""', ""),
        ("char auth[] = BLYNK_AUTH_TOKEN;", ""),
        (f"//{LINES[2]}", ""),
        ("#define BLYNK_AUTH_TOKEN YourAuthToken", "YourAuthToken"),
        (TEMPLATE_ID, TEMPLATE_ID),
    ],
)
def test_what_is_no_token(token: str, expected: str) -> None:
    """Nothing is made up, and nothing read on from the other field."""
    found = Credentials.parse(token, TEMPLATE_ID)
    assert found.token == expected
    assert not found.has_valid_token
    assert found.template_id == TEMPLATE_ID


def test_a_token_that_looks_like_a_template_id() -> None:
    """Nothing is swapped where both are what their fields ask for."""
    token = "TMPL" + "a" * 28
    template_id = "TMPL" + "b" * 28
    found = Credentials.parse(token, template_id)
    assert (found.token, found.template_id) == (token, template_id)


def test_the_name_that_it_had_before() -> None:
    """Older sketches have the template's name as the device's."""
    found = Credentials.parse('#define BLYNK_DEVICE_NAME "My House"')
    assert found.template_name == "My House"
