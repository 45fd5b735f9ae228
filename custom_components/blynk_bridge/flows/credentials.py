"""A device's credentials: what the user pastes, and what makes it valid."""

from dataclasses import dataclass, field
import hashlib
import re
from typing import Final, Self

# Blynk docs, device-https-api/security: 24 random bytes in URL-safe base64.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_TEMPLATE_ID: Final = re.compile(r"TMPL[A-Za-z0-9_-]{4,}", re.ASCII)
# Chat applications and word processors have quotes of their own, and what nobody sees:
# a space that does not break, and what has no width at all.
_QUOTES: Final = "'\"`´“”„‟«»‘’‚‛"
_UNSEEN: Final = "\u00a0\u200b\u2060\ufeff"
# A comment, or else what is in quotes, which may look like one.
_COMMENT: Final = re.compile(
    r"""(["“„][^"“”\r\n]*["”“])|/\*.*?\*/|//[^\r\n]*(?=[\r\n])""", re.DOTALL
)
# Single-line inputs strip newlines: one define may follow another directly, and only
# what stands before a define tells whether it is commented out.
_DEFINE: Final = (
    rf"(//\s*#\s*define\s+)?\b{{name}}\b[\s:={_QUOTES}{_UNSEEN}]*([A-Za-z0-9_-]*)"
)
_DEFINED_TOKEN: Final = re.compile(_DEFINE.format(name="BLYNK_AUTH_TOKEN"), re.ASCII)
_DEFINED_TEMPLATE_ID: Final = re.compile(
    _DEFINE.format(name="BLYNK_TEMPLATE_ID"), re.ASCII
)
# It was called the device's name before. An apostrophe may be part of it.
_DEFINED_TEMPLATE_NAME: Final = re.compile(
    rf"""\bBLYNK_(?:TEMPLATE|DEVICE)_NAME\b[\s:={_UNSEEN}]*"""
    r"""(?:["“”„]([^"“”]{1,64})["“”]|['‘]([^'‘’]{1,64})['’]|«([^»]{1,64})»)"""
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What identifies a Blynk device."""

    token: str = field(repr=False)
    template_id: str
    template_name: str | None = None

    @classmethod
    def parse(cls, token: str, template_id: str = "") -> Self:
        """Return the credentials as the user entered them.

        Either text may be the `#define BLYNK_…` lines of the device's developer
        tools, or all of a sketch; what they define counts more than what was typed
        beside them. Two texts in each other's field are put right.
        """
        # In two: nothing is to read on from the one text into the other.
        pasted = ";".join(
            _COMMENT.sub(lambda found: found[1] or " ", text)
            for text in (token, template_id)
        )
        name = _DEFINED_TEMPLATE_NAME.search(pasted)
        found = cls(
            _defined(_DEFINED_TOKEN, _TOKEN, pasted) or _typed(token),
            _defined(_DEFINED_TEMPLATE_ID, _TEMPLATE_ID, pasted) or _typed(template_id),
            (name[name.lastindex or 0].strip() or None) if name else None,
        )
        swapped = cls(found.template_id, found.token, found.template_name)
        if swapped.has_valid_token and swapped.has_valid_template_id:
            return found if found.has_valid_token else swapped
        return found

    @property
    def has_valid_token(self) -> bool:
        """Return whether the token has the form of one."""
        return bool(_TOKEN.fullmatch(self.token))

    @property
    def has_valid_template_id(self) -> bool:
        """Return whether the template's ID has the form of one."""
        return bool(_TEMPLATE_ID.fullmatch(self.template_id))

    @property
    def fingerprint(self) -> str:
        """Return what identifies the device without telling its token."""
        return hashlib.sha256(self.token.encode()).hexdigest()


def _defined(
    definition: re.Pattern[str], valid: re.Pattern[str], pasted: str
) -> str | None:
    """Return what the pasted lines define: of several, the first that can be it."""
    found = [value for comment, value in definition.findall(pasted) if not comment]
    return next(filter(valid.fullmatch, found), next(iter(found), None))


def _typed(text: str) -> str:
    """Return what was typed, or copied with its quotes; of pasted lines, nothing."""
    return "" if "BLYNK_" in text else text.strip(f"{_QUOTES}{_UNSEEN} \t\r\n")
